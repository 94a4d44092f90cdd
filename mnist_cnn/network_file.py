"""A network as the page loads it: one small file with its layers and its weights.

    4 bytes   how long the head is, little-endian
    head      JSON in UTF-8, filled up with spaces to a multiple of 4 bytes
    weights   little-endian float32, array after array in the order of the head

The head has ``input``, the shape that is read; ``layers`` in the order data flows; and ``about``,
what else is known of the network. A layer has a ``name``, Keras' ``kind``, the ``shape`` it gives,
the shapes of its ``arrays`` (kernel, then bias; of a normalization scale, then shift), its
``field``, the first and last pixel that each row and each column of cells sees, and where there are
such things ``activation``, its ``slope`` below 0, the ``size``, ``stride`` and ``padding`` of its
window, and ``bits``: then its kernel is packed, a scale for each output channel as float32 and
levels of so many bits, a byte at a time, the lower four bits first, up to a multiple of 4 bytes; a
number is its level, less 7 or 127, times the scale of its channel. ``ui/reader/network.js`` reads
it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import numpy as np

from mnist_cnn.architecture import WINDOWED, Layer
from mnist_cnn.receptive_field import ReceptiveField, fields_along


def encode(
    layers: Sequence[Layer],
    weights: Sequence[np.ndarray],
    about: Mapping | None = None,
    bits: Mapping[str, int] | None = None,
) -> bytes:
    """Return the file.

    Args:
        layers: as ``architecture`` describes them.
        weights: array after array of these layers, see ``architecture.Layer.arrays``.
        about: what else the head says, as JSON has it.
        bits: 4 or 8, of a number of the kernels that are packed, by the names of their layers.

    Raises:
        ValueError: the weights are not of these layers.
    """
    expected = [shape for layer in layers for shape in layer.arrays]
    found = [array.shape for array in weights]
    if found != expected:
        raise ValueError(f"These weights are of another network: expected {expected}, got {found}.")
    fields = fields_along(layers)
    packed = dict(bits or {})
    entries = [
        _entry(layer)
        | {"field": _spans(fields[layer.name])}
        | ({"bits": packed[layer.name]} if layer.name in packed else {})
        for layer in layers
    ]
    head = {"input": _INPUT, "layers": entries, "about": dict(about or {})}
    text = json.dumps(head, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)  # the numbers begin where a Float32Array may
    owners = [layer.name for layer in layers for _ in layer.arrays]
    numbers = (
        _packed(array, packed[owner]) if owner in packed and array.ndim > 1 else _plain(array)
        for owner, array in zip(owners, weights, strict=True)
    )
    return b"".join((len(text).to_bytes(4, "little"), text, *numbers))


def _plain(array: np.ndarray) -> bytes:
    return np.ascontiguousarray(array, "<f4").tobytes()


def _packed(kernel: np.ndarray, bits: int) -> bytes:
    """Return the scales of the output channels, the last axis, and the levels of all numbers."""
    most = 2 ** (bits - 1) - 1
    rows = kernel.reshape(-1, kernel.shape[-1])
    scales = (np.maximum(np.abs(rows).max(axis=0), np.finfo("f4").tiny) / most).astype("<f4")
    levels = (np.round(rows / scales).clip(-most, most) + most).astype(np.uint8).ravel()
    if bits == 4:
        levels = np.append(levels, np.zeros(len(levels) % 2, np.uint8))
        levels = levels[0::2] | levels[1::2] << 4
    return scales.tobytes() + levels.tobytes() + bytes(-len(levels) % 4)


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
    if layer.kind in WINDOWED:
        entry |= {"size": layer.size, "stride": layer.stride, "padding": layer.padding}
    told = {"activation": layer.activation, "slope": layer.slope}
    return entry | {name: value for name, value in told.items() if value is not None}
