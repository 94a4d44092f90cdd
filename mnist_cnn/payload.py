"""A reading as the bytes the page paints: the drawing route's answer.

Layout, little-endian: a uint32 with the length of the header; the header, JSON in UTF-8, padded
with spaces to a multiple of 4; float32 values: the maxima of the channels of every feature map,
layer after layer, then the units of every dense layer; uint8 values: the 28×28 picture, then the
levels of every feature map in the order row, column, channel. The header lists the layers that
are in it. Flatten has no numbers of its own, because it is the last feature map in this very order.
"""

from __future__ import annotations

import io
import json
import struct
from collections.abc import Collection

import numpy as np

from mnist_cnn.activations import Activations, eight_bit
from mnist_cnn.reading import Reading

EMPTY = {"empty": True}  # the header when there is no ink


def encode(reading: Reading | None, wanted: Collection[str] | None = None) -> bytes:
    """Return the payload of ``reading``, 38 kB, or the one that says the pad is empty.

    Args:
        reading: as ``Reader.read`` returns it.
        wanted: names of the layers to send, all of them without it. The softmax always comes, and
            with flatten the feature map it is made of.
    """
    if reading is None:
        return _header(EMPTY)
    stages = reading.stages
    sent = _sent(reading.activations, wanted)
    height, width = stages.scaled.shape
    header = {
        "digit": reading.activations.digit,
        "doubt": reading.doubt,
        "box": stages.box,
        "scaled": [width, height],
        "offset": stages.offset,
        "layers": [[name, *layer.shape] for name, layer in sent.items()],
    }
    maps = [eight_bit(layer) for layer in sent.values() if layer.ndim == 3]
    units = [layer for name, layer in sent.items() if layer.ndim == 1 and name != "flatten"]
    parts = [_header(header)]
    parts += [layer.maxima.astype("<f4").tobytes() for layer in maps]
    parts += [layer.astype("<f4").tobytes() for layer in units]
    parts += [stages.image.tobytes()]
    parts += [layer.levels.tobytes() for layer in maps]
    return b"".join(parts)


def encode_npz(reading: Reading) -> bytes:
    """Return the exact numbers of ``reading`` as a NumPy ``.npz`` file, to keep.

    It holds every layer by its name, float32, and ``drawing`` uint8 ``(height, width)``, ``image``
    uint8 ``(28, 28)`` and ``digit``, an integer.
    """
    file = io.BytesIO()
    np.savez_compressed(
        file,
        drawing=reading.stages.drawing,
        image=reading.stages.image,
        digit=reading.activations.digit,
        **reading.activations.layers,
    )
    return file.getvalue()


def encode_error(sentence: str, key: str | None = None) -> bytes:
    """Return the payload that says why there is no reading; by ``key`` the page knows why."""
    return _header({"error": sentence} | ({"key": key} if key else {}))


def _sent(activations: Activations, wanted: Collection[str] | None) -> dict[str, np.ndarray]:
    if wanted is None:
        return activations.layers
    names = {*wanted, "softmax"}
    if "flatten" in names:
        names.add(list(activations.maps)[-1])
    return {name: layer for name, layer in activations.layers.items() if name in names}


def _header(header: dict) -> bytes:
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)
    return struct.pack("<I", len(text)) + text
