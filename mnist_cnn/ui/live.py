"""The drawing route: ink in, every layer out, while the pen moves.

It is binary and lives on Gradio's own app, beside Gradio's routes and under the same prefix and
login, because JSON, base64 and the queue cost more than the network itself.
"""

from __future__ import annotations

import struct
from inspect import isawaitable
from pathlib import Path

import numpy as np
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from mnist_cnn import ink, payload
from mnist_cnn.reading import Reader

PREFIX = "/mnist_cnn"
WEB_FOLDERS = ("answer", "filmstrip", "header", "locales", "maps", "pad", "transport")
LARGEST_SIDE = 256  # pixels of a drawing; the pad sends at most 96
LARGEST_PICTURE = 8 * 2**20  # bytes of an uploaded file; the pad sends at most 512×512 as PNG

# Gradio compresses every response over 400 bytes unless it already says how it is encoded. On
# the drawing path that costs more time than it saves.
BINARY = {"Content-Encoding": "identity", "Cache-Control": "no-store"}


def routes(reader: Reader) -> list[BaseRoute]:
    """Return the routes to put on Gradio's app: ``read``, ``ink`` and the page's own files."""

    async def read(request: Request) -> Response:
        """``?width&height``, body uint8 ``(height, width)`` → ``payload.encode``."""
        width, height = _side(request, "width"), _side(request, "height")
        body = await _body(request, width * height)
        if len(body) != width * height:
            raise RequestError(
                f"Expected {width}×{height} = {width * height} bytes, got {len(body)}"
            )
        drawing = np.frombuffer(body, np.uint8).reshape(height, width)
        return Response(payload.encode(reader.read(drawing)), headers=BINARY)

    async def find_ink(request: Request) -> Response:
        """A picture file → uint16 width, uint16 height, then its ink, uint8."""
        found = ink.find_ink(ink.open_picture(await _body(request, LARGEST_PICTURE)))
        height, width = found.shape
        return Response(struct.pack("<HH", width, height) + found.tobytes(), headers=BINARY)

    here = Path(__file__).parent
    return [
        Route(f"{PREFIX}/read", _guarded(read), methods=["POST"]),
        Route(f"{PREFIX}/ink", _guarded(find_ink), methods=["POST"]),
        *(
            Mount(f"{PREFIX}/{folder}", _RevalidatedFiles(directory=here / folder))
            for folder in WEB_FOLDERS
        ),
    ]


class RequestError(Exception):
    """A request that cannot be answered; the message says why."""


class _RevalidatedFiles(StaticFiles):
    """Files the browser may keep but has to ask about, so that a new version is seen at once."""

    def file_response(self, *args, **kwargs) -> Response:
        response = super().file_response(*args, **kwargs)
        response.headers["Cache-Control"] = "no-cache"
        return response


def _guarded(endpoint):
    """Require Gradio's login, if there is one, and answer errors as JSON with a sentence."""

    async def guarded(request: Request) -> Response:
        if not await _signed_in(request):
            return JSONResponse({"error": "Sign in first."}, 401)
        try:
            return await endpoint(request)
        except (RequestError, ink.PictureError) as error:
            return JSONResponse({"error": str(error)}, 400)

    return guarded


async def _signed_in(request: Request) -> bool:
    """Decide as Gradio's own ``login_check`` does (gradio/routes.py)."""
    app = request.app
    if app.auth is None and app.auth_dependency is None:
        return True
    if app.auth_dependency is not None:
        user = app.auth_dependency(request)
        return (await user if isawaitable(user) else user) is not None
    cookies = (f"access-token-{app.cookie_id}", f"access-token-unsecure-{app.cookie_id}")
    return any(app.tokens.get(request.cookies.get(name)) is not None for name in cookies)


def _side(request: Request, name: str) -> int:
    text = request.query_params.get(name, "")
    if not text.isdecimal() or len(text) > 4 or not 1 <= int(text) <= LARGEST_SIDE:
        raise RequestError(f"{name} must be a whole number from 1 to {LARGEST_SIDE}, got {text!r}")
    return int(text)


async def _body(request: Request, most: int) -> bytes:
    """Return the body, read no further than ``most`` bytes."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise RequestError(f"The body is longer than {most} bytes")
    return bytes(body)
