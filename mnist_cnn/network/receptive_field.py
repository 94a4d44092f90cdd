"""Receptive fields: the pixels of the picture that can influence a cell.

Computed from kernels, strides and padding alone, separately for rows and columns, as in A. Araujo,
W. Norris and J. Sim, "Computing Receptive Fields of Convolutional Neural Networks", Distill, 2019,
https://doi.org/10.23915/distill.00021. Their formulas assume an infinite picture. Near the edges of
a real one a cell may see less: beyond them is padding, and a layer may skip the last rows and
columns of the one before. So the exact pixels of each cell are computed as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from mnist_cnn.network.architecture import WINDOW_LAYERS, Layer

NO_PIXELS = (2**31 - 1, -1)  # the span of a cell that sees only padding: min and max ignore it


@dataclass(frozen=True)
class ReceptiveField:
    """The pixels that can influence a layer's cells; each pair is along rows, along columns.

    ``size``, ``stride`` and ``start`` assume an infinite picture, ``rows`` and ``columns`` do not.
    """

    size: tuple[int, int]  # pixels, height and width
    stride: tuple[int, int]  # pixels between neighbouring cells; 0 if all cells see the same
    start: tuple[int, int]  # row and column of the first pixel of cell (0, 0); negative if padded
    rows: tuple[tuple[int, int], ...]  # first and last pixel that each row of cells sees
    columns: tuple[tuple[int, int], ...]


def fields_along(layers: Sequence[Layer]) -> dict[str, ReceptiveField]:
    """Return layer name: receptive field, for a chain of layers.

    Flatten has the field of the layer that it flattens.
    """
    sides = [tuple((i, i) for i in range(side)) for side in layers[0].before[:2]]
    fields, field = {}, ReceptiveField((1, 1), (1, 1), (0, 0), *sides)
    for layer in layers:
        if layer.kind in WINDOW_LAYERS:
            field = _through(layer, field)
        elif layer.kind == "Dense":
            field = _whole(field)
        fields[layer.name] = field
    return fields


def _through(layer: Layer, before: ReceptiveField) -> ReceptiveField:
    """Return the field of a windowed layer whose input has the field ``before``."""
    padding, step = _padding(layer), np.array(before.stride)
    size = before.size + (np.array(layer.size) - 1) * step
    start = before.start - padding * step
    spans = (
        tuple(
            _span(lines, range(first, first + layer.size[axis]))
            for first in range(-padding[axis], layer.shape[axis] * stride - padding[axis], stride)
        )
        for axis, (lines, stride) in enumerate(
            zip((before.rows, before.columns), layer.stride, strict=True)
        )
    )
    return ReceptiveField(_pair(size), _pair(step * layer.stride), _pair(start), *spans)


def _padding(layer: Layer) -> np.ndarray:
    """Return the padding above and left of the first cell: rows, columns.

    TensorFlow's ``"same"`` puts half of the padding above and left, rounded down, and the rest
    below and right.
    """
    if layer.padding == "same":
        before, after = (np.array(shape[:2]) for shape in (layer.before, layer.shape))
        return np.maximum((after - 1) * layer.stride + layer.size - before, 0) // 2
    if isinstance(layer.padding, str):
        return np.zeros(2, int)
    return np.array([first for first, _ in layer.padding])


def _whole(before: ReceptiveField) -> ReceptiveField:
    """Return the field of a cell that reads all cells of the layer before."""
    rows, columns = (_span(spans, range(len(spans))) for spans in (before.rows, before.columns))
    size = (rows[1] - rows[0] + 1, columns[1] - columns[0] + 1)
    return ReceptiveField(size, (0, 0), (rows[0], columns[0]), (rows,), (columns,))


def _span(spans: Sequence[tuple[int, int]], cells: Iterable[int]) -> tuple[int, int]:
    """Return the first and last pixel that these ``cells`` see; cells of padding see none."""
    read = [spans[cell] for cell in cells if 0 <= cell < len(spans)] or [NO_PIXELS]
    return min(first for first, _ in read), max(last for _, last in read)


def _pair(numbers: Iterable[int]) -> tuple[int, int]:
    first, second = numbers
    return int(first), int(second)
