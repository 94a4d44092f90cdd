"""Strokes → picture, as the pad draws them: round caps and joins, antialiased."""

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
