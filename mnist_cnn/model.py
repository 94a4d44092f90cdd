"""The network: its architecture, the variants of it, and its layer table.

Keras is imported when a network is built: a server that only serves the page needs none of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mnist_cnn.preprocess import IMAGE_SIZE

if TYPE_CHECKING:
    import keras

    from mnist_cnn.architecture import Layer

CLASSES = 10


@dataclass(frozen=True)
class Downsampling:
    """How feature maps become smaller after the first and the second convolution."""

    pool: str | None = None  # Keras' name of a layer of 2×2 windows
    stride: int = 1  # of these convolutions


DOWNSAMPLING = {
    "max": Downsampling(pool="MaxPooling2D"),  # the shipped network: 93,322 parameters
    "average": Downsampling(pool="AveragePooling2D"),  # 93,322
    # Springenberg and others, Striving for Simplicity: The All Convolutional Net (2014).
    "stride": Downsampling(stride=2),  # 121,994, for its maps end at 4×4
    "none": Downsampling(),  # 2,038,922: flattening 22×22 maps makes dense1 large
}


def build(seed: int | None = None, downsampling: str = "max") -> keras.Model:
    """Return the untrained network, built with the functional API.

    Input shape: ``(batch, 28, 28, 1)`` float32 in [0, 1], ink is 1.
    Output shape: ``(batch, 10)`` float32, softmax probabilities.

    Args:
        seed: seeds the kernel initialisers, so that two builds start alike.
        downsampling: a name in ``DOWNSAMPLING``. Only ``max`` and ``average`` have the layers
            ``pool1`` and ``pool2``.

    Raises:
        ValueError: there is no such downsampling.
    """
    if downsampling not in DOWNSAMPLING:
        raise ValueError(
            f"There is no downsampling {downsampling!r}. Choose one of: {', '.join(DOWNSAMPLING)}."
        )
    import keras
    from keras import layers

    how = DOWNSAMPLING[downsampling]
    pool = getattr(layers, how.pool) if how.pool else None
    if seed is not None:
        keras.utils.set_random_seed(seed)
    image = keras.Input((IMAGE_SIZE, IMAGE_SIZE, 1), name="image")
    x = layers.Conv2D(32, 3, how.stride, activation="relu", name="conv1")(image)
    x = pool(2, name="pool1")(x) if pool else x
    x = layers.Conv2D(64, 3, how.stride, activation="relu", name="conv2")(x)
    x = pool(2, name="pool2")(x) if pool else x
    x = layers.Conv2D(64, 3, activation="relu", name="conv3")(x)
    x = layers.Flatten(name="flatten")(x)
    x = layers.Dense(64, activation="relu", name="dense1")(x)
    digit = layers.Dense(CLASSES, activation="softmax", name="softmax")(x)
    return keras.Model(image, digit, name="mnist_cnn")


def of(layers: Sequence[Layer], weights: Sequence[np.ndarray]) -> keras.Model:
    """Return the network of layers that ``importer`` found, with its weights.

    Args:
        layers: as ``architecture`` describes them.
        weights: array after array of these layers.
    """
    import keras

    left = list(weights)
    image = x = keras.Input((IMAGE_SIZE, IMAGE_SIZE, 1), name="image")
    for layer in layers:
        stages = _stages(layer)
        for stage in stages:
            x = stage(x)
        own = [left.pop(0) for _ in layer.arrays]
        if layer.kind == "BatchNormalization":  # it scales and shifts, and no more
            own += [np.zeros_like(own[0]), np.ones_like(own[0])]
        weighted = next((stage for stage in stages if stage.weights), stages[0])
        weighted.set_weights(own)
    return keras.Model(image, x, name="mnist_cnn")


def _stages(layer: Layer) -> list[keras.Layer]:
    """Return the layers of Keras that one layer is; the last has its name."""
    from keras import layers

    stages, name = [], layer.name
    if isinstance(layer.padding, tuple):
        stages.append(layers.ZeroPadding2D(layer.padding, name=f"{name}_zeros"))
    activation = _activation(layer)
    if layer.kind in ("Conv2D", "Dense"):
        stages.append(_weighted(layer, activation))
        return stages
    own = {"name": f"{name}_sums" if activation else name}
    if layer.kind == "BatchNormalization":
        stages.append(layers.BatchNormalization(epsilon=0, **own))
    elif layer.kind == "Flatten":
        stages.append(layers.Flatten(**own))
    else:
        pool = getattr(layers, layer.kind)
        stages.append(pool(layer.size, layer.stride, layer.padding, **own))
    return stages + ([layers.Activation(activation, name=name)] if activation else [])


def _weighted(layer: Layer, activation: str | keras.Layer | None) -> keras.Layer:
    from keras import layers

    units, told = layer.shape[-1], {"activation": activation, "name": layer.name}
    if layer.kind == "Dense":
        return layers.Dense(units, **told)
    padding = layer.padding if isinstance(layer.padding, str) else "valid"
    return layers.Conv2D(units, layer.size, layer.stride, padding, **told)


def _activation(layer: Layer) -> str | keras.Layer | None:
    from keras import layers

    if layer.activation == "leaky_relu":
        return layers.LeakyReLU(layer.slope)
    return layers.ELU(layer.slope) if layer.activation == "elu" else layer.activation


DENSE = (86, 266)  # units of a dense network with exactly as many parameters: 93,322


def build_dense(seed: int | None = None) -> keras.Model:
    """Return an untrained network of dense layers alone, of the same size, to compare with.

    Shapes as ``build``. Each of its units reads all pixels, so it knows nothing of neighbourhood.

    Args:
        seed: seeds the kernel initialisers.
    """
    import keras
    from keras import layers

    if seed is not None:
        keras.utils.set_random_seed(seed)
    image = keras.Input((IMAGE_SIZE, IMAGE_SIZE, 1), name="image")
    x = layers.Flatten(name="flatten")(image)
    for number, units in enumerate(DENSE, 1):
        x = layers.Dense(units, activation="relu", name=f"dense{number}")(x)
    digit = layers.Dense(CLASSES, activation="softmax", name="softmax")(x)
    return keras.Model(image, digit, name="mnist_dense")


@dataclass(frozen=True)
class LayerRow:
    """One row of the layer table: ``shape`` is the output without the batch axis."""

    name: str
    kind: str
    shape: tuple[int, ...]
    parameters: int


def layer_table(network: keras.Model) -> list[LayerRow]:
    """Return one row for each layer after the input, in the order data flows."""
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
