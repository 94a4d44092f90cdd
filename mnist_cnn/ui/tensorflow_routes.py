"""What the page asks TensorFlow: to check its reading. It is imported when that is first asked."""

from __future__ import annotations

import numpy as np
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from mnist_cnn.ui.networks import Networks
from mnist_cnn.ui.readings import Readings
from mnist_cnn.ui.requests import BINARY, RequestError, drawing_of, guarded
from mnist_cnn.ui.web import PREFIX


def routes(networks: Networks, readings: Readings) -> list[BaseRoute]:
    """Return the route ``check``."""

    async def check(request: Request) -> Response:
        """A drawing, ``?network`` → what Python and TensorFlow make of it.

        The 28×28 picture as uint8, then every layer's activations, little-endian float32, in the
        order data flows.
        """
        drawing, network = await drawing_of(request), networks.asked(request)

        def read() -> bytes:
            reading = readings.of(network, networks.shipped).read(drawing)
            if reading is None:
                raise RequestError("There is no ink in the drawing")
            found = reading.activations.layers
            layers = (found[layer.name] for layer in network.layers)
            numbers = (np.ascontiguousarray(layer, "<f4").tobytes() for layer in layers)
            return b"".join((reading.stages.image.tobytes(), *numbers))

        return Response(await run_in_threadpool(read), headers=BINARY)

    return [Route(f"{PREFIX}/check", guarded(check), methods=["POST"])]
