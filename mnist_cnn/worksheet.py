"""Numbers for a printed sheet: one convolution and one pooling of the person's own drawing.

What is printed is rounded, and the answers are worked out from the rounded numbers, so that a
pencil gets them exactly; the network's own value stands beside for comparison.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np

from mnist_cnn.activations import Activations
from mnist_cnn.arithmetic import Arithmetic
from mnist_cnn.interesting import convolution_cells, pooling_cells
from mnist_cnn.terms import Convolution, Pooling

DECIMALS = 2  # of the numbers printed; their products have twice as many and are exact


@dataclass(frozen=True)
class ConvolutionTask:
    """``products = patch × kernel``; ``total`` is their sum and the bias, ``value`` its ReLU."""

    layer: str
    cell: tuple[int, int, int]  # row, column, channel
    pixels: tuple[int, int]  # row and column of the first pixel of the patch
    patch: np.ndarray  # float64 (3, 3), 2 decimals
    kernel: np.ndarray  # float64 (3, 3), 2 decimals
    products: np.ndarray  # float64 (3, 3), 4 decimals
    sum: float  # of the products, 4 decimals
    bias: float  # 2 decimals
    total: float  # 4 decimals
    value: float  # after ReLU, 4 decimals
    network: float  # the network's own, from numbers that are not rounded


@dataclass(frozen=True)
class PoolingTask:
    """``value`` is the largest or the mean of ``window``."""

    layer: str
    cell: tuple[int, int, int]  # row, column, channel
    cells: tuple[int, int]  # row and column of the first cell of the window
    how: str  # "max" or "average"
    window: np.ndarray  # float64 (2, 2), 2 decimals
    winner: tuple[int, int] | None  # row and column in the window; None for the average
    value: float  # 2 decimals for the maximum, 4 for the average
    network: float  # the network's own


@dataclass(frozen=True)
class Worksheet:
    """The tasks of one drawing."""

    convolution: ConvolutionTask
    pooling: PoolingTask | None  # None in a network without pooling


def worksheet(arithmetic: Arithmetic, image: np.ndarray, activations: Activations) -> Worksheet:
    """Return tasks with cells that are worth working out: some ink, some paper, an answer above 0.

    Args:
        arithmetic: of the network.
        image: uint8 ``(28, 28)`` with ink in it.
        activations: what the network made of it.

    Raises:
        ValueError: there is no ink.
    """
    if not image.any():
        raise ValueError("There is no ink to make a worksheet of. Draw a digit first.")
    convolution = _convolution(arithmetic, image, activations)
    pooling = _pooling(arithmetic, image, activations) if "pool1" in activations.layers else None
    return Worksheet(convolution, pooling)


def _convolution(
    arithmetic: Arithmetic, image: np.ndarray, activations: Activations
) -> ConvolutionTask:
    cell = convolution_cells(image, activations.layers["conv1"])[0]
    terms = cast(Convolution, arithmetic.explain(image, activations, "conv1", cell))
    patch, kernel = (np.round(part[0], DECIMALS) for part in (terms.patches, terms.kernels))
    bias = round(terms.bias, DECIMALS)
    products = np.round(patch * kernel, 2 * DECIMALS) + 0.0  # no minus zero on paper
    total = round(float(products.sum()) + bias, 2 * DECIMALS)
    return ConvolutionTask(
        layer="conv1",
        cell=cell,
        pixels=terms.inputs.place,
        patch=patch,
        kernel=kernel,
        products=products,
        sum=round(float(products.sum()), 2 * DECIMALS),
        bias=bias,
        total=total,
        value=max(total, 0.0),
        network=terms.value,
    )


def _pooling(arithmetic: Arithmetic, image: np.ndarray, activations: Activations) -> PoolingTask:
    cell = pooling_cells(activations.layers["conv1"], activations.layers["pool1"])[0]
    terms = cast(Pooling, arithmetic.explain(image, activations, "pool1", cell))
    window = np.round(terms.window.astype(np.float64), DECIMALS)
    value = window.max() if terms.how == "max" else round(float(window.mean()), 2 * DECIMALS)
    return PoolingTask(
        layer="pool1",
        cell=cell,
        cells=terms.inputs.place,
        how=terms.how,
        window=window,
        winner=terms.winner,
        value=float(value),
        network=terms.value,
    )
