"""Which network reads a person's drawing: the shipped one, one of a training, or one from a file.

A network is named by a reference: none or "" is the shipped one, ``ID`` the newest weights of a
training or those of an upload, ``ID.3`` snapshot 3 of a training. Ids cannot be guessed.

The shipped network is traced once and never changes. The others of one architecture share one
traced network, whose weights are set before it reads: that takes a millisecond, tracing a second.
"""

from __future__ import annotations

import functools
import secrets
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from starlette.requests import Request

from mnist_cnn import model
from mnist_cnn.arithmetic import Arithmetic
from mnist_cnn.attribution import Attribution, Evidence
from mnist_cnn.feature_visualization import FeatureVisualizer
from mnist_cnn.reading import Reader, Reading
from mnist_cnn.runs import Runs, RunsError
from mnist_cnn.terms import Terms
from mnist_cnn.ui.requests import RequestError
from mnist_cnn.uploads import Uploads

LONGEST_REFERENCE = 40  # characters
KEPT = 4  # networks given to everyone: those before the present one too, for pages still at them
PICTURED = 4  # networks whose feature pictures are kept at hand


class Shipped:
    """The network the server was started with."""

    def __init__(self, reader: Reader):
        """Trace what is needed for a click when it is first asked for."""
        self._reader = reader
        self.names = reader.tracer.names
        network = reader.tracer.network
        self.downsampling = model.downsampling_of(network)
        self.weights = network.get_weights()
        self._arithmetic = Arithmetic(network)
        self._attribution = functools.cache(lambda: Attribution(network))
        self._visualizer = FeatureVisualizer(network)

    def read(self, drawing: np.ndarray) -> Reading | None:
        """See ``Reader.read``."""
        return self._reader.read(drawing)

    def read_many(self, drawings: Sequence[np.ndarray]) -> list[Reading | None]:
        """See ``Reader.read_many``."""
        return self._reader.read_many(drawings)

    def explain(self, reading: Reading, layer: str, cell: tuple[int, ...]) -> Terms:
        """See ``Arithmetic.explain``."""
        return self._arithmetic.explain(reading.stages.image, reading.activations, layer, cell)

    def evidence(self, image: np.ndarray) -> Evidence:
        """See ``Attribution``; from any thread."""
        return self._attribution()(image)

    def features(self, layer: str) -> np.ndarray:
        """See ``FeatureVisualizer.pictures``; from any thread."""
        return self._visualizer.pictures(layer)

    def kernels(self) -> list[np.ndarray]:
        """Return each convolution's, float32 ``(rows, columns, inputs, outputs)``."""
        return _kernels(self._reader.tracer.network.get_weights())


class _Architecture:
    """What all networks of one downsampling share; ``shipped`` lends its conscience."""

    def __init__(self, downsampling: str, shipped: Reader):
        self.reader = Reader(model.build(downsampling=downsampling), shipped.judge)
        self.downsampling = downsampling
        self.lock = threading.Lock()
        self._explained = model.build(downsampling=downsampling)  # for threads, with a lock
        self._explaining = threading.Lock()
        self._attribution: Attribution | None = None
        self._current: list[np.ndarray] | None = None  # what the reader's network holds

    def set(self, weights: list[np.ndarray]) -> Reader:
        """Return the reader with these weights; hold ``lock`` until it has read."""
        if weights is not self._current:
            self.reader.tracer.network.set_weights(weights)
            self._current = weights
        return self.reader

    def evidence(self, weights: list[np.ndarray], image: np.ndarray) -> Evidence:
        with self._explaining:
            self._attribution = self._attribution or Attribution(self._explained)
            self._explained.set_weights(weights)
            return self._attribution(image)


