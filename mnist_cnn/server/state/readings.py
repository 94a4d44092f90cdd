"""TensorFlow's readers, for programs and for the page's check; TensorFlow is imported when needed.

The page reads by itself. TensorFlow takes seconds and hundreds of megabytes, and most servers never
need it.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from mnist_cnn.server.state.networks import Network

if TYPE_CHECKING:
    from mnist_cnn.reading.reader import Reader


class Readings:
    """The readers of a server. Every method may import TensorFlow, so call it in a thread."""

    def __init__(self, path: str | os.PathLike, network: Network):
        """Nothing is loaded yet; ``network`` is the shipped one, in the file at ``path``."""
        self._path, self._network = Path(path), network
        self._lock = threading.Lock()
        self._shipped: Reader | None = None

    def shipped(self) -> Reader:
        """Return the reader of the network the server was started with.

        Raises:
            WeightsError: see ``weights.load``.
        """
        with self._lock:  # several first callers wait for one reader
            if self._shipped is None:
                # Without it, the reader would take the whole memory of a GPU from trainings.
                os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")
                from mnist_cnn.system import quiet_tensorflow  # noqa: F401  first, before TensorFlow is imported

                # isort: split
                from mnist_cnn.reading.reader import Reader

                self._shipped = Reader.load(self._path)
            return self._shipped

    def of(self, network: Network) -> Reader:
        """Return a reader of ``network``, with the judge of the shipped one."""
        shipped = self.shipped()
        if network is self._network:
            return shipped
        from mnist_cnn.network import keras_model
        from mnist_cnn.reading.reader import Reader

        return Reader(keras_model.build(network.layers, network.weights), shipped.judge)
