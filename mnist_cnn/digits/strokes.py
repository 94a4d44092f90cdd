"""Draw strokes as a picture, identical to the page's ink; and vary strokes as other hands would.

A stroke is a dot where the pen touches the pad, then a capsule along each segment: everything
within half the pen's width. A pixel at the edge gets ink by the distance of its centre. The page
does the same in ``reader/strokes.js``, in the same order, so that every pixel agrees.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

PAD_SIZE = 280  # units: pad coordinates run from 0 to 280 on both axes, x right, y down
BRUSH = 20.0  # units: the pad's brush when the page opens


def render(
    strokes: Sequence[np.ndarray],
    brush: float = BRUSH,
    size: int = PAD_SIZE,
    pad_size: float = PAD_SIZE,
) -> np.ndarray:
    """Return the drawing of ``strokes``: uint8 ``(size, size)``, 255 is ink.

    Args:
        strokes: each ``(points, 2)``, x and y in pad units; a single point makes a dot.
        brush: stroke width in pad units; at least a pixel is drawn.
        size: side of the picture in pixels.
        pad_size: side of the picture in pad units.
    """
    factor = size / pad_size
    picture = np.zeros((size, size), np.uint8)
    inked = [np.asarray(stroke, float) * factor for stroke in strokes if len(stroke)]
    if inked:
        reach = max(brush * factor, 1.0) / 2 + 0.5  # pixels: there is no ink beyond
        ends = np.concatenate(inked)
        starts = np.concatenate([part for stroke in inked for part in (stroke[:1], stroke[:-1])])
        pixels, distances = _near(starts, ends, reach, size)
        levels = np.floor(255 * np.minimum(reach - distances, 1) + 0.5)
        np.maximum.at(picture.reshape(-1), pixels, levels.astype(np.uint8))
    return picture


def _near(
    starts: np.ndarray, ends: np.ndarray, reach: float, size: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the flat indices of pixels nearer than ``reach`` to a segment, and their distances.

    All segments are computed at once: the rows of their bounding boxes are put one after the
    other, then the pixels of these rows. A pixel near several segments occurs several times.

    Args:
        starts: ``(segments, 2)``, x and y in pixels.
        ends: likewise.
        reach: pixels.
        size: side of the picture in pixels.
    """
    low = np.ceil(np.minimum(starts, ends) - reach - 0.5).clip(0, size).astype(int)
    high = np.floor(np.maximum(starts, ends) + reach + 0.5).clip(0, size).astype(int)
    widths, heights = (high - low).clip(0).T
    rows = _ranges(low[:, 1], heights)
    along = ends - starts
    lengths = along[:, 0] * along[:, 0] + along[:, 1] * along[:, 1]  # squared
    lengths[lengths == 0] = 1  # of dots: the numerators below are 0
    segments = np.column_stack((starts, along, lengths, low[:, 0], widths))
    ax, ay, dx, dy, squared, left, widths = np.repeat(segments, heights, axis=0).T

    y = rows + 0.5 - ay
    widths, left = widths.astype(int), left.astype(int)
    columns = _ranges(left, widths)
    pixels = columns + np.repeat(rows * size, widths)
    of_row = np.array((ax, dx, dy, y, y * dy, squared))
    ax, dx, dy, y, ydy, squared = np.repeat(of_row, widths, axis=1)
    x = columns + 0.5 - ax
    share = np.clip((x * dx + ydy) / squared, 0, 1)  # of the segment, up to its nearest point
    x -= share * dx
    y -= share * dy
    distances = x * x + y * y  # squared
    near = np.flatnonzero(distances < reach * reach)
    return pixels[near], np.sqrt(distances[near])


def _ranges(first: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Return the ranges of ``counts`` numbers from each ``first`` on, concatenated."""
    before = np.cumsum(counts) - counts
    return np.arange(counts.sum()) + np.repeat(first - before, counts)


def smooth(points: np.ndarray, steps: int = 8) -> np.ndarray:
    """Return a curve through ``points`` (Catmull and Rom, 1974), ``steps`` points for each.

    Args:
        points: ``(n, 2)``, in any unit.
        steps: points of the curve from one to the next.
    """
    p = np.concatenate([points[:1], points, points[-1:]])
    before, start, end, after = p[:-3, None], p[1:-2, None], p[2:-1, None], p[3:, None]
    t = np.linspace(0, 1, steps, endpoint=False)[None, :, None]
    curve = 0.5 * (
        2 * start
        + (end - before) * t
        + (2 * before - 5 * start + 4 * end - after) * t**2
        + (3 * start - before - 3 * end + after) * t**3
    )
    return np.concatenate([curve.reshape(-1, 2), points[-1:]])


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
    """Return ``strokes`` as another hand might write them, about 1 unit large and centred at 0.

    Changes the slant, rotation, proportions and a smooth wobble of the whole digit, and shifts and
    scales each stroke a little.

    Args:
        strokes: each ``(points, 2)``, x right, y down, in any unit.
        random: the source of randomness.
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
    """Interpolate the displacements ``(2, 5, 5)`` of control points at ``points``."""
    at = np.clip((points + 0.5) * 4, 0, 3.999)
    cell = at.astype(int)
    t = at - cell
    t = t * t * (3 - 2 * t)  # smooth across the cells
    x, y = cell.T
    upper = controls[:, y, x] * (1 - t[:, 0]) + controls[:, y, x + 1] * t[:, 0]
    lower = controls[:, y + 1, x] * (1 - t[:, 0]) + controls[:, y + 1, x + 1] * t[:, 0]
    return (upper * (1 - t[:, 1]) + lower * t[:, 1]).T
