"""A network as a list of plain ``Layer`` objects, without TensorFlow.

Importing TensorFlow takes seconds and hundreds of megabytes, and the page only needs the layers,
their shapes and windows. ``importer`` finds them in files.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

IMAGE_SIZE = 28  # pixels: height and width of the input
CLASSES = 10

Pair = tuple[int, int]  # along rows, along columns
# TensorFlow's "valid" or "same"; or the zeros added (above, below) and (left, right).
Padding = str | tuple[Pair, Pair]

INPUT_SHAPE = (IMAGE_SIZE, IMAGE_SIZE, 1)  # rows, columns, channels
POOLINGS = ("MaxPooling2D", "AveragePooling2D")
WINDOW_LAYERS = ("Conv2D", *POOLINGS)
ACTIVATIONS = (
    *("relu", "leaky_relu", "elu", "relu6", "selu", "tanh", "sigmoid", "softplus", "silu", "gelu"),
)
SLOPED_ACTIVATIONS = ("leaky_relu", "elu")  # they have a ``slope`` below 0
MAX_NAME_LENGTH = 20  # characters


@dataclass(frozen=True)
class Layer:
    """One layer; shapes are without the batch axis."""

    name: str
    kind: str  # the name of its Keras class
    before: tuple[int, ...]  # its input shape
    shape: tuple[int, ...]  # its output shape
    size: Pair = (1, 1)  # of its window, in cells of the layer before
    stride: Pair = (1, 1)
    padding: Padding = "valid"
    activation: str | None = None  # Keras' name
    slope: float | None = None  # of leaky_relu and elu, below 0

    @property
    def arrays(self) -> list[tuple[int, ...]]:
        """The shapes of its weights: kernel and bias, or scale and shift of a normalization."""
        channels = (self.shape[-1],)
        if self.kind == "Conv2D":
            return [(*self.size, self.before[-1], *channels), channels]
        if self.kind == "Dense":
            return [(self.before[-1], *channels), channels]
        return [channels, channels] if self.kind == "BatchNormalization" else []

    @property
    def parameters(self) -> int:
        """The number of its weights."""
        return sum(math.prod(array) for array in self.arrays)

    @property
    def multiplications(self) -> int:
        """The number of multiplications by weights for one picture."""
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
    """Return a convolution with the input shape ``before``."""
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
    """Return a pooling layer, ``kind`` one of ``POOLINGS``, with the input shape ``before``."""
    shape = (*cells(before, size, stride, padding), before[-1])
    return Layer(name, kind, before, shape, size, stride, padding)


def flatten(before: tuple[int, ...]) -> Layer:
    """Return the layer that flattens maps of the shape ``before``."""
    return Layer("flatten", "Flatten", before, (math.prod(before),))


def dense(name: str, before: tuple[int, ...], units: int, activation: str | None = None) -> Layer:
    """Return a dense layer; ``before`` is the shape of a vector."""
    return Layer(name, "Dense", before, (units,), activation=activation)


def cells(before: tuple[int, ...], size: Pair, stride: Pair, padding: Padding) -> Pair:
    """Return the output's rows and columns of a windowed layer, as TensorFlow computes them."""
    rows, columns = before[:2]
    if padding == "same":
        return -(-rows // stride[0]), -(-columns // stride[1])
    if isinstance(padding, tuple):
        rows, columns = rows + sum(padding[0]), columns + sum(padding[1])
    return (rows - size[0]) // stride[0] + 1, (columns - size[1]) // stride[1] + 1


SHORT_KINDS = {"Conv2D": "Conv", "Dense": "Dense"} | dict.fromkeys(POOLINGS, "Pool")


def outline(layers: Sequence[Layer]) -> str:
    """Return the layers in one line, such as ``Conv 32–Pool–Dense 10``."""
    return "–".join(
        f"{SHORT_KINDS[layer.kind]} {layer.shape[-1] if layer.parameters else ''}".rstrip()
        for layer in layers
        if layer.kind in SHORT_KINDS
    )


def from_json(entries: Sequence[Mapping[str, Any]]) -> list[Layer]:
    """Return the layers from the results of ``dataclasses.asdict``, which are not trusted.

    Raises:
        ValueError: a name or a number is impossible, or a shape does not follow from the layer
            before.
        TypeError, AttributeError, ArithmeticError: the entries are not even layers.
    """
    layers = [Layer(**{name: _tuples(value) for name, value in entry.items()}) for entry in entries]
    if len({layer.name for layer in layers}) < len(layers):
        raise ValueError("two layers have the same name")
    shape: tuple[int, ...] = INPUT_SHAPE
    for layer in layers:
        _check_fields(layer)
        if layer.before != shape or layer.shape != _output_shape(layer):
            raise ValueError(f"{layer.name} does not fit the layer before it")
        shape = layer.shape
    return layers


def _check_fields(layer: Layer) -> None:
    plain = layer.name.isascii() and layer.name.isalnum() and len(layer.name) <= MAX_NAME_LENGTH
    if not plain or layer.activation not in (None, "softmax", *ACTIVATIONS):
        raise ValueError(f"there is no layer {layer.name[:MAX_NAME_LENGTH]!r}")
    numbers = [*layer.shape, *layer.size, *layer.stride]
    if isinstance(layer.padding, tuple):
        zeros = [number for around in layer.padding for number in around]
        numbers += [number + 1 for number in zeros]
        numbers += [min(layer.size) - number for number in zeros]  # fewer than a window
    elif layer.padding not in ("valid", "same"):
        numbers = []
    slope = layer.slope is None
    if layer.activation in SLOPED_ACTIVATIONS:
        slope = isinstance(layer.slope, float) and math.isfinite(layer.slope)
    whole = numbers and all(type(number) is int and number > 0 for number in numbers)
    if not whole or not slope:
        raise ValueError(f"{layer.name} has impossible numbers")


def _output_shape(layer: Layer) -> tuple[int, ...]:
    """Return the output shape that follows from the other fields; raises ``ValueError``."""
    if layer.kind in WINDOW_LAYERS:
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
    """Turn lists, nested ones too, into tuples, which JSON does not have."""
    return tuple(map(_tuples, value)) if isinstance(value, list) else value


def pair(numbers: int | Sequence[int]) -> Pair:
    """Return a Keras setting that is one number for both directions, or two numbers, as two."""
    rows, columns = (numbers, numbers) if isinstance(numbers, int) else numbers
    return int(rows), int(columns)
