"""What excites each channel of a network most: pictures of it, made once for a set of weights."""

from __future__ import annotations

import hashlib
import logging
import threading
from pathlib import Path

import keras
import numpy as np

from mnist_cnn import data
from mnist_cnn.activation_maximization import maximize
from mnist_cnn.aside import write_aside
from mnist_cnn.model import layer_table
from mnist_cnn.preprocess import IMAGE_SIZE
from mnist_cnn.receptive_field import receptive_fields

EDITION = 2  # of the method: raise it when pictures come out differently, so that none is old

log = logging.getLogger(__name__)


class FeatureVisualizer:
    """Pictures of what excites the channels of a network, computed once and kept in a cache."""

    def __init__(self, network: keras.Model, cache: Path | None = None):
        """Compute nothing yet.

        Args:
            network: a chain of layers, as ``model.build`` returns it, trained.
            cache: a folder; ``mnist_cnn`` in Keras's folder without it.
        """
        self.network = network
        self.fields = receptive_fields(network)
        self.shapes = {row.name: row.shape for row in layer_table(network)}
        folder = data.cache_folder().parent / "mnist_cnn" if cache is None else cache
        self.folder = folder / f"features-{_fingerprint(network)}"
        self._pictures: dict[str, np.ndarray] = {}
        self._locks = {name: threading.Lock() for name in self.shapes}

    def pictures(self, layer: str) -> np.ndarray:
        """Return uint8 ``(channels, height, width)``, 255 is ink, as large as the layer sees.

        A cell of a flattened map is excited by what excites its channel.

        Raises:
            ValueError: the network has no such layer.
        """
        if layer not in self.shapes:
            raise ValueError(f"The network has no layer {layer!r}, only {', '.join(self.shapes)}.")
        with self._locks[layer]:  # two who ask at once wait for one computation
            if layer not in self._pictures:
                self._pictures[layer] = self._make(layer)
        return self._pictures[layer]

    def _make(self, layer: str) -> np.ndarray:
        if isinstance(self.network.get_layer(layer), keras.layers.Flatten):
            names = list(self.shapes)
            if names[0] == layer:  # each of its numbers is a pixel
                return np.full((*self.shapes[layer], 1, 1), 255, np.uint8)
            mapped = names[names.index(layer) - 1]
            return np.tile(self.pictures(mapped), (int(np.prod(self.shapes[mapped][:-1])), 1, 1))
        height, width = self._size(layer)
        kept = self._read(layer, (self.shapes[layer][-1], height, width))
        if kept is not None:
            return kept
        pictures = maximize(self.network, layer, height, width)
        self._keep(layer, pictures)
        return pictures

    def _size(self, layer: str) -> tuple[int, int]:
        """Return what a cell sees; of a vector, whose cells see different parts, the picture."""
        mapped = len(self.shapes[layer]) == 3
        return self.fields[layer].size if mapped else (IMAGE_SIZE, IMAGE_SIZE)

    def _read(self, layer: str, shape: tuple[int, ...]) -> np.ndarray | None:
        path = self.folder / f"{layer}.npz"
        try:
            with np.load(path, allow_pickle=False) as kept:
                pictures = kept["pictures"]
            if pictures.shape == shape and pictures.dtype == np.uint8:
                return pictures
            reason = f"{pictures.dtype} {pictures.shape} instead of uint8 {shape}"
        except (FileNotFoundError, NotADirectoryError):
            return None
        except data.UNREADABLE as error:
            reason = str(error)
        log.warning("%s is damaged (%s) and is made again", path, reason)
        return None

    def _keep(self, layer: str, pictures: np.ndarray) -> None:
        path = self.folder / f"{layer}.npz"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            write_aside(path, lambda aside: np.savez_compressed(aside, pictures=pictures))
        except OSError as error:
            log.warning("%s is not kept for the next start (%s)", path, error)


def _fingerprint(network: keras.Model) -> str:
    digest = hashlib.sha256(f"{EDITION} {layer_table(network)}".encode())
    for array in network.get_weights():
        digest.update(array.tobytes())
    return digest.hexdigest()[:16]
