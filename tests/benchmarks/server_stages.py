"""Time each stage of the drawing route, in this process, without HTTP."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable

import numpy as np
from PIL import Image

from mnist_cnn import strokes
from tests.benchmarks.pen_moves import Digit, Times, many_digits

SENT_SIDE = 80  # pixels: the longer side of a drawing as the pad sends it


def time_server(count: int) -> dict[str, Times]:
    """Time each stage of our route on ``count`` drawings, in this process.

    TensorFlow is imported here, last, so that it takes nothing from the pages before.
    """
    from mnist_cnn import quiet  # noqa: F401  first

    # isort: split
    from mnist_cnn import payload
    from mnist_cnn.preprocess import preprocess
    from mnist_cnn.reading import Reader

    reader = Reader.load()
    times: dict[str, Times] = {
        "preprocess": [],
        "traced pass": [],
        "rest of the reading": [],
        "payload": [],
    }
    for digit in itertools.islice(many_digits(), count):
        drawing = as_sent(digit)
        whole, reading = timed(reader.read, drawing)
        first, stages = timed(preprocess, drawing)
        second, _ = timed(reader.tracer, stages.image)
        last, _ = timed(payload.encode, reading)
        parts = (first, second, max(0, whole - first - second), last)
        for stage, milliseconds in zip(times, parts, strict=True):
            times[stage].append(milliseconds)
    return times


def timed(work: Callable, *arguments):
    """Return the milliseconds that ``work`` takes, and what it returns."""
    begin = time.perf_counter()
    result = work(*arguments)
    return 1000 * (time.perf_counter() - begin), result


def as_sent(digit: Digit) -> np.ndarray:
    """Return a digit as the pad sends it: its ink, the longer side 80 pixels."""
    drawn = strokes.render([np.array(stroke) * strokes.PAD_SIZE for stroke in digit])
    ink = Image.fromarray(drawn)
    ink = ink.crop(ink.getbbox())
    ink.thumbnail((SENT_SIDE, SENT_SIDE))
    return np.asarray(ink)
