"""A network as the page loads it: one small file with its layers and its weights.

    4 bytes   how long the head is, little-endian
    head      JSON in UTF-8, filled up with spaces to a multiple of 4 bytes
    weights   little-endian float32, array after array in the order of the head

The head has ``input``, the shape that is read; ``layers`` in the order data flows; and ``about``,
what else is known of the network. A layer has a ``name``, Keras' ``kind``, the ``shape`` it gives,
the shapes of its ``arrays`` (kernel, then bias), and where there are such things ``activation``
and the ``size``, ``stride`` and ``padding`` of its window. ``ui/reader/network.js`` reads it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from mnist_cnn import weights_file
from mnist_cnn.architecture import CONVOLUTIONS, POOLINGS, Layer, described, layers_in

if TYPE_CHECKING:
    import keras


def layers_of(network: keras.Model) -> list[Layer]:
    """Return the layers of a network, as ``encode`` takes them.

    Raises:
        TypeError: a layer has its channels first.
    """
    return [described(layer) for layer in network.layers[1:]]


def of_keras(path: str | os.PathLike, about: Mapping | None = None) -> bytes:
    """Return the file of the network in a ``.keras`` file, without importing Keras.

    Raises:
        WeightsError and others: see ``architecture.layers_in``.
    """
    return encode(layers_in(path), weights_file.arrays_in(Path(path)), about)


def encode(
    layers: Sequence[Layer], weights: Sequence[np.ndarray], about: Mapping | None = None
) -> bytes:
    """Return the file.

    Args:
        layers: as ``architecture`` describes them.
        weights: of these layers, as ``keras.Model.get_weights`` returns them.
        about: what else the head says, as JSON has it.

    Raises:
        ValueError: the weights are not of these layers.
    """
    expected = [shape for layer in layers for shape in layer.arrays]
    found = [array.shape for array in weights]
    if found != expected:
        raise ValueError(f"These weights are of another network: expected {expected}, got {found}.")
    entries = [_entry(layer) for layer in layers]
    head = {"input": _INPUT, "layers": entries, "about": dict(about or {})}
    text = json.dumps(head, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)  # the numbers begin where a Float32Array may
    numbers = (np.ascontiguousarray(array, "<f4").tobytes() for array in weights)
    return b"".join((len(text).to_bytes(4, "little"), text, *numbers))


_INPUT = [28, 28, 1]  # rows, columns, channels


def _entry(layer: Layer) -> dict:
    entry = {
        "name": layer.name,
        "kind": layer.kind,
        "shape": layer.shape,
        "arrays": layer.arrays,
    }
    if layer.kind in CONVOLUTIONS + POOLINGS:
        entry |= {"size": layer.size, "stride": layer.stride, "padding": layer.padding}
    return entry | ({"activation": layer.activation} if layer.activation else {})
