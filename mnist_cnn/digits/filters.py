"""Filters for stacks of pictures: Gaussian blur, motion blur, resampling, Canny's edges.

A stack is float ``(n, height, width)``; every picture is filtered by itself.
"""

from __future__ import annotations

import numpy as np

GAUSSIAN_REACH = 4.0  # standard deviations


def blur(stack: np.ndarray, sigma: float, axes: tuple[int, ...] = (1, 2)) -> np.ndarray:
    """Return ``stack`` blurred by a Gaussian, pixels at the rim repeated beyond it.

    Args:
        stack: float ``(n, height, width)``.
        sigma: its standard deviation in pixels.
        axes: 1 blurs down the columns, 2 along the rows.
    """
    reach = int(GAUSSIAN_REACH * sigma + 0.5)
    steps = np.arange(-reach, reach + 1)
    kernel = np.exp(-(steps**2) / (2 * sigma**2))
    kernel /= kernel.sum()
    for axis in axes:
        pad = [(reach, reach) if axis == other else (0, 0) for other in range(3)]
        windows = np.lib.stride_tricks.sliding_window_view(
            np.pad(stack, pad, mode="edge"), len(kernel), axis=axis
        )
        stack = windows @ kernel
    return stack


def motion_blur(stack: np.ndarray, length: int, sigma: float, angles: np.ndarray) -> np.ndarray:
    """Return ``stack`` smeared to one side, as a picture is that moved while it was taken.

    Args:
        stack: float ``(n, height, width)``.
        length: pixels that are averaged, by half a Gaussian.
        sigma: its standard deviation in pixels.
        angles: radians ``(n,)``, of the movement of each picture, 0 along the rows.
    """
    _, height, width = stack.shape
    steps = np.arange(length)
    kernel = np.exp(-(steps**2) / (2 * sigma**2))
    kernel /= kernel.sum()
    across = np.ceil(steps[:, None] * np.cos(angles) - 0.5).astype(int)  # (length, n)
    down = np.ceil(steps[:, None] * np.sin(angles) - 0.5).astype(int)
    picture = np.arange(len(stack))[:, None, None]
    smeared = np.zeros_like(stack)
    for weight, right, below in zip(kernel, across, down, strict=True):
        rows = (np.arange(height)[:, None] + below[:, None, None]).clip(0, height - 1)
        columns = (np.arange(width) + right[:, None, None]).clip(0, width - 1)
        smeared += weight * stack[picture, rows, columns]
    return smeared


def resample(stack: np.ndarray, matrices: np.ndarray) -> np.ndarray:
    """Return ``stack`` under affine maps about its middle, bilinear, 0 outside.

    Args:
        stack: float ``(n, height, width)``.
        matrices: float ``(n, 2, 3)``: from x and y of the new picture, measured from the middle,
            to x and y in the old one.
    """
    _, height, width = stack.shape
    middle_x, middle_y = (width - 1) / 2, (height - 1) / 2
    y, x = np.mgrid[:height, :width]
    places = np.stack([x - middle_x, y - middle_y, np.ones_like(x)]).reshape(3, -1)
    at_x, at_y = (matrices @ places).reshape(len(stack), 2, height, width).transpose(1, 0, 2, 3)
    at_x, at_y = at_x + middle_x, at_y + middle_y
    left, top = np.floor(at_x).astype(int), np.floor(at_y).astype(int)
    padded = np.pad(stack, ((0, 0), (1, 1), (1, 1)))
    picture = np.arange(len(stack))[:, None, None]

    def at(rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        return padded[picture, (rows + 1).clip(0, height + 1), (columns + 1).clip(0, width + 1)]

    right, below = at_x - left, at_y - top  # shares
    upper = at(top, left) * (1 - right) + at(top, left + 1) * right
    lower = at(top + 1, left) * (1 - right) + at(top + 1, left + 1) * right
    return upper * (1 - below) + lower * below


def canny(stack: np.ndarray, sigma: float, low: float, high: float) -> np.ndarray:
    """Return where the edges are, boolean, of the same shape; never in the outermost pixels.

    (Canny, A Computational Approach to Edge Detection, 1986.)

    Args:
        stack: float ``(n, height, width)``, 0 to 1.
        sigma: of the blur before, in pixels.
        low: a pixel of a weaker gradient is no edge; gradients by Sobel, whose weights add up to 4.
        high: an edge has at least one pixel of this gradient.
    """
    padded = np.pad(blur(stack, sigma), ((0, 0), (1, 1), (1, 1)), mode="edge")
    down = _sobel(padded)
    across = _sobel(padded.transpose(0, 2, 1)).transpose(0, 2, 1)
    magnitude = np.hypot(down, across)
    ridge = _is_ridge(magnitude, down, across)
    ridge[:, [0, -1]] = ridge[:, :, [0, -1]] = False
    weak, edges = ridge & (magnitude >= low), ridge & (magnitude >= high)
    while (grown := weak & _with_neighbours(edges)).sum() > edges.sum():
        edges = grown
    return edges


def _sobel(padded: np.ndarray) -> np.ndarray:
    """Return the gradient down the columns of what lies inside a rim of one pixel."""
    difference = padded[:, 2:] - padded[:, :-2]
    return difference[:, :, :-2] + 2 * difference[:, :, 1:-1] + difference[:, :, 2:]


def _is_ridge(magnitude: np.ndarray, down: np.ndarray, across: np.ndarray) -> np.ndarray:
    """Return where no gradient is stronger one pixel up or down the slope (interpolated)."""
    _, height, width = magnitude.shape
    picture, row, column = np.ogrid[: len(magnitude), :height, :width]
    steep = np.abs(down) > np.abs(across)
    larger = np.maximum(np.abs(down), np.abs(across))
    share = np.minimum(np.abs(down), np.abs(across)) / np.maximum(larger, 1e-12)
    below, right = np.sign(down).astype(int), np.sign(across).astype(int)

    def at(rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        return magnitude[
            picture, (row + rows).clip(0, height - 1), (column + columns).clip(0, width - 1)
        ]

    ridge = magnitude > 0
    for side in (1, -1):
        straight = at(side * below * steep, side * right * ~steep)
        diagonal = at(side * below, side * right)
        ridge &= diagonal * share + straight * (1 - share) <= magnitude
    return ridge


def _with_neighbours(mask: np.ndarray) -> np.ndarray:
    """Return the mask and its eight neighbours."""
    padded = np.pad(mask, ((0, 0), (1, 1), (1, 1)))
    rows = padded[:, :-2] | padded[:, 1:-1] | padded[:, 2:]
    return rows[:, :, :-2] | rows[:, :, 1:-1] | rows[:, :, 2:]
