"""``ink``, which turns a picture that a visitor sends into ink on the pad."""

from __future__ import annotations

import struct

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mnist_cnn.page.build.assets import PREFIX
from mnist_cnn.server.http.fairness import client_of
from mnist_cnn.server.http.requests import BINARY
from mnist_cnn.server.state.state import state_of


async def ink(request: Request) -> Response:
    """A picture file → uint16 width, uint16 height, then its ink, uint8."""
    decoding, content = state_of(request).decoding, await request.body()
    found = await decoding.read(client_of(request), decoding.sandbox.ink, content)
    height, width = found.shape
    return Response(struct.pack("<HH", width, height) + found.tobytes(), headers=BINARY)


ROUTES = [Route(f"{PREFIX}/ink", ink, methods=["POST"])]
