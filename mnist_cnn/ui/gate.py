"""Stands before everything the server answers: what is not an endpoint, too large, or from another
site's page does not get past it. See ``endpoints`` for the list, and ``.github/SECURITY.md``.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import time
from contextlib import AsyncExitStack

import anyio
import h11
from starlette._utils import get_route_path
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, HTTPConnection
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from mnist_cnn.ui import calls
from mnist_cnn.ui.bodies import Bodies, TooLargeError, TooSlowError, handed
from mnist_cnn.ui.endpoints import ENDPOINTS, OF_START, Endpoint, find
from mnist_cnn.ui.fairness import FairLine, OverloadError, Places, Rate, Rates, place
from mnist_cnn.ui.headers import (
    RefusalError,
    check_headers,
    check_length,
    check_origin,
    from_where_it_comes,
    with_security,
)
from mnist_cnn.ui.requests import RequestError

log = logging.getLogger(__name__)

AT_ONCE = 4  # heavy requests
AT_ONCE_OF_ONE = 2  # of one place, which then keeps two cores busy
MOST_WAITING = 100  # heavy requests of one place: a class may share an address
MOST_SOCKETS = 2000  # open in all: half of the files the server asks for at its start
MOST_SOCKETS_OF_ONE = 500  # of one place: a page has one
MESSAGES = Rate(200, 100)  # of a socket: more are read later
TAKING = 60  # seconds a visitor may take to take a part of an answer
REFUSALS_TOLD = Rate(50, 1)  # in the log: who floods the server does not flood the disk
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def middleware(endpoints: tuple[Endpoint, ...] = ENDPOINTS) -> list[Middleware]:
    """Return what stands before the app; it belongs into ``launch``'s ``app_kwargs``."""
    return [Middleware(Gate, endpoints=endpoints)]


