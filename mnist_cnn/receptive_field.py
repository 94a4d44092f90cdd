"""Where a cell looks: the pixels of the picture that reach it.

Computed from kernels, strides and padding alone, along rows and columns apart, as in A. Araujo,
W. Norris and J. Sim, "Computing Receptive Fields of Convolutional Neural Networks", Distill, 2019,
https://doi.org/10.23915/distill.00021. Their formulas take a picture without an end. At the rim of
a real one a cell may see less: beyond a rim is padding, and a layer may leave out the last rows and
columns of the one before. So the pixels of each cell are followed as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from mnist_cnn.architecture import WINDOWED, Layer

NOWHERE = (2**31 - 1, -1)  # the span of a cell that reads nothing but padding: it widens no other


@dataclass(frozen=True)
class ReceptiveField:
    """The pixels that can influence a layer's cells; each pair is along rows, along columns.

    ``size``, ``stride`` and ``start`` take a picture without an end; ``rows`` and ``columns`` are
    what is left of it at the rims, and exact.
    """

    size: tuple[int, int]  # pixels, height and width
    stride: tuple[int, int]  # pixels between neighbouring cells; 0 when all cells see the same
    start: tuple[int, int]  # row and column of the first pixel of cell (0, 0); negative if padded
    rows: tuple[tuple[int, int], ...]  # first and last pixel that each row of cells sees
    columns: tuple[tuple[int, int], ...]


def fields_along(layers: Sequence[Layer]) -> dict[str, ReceptiveField]:
    """Return the receptive field of every layer, each of which reads the one before.

    Flatten has the field of the layer it lays out.
    """
    sides = [tuple((i, i) for i in range(side)) for side in layers[0].before[:2]]
    fields, field = {}, ReceptiveField((1, 1), (1, 1), (0, 0), *sides)
    for layer in layers:
        if layer.kind in WINDOWED:
            field = _through(layer, field)
        elif layer.kind == "Dense":
            field = _whole(field)
        fields[layer.name] = field
    return fields


def _through(layer: Layer, before: ReceptiveField) -> ReceptiveField:
    """Return the field of cells that read ``before`` through the window of a layer."""
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
    """Return the rows above and the columns left of the first cell.

    ``"same"`` pads as TensorFlow does: half of what is missing above and left, the rest below and
    right.
    """
    if layer.padding == "same":
        before, after = (np.array(shape[:2]) for shape in (layer.before, layer.shape))
        return np.maximum((after - 1) * layer.stride + layer.size - before, 0) // 2
    if isinstance(layer.padding, str):
        return np.zeros(2, int)
    return np.array([first for first, _ in layer.padding])


def _whole(before: ReceptiveField) -> ReceptiveField:
    """Return the field of a cell that reads all cells."""
    rows, columns = (_span(spans, range(len(spans))) for spans in (before.rows, before.columns))
    size = (rows[1] - rows[0] + 1, columns[1] - columns[0] + 1)
    return ReceptiveField(size, (0, 0), (rows[0], columns[0]), (rows,), (columns,))


def _span(spans: Sequence[tuple[int, int]], cells: Iterable[int]) -> tuple[int, int]:
    """Return the first and last pixel of these ``cells``, of which padding has none."""
    read = [spans[cell] for cell in cells if 0 <= cell < len(spans)] or [NOWHERE]
    return min(first for first, _ in read), max(last for _, last in read)


def _pair(numbers: Iterable[int]) -> tuple[int, int]:
    first, second = numbers
    return int(first), int(second)
