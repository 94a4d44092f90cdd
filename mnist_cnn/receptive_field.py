"""Where a cell looks: its window in the layer before, and the pixels of the picture that reach it.

Computed from kernels, strides, padding and dilation alone, along rows and columns apart, as in
A. Araujo, W. Norris and J. Sim, "Computing Receptive Fields of Convolutional Neural Networks",
Distill, 2019, https://doi.org/10.23915/distill.00021. Their formulas take a picture without an
end. At the rim of a real one a cell may see less: beyond a rim is padding, and a layer may leave
out the last rows and columns of the one before. So the pixels of each cell are followed as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mnist_cnn.architecture import (
    CONVOLUTIONS,
    POOLINGS,
    UNMOVED,
    Layer,
    described,
)

if TYPE_CHECKING:
    import keras

IMAGE = "image"  # what the first layer reads
WINDOWED = (*CONVOLUTIONS, *POOLINGS, "ZeroPadding2D")
WHOLE = ("Dense", "GlobalMaxPooling2D", "GlobalAveragePooling2D")  # see every cell
NOWHERE = (2**31 - 1, -1)  # the span of a cell that reads nothing but padding: it widens no other


@dataclass(frozen=True)
class Window:
    """What a cell reads of the layer before; each pair is along rows, along columns."""

    size: tuple[int, int]  # cells read
    stride: tuple[int, int]  # cells between neighbouring windows
    dilation: tuple[int, int]  # cells between neighbours in a window
    padding: tuple[int, int]  # rows above and columns left of the first cell

    def rows(self, row: int) -> np.ndarray:
        """Return the rows that row ``row`` of cells reads, int ``(size,)``; some may be padding."""
        return self._read(0, row)

    def columns(self, column: int) -> np.ndarray:
        """Return the columns that column ``column`` of cells reads, as ``rows`` does."""
        return self._read(1, column)

    def _read(self, axis: int, cell: int) -> np.ndarray:
        first = cell * self.stride[axis] - self.padding[axis]
        return first + self.dilation[axis] * np.arange(self.size[axis])


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

    def region(self, row: int = 0, column: int = 0) -> tuple[int, int, int, int]:
        """Return left, top, right, bottom (exclusive) of the smallest box with all these pixels.

        The box lies inside the picture and is empty for a cell that reads nothing but padding.
        Where all cells see the same (dense layers), every row and column has that one region.

        Raises:
            IndexError: the layer has no such row or column.
        """
        if self.stride == (0, 0):
            row = column = 0
        if not (0 <= row < len(self.rows) and 0 <= column < len(self.columns)):
            raise IndexError(
                f"There is no row {row}, column {column} among {len(self.rows)} rows and "
                f"{len(self.columns)} columns of cells."
            )
        (top, bottom), (left, right) = self.rows[row], self.columns[column]
        if bottom < top or right < left:
            return 0, 0, 0, 0
        return left, top, right + 1, bottom + 1


def receptive_fields(network: keras.Model) -> dict[str, ReceptiveField]:
    """Return the receptive field of every layer of ``model.layer_table(network)``.

    Flatten has the field of the layer it lays out: ask for the region of the cell that was there.

    Args:
        network: layers one after the other, reading pictures ``(batch, height, width, channels)``.

    Raises:
        TypeError: a layer is of a kind not known here, or reads more than one layer.
    """
    fields = {IMAGE: _pixels(network.input_shape[1:3])}
    for name, source in sources(network).items():
        fields[name] = _field(described(network.get_layer(name)), fields[source])
    del fields[IMAGE]
    return fields


def fields_along(layers: Sequence[Layer]) -> dict[str, ReceptiveField]:
    """Return the same of the descriptions of layers that each read the one before.

    Raises:
        TypeError: a layer is of a kind not known here.
    """
    fields, field = {}, _pixels(layers[0].before[:2])
    for layer in layers:
        fields[layer.name] = field = _field(layer, field)
    return fields


def sources(network: keras.Model) -> dict[str, str]:
    """Return for each layer the name of the one it reads, ``"image"`` for the network's input.

    Raises:
        TypeError: a layer reads several.
    """
    names = {id(network.inputs[0]): IMAGE}
    found = {}
    for layer in network.layers:
        if type(layer).__name__ == "InputLayer":
            continue
        if id(layer.input) not in names:
            raise TypeError(
                f"{layer.name} ({type(layer).__name__}) does not read exactly one layer before it, "
                "as every layer must here. Build the network as one chain of layers."
            )
        found[layer.name] = names[id(layer.input)]
        names[id(layer.output)] = layer.name
    return found


def window(layer: keras.Layer) -> Window:
    """Return what a cell of a convolution or pooling reads of the layer before.

    Raises:
        TypeError: the layer has no window, or has its channels first.
    """
    return _window(described(layer))


def _window(layer: Layer) -> Window:
    """``"same"`` pads as TensorFlow does: half of what is missing above and left, the rest below
    and right."""
    if layer.kind not in WINDOWED:
        raise _unknown(layer)
    size, stride, dilation = map(np.array, (layer.size, layer.stride, layer.dilation))
    padding = np.zeros(2, int)
    if isinstance(layer.padding, tuple):
        padding = np.array([before for before, _ in layer.padding])
    if layer.padding == "same":
        before, after = (np.array(shape[:2]) for shape in (layer.before, layer.shape))
        padding = np.maximum((after - 1) * stride + (size - 1) * dilation + 1 - before, 0) // 2
    return Window(*(_pair(numbers) for numbers in (size, stride, dilation, padding)))


def _pixels(sides: Sequence[int]) -> ReceptiveField:
    """Return the field of the picture itself."""
    return ReceptiveField((1, 1), (1, 1), (0, 0), *(tuple((i, i) for i in range(n)) for n in sides))


def _field(layer: Layer, before: ReceptiveField) -> ReceptiveField:
    if layer.kind in WINDOWED:
        return _through(_window(layer), layer.shape[:2], before)
    if layer.kind == "Dense" and len(layer.before) == 3:
        return before  # it is a 1×1 convolution
    if layer.kind in WHOLE:
        return _whole(before)
    if layer.kind in UNMOVED:
        return before
    raise _unknown(layer)


def _through(seen: Window, cells: Sequence[int], before: ReceptiveField) -> ReceptiveField:
    """Return the field of ``cells`` (rows, columns) that read ``before`` through a window."""
    step = np.array(before.stride)
    size = before.size + (np.array(seen.size) - 1) * seen.dilation * step
    start = before.start - np.array(seen.padding) * step
    rows = tuple(_span(before.rows, seen.rows(row)) for row in range(cells[0]))
    columns = tuple(_span(before.columns, seen.columns(column)) for column in range(cells[1]))
    return ReceptiveField(_pair(size), _pair(step * seen.stride), _pair(start), rows, columns)


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


def _unknown(layer: Layer) -> TypeError:
    return TypeError(
        f"{layer.name} is a {layer.kind}, and which cells that reads is not known here. "
        "Describe it in mnist_cnn/receptive_field.py."
    )