class Gate:
    """ASGI middleware; see the module."""

    def __init__(self, app: ASGIApp, endpoints: tuple[Endpoint, ...] = ENDPOINTS):
        """Stand before ``app``, of which there are these ``endpoints``."""
        self.app, self._endpoints = app, endpoints
        self._rates = {one.rate: Rates(one.rate) for one in endpoints if one.rate}
        self._heavy = FairLine(AT_ONCE, AT_ONCE_OF_ONE, MOST_WAITING)
        self._bodies = Bodies()
        self._sockets = Places(MOST_SOCKETS, MOST_SOCKETS_OF_ONE, "Too many pages are open.")
        self._told = Rates(REFUSALS_TOLD)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or refuse it with a sentence."""
        if scope["type"] == "http":
            await self._request(scope, receive, with_security(send))
        elif scope["type"] == "websocket":
            await self._socket(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _request(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = _Answer(scope, send)
        try:
            endpoint = self._admit(scope, scope["method"])
            await self._let_through(endpoint, scope, receive, answer)
        except ClientDisconnect:
            pass  # nobody is there to be answered
        except Exception as error:  # noqa: BLE001  told to the visitor and to the log
            refusal = self._refusal(error, scope)
            if not answer.begun:
                await refusal(scope, receive, send)

    async def _let_through(
        self, endpoint: Endpoint, scope: Scope, receive: Receive, answer: _Answer
    ) -> None:
        who = place(HTTPConnection(scope))
        async with AsyncExitStack() as stack:
            if endpoint.session:
                _check_session(scope)
            if endpoint.body:
                reading = self._bodies.whole(receive, endpoint.body, who)
                body = await stack.enter_async_context(reading)
                receive = handed(body, receive)
            if endpoint.call:
                _check_call(scope, body)
            if endpoint.tool:
                if refusal := calls.tool_refusal(body):
                    return await JSONResponse(refusal)(scope, receive, answer)
                scope = from_where_it_comes(scope)
            if endpoint.cancel:
                calls.check_cancel(body)
            if not endpoint.heavy:
                return await self.app(scope, receive, answer)
            # Nobody's turn lasts until its answer is taken: it is sent when the next works already.
            waiting: list[Message] = []
            async with self._heavy.turn(who):
                await self.app(scope, receive, _later(waiting))
        for message in waiting:
            await answer(message)

    def _refusal(self, error: Exception, scope: Scope) -> Response:
        """Return what a visitor is told of an error; the log is told too."""
        status, sentence = _told(error)
        if status == 500:
            log.error("%s failed", _who(scope), exc_info=error)
        else:
            self._tell(scope, f"{status} {sentence}")
        headers = {"Retry-After": "1"} if status == 429 else {}
        return JSONResponse({"error": sentence}, status, headers)

    def _tell(self, scope: Scope, why: str) -> None:
        with contextlib.suppress(OverloadError):
            self._told.spend("everybody")
            log.warning("%s refused: %s", _who(scope), why)

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        with contextlib.ExitStack() as stack:
            try:
                self._admit(scope, "WEBSOCKET")
                stack.enter_context(self._sockets.one(place(HTTPConnection(scope))))
            except (RefusalError, OverloadError) as refusal:
                self._tell(scope, str(refusal))
                return await WebSocketClose(1013, str(refusal))(scope, receive, send)
            await self.app(scope, _unhurried(receive), send)

    def _admit(self, scope: Scope, method: str) -> Endpoint:
        """Return the endpoint that is asked for, or raise why it is not to be had."""
        connection, path = HTTPConnection(scope), get_route_path(scope)
        check_headers(connection)
        endpoint = find(method, path, self._endpoints)
        if endpoint is None and _starts(scope, method, path):
            endpoint = OF_START
        if endpoint is None:
            raise RefusalError(404, "There is nothing here.")
        if method not in ("GET", "HEAD"):
            check_origin(connection)
        if path == "/" and connection.query_params.get("page"):
            raise RefusalError(404, "There is no such page.")
        check_length(connection, endpoint.body)
        if endpoint.rate:
            self._rates[endpoint.rate].spend(place(connection))
        return endpoint


class _Answer:
    """A ``send`` that knows whether an answer has begun, and does not wait for ever."""

    def __init__(self, scope: Scope, send: Send):
        self._scope, self._send, self._since = scope, send, time.monotonic()
        self.begun = False

    async def __call__(self, message: Message) -> None:
        if not self.begun and log.isEnabledFor(logging.DEBUG):
            milliseconds = 1000 * (time.monotonic() - self._since)
            log.debug("%s: %d after %.0f ms", _who(self._scope), message["status"], milliseconds)
        begins, self.begun = not self.begun, True
        try:
            with anyio.move_on_after(TAKING) as waiting:
                await self._send(message)
        except h11.LocalProtocolError as error:
            if not begins:
                raise
            raise ClientDisconnect from error  # what came after its head was answered with 400
        if waiting.cancelled_caught:
            raise ClientDisconnect


def _told(error: Exception) -> tuple[int, str]:
    """Return the status and the sentence by which a visitor hears of an error."""
    if isinstance(error, RefusalError):
        return error.status, str(error)
    if isinstance(error, TooLargeError):
        return 413, str(error)
    if isinstance(error, TooSlowError):
        return 408, str(error)
    if isinstance(error, OverloadError):
        return 429, str(error)
    if isinstance(error, RequestError):
        return 400, str(error)
    if isinstance(error, OSError) and error.errno in FULL:
        return 507, "The server's disk is full. Whoever runs it has to make room."
    return 500, "Something went wrong in the server; its log says what."


def _later(waiting: list[Message]) -> Send:
    async def keep(message: Message) -> None:
        waiting.append(message)

    return keep


def _unhurried(receive: Receive) -> Receive:
    """Return a ``receive`` that hands on the messages of a socket no faster than ``MESSAGES``."""
    rates = Rates(MESSAGES)

    async def receive_slowly() -> Message:
        message = await receive()
        await rates.wait("here")
        return message

    return receive_slowly


def _check_call(scope: Scope, body: bytes) -> None:
    """Refuse a call of what the page does not have, or with what nobody would call it."""
    functions = scope["app"].get_blocks().fns
    by_name = "/call/" in get_route_path(scope)
    if by_name and _name(scope) not in {one.api_name for one in functions.values()}:
        raise RefusalError(404, "The page has no function of this name.")
    calls.check(body, functions)


def _starts(scope: Scope, method: str, path: str) -> bool:
    """Whether this is Gradio's first word to itself, from the very address that it serves."""
    return (
        OF_START.serves(method, path)
        and not scope["app"].startup_events_triggered
        and scope["client"][0] == scope["server"][0]
    )


def _check_session(scope: Scope) -> None:
    """Refuse who asks for answers without a call: Gradio would log a page of errors."""
    named = HTTPConnection(scope).query_params.get("session_hash")
    session = named or _name(scope)
    if session not in scope["app"].get_blocks()._queue.pending_messages_per_session:
        raise RefusalError(404, "There is no such call.")


def _name(scope: Scope) -> str:
    """Return the last part of the path."""
    return get_route_path(scope).rpartition("/")[2]


def _who(scope: Scope) -> str:
    """Return who asks for what, without the query, in which a page's own secrets may be."""
    method = scope.get("method", "WEBSOCKET")
    return f"{place(HTTPConnection(scope))} {method} {get_route_path(scope)[:100]!r}"
