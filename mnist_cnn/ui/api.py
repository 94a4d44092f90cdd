"""The named endpoints for programs; they have no place on the page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import gradio as gr
import numpy as np
from anyio.to_thread import run_sync

from mnist_cnn import __version__
from mnist_cnn.ink import PictureError
from mnist_cnn.sandbox import Sandbox
from mnist_cnn.ui.pictures import ink_in
from mnist_cnn.ui.unread import Unread

if TYPE_CHECKING:
    from mnist_cnn.reading import Reader, Reading

ALL = "all"  # instead of one layer's name
DECIMALS = 7  # of activations: those of a float32
AT_ONCE = 4  # calls of an endpoint that are answered at the same time


def endpoints(reader: Callable[[], Reader], unread: Unread, sandbox: Sandbox) -> None:
    """Add ``/predict`` and ``/activations`` to the page that is being built.

    Args:
        reader: returns what reads ink, and may take a while.
        unread: who takes no answers.
        sandbox: decodes the pictures.
    """

    async def read(picture: str, request: gr.Request | None) -> Reading | None:
        unread.admit(request)
        ink = await _ink_in(picture, sandbox)
        return await run_sync(lambda: reader().read(ink))

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
            function, given, answer, api_name=function.__name__, concurrency_limit=AT_ONCE
        )


def describe(reading: Reading | None) -> dict:
    """Return a reading as the plain object ``/predict`` answers."""
    if reading is None:
        none = {"digit": None, "probabilities": None, "looks_like_digit": False, "doubt": "empty"}
        return none | {"version": __version__}
    activations = reading.activations
    return {
        "digit": activations.digit,
        "probabilities": [float(p) for p in activations.probabilities],
        "looks_like_digit": reading.doubt is None,
        "doubt": reading.doubt,
        "layers": [{"name": n, "shape": list(a.shape)} for n, a in activations.layers.items()],
        "version": __version__,
    }


async def _ink_in(picture: str | None, sandbox: Sandbox) -> np.ndarray:
    if picture is None:
        raise _refusal("There is no picture. Send a picture file, PNG or JPEG.")
    try:
        return await ink_in(await run_sync(Path(picture).read_bytes), sandbox)
    except OSError as error:
        raise _refusal("The picture is no longer here. Upload it again.") from error
    except PictureError as error:
        name = Path(picture).name
        raise _refusal(str(error).replace("The picture", name, 1)) from error


def _numbers(name: str, layer: np.ndarray) -> dict:
    values = np.round(layer.astype(float), DECIMALS).tolist()
    return {"name": name, "shape": list(layer.shape), "values": values}


def _refusal(sentence: str) -> gr.Error:
    return gr.Error(sentence, print_exception=False)  # no traceback on the terminal for it
