"""Readings by TensorFlow, for programs and to check the page's: imported when first asked for.

The page reads by itself. TensorFlow takes seconds and hundreds of megabytes, which a server that
nobody asks for a reading spares.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mnist_cnn.reading import Reader
    from mnist_cnn.ui.networks import Network


class Readings:
    """The server's readers; every method may wait for TensorFlow, so call it in a thread."""

    def __init__(self, path: str | os.PathLike):
        """Remember where the shipped weights are; nothing is loaded yet."""
        self._path = Path(path)
        self._lock = threading.Lock()
        self._shipped: Reader | None = None

    def shipped(self) -> Reader:
        """Return the reader of the network the server was started with.

        Raises:
            WeightsError: see ``weights.load``.
        """
        with self._lock:  # two who ask first wait for one
            if self._shipped is None:
                # Or else trainings find a GPU full.
                os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")
                from mnist_cnn import quiet  # noqa: F401  first, before TensorFlow is imported

                # isort: split
                from mnist_cnn.reading import Reader

                self._shipped = Reader.load(self._path)
            return self._shipped

    def of(self, network: Network, shipped: Network) -> Reader:
        """Return a reader of ``network``, with the same judge."""
        reader = self.shipped()
        if network is shipped:
            return reader
        from mnist_cnn.reading import Reader

        return Reader(network.built(), reader.judge)
