"""A network as a description: its layers one after the other, without TensorFlow.

Importing TensorFlow takes seconds and hundreds of megabytes. What a page has to know of a network,
its layers, shapes and windows, is written in the ``.keras`` file in plain JSON.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from mnist_cnn import weights_file
from mnist_cnn.model import CLASSES, DOWNSAMPLING
from mnist_cnn.preprocess import IMAGE_SIZE

if TYPE_CHECKING:
    import keras

Pair = tuple[int, int]  # along rows, along columns

CONVOLUTIONS = ("Conv2D", "DepthwiseConv2D", "SeparableConv2D")
POOLINGS = ("MaxPooling2D", "AveragePooling2D")
GLOBAL_POOLINGS = ("GlobalMaxPooling2D", "GlobalAveragePooling2D")
UNMOVED = (
    *("Activation", "ReLU", "LeakyReLU", "BatchNormalization", "Dropout", "Rescaling", "Flatten"),
)


@dataclass(frozen=True)
class Layer:
    """One layer; shapes are without the batch axis."""

    name: str
    kind: str  # Keras' name of its class
    before: tuple[int, ...]  # the shape it reads
    shape: tuple[int, ...]  # the shape it gives
    size: Pair = (1, 1)  # of its window, in cells of the layer before
    stride: Pair = (1, 1)
    dilation: Pair = (1, 1)
    padding: str = "valid"  # or "same"
    activation: str | None = None  # Keras' name of it
    biased: bool = True  # whether it adds a bias, where it has a kernel

    @property
    def arrays(self) -> list[tuple[int, ...]]:
        """The shapes of its weights, as Keras lists them: kernel, then bias."""
        if self.kind not in ("Conv2D", "Dense"):
            return []
        window = self.size if self.kind == "Conv2D" else ()
        kernel = (*window, self.before[-1], self.shape[-1])
        return [kernel, (self.shape[-1],)] if self.biased else [kernel]


def variant(downsampling: str) -> list[Layer]:
    """Return the layers of what ``model.build`` builds.

    Args:
        downsampling: a name in ``model.DOWNSAMPLING``.
    """
    return _chain(_entries(downsampling)[1:], (IMAGE_SIZE, IMAGE_SIZE, 1))


def variant_in(file: Path | bytes) -> tuple[str, list[np.ndarray]]:
    """Return which variant a ``.keras`` file holds, after a look through it, and its weights.

    Returns:
        A name in ``model.DOWNSAMPLING``; float32, as ``keras.Model.get_weights`` has them.

    Raises:
        OtherNetworkError: it is none of them.
        ValueError and others: the file is no good, see ``weights_file.architecture_in``.
    """
    layers = weights_file.architecture_in(file)
    name, arrays = _name_of(layers), weights_file.arrays_in(file, layers)
    expected = [shape for layer in variant(name) for shape in layer.arrays]
    found = [array.shape for array in arrays]
    if found != expected:
        raise ValueError(f"its numbers should have the shapes {expected}, found {found}")
    return name, arrays


def _name_of(found: list[dict]) -> str:
    differences: dict[bool, str] = {}  # whether the number of layers is the same: the first
    for name in DOWNSAMPLING:
        expected = _entries(name)
        difference = weights_file.first_difference(expected, found)
        if difference is None:
            return name
        differences.setdefault(len(expected) == len(found), difference)
    raise weights_file.OtherNetworkError(differences.get(True) or differences[False])


def _entries(downsampling: str) -> list[dict]:
    """Return the layers of a variant as ``weights_file.architecture`` lists them."""
    how = DOWNSAMPLING[downsampling]
    relu = {"activation": "relu", "use_bias": True}

    def convolution(name: str, filters: int, stride: int) -> dict:
        window = {"kernel_size": [3, 3], "strides": [stride, stride], "padding": "valid"}
        plain = {"dilation_rate": [1, 1], "groups": 1}
        return {"kind": "Conv2D", "name": name, "filters": filters} | window | plain | relu

    def pooling(name: str) -> list[dict]:
        window = {"pool_size": [2, 2], "strides": [2, 2], "padding": "valid"}
        return [{"kind": how.pool, "name": name} | window] if how.pool else []

    shape = [None, IMAGE_SIZE, IMAGE_SIZE, 1]
    return [
        {"kind": "InputLayer", "name": "image", "batch_shape": shape},
        convolution("conv1", 32, how.stride),
        *pooling("pool1"),
        convolution("conv2", 64, how.stride),
        *pooling("pool2"),
        convolution("conv3", 64, 1),
        {"kind": "Flatten", "name": "flatten"},
        {"kind": "Dense", "name": "dense1", "units": 64} | relu,
        {"kind": "Dense", "name": "softmax", "units": CLASSES} | relu | {"activation": "softmax"},
    ]


def layers_in(path: str | os.PathLike) -> list[Layer]:
    """Return the layers of the network in a ``.keras`` file, after a look through the file.

    Raises:
        TypeError: a layer is of a kind whose shape is not known here.
        ValueError and others: the file is no good, see ``weights_file.architecture_in``.
    """
    picture, *entries = weights_file.architecture_in(Path(path))
    if picture["kind"] != "InputLayer":
        raise TypeError(
            f"The network in {path} begins with a {picture['kind']}, not with an input."
        )
    return _chain(entries, tuple(picture["batch_shape"][1:]))


def described(layer: keras.Layer) -> Layer:
    """Return the description of a built layer, which reads one other.

    Raises:
        TypeError: it has its channels first.
    """
    if getattr(layer, "data_format", "channels_last") != "channels_last":
        raise TypeError(f"{layer.name} has its channels first. Build it with channels_last.")
    kind = type(layer).__name__
    known = CONVOLUTIONS + POOLINGS
    window = {} if kind not in known else {name: getattr(layer, name, 1) for name in WINDOW}
    before, shape = (tuple(tensor.shape[1:]) for tensor in (layer.input, layer.output))
    padding = getattr(layer, "padding", "valid")
    activation = layer.activation.__name__ if hasattr(layer, "activation") else None
    biased = getattr(layer, "use_bias", True)
    return _layer(layer.name, kind, before, shape, window, padding, activation, biased)


WINDOW = ("kernel_size", "pool_size", "strides", "dilation_rate")  # as Keras names it


def _chain(entries: Iterable[dict], shape: tuple[int, ...]) -> list[Layer]:
    """Return the layers of ``entries``; ``shape`` is what the first reads."""
    found = []
    for entry in entries:
        found.append(_read(entry, shape))
        shape = found[-1].shape
    return found


def _read(entry: dict, before: tuple[int, ...]) -> Layer:
    """Return a layer as ``weights_file.architecture`` lists it; ``before`` is what it reads."""
    kind, padding = entry["kind"], entry.get("padding", "valid")
    activation, biased = entry.get("activation"), entry.get("use_bias", True)
    layer = _layer(entry["name"], kind, before, before, entry, padding, activation, biased)
    return replace(layer, shape=_shape(layer, entry))


def _layer(name, kind, before, shape, window, padding, activation, biased) -> Layer:
    if kind not in CONVOLUTIONS + POOLINGS:
        return Layer(name, kind, before, shape, activation=activation, biased=biased)
    size = window["kernel_size" if kind in CONVOLUTIONS else "pool_size"]
    dilation = window.get("dilation_rate", 1) if kind in CONVOLUTIONS else 1
    pairs = (_pair(size), _pair(window["strides"]), _pair(dilation))
    return Layer(name, kind, before, shape, *pairs, padding, activation, biased)


def _shape(layer: Layer, entry: dict) -> tuple[int, ...]:
    """Return the output shape; raises ``TypeError`` for a kind that is not known here."""
    channels = layer.before[-1]
    if layer.kind in ("Conv2D", "SeparableConv2D"):
        return (*_cells(layer), entry["filters"])
    if layer.kind in POOLINGS:
        return (*_cells(layer), channels)
    if layer.kind in GLOBAL_POOLINGS:
        return (channels,)
    if layer.kind == "Flatten":
        return (math.prod(layer.before),)
    if layer.kind == "Dense":
        return (*layer.before[:-1], entry["units"])
    if layer.kind in UNMOVED:
        return layer.before
    raise TypeError(
        f"{layer.name} is a {layer.kind}, whose shape is not known here. Describe it in "
        "mnist_cnn/architecture.py."
    )


def _cells(layer: Layer) -> Pair:
    """Return how many windows there are along rows and columns, as TensorFlow counts them."""
    windows = zip(layer.before[:2], layer.size, layer.stride, layer.dilation, strict=True)
    if layer.padding == "same":
        rows, columns = (-(-side // stride) for side, _, stride, _ in windows)
    else:
        rows, columns = ((n - (size - 1) * d - 1) // stride + 1 for n, size, stride, d in windows)
    return rows, columns


def _pair(numbers: int | tuple[int, int] | list[int]) -> Pair:
    rows, columns = (numbers, numbers) if isinstance(numbers, int) else numbers
    return int(rows), int(columns)
