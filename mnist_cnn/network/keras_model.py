"""Build a Keras model from layers of ``architecture``: one or more Keras layers for each."""

from __future__ import annotations

from collections.abc import Sequence

import keras
import numpy as np
from keras import layers

from mnist_cnn.network.architecture import INPUT_SHAPE, Layer


def build(described: Sequence[Layer], weights: Sequence[np.ndarray] | None = None) -> keras.Model:
    """Return the Keras model of these layers, built with the functional API.

    Args:
        described: the layers.
        weights: their arrays, in order; without any, Keras initialises them.
    """
    left = list(weights or [])
    image = x = keras.Input(INPUT_SHAPE, name="image")
    for layer in described:
        stages = _stages(layer)
        for stage in stages:
            x = stage(x)
        if weights is None:
            continue
        own = [left.pop(0) for _ in layer.arrays]
        if layer.kind == "BatchNormalization":  # only scale and shift: mean 0, variance 1
            own += [np.zeros_like(own[0]), np.ones_like(own[0])]
        weighted = next((stage for stage in stages if stage.weights), stages[0])
        weighted.set_weights(own)
    return keras.Model(image, x, name="mnist_cnn")


def _stages(layer: Layer) -> list[keras.Layer]:
    """Return the Keras layers that make up one layer; the last of them has its name."""
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
    units, settings = layer.shape[-1], {"activation": activation, "name": layer.name}
    if layer.kind == "Dense":
        return layers.Dense(units, **settings)
    padding = layer.padding if isinstance(layer.padding, str) else "valid"
    return layers.Conv2D(units, layer.size, layer.stride, padding, **settings)


def _activation(layer: Layer) -> str | keras.Layer | None:
    if layer.activation == "leaky_relu":
        return layers.LeakyReLU(layer.slope)
    return layers.ELU(layer.slope) if layer.activation == "elu" else layer.activation
