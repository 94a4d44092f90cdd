"""What training leads to: test digits, and files to take away and to bring back."""

from __future__ import annotations

import struct

import numpy as np
from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from mnist_cnn import exchange_formats
from mnist_cnn.events import Examined
from mnist_cnn.runs import Runs
from mnist_cnn.ui import telling
from mnist_cnn.ui.fairness import place
from mnist_cnn.ui.networks import Networks
from mnist_cnn.ui.requests import BINARY, RequestError, guarded, json_of
from mnist_cnn.ui.training import run_of, session_of
from mnist_cnn.uploads import UploadError


def routes(runs: Runs, networks: Networks, prefix: str) -> list[BaseRoute]:
    """Return the routes that show and move finished networks, below ``prefix``."""

    # One file at a time that people bring, and one that they take; others use the other threads.
    looking_through, converting = CapacityLimiter(1), CapacityLimiter(1)

    async def digits(request: Request) -> Response:
        """``?label`` and ``answer`` or the worst mistakes → ``encode_examined``."""
        run = run_of(runs, request)
        if run.result is None:
            raise RequestError("This run is not tested yet.", "run untested")
        label, answer = (request.query_params.get(name) for name in ("label", "answer"))
        if label is None:
            return Response(encode_examined(run.result.worst), headers=BINARY)
        cell = _of_cell(run.result.examples, _digit(label), _digit(answer or ""))
        return Response(encode_examined(cell), headers=BINARY)

    async def download(request: Request) -> Response:
        """``?network&format=onnx`` → it as a file with its card; see ``exchange_formats``."""
        network, suffix = networks.asked(request), f".{request.query_params.get('format', 'keras')}"
        if not network.final:
            raise RequestError("The network is still in training.", "run untested")
        given = (suffix[:20], network.layers, network.weights, network.about)
        try:
            content = await to_thread.run_sync(exchange_formats.encode, *given, limiter=converting)
        except exchange_formats.FormatError as error:
            raise RequestError(str(error)) from error
        except OSError as error:
            raise RequestError(f"{FULL} ({error.strerror}). {FREE}", "run disk") from error
        headers = {"Content-Disposition": f"attachment; filename=mnist_cnn{suffix}"}
        return Response(content, headers=BINARY | headers, media_type="application/octet-stream")

    async def upload(request: Request) -> Response:
        """A ``.keras`` or ``.h5`` file, ``?name`` → the network in it, ready to be used."""
        session, name = session_of(request), request.query_params.get("name", "")
        content = await request.body()
        try:
            brought = await to_thread.run_sync(
                networks.uploads.add,
                session,
                name,
                content,
                place(request),
                limiter=looking_through,
            )
        except UploadError as error:
            raise RequestError(str(error), f"file {error.reason}", **error.values) from error
        return json_of(telling.upload(brought))

    return [
        Route(f"{prefix}/trainings/{{run}}/digits", guarded(digits), methods=["GET"]),
        Route(f"{prefix}/file", guarded(download), methods=["GET"]),
        Route(f"{prefix}/file", guarded(upload), methods=["POST"]),
    ]


FULL = "The server has no space for a file"
FREE = "Free some on its disk and try again."


def encode_examined(examined: Examined) -> bytes:
    """Return test digits as bytes, little-endian.

    A uint32 count n; float32 (n,), the probability of the answer, and (n,), of the label; uint8
    (n,), the labels, and (n,), the answers; uint8 (n, 28, 28), the pictures, ink is 255.
    """
    rows = np.arange(len(examined.labels))
    labels, answers = examined.labels.astype(int), examined.probabilities.argmax(axis=1)
    return b"".join(
        [
            struct.pack("<I", len(rows)),
            examined.probabilities[rows, answers].astype("<f4").tobytes(),
            examined.probabilities[rows, labels].astype("<f4").tobytes(),
            labels.astype(np.uint8).tobytes(),
            answers.astype(np.uint8).tobytes(),
            examined.images.tobytes(),
        ]
    )


def _of_cell(examined: Examined, label: int, answer: int) -> Examined:
    rows = (examined.labels == label) & (examined.probabilities.argmax(axis=1) == answer)
    return Examined(*(part[rows] for part in vars(examined).values()))


def _digit(text: str) -> int:
    if len(text) != 1 or text not in "0123456789":
        raise RequestError(f"label and answer must be digits from 0 to 9, got {text[:20]!r}.")
    return int(text)