class Lent:
    """A network of a training or a file, as ``Shipped``: its weights, in a shared architecture."""

    def __init__(
        self,
        networks: Networks,
        architecture: _Architecture,
        weights: list[np.ndarray],
        final: bool,
    ):
        self._networks, self._architecture = networks, architecture
        self.weights, self.final = weights, final
        self.names = architecture.reader.tracer.names
        self.downsampling = architecture.downsampling

    def read(self, drawing: np.ndarray) -> Reading | None:
        """See ``Reader.read``."""
        with self._architecture.lock:
            return self._architecture.set(self.weights).read(drawing)

    def read_many(self, drawings: Sequence[np.ndarray]) -> list[Reading | None]:
        """See ``Reader.read_many``."""
        with self._architecture.lock:
            return self._architecture.set(self.weights).read_many(drawings)

    def explain(self, reading: Reading, layer: str, cell: tuple[int, ...]) -> Terms:
        """See ``Arithmetic.explain``."""
        with self._architecture.lock:
            network = self._architecture.set(self.weights).tracer.network
            arithmetic = Arithmetic(network)
        return arithmetic.explain(reading.stages.image, reading.activations, layer, cell)

    def evidence(self, image: np.ndarray) -> Evidence:
        """See ``Attribution``; from any thread."""
        return self._architecture.evidence(self.weights, image)

    def features(self, layer: str) -> np.ndarray:
        """See ``FeatureVisualizer.pictures``; from any thread. It takes seconds.

        Raises:
            RequestError: the network is still in training: it would be another one by then.
        """
        if not self.final:
            raise RequestError("The network is still in training.", "inTraining")
        visualizer = self._networks.visualizer(self._architecture.downsampling, self.weights)
        return visualizer.pictures(layer)

    def kernels(self) -> list[np.ndarray]:
        """Return each convolution's, float32 ``(rows, columns, inputs, outputs)``."""
        return _kernels(self.weights)


class Networks:
    """All networks there are."""

    def __init__(self, shipped: Reader, runs: Runs | None = None):
        """Begin with the shipped one; ``runs`` are those of the server."""
        self.shipped, self.runs, self.uploads = Shipped(shipped), runs, Uploads()
        self.reader = shipped
        self._architectures: dict[str, _Architecture] = {}
        self._visualizers: OrderedDict[int, tuple[list[np.ndarray], FeatureVisualizer]]
        self._visualizers = OrderedDict()
        self._kept: OrderedDict[str, tuple[str, list[np.ndarray]]] = OrderedDict()
        self._lock = threading.Lock()
        self._pictures = tempfile.TemporaryDirectory(prefix="mnist_cnn_features_")

    def close(self) -> None:
        """Delete what lies on the disk: the process may end without a way out of its own."""
        self._pictures.cleanup()

    def asked(self, request: Request) -> Shipped | Lent:
        """Return the network that ``?network`` of a request names; raises as ``find``."""
        return self.find(request.query_params.get("network"))

    def find(self, reference: str | None) -> Shipped | Lent:
        """Return the network of a reference.

        Raises:
            RequestError: there is none any more.
        """
        if not reference:
            return self.shipped
        if reference in self._kept:
            downsampling, weights = self._kept[reference]
            return Lent(self, self._architecture(downsampling), weights, True)
        name, _, index = reference[:LONGEST_REFERENCE].partition(".")
        upload = None if index else self.uploads.find(name)
        if upload:
            return Lent(self, self._architecture(upload.downsampling), upload.weights, True)
        if self.runs is None or not (index == "" or index.isdecimal()):
            raise RequestError(*GONE)
        try:
            run, weights = self.runs.weights(name, int(index) if index else None)
        except RunsError as error:
            raise RequestError(*GONE) from error
        final = run.over and not index
        return Lent(self, self._architecture(run.options.downsampling), weights, final)

    def keep(self, reference: str) -> str:
        """Return a reference to the same network as it is now, which stays when its run goes.

        Raises:
            RequestError: there is none any more.
        """
        network, name = self.find(reference), secrets.token_urlsafe(9)
        self._kept[name] = network.downsampling, network.weights
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return name

    def prepare(self, downsampling: str) -> None:
        """Trace what networks of this architecture share, which takes a second; in a thread."""
        self._architecture(downsampling)

    def visualizer(self, downsampling: str, weights: list[np.ndarray]) -> FeatureVisualizer:
        """Return what makes pictures for fixed weights; the last few are kept at hand."""
        with self._lock:
            known = self._visualizers.pop(id(weights), None)
            if known is None:
                network = model.build(downsampling=downsampling)
                network.set_weights(weights)
                known = weights, FeatureVisualizer(network, Path(self._pictures.name))
            self._visualizers[id(weights)] = known  # the weights too: so their id is not reused
            while len(self._visualizers) > PICTURED:
                self._visualizers.popitem(last=False)
            return known[1]

    def _architecture(self, downsampling: str) -> _Architecture:
        known = self._architectures.get(downsampling)
        if known:  # without the lock, which is held for long
            return known
        with self._lock:
            if downsampling not in self._architectures:
                self._architectures[downsampling] = _Architecture(downsampling, self.reader)
            return self._architectures[downsampling]


def _kernels(weights: list[np.ndarray]) -> list[np.ndarray]:
    return [array for array in weights if array.ndim == 4]


GONE = ("This network is no longer kept. Go on with the shipped one.", "networkGone")
