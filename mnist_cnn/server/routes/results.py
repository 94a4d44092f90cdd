"""Test digits of a training: a few to watch while it learns, those of its table of mistakes."""

from __future__ import annotations

import struct

import numpy as np
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mnist_cnn.optimization.events import Examined, LabelledPictures
from mnist_cnn.page.build.assets import PREFIX
from mnist_cnn.server.http.requests import BINARY, RequestError, digit_of
from mnist_cnn.server.routes.trainings import run_of


async def digits(request: Request) -> Response:
    """``?label&answer`` → digits of one cell of the table, ``?forgotten`` → what a correction cost.

    Without either, the worst mistakes. As ``encode_examined`` lays them out.

    ``?sample`` → those to watch while it learns, which the page reads itself, as
    ``encode_pictures`` lays them out.
    """
    run = run_of(request)
    if "sample" in request.query_params:
        if run.sample is None:
            raise RequestError("This run has not loaded its digits yet.", "digitsNotLoaded")
        return Response(encode_pictures(run.sample), headers=BINARY)
    if run.result is None:
        raise RequestError("This run is not tested yet.", "run untested")
    chosen = run.result.worst
    if "forgotten" in request.query_params:
        if run.result.corrected is None:
            raise RequestError("This run is no correction: it has forgotten nothing.")
        chosen = run.result.corrected.forgotten
    elif "label" in request.query_params:
        label, answer = digit_of(request, "label"), digit_of(request, "answer")
        chosen = _of_cell(run.result.examples, label, answer)
    return Response(encode_examined(chosen), headers=BINARY)


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


def encode_pictures(pictures: LabelledPictures) -> bytes:
    """Return test digits as bytes, little-endian.

    A uint32 count n; uint8 (n,), the labels; uint8 (n, 28, 28), the pictures, ink is 255.
    """
    count = struct.pack("<I", len(pictures.labels))
    return count + pictures.labels.tobytes() + pictures.images.tobytes()


def _of_cell(examined: Examined, label: int, answer: int) -> Examined:
    rows = (examined.labels == label) & (examined.probabilities.argmax(axis=1) == answer)
    return Examined(*(part[rows] for part in vars(examined).values()))


ROUTES = [Route(f"{PREFIX}/trainings/{{run}}/digits", digits, methods=["GET"])]
