"""Stands before everything the server answers: what is not an endpoint, too large, or from another
site's page does not get past it. See ``endpoints`` for the list, and ``.github/SECURITY.md``.
"""

from __future__ import annotations

import contextlib
import logging
import re
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from urllib.parse import urlsplit

import anyio
from starlette._utils import get_route_path
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, HTTPConnection
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from mnist_cnn.ui import calls
from mnist_cnn.ui.endpoints import ENDPOINTS, MEBIBYTE, PREFIX, Endpoint, find
from mnist_cnn.ui.fairness import FairLine, OverloadError, Rate, Rates, place
from mnist_cnn.ui.requests import RequestError

log = logging.getLogger(__name__)

AT_ONCE = 4  # heavy requests
MOST_WAITING = 100  # heavy requests of one place: a class may share an address
MOST_HELD = 256 * MEBIBYTE  # bytes of bodies in memory, of everybody
PATIENCE = 30  # seconds for a body to come
MOST_SOCKETS = 800  # open in all; a process may have 1,024 files open on many systems
LONGEST_QUERY = 2048  # characters
REFUSALS_TOLD = Rate(50, 1)  # in the log: who floods the server does not flood the disk
HOST = re.compile(r"[A-Za-z0-9.\-_]{1,253}(:\d{1,5})?|\[[0-9A-Fa-f:.%]{2,60}\](:\d{1,5})?")

# Gradio's scripts make functions of text and styles of their own, so these are allowed; nothing
# from another host is. Who may frame the page is left open, because it is made to be embedded.
POLICY = "; ".join(
    (
        "default-src 'self'",
        "connect-src 'self' ws: wss:",  # to Safari before 15.4, 'self' means no sockets
        "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "media-src 'self' data: blob:",
        "font-src 'self' data:",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
    )
)
SECURITY = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}


def middleware() -> list[Middleware]:
    """Return what stands before the app; it belongs into ``launch``'s ``app_kwargs``."""
    return [Middleware(Gate)]


class RefusalError(Exception):
    """Answered instead of the app; the message is for the visitor."""

    def __init__(self, status: int, sentence: str):
        super().__init__(sentence)
        self.status = status


