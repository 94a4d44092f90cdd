"""What the page's own routes share: reading a request, and answering with JSON.

``gate`` has checked the length of bodies before.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from typing import Any

import numpy as np
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

from mnist_cnn.system import strict_json

LARGEST_SIDE = 280  # pixels of a drawing: the pad's

# A page names its session, a random text it keeps, in a header, which no other site can send.
SESSION = "X-Mnist-Cnn-Session"
SESSION_FORM = re.compile(r"[\w-]{16,64}", re.ASCII)

# Gradio compresses every response over 400 bytes unless it already says how it is encoded.
BINARY = {"Content-Encoding": "identity", "Cache-Control": "no-store"}


class RequestError(Exception):
    """A request that cannot be answered; the message says why."""

    status = 400  # of the answer

    def __init__(self, sentence: str, key: str | None = None, **values: object):
        super().__init__(sentence)
        self.key = key  # by which the page knows the sentence in its own language
        self.values = values  # what the sentence names


def refusal(
    status: int,
    sentence: str,
    translation: tuple[str | None, dict],
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return ``{"error": sentence, "key", "values"}``; the key is null if nobody translates it."""
    key, values = translation
    return json_of({"error": sentence, "key": key, "values": values}, status, headers)


def not_signed_in() -> Response:
    """Return the answer for a visitor who has to sign in first."""
    return json_of({"error": "Sign in first."}, 401)


def path_of(scope: Scope) -> str:
    """Return the path of a request, without the prefix ``root_path`` under which the app is."""
    path, prefix = scope["path"], scope.get("root_path", "")
    below = path.removeprefix(prefix)
    return below if below[:1] in ("", "/") else path


def is_https(request: Request) -> bool:
    """Whether the visitor's browser is on https, so that a cookie may be for https only.

    The page's own word for it, ``Origin``, is more than a proxy's; a program sends none.
    """
    return request.headers.get("origin", str(request.url)).startswith("https:")


def session_of(request: Request) -> str:
    """Return the session named in the header; raises ``RequestError``."""
    return checked_session(request.headers.get(SESSION))


def checked_session(name: object) -> str:
    """Return a session's name if it has the form of one; else raises ``RequestError``."""
    if not isinstance(name, str) or not SESSION_FORM.fullmatch(name):
        raise RequestError(
            f"The session, {SESSION} in headers, must be 16 to 64 letters, digits, - or _."
        )
    return name


async def drawing_of(request: Request) -> np.ndarray:
    """Return the drawing: ``?width&height``, body uint8 ``(height, width)``, ink is 255."""
    width, height = _side(request, "width"), _side(request, "height")
    pixels = await request.body()
    if len(pixels) != width * height:
        raise RequestError(f"Expected {width}×{height} = {width * height} bytes, got {len(pixels)}")
    return np.frombuffer(pixels, np.uint8).reshape(height, width)


def json_of(
    answer: object, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """Return values, dataclasses and NumPy's numbers as JSON that no cache keeps."""
    text = strict_json.encode(answer, _plain)
    return Response(text, status, BINARY | dict(headers or {}), "application/json")


def _plain(value: Any) -> object:
    """Return a value that JSON does not know as a number or an object."""
    if dataclasses.is_dataclass(value):
        return vars(value)
    return value.item()  # a NumPy number


def number_of(request: Request, name: str, default: str = "") -> int:
    """Return the whole number ``?name``, 0 or more; raises ``RequestError``."""
    text = request.query_params.get(name, default)
    if not text.isdecimal() or len(text) > 15:
        raise RequestError(f"{name} must be a whole number, got {text[:20]!r}")
    return int(text)


def digit_of(request: Request, name: str) -> int:
    """Return the digit ``?name``, 0 to 9; raises ``RequestError``."""
    text = request.query_params.get(name, "")
    if len(text) != 1 or text not in "0123456789":
        raise RequestError(f"{name} must be a digit from 0 to 9, got {text[:20]!r}")
    return int(text)


def _side(request: Request, name: str) -> int:
    text = request.query_params.get(name, "")
    if not text.isdecimal() or len(text) > 4 or not 1 <= int(text) <= LARGEST_SIDE:
        raise RequestError(f"{name} must be a whole number from 1 to {LARGEST_SIDE}, got {text!r}")
    return int(text)


def object_of(text: str | bytes, what: str) -> dict:
    """Return the JSON object that ``text`` is; ``what`` names it where it is none."""
    try:
        found = strict_json.parse(text)
    except ValueError as error:
        raise RequestError(f"The {what} must be a JSON object.") from error
    if not isinstance(found, dict):
        raise RequestError(f"The {what} must be a JSON object.")
    return found
