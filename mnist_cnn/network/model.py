"""The network: its layers, its variants, and both in Keras.

Keras is imported when a network is built, because a server that only serves the page needs none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mnist_cnn.network.architecture import (
    CLASSES,
    INPUT_SHAPE,
    Layer,
    convolution,
    dense,
    flatten,
    pooling,
)

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Downsampling:
    """How feature maps are made smaller at the first and the second convolution."""

    pool: str | None = None  # the name of a Keras class, of ``architecture.POOLINGS``
    window: int = 2  # rows and columns of its window, which moves by 2
    stride: int = 1  # of these convolutions


DOWNSAMPLING = {
    "max": Downsampling(pool="MaxPooling2D"),  # the shipped network: 93,322 parameters
    "average": Downsampling(pool="AveragePooling2D"),  # 93,322
    # Springenberg and others, Striving for Simplicity: The All Convolutional Net (2014).
    "stride": Downsampling(stride=2),  # 121,994: the last maps are 4×4
    "none": Downsampling(),  # 2,038,922: flattening 22×22 maps makes dense1 large
}


def variant(downsampling: str) -> list[Layer]:
    """Return the layers of the network, in the order data flows.

    Args:
        downsampling: a name in ``DOWNSAMPLING``. Only ``max`` and ``average`` have the layers
            ``pool1`` and ``pool2``.

    Raises:
        ValueError: there is no downsampling of this name.
    """
    if downsampling not in DOWNSAMPLING:
        raise ValueError(
            f"There is no downsampling {downsampling!r}. Choose one of: {', '.join(DOWNSAMPLING)}."
        )
    how = DOWNSAMPLING[downsampling]
    stride, window = (how.stride, how.stride), (how.window, how.window)
    layers: list[Layer] = []

    def shape() -> tuple[int, ...]:
        return layers[-1].shape if layers else INPUT_SHAPE

    for number, (filters, step) in enumerate([(32, stride), (64, stride), (64, (1, 1))], 1):
        name = f"conv{number}"
        layers.append(convolution(name, shape(), filters, (3, 3), step, activation="relu"))
        if how.pool and number < 3:
            layers.append(pooling(f"pool{number}", how.pool, shape(), window, (2, 2)))
    layers.append(flatten(shape()))
    layers.append(dense("dense1", shape(), 64, "relu"))
    layers.append(dense("softmax", shape(), CLASSES, "softmax"))
    return layers


def variant_of(layers: Sequence[Layer]) -> str | None:
    """Return the name in ``DOWNSAMPLING`` of the network with these layers, or None."""
    return next((name for name in DOWNSAMPLING if variant(name) == list(layers)), None)


DENSE_UNITS = (86, 266)  # units that make exactly as many parameters: 93,322


def dense_layers() -> list[Layer]:
    """Return the layers of a network of dense layers alone, for comparison.

    Each unit reads all pixels, so the network ignores which of them are neighbours.
    """
    layers = [flatten(INPUT_SHAPE)]
    for number, units in enumerate(DENSE_UNITS, 1):
        layers.append(dense(f"dense{number}", layers[-1].shape, units, "relu"))
    return [*layers, dense("softmax", layers[-1].shape, CLASSES, "softmax")]


def build(seed: int | None = None, downsampling: str = "max") -> keras.Model:
    """Return the untrained network in Keras.

    Input shape: ``(batch, 28, 28, 1)`` float32 in [0, 1], ink is 1.
    Output shape: ``(batch, 10)`` float32, softmax probabilities.

    Args:
        seed: of the kernel initialisers; the same seed gives the same weights.
        downsampling: as for ``variant``.

    Raises:
        ValueError: as ``variant``.
    """
    return _untrained(variant(downsampling), seed)


def build_dense(seed: int | None = None) -> keras.Model:
    """Return the untrained network of ``dense_layers``; shapes and ``seed`` as for ``build``."""
    return _untrained(dense_layers(), seed)


def _untrained(layers: Sequence[Layer], seed: int | None) -> keras.Model:
    import keras

    from mnist_cnn.network import keras_model

    if seed is not None:
        keras.utils.set_random_seed(seed)
    return keras_model.build(layers)


def as_input(images: np.ndarray) -> np.ndarray:
    """Turn uint8 ``(n, 28, 28)`` into the network's input: float32 ``(n, 28, 28, 1)`` in [0, 1]."""
    return images.astype(np.float32)[..., None] / 255.0


@dataclass(frozen=True)
class LayerRow:
    """One row of the layer table: ``shape`` is the output without the batch axis."""

    name: str
    kind: str
    shape: tuple[int, ...]
    parameters: int


def layer_table(network: keras.Model) -> list[LayerRow]:
    """Return a row for each layer after the input, in order."""
    return [
        LayerRow(
            name=layer.name,
            kind=type(layer).__name__,
            shape=tuple(layer.output.shape[1:]),
            parameters=layer.count_params(),
        )
        for layer in network.layers
        if type(layer).__name__ != "InputLayer"
    ]
