"""Drawings by people nothing was trained on, for what is measured of single pictures."""

from __future__ import annotations

import numpy as np

from mnist_cnn import drawings, pens


def pictures(count: int) -> np.ndarray:
    """Return the same so many of them every time, uint8 (count, 28, 28)."""
    written = pens.load().by(pens.MEASURING_WRITERS)
    images = drawings.for_measuring(written, drawings.NORMAL).images
    return np.random.default_rng(1).permutation(images)[:count]
