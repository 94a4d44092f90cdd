"""A call of a function on the page, looked through before Gradio takes it up.

Gradio answers some malformed ones with an error of the server's, and downloads what a file's path
or address names; here a call holds only what a page or ``gradio_client`` would send.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from mnist_cnn.ui.requests import RequestError

LONGEST_WORD = 64  # characters of a session, an event, a name
MOST_DEPTH = 12  # of lists and objects in one another
WORDS = ("session_hash", "event_id", "oauth_token")
NUMBERS = ("fn_index", "trigger_id")
ELSEWHERE = "No file is fetched from an address here. Upload it to /gradio_api/upload."
TOOL_PICTURE = (
    "No picture is fetched from an address or a path. Send the file itself as a data: URI, "
    "data:image/png;base64,… of at most 8 MiB."
)
ADDRESSES = ("http:", "https:", "ftp:", "file:", "data:", "//", "\\\\")


def check(body: bytes, functions: Collection[int]) -> None:
    """Raise ``RequestError`` unless ``body`` is such a call, as JSON, of one of ``functions``."""
    call = _object(body)
    if not isinstance(call.get("data"), list):
        raise RequestError('The body must be an object with a list "data"')
    index = call.get("fn_index")
    if index is not None and index not in functions:
        raise RequestError(f"The page has no function {index}")


def check_cancel(body: bytes) -> None:
    """Raise ``RequestError`` unless ``body`` names, as JSON, a call that is to end."""
    _object(body)


def tool_refusal(body: bytes) -> dict | None:
    """Return the answer to a tool's call whose picture is no ``data:`` URI, or None.

    It is an answer of MCP's: one of HTTP's would not reach the language model, which is to read
    what to send instead. What is no such call is left to MCP.
    """
    try:
        call = json.loads(body)
        picture = call["params"]["arguments"]["picture"]
    except (ValueError, RecursionError, KeyError, TypeError):
        return None
    if not isinstance(picture, str) or picture.startswith("data:"):
        return None
    words = {"type": "text", "text": TOOL_PICTURE}
    result = {"content": [words], "isError": True}
    return {"jsonrpc": "2.0", "id": call.get("id"), "result": result}


def _object(body: bytes) -> dict:
    """Return the object in a body, its words and numbers looked through."""
    try:
        call = json.loads(body, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise RequestError("The body is not JSON") from error
    if not isinstance(call, dict):
        raise RequestError("The body must be an object")
    for name in WORDS:
        word = call.get(name)
        if word is not None and not (isinstance(word, str) and len(word) <= LONGEST_WORD):
            raise RequestError(f"{name} must be a word of at most {LONGEST_WORD} characters")
    for name in NUMBERS:
        number = call.get(name)
        if number is not None and (type(number) is not int or not 0 <= number < 2**31):
            raise RequestError(f"{name} must be a whole number")
    _look_through(call, MOST_DEPTH)
    return call


def _no_number(constant: str) -> None:
    raise RequestError(f"{constant} is not a number of JSON")


def _look_through(value: Any, depth: int) -> None:
    """Refuse what is nested without end, and files that are somewhere else."""
    if not depth:
        raise RequestError("The body is nested too deeply")
    if isinstance(value, list):
        for item in value:
            _look_through(item, depth - 1)
    elif isinstance(value, dict):
        for name, item in value.items():
            if name == "path" and _elsewhere(item):
                raise RequestError(ELSEWHERE)
            _look_through(item, depth - 1)


def _elsewhere(item: Any) -> bool:
    return isinstance(item, str) and item.strip().lower().startswith(ADDRESSES)