class Gate:
    """ASGI middleware; see the module."""

    def __init__(self, app: ASGIApp):
        """Stand before ``app``."""
        self.app = app
        self._rates = {one.rate: Rates(one.rate) for one in ENDPOINTS if one.rate}
        self._heavy = FairLine(AT_ONCE, MOST_WAITING)
        self._sockets = 0
        self._held = 0  # bytes of bodies
        self._told = Rates(REFUSALS_TOLD)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or refuse it with a sentence."""
        if scope["type"] == "http":
            await self._request(scope, receive, _with_headers(send))
        elif scope["type"] == "websocket":
            await self._socket(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _request(self, scope: Scope, receive: Receive, send: Send) -> None:
        began, since = False, time.monotonic()

        async def answer(message: Message) -> None:
            nonlocal began
            if not began and log.isEnabledFor(logging.DEBUG):
                milliseconds = 1000 * (time.monotonic() - since)
                log.debug("%s: %d after %.0f ms", _who(scope), message["status"], milliseconds)
            began = True
            await send(message)

        try:
            endpoint = self._admit(scope, scope["method"])
            async with AsyncExitStack() as stack:
                receive = _bounded(receive, endpoint.body)
                if endpoint.session:
                    _check_session(scope)
                if endpoint.whole:
                    body = await stack.enter_async_context(self._whole_body(receive))
                    receive = _replay(body, receive)
                if endpoint.call:
                    calls.check(body, scope["app"].get_blocks().fns)
                if endpoint.cancel:
                    calls.check_cancel(body)
                if endpoint.heavy:
                    await stack.enter_async_context(self._heavy.turn(place(HTTPConnection(scope))))
                await self.app(scope, receive, answer)
        except RefusalError as refusal:
            if not began:
                await self._refuse(refusal.status, str(refusal), scope)(scope, receive, send)
        except ClientDisconnect:
            pass  # nobody is there to be answered
        except OverloadError as error:
            await self._refuse(429, str(error), scope)(scope, receive, send)
        except RequestError as error:
            await self._refuse(400, str(error), scope)(scope, receive, send)

    def _refuse(self, status: int, sentence: str, scope: Scope) -> Response:
        self._tell(scope, f"{status} {sentence}")
        headers = {"Retry-After": "1"} if status == 429 else {}
        return JSONResponse({"error": sentence}, status, headers)

    def _tell(self, scope: Scope, why: str) -> None:
        with contextlib.suppress(OverloadError):
            self._told.spend("everybody")
            log.warning("%s refused: %s", _who(scope), why)

    @contextlib.asynccontextmanager
    async def _whole_body(self, receive: Receive) -> AsyncIterator[bytes]:
        """Read all of a body, which counts as held until its answer is given."""
        body, more = bytearray(), True
        try:
            with anyio.move_on_after(PATIENCE) as waiting:
                while more:
                    message = await receive()
                    if message["type"] != "http.request":
                        raise ClientDisconnect
                    part = message.get("body", b"")
                    body += part
                    self._held += len(part)
                    if self._held > MOST_HELD:
                        raise OverloadError("Too much is being sent. Try again in a few seconds.")
                    more = message.get("more_body", False)
            if waiting.cancelled_caught:
                raise RefusalError(408, f"The body did not come within {PATIENCE} seconds.")
            yield bytes(body)
        finally:
            self._held -= len(body)

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            self._admit(scope, "WEBSOCKET")
            if self._sockets >= MOST_SOCKETS:
                raise OverloadError("Too many pages are open.")
        except (RefusalError, OverloadError) as refusal:
            self._tell(scope, str(refusal))
            return await WebSocketClose(1013, str(refusal))(scope, receive, send)
        self._sockets += 1
        try:
            await self.app(scope, receive, send)
        finally:
            self._sockets -= 1

    def _admit(self, scope: Scope, method: str) -> Endpoint:
        """Return the endpoint that is asked for, or raise why it is not to be had."""
        connection, path = HTTPConnection(scope), get_route_path(scope)
        _check_headers(connection)
        endpoint = find(method, path)
        if endpoint is None:
            raise RefusalError(404, "There is nothing here.")
        if path.startswith(f"{PREFIX}/") and method not in ("GET", "HEAD"):
            _check_origin(connection)
        if path == "/" and connection.query_params.get("page"):
            raise RefusalError(404, "There is no such page.")
        length = connection.headers.get("content-length", "0")
        if not length.isdecimal() or len(length) > 15:
            raise RefusalError(400, "Content-Length is not a number.")
        if int(length) > endpoint.body:
            raise _too_large(endpoint.body)
        if endpoint.rate:
            self._rates[endpoint.rate].spend(place(connection))
        return endpoint


def _check_headers(connection: HTTPConnection) -> None:
    """Refuse what Gradio would build an address of and stumble over."""
    for name in ("host", "x-forwarded-host"):
        for value in connection.headers.getlist(name):
            if not all(HOST.fullmatch(host.strip()) for host in value.split(",")):
                raise RefusalError(400, f"The header {name} is not a host.")
    if len(connection.scope["query_string"]) > LONGEST_QUERY:
        raise RefusalError(414, f"The query is longer than {LONGEST_QUERY} characters.")


def _check_session(scope: Scope) -> None:
    """Refuse who asks for answers without a call: Gradio would log a page of errors."""
    named = HTTPConnection(scope).query_params.get("session_hash")
    session = named or get_route_path(scope).rpartition("/")[2]
    if session not in scope["app"].get_blocks()._queue.pending_messages_per_session:
        raise RefusalError(404, "There is no such call.")


def _check_origin(connection: HTTPConnection) -> None:
    """Refuse requests that another site's page makes in a visitor's browser.

    Browsers say so themselves on secure connections; on others, the origin must be this host, as
    the visitor or a proxy before this server names it. Programs send neither.
    """
    headers = connection.headers
    site = headers.get("sec-fetch-site")
    if site in ("same-origin", "none"):
        return
    origin = headers.get("origin")
    if origin is None and site is None:
        return
    named = {headers.get("host"), *headers.get("x-forwarded-host", "").split(",")}
    try:
        here = urlsplit(origin or "")
        hosts = {here.netloc, here.hostname}  # some proxies leave the port out
    except ValueError:
        hosts = set()
    if site is not None or not hosts & {host.strip() for host in named if host}:
        raise RefusalError(403, "Requests from other sites' pages are not answered.")


def _too_large(most: int) -> RefusalError:
    return RefusalError(413, f"The body is longer than {most} bytes.")


def _bounded(receive: Receive, most: int) -> Receive:
    """Return a ``receive`` that breaks off when a body is longer than it may be."""
    left = most

    async def bounded() -> Message:
        nonlocal left
        message = await receive()
        if message["type"] == "http.request":
            left -= len(message.get("body", b""))
            if left < 0:
                raise _too_large(most)
        return message

    return bounded


def _replay(body: bytes, receive: Receive) -> Receive:
    """Return a ``receive`` that hands on a body that has been read already."""
    handed = False

    async def again() -> Message:
        nonlocal handed
        if handed:
            return await receive()
        handed = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


def _who(scope: Scope) -> str:
    """Return who asks for what, without the query, in which a page's own secrets may be."""
    method = scope.get("method", "WEBSOCKET")
    return f"{place(HTTPConnection(scope))} {method} {get_route_path(scope)[:100]!r}"


def _with_headers(send: Send) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in SECURITY.items():
                headers.setdefault(name, value)
        await send(message)

    return send_with_headers
