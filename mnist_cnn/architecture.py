"""A network as a description: its layers one after the other, without TensorFlow.

Importing TensorFlow takes seconds and hundreds of megabytes. What a page has to know of a network
are its layers, shapes and windows. ``importer`` finds them in files.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mnist_cnn.model import CLASSES, DOWNSAMPLING
from mnist_cnn.preprocess import IMAGE_SIZE

Pair = tuple[int, int]  # along rows, along columns
# TensorFlow's "valid" or "same"; or how many zeros are above and below, left and right.
Padding = str | tuple[Pair, Pair]

PICTURE = (IMAGE_SIZE, IMAGE_SIZE, 1)  # what a network reads here
POOLINGS = ("MaxPooling2D", "AveragePooling2D")
WINDOWED = ("Conv2D", *POOLINGS)
ACTIVATIONS = (
    *("relu", "leaky_relu", "elu", "relu6", "selu", "tanh", "sigmoid", "softplus", "silu", "gelu"),
)
SLOPING = ("leaky_relu", "elu")  # those with a slope below 0
LONGEST_NAME = 20  # characters


@dataclass(frozen=True)
class Layer:
    """One layer; shapes are without the batch axis."""

    name: str
    kind: str  # Keras' name of its class
    before: tuple[int, ...]  # the shape it reads
    shape: tuple[int, ...]  # the shape it gives
    size: Pair = (1, 1)  # of its window, in cells of the layer before
    stride: Pair = (1, 1)
    padding: Padding = "valid"
    activation: str | None = None  # Keras' name of it
    slope: float | None = None  # of leaky_relu and elu, below 0

    @property
    def arrays(self) -> list[tuple[int, ...]]:
        """The shapes of its weights: kernel and bias; of a normalization, scale and shift."""
        channels = (self.shape[-1],)
        if self.kind == "Conv2D":
            return [(*self.size, self.before[-1], *channels), channels]
        if self.kind == "Dense":
            return [(self.before[-1], *channels), channels]
        return [channels, channels] if self.kind == "BatchNormalization" else []

    @property
    def parameters(self) -> int:
        """How many numbers its weights are."""
        return sum(math.prod(array) for array in self.arrays)

    @property
    def multiplications(self) -> int:
        """How many multiplications by weights one picture takes."""
        if self.kind not in ("Conv2D", "Dense"):
            return 0
        return math.prod(self.shape[:-1]) * math.prod(self.arrays[0])


def convolution(
    name: str,
    before: tuple[int, ...],
    filters: int,
    size: Pair,
    stride: Pair = (1, 1),
    padding: Padding = "valid",
    activation: str | None = None,
) -> Layer:
    """Return a convolution; ``before`` is the shape it reads."""
    shape = (*cells(before, size, stride, padding), filters)
    return Layer(name, "Conv2D", before, shape, size, stride, padding, activation)


def pooling(
    name: str,
    kind: str,
    before: tuple[int, ...],
    size: Pair,
    stride: Pair,
    padding: Padding = "valid",
) -> Layer:
    """Return a layer of ``POOLINGS``; ``before`` is the shape it reads."""
    shape = (*cells(before, size, stride, padding), before[-1])
    return Layer(name, kind, before, shape, size, stride, padding)


def flatten(before: tuple[int, ...]) -> Layer:
    """Return the layer that lays out maps ``before`` in one row."""
    return Layer("flatten", "Flatten", before, (math.prod(before),))


def dense(name: str, before: tuple[int, ...], units: int, activation: str | None = None) -> Layer:
    """Return a dense layer that reads a vector."""
    return Layer(name, "Dense", before, (units,), activation=activation)


def cells(before: tuple[int, ...], size: Pair, stride: Pair, padding: Padding) -> Pair:
    """Return how many windows there are along rows and columns, as TensorFlow counts them."""
    rows, columns = before[:2]
    if padding == "same":
        return -(-rows // stride[0]), -(-columns // stride[1])
    if isinstance(padding, tuple):
        rows, columns = rows + sum(padding[0]), columns + sum(padding[1])
    return (rows - size[0]) // stride[0] + 1, (columns - size[1]) // stride[1] + 1


def variant(downsampling: str) -> list[Layer]:
    """Return the layers of what ``model.build`` builds.

    Args:
        downsampling: a name in ``model.DOWNSAMPLING``.
    """
    how = DOWNSAMPLING[downsampling]
    stride, halves = (how.stride, how.stride), (2, 2)
    layers: list[Layer] = []

    def shape() -> tuple[int, ...]:
        return layers[-1].shape if layers else PICTURE

    for number, (filters, step) in enumerate([(32, stride), (64, stride), (64, (1, 1))], 1):
        name = f"conv{number}"
        layers.append(convolution(name, shape(), filters, (3, 3), step, activation="relu"))
        if how.pool and number < 3:
            layers.append(pooling(f"pool{number}", how.pool, shape(), halves, halves))
    layers.append(flatten(shape()))
    layers.append(dense("dense1", shape(), 64, "relu"))
    layers.append(dense("softmax", shape(), CLASSES, "softmax"))
    return layers


def variant_of(layers: Sequence[Layer]) -> str | None:
    """Return the name in ``model.DOWNSAMPLING`` of a network with these layers, if it has one."""
    return next((name for name in DOWNSAMPLING if variant(name) == list(layers)), None)


SHORT = {"Conv2D": "Conv", "Dense": "Dense", "MaxPooling2D": "Pool", "AveragePooling2D": "Pool"}


def outline(layers: Sequence[Layer]) -> str:
    """Return the layers in a line, as ``Conv 32–Pool–Dense 10``."""
    told = [layer for layer in layers if layer.kind in SHORT]
    counted = [
        f"{SHORT[layer.kind]} {layer.shape[-1]}" if layer.parameters else SHORT[layer.kind]
        for layer in told
    ]
    return "–".join(counted)


def from_json(entries: Sequence[Mapping[str, Any]]) -> list[Layer]:
    """Return the layers that ``dataclasses.asdict`` made these of; nothing they say is believed.

    Raises:
        ValueError: they are no network: a name or a number cannot be, or a shape is not that of the
            layer before.
        TypeError, AttributeError, ArithmeticError: nor even layers.
    """
    layers = [Layer(**{name: _tuples(value) for name, value in entry.items()}) for entry in entries]
    if len({layer.name for layer in layers}) < len(layers):
        raise ValueError("two layers of one name")
    shape: tuple[int, ...] = PICTURE
    for layer in layers:
        _check_words(layer)
        if layer.before != shape or layer.shape != _given_by(layer):
            raise ValueError(f"{layer.name} does not fit behind the layer before it")
        shape = layer.shape
    return layers


def _check_words(layer: Layer) -> None:
    plain = layer.name.isascii() and layer.name.isalnum() and len(layer.name) <= LONGEST_NAME
    if not plain or layer.activation not in (None, "softmax", *ACTIVATIONS):
        raise ValueError(f"there is no layer {layer.name[:LONGEST_NAME]!r}")
    numbers = [*layer.shape, *layer.size, *layer.stride]
    if isinstance(layer.padding, tuple):
        zeros = [number for around in layer.padding for number in around]
        numbers += [number + 1 for number in zeros]
        numbers += [min(layer.size) - number for number in zeros]  # as many as a window
    elif layer.padding not in ("valid", "same"):
        numbers = []
    slope = layer.slope is None
    if layer.activation in SLOPING:
        slope = isinstance(layer.slope, float) and math.isfinite(layer.slope)
    whole = numbers and all(type(number) is int and number > 0 for number in numbers)
    if not whole or not slope:
        raise ValueError(f"{layer.name} has no such numbers")


def _given_by(layer: Layer) -> tuple[int, ...]:
    """Return the shape that a layer has to have, by the kinds that ``importer`` makes."""
    if layer.kind in WINDOWED:
        filters = layer.shape[-1] if layer.kind == "Conv2D" else layer.before[-1]
        return (*cells(layer.before, layer.size, layer.stride, layer.padding), filters)
    if layer.kind == "Flatten":
        return (math.prod(layer.before),)
    if layer.kind == "Dense" and len(layer.before) == 1:
        return layer.shape[-1:]
    if layer.kind == "BatchNormalization":
        return layer.before
    raise ValueError(f"there is no layer of the kind {layer.kind}")


def _tuples(value: Any) -> Any:
    """Return lists as tuples: JSON has none."""
    return tuple(map(_tuples, value)) if isinstance(value, list) else value


def pair(numbers: int | Sequence[int]) -> Pair:
    """Return what Keras has as one number for both directions, or as two."""
    rows, columns = (numbers, numbers) if isinstance(numbers, int) else numbers
    return int(rows), int(columns)
