"""What the page asks TensorFlow: to check its reading, what excites a channel, and the lesson.

Such a route imports TensorFlow when it is first asked; ``OnDemand`` holds those of a module that
imports it at its top.
"""

from __future__ import annotations

import struct
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, Router
from starlette.types import Receive, Scope, Send

from mnist_cnn.ui.network_files import FOR_EVER
from mnist_cnn.ui.networks import Networks
from mnist_cnn.ui.readings import Readings
from mnist_cnn.ui.requests import (
    BINARY,
    RequestError,
    drawing_of,
    guarded,
    known,
    not_signed_in,
    signed_in,
)
from mnist_cnn.ui.web import PREFIX


def routes(networks: Networks, readings: Readings) -> list[BaseRoute]:
    """Return the routes ``check``, ``features`` and those below ``lessons``."""

    def lessons() -> list[BaseRoute]:
        reader = readings.shipped()
        from mnist_cnn.ui import lessons  # imports TensorFlow

        return lessons.routes(reader, PREFIX)

    async def check(request: Request) -> Response:
        """A drawing, ``?network`` → what Python and TensorFlow make of it.

        The 28×28 picture as uint8, then every layer's activations, little-endian float32, in the
        order data flows.
        """
        drawing, network = await drawing_of(request), networks.asked(request)
        network.expect_digits()

        def read() -> bytes:
            reading = readings.of(network, networks.shipped).read(drawing)
            if reading is None:
                raise RequestError("There is no ink in the drawing")
            found = reading.activations.layers
            layers = (found[layer.name] for layer in network.layers)
            numbers = (np.ascontiguousarray(layer, "<f4").tobytes() for layer in layers)
            return b"".join((reading.stages.image.tobytes(), *numbers))

        return Response(await run_in_threadpool(read), headers=BINARY)

    async def features(request: Request) -> Response:
        """``?network&layer=conv2`` → uint16 channels, height, width, then what excites each, uint8.

        Refused of a network in training: it would be another one by then.
        """
        network, layer = networks.asked(request), request.query_params.get("layer", "")
        known([layer], [one.name for one in network.layers])
        if not network.final:
            raise RequestError("The network is still in training.", "inTraining")

        def make() -> np.ndarray:
            readings.shipped()
            from mnist_cnn.feature_visualization import FeatureVisualizer

            if network is networks.shipped:
                return FeatureVisualizer(network.built()).pictures(layer)
            with tempfile.TemporaryDirectory(prefix="mnist_cnn_features_") as folder:
                return FeatureVisualizer(network.built(), Path(folder)).pictures(layer)

        pictures = await run_in_threadpool(make)
        head = struct.pack("<HHH", *pictures.shape)
        stays = network is not networks.shipped  # that may be another tomorrow
        headers = BINARY | ({"Cache-Control": FOR_EVER} if stays else {})
        return Response(head + pictures.tobytes(), headers=headers)

    return [
        Route(f"{PREFIX}/check", guarded(check), methods=["POST"]),
        Route(f"{PREFIX}/features", guarded(features), methods=["GET"]),
        Route(f"{PREFIX}/lessons/{{name}}", OnDemand(lessons)),
    ]


class OnDemand:
    """An ASGI app of routes that are made when somebody who is signed in first asks for one."""

    def __init__(self, make: Callable[[], list[BaseRoute]]):
        """Make nothing yet."""
        self._make = make
        self._lock = threading.Lock()
        self._made: Router | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, in a while if this is the first."""
        made = self._made
        if made is None:
            if not await signed_in(HTTPConnection(scope)):
                return await not_signed_in()(scope, receive, send)
            made = await run_in_threadpool(self._router)
        await made(scope, receive, send)

    def _router(self) -> Router:
        with self._lock:
            self._made = self._made or Router(self._make())
            return self._made
