"""A network as the page loads it: one small file with its layers and its weights.

    4 bytes   how long the head is, little-endian
    head      JSON in UTF-8, filled up with spaces to a multiple of 4 bytes
    weights   little-endian float32, array after array in the order of the head

The head has ``input``, the shape that is read; ``layers`` in the order data flows; and ``about``,
what else is known of the network. A layer has a ``name``, Keras' ``kind``, the ``shape`` it gives,
the shapes of its ``arrays`` (kernel, then bias; of a normalization scale, then shift), its
``field``, the first and last pixel that each row and each column of cells sees, and where there are
such things ``activation``, its ``slope`` below 0, and the ``size``, ``stride``
and ``padding`` of its window. ``ui/reader/network.js`` reads it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import numpy as np

from mnist_cnn.architecture import CONVOLUTIONS, POOLINGS, Layer
from mnist_cnn.receptive_field import ReceptiveField, fields_along


def encode(
    layers: Sequence[Layer], weights: Sequence[np.ndarray], about: Mapping | None = None
) -> bytes:
    """Return the file.

    Args:
        layers: as ``architecture`` describes them.
        weights: array after array of these layers, see ``architecture.Layer.arrays``.
        about: what else the head says, as JSON has it.

    Raises:
        ValueError: the weights are not of these layers.
    """
    expected = [shape for layer in layers for shape in layer.arrays]
    found = [array.shape for array in weights]
    if found != expected:
        raise ValueError(f"These weights are of another network: expected {expected}, got {found}.")
    fields = fields_along(layers)
    entries = [_entry(layer) | {"field": _spans(fields[layer.name])} for layer in layers]
    head = {"input": _INPUT, "layers": entries, "about": dict(about or {})}
    text = json.dumps(head, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)  # the numbers begin where a Float32Array may
    numbers = (np.ascontiguousarray(array, "<f4").tobytes() for array in weights)
    return b"".join((len(text).to_bytes(4, "little"), text, *numbers))


def _spans(field: ReceptiveField) -> dict[str, object]:
    return {"rows": field.rows, "columns": field.columns}


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
    told = {"activation": layer.activation, "slope": layer.slope}
    return entry | {name: value for name, value in told.items() if value is not None}
