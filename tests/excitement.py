"""How much patches excite the cell that sees them, by TensorFlow: of any network."""

from __future__ import annotations

from collections.abc import Callable

import keras
import tensorflow as tf

from mnist_cnn.model import layer_table


def excitement(network: keras.Model, name: str) -> Callable[[tf.Tensor], tf.Tensor]:
    """Return a function: patches ``(n, h, w)`` → the cell that sees them, ``(n, channels)``.

    It gives what the last kernel gives, before the activation, because a rectified cell that is
    off has no gradient to climb. A patch is as large as a cell of a map sees, so that without
    padding it makes exactly one cell.
    """
    layers = [row.name for row in layer_table(network)]
    chain = [network.get_layer(other) for other in layers[: layers.index(name) + 1]]
    weighted = (keras.layers.Conv2D, keras.layers.Dense)
    places = [index for index, layer in enumerate(chain) if isinstance(layer, weighted)]
    last = max(places, default=-1)
    mapped = len(chain[-1].output.shape) == 4

    def excite(patches: tf.Tensor) -> tf.Tensor:
        x = patches[..., None]
        for index, layer in enumerate(chain):
            if index <= last or not _is_activation(layer):
                x = _apply(layer, x, mapped)
            if index < last and isinstance(layer, weighted):
                x = layer.activation(x)
        return tf.reshape(x, (len(x), -1))

    return excite


def _is_activation(layer: keras.Layer) -> bool:
    return isinstance(layer, (keras.layers.Activation, keras.layers.ReLU))


def _apply(layer: keras.Layer, x: tf.Tensor, valid: bool) -> tf.Tensor:
    """Return what ``layer`` makes of ``x``, without its activation, and without padding on wish."""
    if isinstance(layer, keras.layers.Dense):
        return tf.matmul(x, layer.kernel) + layer.bias
    if isinstance(layer, keras.layers.ZeroPadding2D):
        return x if valid else layer(x)
    padding = "VALID" if valid or not hasattr(layer, "padding") else layer.padding.upper()
    if isinstance(layer, keras.layers.Conv2D):
        return tf.nn.convolution(x, layer.kernel, layer.strides, padding) + layer.bias
    if isinstance(layer, keras.layers.MaxPooling2D):
        return tf.nn.max_pool2d(x, layer.pool_size, layer.strides, padding)
    if isinstance(layer, keras.layers.AveragePooling2D):
        return tf.nn.avg_pool2d(x, layer.pool_size, layer.strides, padding)
    return layer(x)
