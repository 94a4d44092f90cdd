"""What a number of the network is made of: the terms, for each kind of layer.

The page reads these fields by their names; ``kind`` tells it which of them there are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


class CellError(ValueError):
    """There is no such number in the network. The message says what there is."""


@dataclass(frozen=True)
class Cells:
    """Where inputs lie: the first of them, in ``layer``; ``"image"`` is the picture."""

    layer: str
    row: int | None = None  # None in a vector; negative where padding comes first
    column: int | None = None
    channel: int | None = None  # None when all channels are read

    @property
    def place(self) -> tuple[int, int]:
        """Row and column; raises ``CellError`` in a vector."""
        if self.row is None or self.column is None:
            raise CellError(f"{self.layer} is a vector, without rows and columns.")
        return self.row, self.column


@dataclass(frozen=True, kw_only=True)
class Convolution:
    """``total = sums.sum() + bias``; the value is what the activation makes of it.

    Input channels are sorted by the size of their sum, largest first. Padding is 0 in a patch.
    """

    kind: str = "convolution"
    layer: str
    cell: tuple[int, ...]  # row, column, channel
    inputs: Cells
    channels: np.ndarray  # int (c,), input channels
    sums: np.ndarray  # float64 (c,), of patch × kernel
    patches: np.ndarray  # float64 (c, kernel height, kernel width)
    kernels: np.ndarray  # float64, as patches
    bias: float
    total: float
    activation: str  # "relu" or "linear"
    value: float


@dataclass(frozen=True, kw_only=True)
class Pooling:
    """The value is the largest or the mean of ``window``, which holds no padding."""

    kind: str = "pooling"
    how: str  # "max" or "average"
    layer: str
    cell: tuple[int, ...]
    inputs: Cells
    window: np.ndarray  # float32 (height, width); smaller at a padded rim
    winner: tuple[int, int] | None  # row and column in the window; None for the average
    value: float


@dataclass(frozen=True, kw_only=True)
class Flattening:
    """The value is the one cell that ``inputs`` names."""

    kind: str = "flatten"
    layer: str
    cell: tuple[int, ...]
    inputs: Cells
    value: float


@dataclass(frozen=True, kw_only=True)
class Dense:
    """``total = products.sum() + bias``; the value is what the activation makes of it.

    Input units are sorted by the size of their product, largest first.
    """

    kind: str = "dense"
    layer: str
    cell: tuple[int, ...]  # unit
    inputs: Cells
    units: np.ndarray  # int (n,), input units
    values: np.ndarray  # float64 (n,)
    weights: np.ndarray  # float64 (n,)
    products: np.ndarray  # float64 (n,), values × weights
    bias: float
    total: float
    activation: str  # "relu", "linear" or "softmax"
    value: float


@dataclass(frozen=True, kw_only=True)
class Softmax(Dense):
    """``value = exponentials[unit] / denominator``; ``total`` is the unit's own logit."""

    kind: str = "softmax"
    logits: np.ndarray  # float64 (10,)
    exponentials: np.ndarray  # float64 (10,), exp(logits - the largest logit)
    denominator: float  # their sum


Terms = Convolution | Pooling | Flattening | Dense | Softmax
