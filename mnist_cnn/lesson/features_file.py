"""The pictures that excite each channel of the shipped network most, in a file beside its weights.

``python -m mnist_cnn features`` makes the file, a ``.npz`` with a uint8 array for each layer. The
page loads it in another form, in ``components/lens/feature-pictures.js``:

    4 bytes   length of the head, little-endian
    head      JSON: channels, height and width of each layer
    pictures  uint8, 255 is ink, layer after layer in the order of the head
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from mnist_cnn.lesson import network_bound_file
from mnist_cnn.network import keras_file
from mnist_cnn.network.architecture import Layer

DEFAULT = keras_file.DEFAULT.with_name("features.npz")


def save(
    pictures: Mapping[str, np.ndarray],
    layers: Sequence[Layer],
    weights: Sequence[np.ndarray],
    path: Path = DEFAULT,
) -> None:
    """Write the pictures for a network; see ``network_bound_file.save``.

    Args:
        pictures: layer name: uint8 ``(channels, height, width)``.
        layers, weights: of the network.
        path: an ``.npz`` file.
    """
    network_bound_file.save(pictures, layers, weights, path)


def encoded(
    layers: Sequence[Layer], weights: Sequence[np.ndarray], path: Path = DEFAULT
) -> bytes | None:
    """Return the pictures in the form for the page; None without a file for this network."""
    pictures = network_bound_file.load_for(layers, weights, path)
    if pictures is None:
        return None
    shapes = {name: each.shape for name, each in pictures.items()}
    return network_bound_file.packed(shapes, pictures.values())
