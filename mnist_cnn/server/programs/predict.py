"""``/predict`` and ``/activations``, for programs and language models.

They take Gradio's hidden components rather than ``gr.api``: only ``gr.File`` checks that a path
which a call names was uploaded.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import gradio as gr
import numpy as np
from anyio.to_thread import run_sync

from mnist_cnn import __version__
from mnist_cnn.reading.ink import PictureError
from mnist_cnn.reading.sandbox import Sandbox
from mnist_cnn.server.http.fairness import FairLine, OverloadError, client_of
from mnist_cnn.server.programs.unread_answers import Unread
from mnist_cnn.server.state.decoding import Decoding

if TYPE_CHECKING:
    from mnist_cnn.reading.reader import Reader, Reading

ALL = "all"  # layers
DECIMALS = 7  # of activations: a float32 has no more
CALLS_AT_ONCE, CALLS_PER_CLIENT = 4, 2  # of both endpoints
MAX_WAITING = 30  # calls of one client
MAX_CALLS = 500  # that Gradio runs: they wait in the line here, and not in its own, without turns


def endpoints(reader: Callable[[], Reader], unread: Unread, decoding: Decoding) -> None:
    """Add ``/predict`` and ``/activations`` to the page that is being built.

    Args:
        reader: returns what reads ink; the first call imports TensorFlow.
        unread: limits answers that are not fetched.
        decoding: decodes the pictures.
    """
    line = FairLine(CALLS_AT_ONCE, CALLS_PER_CLIENT, MAX_WAITING)

    async def read(picture: str, request: gr.Request | None) -> Reading | None:
        unread.admit(request)
        client = client_of(request.request) if request and request.request else ""
        try:
            async with line.turn(client):
                ink = await _ink_in(picture, decoding, client)
                return await run_sync(lambda: reader().read(ink))
        except OverloadError as error:
            raise _refusal(str(error)) from error

    async def predict(picture: str, request: gr.Request | None = None) -> dict:
        """Read the digit in a picture file.

        Any picture works: dark on light, light on dark, transparent, a photo of paper.

        Returns an object with: digit, 0 to 9, or null when nothing is drawn; probabilities, ten
        numbers that sum to 1; looks_like_digit, and the doubt if it does not; layers, the name
        and output shape of each layer; version, of what has read it.

        Args:
            picture: a picture file; for a tool as a data: URI (data:image/png;base64,…), no address
        """
        return describe(await read(picture, request))

    async def activations(
        picture: str, layer: str = ALL, request: gr.Request | None = None
    ) -> dict:
        """Return what the network's layers answer to a picture of a digit, number by number.

        Returns an object with: digit, 0 to 9; image, the 28×28 picture the network saw, 0 to 255;
        layers, each with its name, its shape (height, width, channels) or (units), and its values
        as nested lists of that shape.

        Args:
            picture: a picture file; for a tool as a data: URI (data:image/png;base64,…), no address
            layer: the name of one layer, as in /predict's answer; or all: 38,000 numbers.
        """
        reading = await read(picture, request)
        if reading is None:
            raise _refusal("There is no ink in the picture.")
        layers = reading.activations.layers
        if layer not in (ALL, *layers):
            raise _refusal(f"There is no layer {layer[:40]!r}, only {', '.join(layers)}.")
        names = layers if layer == ALL else [layer]
        return {
            "digit": reading.activations.digit,
            "image": reading.stages.image.tolist(),
            "layers": await run_sync(lambda: [_numbers(name, layers[name]) for name in names]),
        }

    picture = gr.File(label="picture", visible=False)
    layer = gr.Textbox(ALL, label="layer", visible=False)
    answer = gr.JSON(label="answer", visible=False)
    for function, given in ((predict, [picture]), (activations, [picture, layer])):
        gr.Button(visible=False).click(
            function, given, answer, api_name=function.__name__, concurrency_limit=None
        )


def describe(reading: Reading | None) -> dict:
    """Return what ``/predict`` answers for a reading, or for None, an empty picture."""
    if reading is None:
        empty = {"digit": None, "probabilities": None, "looks_like_digit": False, "doubt": "empty"}
        return empty | {"version": __version__}
    activations = reading.activations
    return {
        "digit": activations.digit,
        "probabilities": [float(p) for p in activations.probabilities],
        "looks_like_digit": reading.doubt is None,
        "doubt": reading.doubt,
        "layers": [{"name": n, "shape": list(a.shape)} for n, a in activations.layers.items()],
        "version": __version__,
    }


async def _ink_in(picture: str | None, decoding: Decoding, client: str) -> np.ndarray:
    if picture is None:
        raise _refusal("There is no picture. Send a picture file, PNG or JPEG.")
    try:
        return await decoding.read(client, _ink_in_file, Path(picture), decoding.sandbox)
    except OSError as error:
        raise _refusal("The picture is no longer here. Upload it again.") from error
    except PictureError as error:
        name = Path(picture).name
        raise _refusal(str(error).replace("The picture", name, 1)) from error


def _ink_in_file(path: Path, sandbox: Sandbox) -> np.ndarray:
    return sandbox.ink(path.read_bytes())


def _numbers(name: str, layer: np.ndarray) -> dict:
    values = np.round(layer.astype(float), DECIMALS).tolist()
    return {"name": name, "shape": list(layer.shape), "values": values}


def _refusal(sentence: str) -> gr.Error:
    return gr.Error(sentence, print_exception=False)  # no traceback in the log
