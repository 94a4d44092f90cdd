"""A reading as the bytes the page paints: the drawing route's answer.

Layout, little-endian: a uint32 with the length of the header; the header, JSON in UTF-8, padded
with spaces to a multiple of 4; float32 values: the maxima of the channels of every feature map,
layer after layer, then the units of every dense layer; uint8 values: the 28×28 picture, then the
levels of every feature map in the order row, column, channel. Flatten is not sent, because it is
the last feature map in this very order.
"""

from __future__ import annotations

import json
import struct

import numpy as np

from mnist_cnn.activations import eight_bit
from mnist_cnn.reading import Reading

EMPTY = {"empty": True}  # the header when there is no ink


def encode(reading: Reading | None) -> bytes:
    """Return the payload of ``reading``, 38 kB, or the one that says the pad is empty."""
    if reading is None:
        return _header(EMPTY)
    stages, activations = reading.stages, reading.activations
    height, width = stages.scaled.shape
    header = {
        "digit": activations.digit,
        "doubt": reading.doubt,
        "box": stages.box,
        "scaled": [width, height],
        "offset": stages.offset,
        "layers": [[name, *layer.shape] for name, layer in activations.layers.items()],
    }
    maps = [eight_bit(layer) for layer in activations.maps.values()]
    units = [activations.layers[name] for name in _sent_units(activations.layers)]
    parts = [_header(header)]
    parts += [layer.maxima.astype("<f4").tobytes() for layer in maps]
    parts += [layer.astype("<f4").tobytes() for layer in units]
    parts += [stages.image.tobytes()]
    parts += [layer.levels.tobytes() for layer in maps]
    return b"".join(parts)


def _sent_units(layers: dict[str, np.ndarray]) -> list[str]:
    return [name for name, layer in layers.items() if layer.ndim == 1 and name != "flatten"]


def _header(header: dict) -> bytes:
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)
    return struct.pack("<I", len(text)) + text
