"""``check``: a drawing read by TensorFlow, so that the page can compare its own reading."""

from __future__ import annotations

import numpy as np
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mnist_cnn.page.build.assets import PREFIX
from mnist_cnn.server.http.requests import BINARY, RequestError, drawing_of
from mnist_cnn.server.state.state import state_of


async def check(request: Request) -> Response:
    """A drawing, ``?network`` → what Python and TensorFlow make of it.

    The 28×28 picture as uint8, then every layer's activations, little-endian float32, in the
    order data flows.
    """
    state = state_of(request)
    drawing, network = await drawing_of(request), state.networks.asked(request)

    def read() -> bytes:
        reading = state.readings.of(network).read(drawing)
        if reading is None:
            raise RequestError("There is no ink in the drawing")
        found = reading.activations.layers
        layers = (found[layer.name] for layer in network.layers)
        numbers = (np.ascontiguousarray(layer, "<f4").tobytes() for layer in layers)
        return b"".join((reading.stages.image.tobytes(), *numbers))

    return Response(await run_in_threadpool(read), headers=BINARY)


ROUTES = [Route(f"{PREFIX}/check", check, methods=["POST"])]
