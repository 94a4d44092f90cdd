"""Which pixels of the picture can influence a cell, from the layers' kernels and strides.

Araujo, Norris and Sim, Computing Receptive Fields of Convolutional Neural Networks, Distill 2019:
a layer with kernel k, dilation d, stride s and padding p makes of a field of size r, whose
neighbours are j pixels apart and whose first begins at pixel a, one of size r + (k-1)·d·j, whose
neighbours are j·s apart and whose first begins at a - p·j.
"""

from __future__ import annotations

from dataclasses import dataclass

import keras

from mnist_cnn.model import layer_table
from mnist_cnn.preprocess import IMAGE_SIZE

SLIDING = (keras.layers.Conv2D, keras.layers.MaxPooling2D, keras.layers.AveragePooling2D)
STANDING = (
    keras.layers.Activation,
    keras.layers.BatchNormalization,
    keras.layers.Dropout,
    keras.layers.Flatten,
    keras.layers.ReLU,
)


@dataclass(frozen=True)
class ReceptiveField:
    """What the cells of one layer see of the picture, in pixels; pairs are rows, columns."""

    size: tuple[int, int]
    stride: tuple[int, int]  # between neighbouring cells; 0 where there are no neighbours
    start: tuple[int, int]  # first pixel of cell (0, 0); negative under padding

    def region(self, row: int, column: int) -> tuple[int, int, int, int]:
        """Return left, top, right, bottom (exclusive) of what a cell sees, inside the picture."""
        top, left = self.start[0] + row * self.stride[0], self.start[1] + column * self.stride[1]
        bottom, right = top + self.size[0], left + self.size[1]
        return max(0, left), max(0, top), min(IMAGE_SIZE, right), min(IMAGE_SIZE, bottom)


def receptive_fields(network: keras.Model) -> dict[str, ReceptiveField]:
    """Return the receptive field of each layer of ``layer_table(network)``, by its name.

    The cells of a flattened map keep the field they have in the map. A dense layer sees what all
    of them see together.

    Raises:
        TypeError: a layer of a kind this does not know; add it to ``SLIDING`` or ``STANDING``.
    """
    fields = {}
    field = ReceptiveField((1, 1), (1, 1), (0, 0))
    cells = (IMAGE_SIZE, IMAGE_SIZE)
    for row in layer_table(network):
        layer = network.get_layer(row.name)
        if isinstance(layer, SLIDING):
            field, cells = _slide(field, layer, cells), row.shape[:2]
        elif isinstance(layer, keras.layers.Dense):
            field, cells = _union(field, cells), (1, 1)
        elif not isinstance(layer, STANDING):
            raise TypeError(f"The receptive field of {row.kind} ({row.name}) is not known.")
        fields[row.name] = field
    return fields


def padding_before(layer: keras.Layer, cells: tuple[int, int]) -> tuple[int, int]:
    """Return how many rows and columns of zeros the layer adds before ``cells`` inputs.

    TensorFlow's "same" padding puts the odd one at the end:
    https://www.tensorflow.org/api_docs/python/tf/nn#notes_on_padding
    """
    if layer.padding == "valid":
        return 0, 0
    kernel, dilation = window_of(layer)
    before = []
    for axis in (0, 1):
        stride = layer.strides[axis]
        covered = (-(-cells[axis] // stride) - 1) * stride + (kernel[axis] - 1) * dilation[axis] + 1
        before.append(max(0, covered - cells[axis]) // 2)
    return before[0], before[1]


def window_of(layer: keras.Layer) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return the size of a layer's window, rows and columns, and its dilation."""
    if isinstance(layer, keras.layers.Conv2D):
        return layer.kernel_size, layer.dilation_rate
    return layer.pool_size, (1, 1)


def _slide(field: ReceptiveField, layer: keras.Layer, cells: tuple[int, int]) -> ReceptiveField:
    kernel, dilation = window_of(layer)
    before = padding_before(layer, cells)
    size, stride, start = [], [], []
    for axis in (0, 1):
        size.append(field.size[axis] + (kernel[axis] - 1) * dilation[axis] * field.stride[axis])
        stride.append(field.stride[axis] * layer.strides[axis])
        start.append(field.start[axis] - before[axis] * field.stride[axis])
    return ReceptiveField(tuple(size), tuple(stride), tuple(start))


def _union(field: ReceptiveField, cells: tuple[int, int]) -> ReceptiveField:
    size = tuple(field.size[axis] + (cells[axis] - 1) * field.stride[axis] for axis in (0, 1))
    return ReceptiveField(size, (0, 0), field.start)
