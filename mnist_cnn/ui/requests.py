"""What a request to one of the page's own routes may hold, and who may make it.

How long its body may be is decided before, by ``gate``.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Awaitable, Callable
from inspect import isawaitable
from typing import Any

import numpy as np
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, Response

from mnist_cnn.ink import PictureError

Handler = Callable[[Request], Awaitable[Response]]  # of a route

LARGEST_SIDE = 280  # pixels of a drawing: the pad's
DECIMALS = 7  # of numbers in JSON: 576 terms still add up within 1e-4

# Gradio compresses every response over 400 bytes unless it already says how it is encoded.
BINARY = {"Content-Encoding": "identity", "Cache-Control": "no-store"}


class RequestError(Exception):
    """A request that cannot be answered; the message says why."""

    def __init__(self, sentence: str, key: str | None = None, **values: object):
        super().__init__(sentence)
        self.key = key  # by which the page knows the sentence in its own language
        self.values = values  # what the sentence names


def guarded(endpoint: Handler) -> Handler:
    """Require Gradio's login, if there is one, and answer errors as JSON with a sentence."""

    async def answer(request: Request) -> Response:
        if not await signed_in(request):
            return not_signed_in()
        try:
            return await endpoint(request)
        except RequestError as error:
            refusal = {"error": str(error), "key": error.key, "values": error.values}
            return JSONResponse(refusal, 400)
        except PictureError as error:
            return JSONResponse({"error": str(error), "key": error.key}, 400)

    return answer


def not_signed_in() -> Response:
    """Return the answer to who has to sign in first."""
    return JSONResponse({"error": "Sign in first."}, 401)


async def signed_in(request: HTTPConnection) -> bool:
    """Decide as Gradio's own ``login_check`` does (gradio/routes.py)."""
    app = request.app
    if app.auth is None and app.auth_dependency is None:
        return True
    if app.auth_dependency is not None:
        user = app.auth_dependency(request)
        return (await user if isawaitable(user) else user) is not None
    cookies = (f"access-token-{app.cookie_id}", f"access-token-unsecure-{app.cookie_id}")
    return any(app.tokens.get(request.cookies.get(name)) is not None for name in cookies)


async def drawing_of(request: Request) -> np.ndarray:
    """Return the drawing: ``?width&height``, body uint8 ``(height, width)``, ink is 255."""
    width, height = _side(request, "width"), _side(request, "height")
    pixels = await request.body()
    if len(pixels) != width * height:
        raise RequestError(f"Expected {width}×{height} = {width * height} bytes, got {len(pixels)}")
    return np.frombuffer(pixels, np.uint8).reshape(height, width)


def json_of(answer: object) -> Response:
    """Return plain values, dataclasses, arrays and numbers of NumPy as JSON that nobody keeps."""
    text = json.dumps(answer, default=_plain, separators=(",", ":"))
    return Response(text, media_type="application/json", headers=BINARY)


def _plain(value: Any) -> object:
    """Return what JSON has no word for as lists, numbers and objects."""
    if dataclasses.is_dataclass(value):
        return vars(value)
    if isinstance(value, np.ndarray):
        return (
            np.round(value.astype(float), DECIMALS) if value.dtype.kind == "f" else value
        ).tolist()
    return value.item()  # a NumPy number


def _side(request: Request, name: str) -> int:
    text = request.query_params.get(name, "")
    if not text.isdecimal() or len(text) > 4 or not 1 <= int(text) <= LARGEST_SIDE:
        raise RequestError(f"{name} must be a whole number from 1 to {LARGEST_SIDE}, got {text!r}")
    return int(text)


def object_of(text: str | bytes, what: str) -> dict:
    """Return the JSON object that ``text`` is; ``what`` names it where it is none."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise RequestError(f"The {what} must be a JSON object.") from error
    if not isinstance(found, dict):
        raise RequestError(f"The {what} must be a JSON object.")
    return found
