"""The file of a network that the page loads: layers and weights.

    4 bytes   length of the head, little-endian
    head      JSON in UTF-8, padded with spaces to a multiple of 4 bytes
    weights   little-endian float32, array after array in the order of the head

The head has ``input``, the input shape; ``layers``, in order; and ``about``, the network's card.
Each layer has its ``name``; its ``kind``, a Keras class; its output ``shape``; the shapes of its
``arrays`` (kernel and bias, or scale and shift of a normalization); and its ``field``, the first
and last pixel that each row and each column of cells sees. Where they apply, it also has
``activation``; ``slope``, of the activation below 0; ``size``, ``stride`` and ``padding`` of its
window; and ``bits``, 4 or 8. A kernel with ``bits`` is packed: first a float32 scale for each
output channel, then one level for each number, of 4 bits (the lower half of a byte first) or 8,
padded to a multiple of 4 bytes. A number is (level - 7) or (level - 127), times its channel's
scale. ``reader/network.js`` reads the file.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import numpy as np

from mnist_cnn.network.architecture import INPUT_SHAPE, WINDOW_LAYERS, Layer
from mnist_cnn.network.receptive_field import ReceptiveField, fields_along


def encode(
    layers: Sequence[Layer],
    weights: Sequence[np.ndarray],
    about: Mapping | None = None,
    bits: Mapping[str, int] | None = None,
) -> bytes:
    """Return the content of the file.

    Args:
        layers: of the network.
        weights: their arrays in order, see ``architecture.Layer.arrays``.
        about: the card, as plain JSON values.
        bits: layer name: 4 or 8, of the kernels to pack.

    Raises:
        ValueError: the weights do not have the shapes of these layers.
    """
    expected = [shape for layer in layers for shape in layer.arrays]
    found = [array.shape for array in weights]
    if found != expected:
        raise ValueError(
            f"These weights belong to another network: expected {expected}, got {found}."
        )
    fields = fields_along(layers)
    packed = dict(bits or {})
    entries = [
        _entry(layer)
        | {"field": _spans(fields[layer.name])}
        | ({"bits": packed[layer.name]} if layer.name in packed else {})
        for layer in layers
    ]
    head = {"input": INPUT_SHAPE, "layers": entries, "about": dict(about or {})}
    text = json.dumps(head, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)  # a Float32Array must begin at a multiple of 4
    owners = [layer.name for layer in layers for _ in layer.arrays]
    numbers = (
        _packed(array, packed[owner]) if owner in packed and array.ndim > 1 else _plain(array)
        for owner, array in zip(owners, weights, strict=True)
    )
    return b"".join((len(text).to_bytes(4, "little"), text, *numbers))


def _plain(array: np.ndarray) -> bytes:
    return np.ascontiguousarray(array, "<f4").tobytes()


def _packed(kernel: np.ndarray, bits: int) -> bytes:
    """Return the scales of the output channels (the last axis), then the levels of all numbers."""
    highest = 2 ** (bits - 1) - 1
    rows = kernel.reshape(-1, kernel.shape[-1])
    scales = (np.maximum(np.abs(rows).max(axis=0), np.finfo("f4").tiny) / highest).astype("<f4")
    levels = (np.round(rows / scales).clip(-highest, highest) + highest).astype(np.uint8).ravel()
    if bits == 4:
        levels = np.append(levels, np.zeros(len(levels) % 2, np.uint8))
        levels = levels[0::2] | levels[1::2] << 4
    return scales.tobytes() + levels.tobytes() + bytes(-len(levels) % 4)


def _spans(field: ReceptiveField) -> dict[str, object]:
    return {"rows": field.rows, "columns": field.columns}


def _entry(layer: Layer) -> dict:
    entry = {key: getattr(layer, key) for key in ("name", "kind", "shape", "arrays")}
    if layer.kind in WINDOW_LAYERS:
        entry |= {"size": layer.size, "stride": layer.stride, "padding": layer.padding}
    optional = {"activation": layer.activation, "slope": layer.slope}
    return entry | {key: value for key, value in optional.items() if value is not None}


def describe(network: Sequence[Layer]) -> list[dict]:
    """Return the layers as plain values for the page: no arrays, but the number of parameters."""
    fields = fields_along(network)
    return [
        {
            "name": layer.name,
            "kind": layer.kind,
            "shape": layer.shape,
            "activation": layer.activation,
            "parameters": layer.parameters,
            "field": _spans(fields[layer.name]),
        }
        for layer in network
    ]
