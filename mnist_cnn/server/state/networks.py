"""The networks a page may use: the shipped one, those of trainings, those from files.

A network is named by a reference: none or "" is the shipped one, ``ID`` the newest weights of a
training or those of an upload, ``ID.3`` snapshot 3 of a training. Ids cannot be guessed. Nothing
here needs TensorFlow.
"""

from __future__ import annotations

import json
import os
import secrets
from collections import OrderedDict
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from starlette.requests import Request

from mnist_cnn.network import importer, model, network_file
from mnist_cnn.network.architecture import Layer
from mnist_cnn.network.card import Card
from mnist_cnn.reading.sandbox import Sandbox
from mnist_cnn.runs.runs import Runs, RunsError
from mnist_cnn.runs.uploads import Uploads
from mnist_cnn.server.http.requests import RequestError

MAX_REFERENCE = 40  # characters
MAX_KEPT = 4  # networks given to the class: pages may still use those before the present one


@dataclass(frozen=True)
class Network:
    """A network whose weights stay as they are."""

    layers: list[Layer]
    weights: list[np.ndarray]  # float32, array after array of these layers
    final: bool = True  # the same reference always means these weights
    about: dict | None = None  # for the head of its file

    @property
    def downsampling(self) -> str:
        """A name in ``model.DOWNSAMPLING``; raises ``RequestError`` where it has none."""
        if name := model.variant_of(self.layers):
            return name
        raise RequestError(
            "This network is built another way than those that are trained here, and cannot learn "
            "here. Go back to the shipped one.",
            "networkOther",
        )

    def file(self) -> bytes:
        """Return it as the page reads it."""
        return network_file.encode(self.layers, self.weights, self.about)


class Networks:
    """All networks of a server, by their references."""

    def __init__(self, path: str | os.PathLike, card: Card | None, runs: Runs, sandbox: Sandbox):
        """Read the shipped one.

        Args:
            path: of its ``.keras`` file; raises as ``importer.read``.
            card: of the shipped one, if it has one.
            runs: those of the server.
            sandbox: reads the networks that people upload.
        """
        layers, arrays = importer.read(Path(path))
        self.shipped = Network(layers, arrays, about=asdict(card) if card else None)
        self.card, self.runs, self.uploads = card, runs, Uploads(sandbox)
        self._kept: OrderedDict[str, Network] = OrderedDict()

    def asked(self, request: Request) -> Network:
        """Return the network that ``?network`` of a request names; raises as ``find``."""
        return self.find(request.query_params.get("network"))

    def find(self, reference: str | None) -> Network:
        """Return the network of a reference.

        Raises:
            RequestError: there is none any more.
        """
        if not reference or reference == "shipped":
            return self.shipped
        if reference in self._kept:
            return self._kept[reference]
        return self._of_somebody(reference[:MAX_REFERENCE])

    def _of_somebody(self, reference: str) -> Network:
        name, _, index = reference.partition(".")
        upload = None if index else self.uploads.find(name)
        if upload:
            about = asdict(upload.card) if upload.card else None
            return Network(upload.layers, upload.weights, about=about)
        if not (index == "" or index.isdecimal()):
            raise RequestError(*_GONE)
        known = self.runs.find(name)
        over = known is not None and known.over  # asked first: it may end while they are read
        try:
            run, weights = self.runs.weights(name, int(index) if index else None)
        except RunsError as error:
            raise RequestError(*_GONE) from error
        layers = model.variant(run.options.downsampling)
        about = json.loads(run.result.card) if run.result and index == "" else None
        return Network(layers, weights, final=over or index != "", about=about)

    def keep(self, reference: str) -> str:
        """Return a reference to a copy of the network as it is now, which stays when its run goes.

        Raises:
            RequestError: there is none any more.
        """
        network, name = self.find(reference), secrets.token_urlsafe(9)
        self._kept[name] = Network(network.layers, network.weights, about=network.about)
        while len(self._kept) > MAX_KEPT:
            self._kept.popitem(last=False)
        return name


_GONE = ("This network is no longer kept. Go on with the shipped one.", "networkGone")
