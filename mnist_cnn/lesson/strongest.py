"""The strongest number of a feature map: what most chapters point at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mnist_cnn.activations import eight_bit
from mnist_cnn.receptive_field import ReceptiveField


@dataclass(frozen=True)
class Strongest:
    """The largest number of a feature map, its channel, and the pixels it sees."""

    cell: tuple[int, int, int]  # row, column, channel
    value: float
    map: np.ndarray  # uint8 (height, width): its channel, 255 is the channel's largest
    region: tuple[int, int, int, int]  # left, top, right, bottom of what it sees


def strongest(layer: np.ndarray, field: ReceptiveField) -> Strongest:
    """Return the strongest number of ``layer``, float32 ``(height, width, channels)``."""
    row, column, channel = (int(i) for i in np.unravel_index(layer.argmax(), layer.shape))
    levels = eight_bit(layer[..., channel : channel + 1]).levels[..., 0]
    value = float(layer[row, column, channel])
    return Strongest((row, column, channel), value, levels, field.region(row, column))
