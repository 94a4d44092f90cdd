"""The network: its architecture, the variants of it, and its layer table.

Keras is imported when a network is built: a server that only serves the page needs none of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mnist_cnn.preprocess import IMAGE_SIZE

if TYPE_CHECKING:
    import keras

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
