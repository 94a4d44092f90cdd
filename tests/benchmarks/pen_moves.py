"""What both pages are asked to read: digits drawn by a pen that moves as fast on each."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator

from playwright.sync_api import Locator

from tests.browser.pointer import DIGITS

PEN_RATE = 60  # moves a second
PATIENCE = 30_000  # milliseconds for one answer
WINDOW = {"width": 1280, "height": 1440}  # holds all of either page

Point = tuple[float, float]  # shares of the pad's side
Digit = list[list[Point]]  # strokes
Times = list[float]  # milliseconds


def many_digits() -> Iterator[Digit]:
    """Yield digits without end, each a little larger, smaller or elsewhere; the same each run."""
    chance = random.Random(0)
    for number in itertools.cycle(DIGITS):
        size = chance.uniform(0.8, 1.1)
        right, down = chance.uniform(-0.06, 0.06), chance.uniform(-0.06, 0.06)
        yield [
            [(0.5 + right + size * (x - 0.5), 0.5 + down + size * (y - 0.5)) for x, y in stroke]
            for stroke in DIGITS[number]
        ]


def in_steps(stroke: list[Point], steps: int) -> Iterator[Point]:
    """Yield the points the pen moves to, ``steps`` for each part of the stroke."""
    for (x0, y0), (x1, y1) in itertools.pairwise(stroke):
        for step in range(1, steps + 1):
            yield x0 + (x1 - x0) * step / steps, y0 + (y1 - y0) * step / steps


def placer(canvas: Locator, side: float | None = None) -> Callable[[float, float], Point]:
    """Return what tells where a point, in shares of the pad, is in the window.

    The pad is the canvas, or the square of ``side`` pixels in its middle.
    """
    box = canvas.bounding_box()
    across, down = side or box["width"], side or box["height"]
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    return lambda x, y: (middle[0] + (x - 0.5) * across, middle[1] + (y - 0.5) * down)
