"""Calls of the programs' endpoints, checked before Gradio takes them up.

Gradio answers some malformed ones with an error of the server's, logs a page for others, and
downloads what a file's path names; here a call holds only what ``gradio_client`` would send.
"""

from __future__ import annotations

from typing import Any

from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse, Response
from starlette.types import Scope

from mnist_cnn.server.gate.headers import RefusalError
from mnist_cnn.server.http.gradio_internals import keeps_answers
from mnist_cnn.server.http.requests import RequestError, path_of
from mnist_cnn.system import strict_json

ENDPOINTS = ("predict", "activations", "train")  # in Gradio's order, which numbers them
MAX_SESSION_LENGTH = 64  # characters
MAX_DEPTH = 12  # of lists and objects in one another
ELSEWHERE = "No file is fetched from an address here. Upload it to /gradio_api/upload."
TOOL_PICTURE = (
    "No picture is fetched from an address or a path. Send the file itself as a data: URI, "
    "data:image/png;base64,… of at most 8 MiB."
)
ADDRESSES = ("http:", "https:", "ftp:", "file:", "data:", "//", "\\\\")


def check_call(scope: Scope, body: bytes) -> None:
    """Raise ``RequestError`` unless ``body`` is a call, as JSON, that Gradio understands."""
    index = _parse(body).get("fn_index")
    if index is not None and (type(index) is not int or index not in range(len(ENDPOINTS))):
        raise RequestError(f"There is no function {index}")


def check_cancel(scope: Scope, body: bytes) -> None:
    """Raise ``RequestError`` unless ``body``, which says which call is to end, is JSON."""
    _parse(body)


def check_tool(scope: Scope, body: bytes) -> Response | None:
    """Return MCP's answer to a tool's call whose picture is no ``data:`` URI, or None.

    An error of HTTP's would not reach the language model, which can send the file instead. What is
    no JSON here raises ``RequestError``: MCP reads some of it.
    """
    if not body:
        return None  # as what ends a session, which has none
    call = _json(body)
    try:
        picture = call["params"]["arguments"]["picture"]
    except (KeyError, TypeError):
        return None  # no such call; MCP answers it
    if not isinstance(picture, str) or picture.startswith("data:"):
        return None
    result = {"content": [{"type": "text", "text": TOOL_PICTURE}], "isError": True}
    return JSONResponse({"jsonrpc": "2.0", "id": call.get("id"), "result": result})


def check_session(scope: Scope, body: bytes) -> None:
    """Raise ``RefusalError`` unless answers are kept for the session that asks for them.

    It is in the query, or else the end of the path.
    """
    named = HTTPConnection(scope).query_params.get("session_hash")
    if not keeps_answers(scope["app"], named or path_of(scope).rpartition("/")[2]):
        raise RefusalError(404, "There is no such call.")


def _json(body: bytes) -> Any:
    try:
        return strict_json.parse(body)  # Gradio takes NaN and half a character, and cannot answer
    except ValueError as error:
        raise RequestError("The body is not JSON") from error


def _parse(body: bytes) -> dict:
    call = _json(body)
    if not isinstance(call, dict):
        raise RequestError("The body must be an object")
    session = call.get("session_hash", "none")
    if not isinstance(session, str) or not 0 < len(session) <= MAX_SESSION_LENGTH:
        raise RequestError(f"session_hash must be 1 to {MAX_SESSION_LENGTH} characters")
    _check_values(call, MAX_DEPTH)
    return call


def _check_values(value: Any, depth: int) -> None:
    """Refuse deep nesting, and files that lie elsewhere."""
    if not depth:
        raise RequestError("The body is nested too deeply")
    if isinstance(value, list):
        for item in value:
            _check_values(item, depth - 1)
    elif isinstance(value, dict):
        for name, item in value.items():
            if name == "path" and _is_address(item):
                raise RequestError(ELSEWHERE)
            _check_values(item, depth - 1)


def _is_address(item: Any) -> bool:
    return isinstance(item, str) and item.strip().lower().startswith(ADDRESSES)
