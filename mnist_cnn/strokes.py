"""Strokes → picture, as the pad draws them: round caps and joins, antialiased; and other hands."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw

PAD_SIZE = 280  # units: pad coordinates run from 0 to 280 on both axes, x right, y down
BRUSH = 20.0  # units: the pad's brush when the page opens
OVERSAMPLING = 4


def render(
    strokes: Sequence[np.ndarray],
    brush: float = BRUSH,
    size: int = PAD_SIZE,
    pad_size: float = PAD_SIZE,
) -> np.ndarray:
    """Return the drawing made by ``strokes``: uint8 ``(size, size)``, 255 is ink.

    Args:
        strokes: each ``(points, 2)``, x and y in pad units; one point makes a dot.
        brush: stroke width in pad units.
        size: pixels of the picture's side.
        pad_size: pad units of the picture's side.
    """
    factor = size * OVERSAMPLING / pad_size
    width = max(1.0, brush * factor)
    canvas = Image.new("L", (size * OVERSAMPLING,) * 2)
    pen = ImageDraw.Draw(canvas)
    for stroke in strokes:
        points = [(float(x) * factor, float(y) * factor) for x, y in stroke]
        if len(points) > 1:
            pen.line(points, fill=255, width=round(width))
        for x, y in points:  # Pillow has no round caps and joins
            r = width / 2
            pen.ellipse((x - r, y - r, x + r, y + r), fill=255)
    return np.asarray(canvas.reduce(OVERSAMPLING))


def fit(strokes: Sequence[np.ndarray], box: tuple[float, float, float, float]) -> list[np.ndarray]:
    """Move and scale ``strokes`` into ``box`` (left, top, right, bottom), aspect ratio kept."""
    points = np.concatenate(strokes).astype(float)
    low, high = points.min(axis=0), points.max(axis=0)
    left, top, right, bottom = box
    spread = np.maximum(high - low, 1e-9)
    factor = min((right - left) / spread[0], (bottom - top) / spread[1])
    middle = np.array([left + right, top + bottom]) / 2
    return [(np.asarray(s) - (low + high) / 2) * factor + middle for s in strokes]


def vary(strokes: Sequence[np.ndarray], random: np.random.Generator) -> list[np.ndarray]:
    """Return ``strokes`` as another hand might have written them, about 1 unit large around 0.

    Slant, turn, proportions and a smooth wobble of the whole digit, and a little displacement of
    each stroke against the others.

    Args:
        strokes: each ``(points, 2)``, x right, y down, any unit.
        random: where the variation comes from.
    """
    points = np.concatenate(strokes).astype(float)
    low, high = points.min(axis=0), points.max(axis=0)
    size = max(float((high - low).max()), 1e-6)
    angle, shear = np.radians(random.normal(0, 6)), random.normal(0, 0.12)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    matrix = turn @ np.array([[1, shear], [0, 1]]) @ np.diag(np.exp(random.normal(0, 0.1, 2)))
    controls = random.normal(0, 0.045 * random.random(), (2, 5, 5))
    varied = []
    for stroke in strokes:
        unit = (np.asarray(stroke, float) - (low + high) / 2) / size  # -0.5 to 0.5
        unit = unit + _wobble(controls, unit)
        if len(strokes) > 1:
            middle = unit.mean(axis=0)
            unit = (unit - middle) * np.exp(random.normal(0, 0.06)) + middle
            unit = unit + random.normal(0, 0.025, 2)
        varied.append(unit @ matrix.T)
    return varied


def _wobble(controls: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Bilinear interpolation of the control displacements ``(2, 5, 5)`` at ``points``."""
    at = np.clip((points + 0.5) * 4, 0, 3.999)
    cell = at.astype(int)
    t = at - cell
    t = t * t * (3 - 2 * t)  # smooth across the cells
    x, y = cell.T
    upper = controls[:, y, x] * (1 - t[:, 0]) + controls[:, y, x + 1] * t[:, 0]
    lower = controls[:, y + 1, x] * (1 - t[:, 0]) + controls[:, y + 1, x + 1] * t[:, 0]
    return (upper * (1 - t[:, 1]) + lower * t[:, 1]).T
