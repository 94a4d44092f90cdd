"""Cells of a drawing that are worth working out by hand, the best first."""

from __future__ import annotations

import numpy as np

APART = 0.05  # between the two largest of a window: less is the same in two decimals
KEPT = 200  # cells returned at most


def convolution_cells(image: np.ndarray, map: np.ndarray) -> list[tuple[int, int, int]]:
    """Return cells of a first convolution whose patch has paper, ink and greys, and that are on.

    Sorted by how large the value is for its channel and how mixed the patch; where none qualifies,
    the strongest cells.

    Args:
        image: uint8 ``(height, width)``, ink is 255.
        map: float32 ``(height - 2, width - 2, channels)``, what 3×3 kernels without padding and
            with stride 1 or 2 made of it.
    """
    stride = 1 if map.shape[0] > image.shape[0] // 2 else 2
    windows = np.lib.stride_tricks.sliding_window_view(image, (3, 3))[::stride, ::stride]
    windows = windows[: map.shape[0], : map.shape[1]]
    ink = (windows > 0).sum(axis=(2, 3))
    mixed = windows.std(axis=(2, 3)) / 128 * ((ink >= 4) & (ink <= 8))
    strength = map / np.maximum(map.max(axis=(0, 1)), 1e-6)
    return _best(np.where(map > 0.1, strength * mixed[..., None], 0) + 1e-3 * strength)


def pooling_cells(read: np.ndarray, map: np.ndarray) -> list[tuple[int, int, int]]:
    """Return cells of a 2×2 pooling whose four numbers differ, with a clear winner.

    Args:
        read: float32 ``(height, width, channels)``, what was pooled.
        map: float32 ``(height // 2, width // 2, channels)``.
    """
    height, width, channels = map.shape
    blocks = read[: 2 * height, : 2 * width].reshape(height, 2, width, 2, channels)
    four = np.sort(blocks.transpose(0, 2, 4, 1, 3).reshape(height, width, channels, 4), axis=-1)
    clear = four[..., 3] - four[..., 2] >= APART
    different = (np.diff(four, axis=-1) >= APART / 2).sum(axis=-1)  # 3 when all four differ
    strength = four[..., 3] / np.maximum(read.max(axis=(0, 1)), 1e-6)
    return _best(clear * different * (four > 0).sum(axis=-1) * strength + 1e-3 * strength)


def _best(scores: np.ndarray) -> list[tuple[int, int, int]]:
    order = np.argsort(-scores, axis=None, kind="stable")[:KEPT]
    kept = order[scores.ravel()[order] > 0] if scores.max() > 0 else order[:1]
    cells = np.stack(np.unravel_index(kept, scores.shape), axis=1)
    return [(int(row), int(column), int(channel)) for row, column, channel in cells]
