"""Pictures that visitors send; and the route ``ink``, by which they become ink on the pad."""

from __future__ import annotations

import struct

import numpy as np
from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from mnist_cnn.sandbox import Sandbox
from mnist_cnn.ui.requests import BINARY, guarded
from mnist_cnn.ui.web import PREFIX

_decoding = CapacityLimiter(1)  # a large one takes a second and 400 MB


async def ink_in(content: bytes, sandbox: Sandbox) -> np.ndarray:
    """Return the ink in a picture file; see ``Sandbox.ink``."""
    return await to_thread.run_sync(sandbox.ink, content, limiter=_decoding)


def routes(sandbox: Sandbox) -> list[BaseRoute]:
    """Return the route, which decodes in ``sandbox``."""

    async def ink(request: Request) -> Response:
        """A picture file → uint16 width, uint16 height, then its ink, uint8."""
        found = await ink_in(await request.body(), sandbox)
        height, width = found.shape
        return Response(struct.pack("<HH", width, height) + found.tobytes(), headers=BINARY)

    return [Route(f"{PREFIX}/ink", guarded(ink), methods=["POST"])]
