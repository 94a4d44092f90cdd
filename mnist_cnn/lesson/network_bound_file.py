"""Files beside the weights that hold what was worked out with one network, for the page.

Each is an ``.npz`` with arrays by name, and with the fingerprint of the network they belong to:
with other weights they would be wrong, and are left out. The page loads them in another form:

    4 bytes   length of the head, little-endian
    head      JSON
    arrays    their numbers, one array after the other, little-endian
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from mnist_cnn.network import keras_file
from mnist_cnn.network.architecture import Layer
from mnist_cnn.system.atomic_files import write_atomically

NETWORK_KEY = "network"  # entry with the network's fingerprint; no array has this name

log = logging.getLogger(__name__)


def save(
    arrays: Mapping[str, Any], layers: Sequence[Layer], weights: Sequence[np.ndarray], path: Path
) -> None:
    """Write what belongs to the network with these layers and weights.

    Args:
        arrays: by name, or numbers.
        layers: of the network.
        weights: its arrays, in order.
        path: an ``.npz`` file.

    Raises:
        NotWrittenError: the disk is full, or the folder cannot be written to.
    """
    entries: dict[str, Any] = {NETWORK_KEY: fingerprint(layers, weights), **arrays}
    write_atomically(path, lambda temporary: np.savez_compressed(temporary, **entries))


def load_for(
    layers: Sequence[Layer],
    weights: Sequence[np.ndarray],
    path: Path,
    names: Iterable[str] | None = None,
) -> dict[str, np.ndarray] | None:
    """Return the arrays of the file by name; None without a file for this network.

    One that is damaged is reported, and is as none.

    Args:
        layers, weights: of the network.
        path: of the file.
        names: of the arrays that it must have; by default it may have any.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            if str(file[NETWORK_KEY]) != fingerprint(layers, weights):
                return None
            own = [name for name in file.files if name != NETWORK_KEY]
            return {name: file[name] for name in names or own}
    except FileNotFoundError:
        return None
    except keras_file.DAMAGED_FILE_ERRORS as error:
        log.warning("%s is damaged (%s): the page does without it.", path, error)
        return None


def packed(head: object, arrays: Iterable[np.ndarray]) -> bytes:
    """Return the form for the page."""
    described = json.dumps(head).encode()
    return b"".join(
        (len(described).to_bytes(4, "little"), described, *(a.tobytes() for a in arrays))
    )


def fingerprint(layers: Sequence[Layer], weights: Sequence[np.ndarray]) -> str:
    """Return what tells the network with these layers and weights from every other."""
    outline = [(layer.name, layer.kind, layer.shape, layer.activation) for layer in layers]
    digest = hashlib.sha256(repr(outline).encode())
    for array in weights:
        digest.update(np.ascontiguousarray(array, "<f4").tobytes())
    return digest.hexdigest()
