"""What excites each channel of the shipped network most: pictures in a file beside its weights.

``python -m mnist_cnn features`` makes the file, a ``.npz`` of uint8 arrays by layer. The page loads

    4 bytes   how long the head is, little-endian
    head      JSON: each layer's channels, height and width
    pictures  uint8, 255 is ink, layer after layer in the order of the head

and reads it in ``ui/lens/exciting.js``.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from mnist_cnn import data, weights_file
from mnist_cnn.architecture import Layer
from mnist_cnn.aside import write_aside

DEFAULT = weights_file.DEFAULT.with_name("features.npz")
OF = "network"  # the entry that says whose pictures these are; no layer's, whose are numbered

log = logging.getLogger(__name__)


def save(
    pictures: Mapping[str, np.ndarray],
    layers: Sequence[Layer],
    weights: Sequence[np.ndarray],
    path: Path = DEFAULT,
) -> None:
    """Write what ``encoded`` finds again, for the network with these layers and weights.

    Args:
        pictures: uint8 ``(channels, height, width)`` by layer.
        layers: as ``architecture`` describes them.
        weights: array after array of these layers.
        path: ends in ``.npz``.

    Raises:
        NotWrittenError: the disk is full, or the folder cannot be written to.
    """
    entries: dict[str, Any] = {OF: _fingerprint(layers, weights), **pictures}
    write_aside(path, lambda aside: np.savez_compressed(aside, **entries))


def encoded(
    layers: Sequence[Layer], weights: Sequence[np.ndarray], path: Path = DEFAULT
) -> bytes | None:
    """Return what the page loads; None where no file is, or one of another network."""
    try:
        with np.load(path, allow_pickle=False) as kept:
            if str(kept[OF]) != _fingerprint(layers, weights):
                return None
            pictures = {name: kept[name] for name in kept.files if name != OF}
    except FileNotFoundError:
        return None
    except data.UNREADABLE as error:
        log.warning("%s is damaged (%s): the page makes its pictures anew.", path, error)
        return None
    head = json.dumps({name: each.shape for name, each in pictures.items()}).encode()
    return b"".join(
        (len(head).to_bytes(4, "little"), head, *(p.tobytes() for p in pictures.values()))
    )


def _fingerprint(layers: Sequence[Layer], weights: Sequence[np.ndarray]) -> str:
    outline = [(layer.name, layer.kind, layer.shape, layer.activation) for layer in layers]
    digest = hashlib.sha256(repr(outline).encode())
    for array in weights:
        digest.update(np.ascontiguousarray(array, "<f4").tobytes())
    return digest.hexdigest()
