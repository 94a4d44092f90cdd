"""Drawings by people nothing was trained on, for what is measured of single pictures."""

from __future__ import annotations

import numpy as np

from mnist_cnn.digits import pen_digits, pen_drawings


def pictures(count: int) -> np.ndarray:
    """Return the same so many of them every time, uint8 (count, 28, 28)."""
    written = pen_digits.load().by(pen_digits.MEASURING_WRITERS)
    images = pen_drawings.for_measuring(written, pen_drawings.NORMAL).images
    return np.random.default_rng(1).permutation(images)[:count]
