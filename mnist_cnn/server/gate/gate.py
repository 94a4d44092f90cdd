"""Middleware before everything else: refuses what is no endpoint, too large, too often, or from
another site's page. ``endpoints`` has the list, ``.github/SECURITY.md`` the reasons.
"""

from __future__ import annotations

import contextlib
import logging
import math
import time

import anyio
import h11
from starlette.requests import ClientDisconnect, HTTPConnection
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from mnist_cnn.runs.failures import DISK_FULL
from mnist_cnn.server.gate import bodies
from mnist_cnn.server.gate.endpoints import ENDPOINTS, OF_START, Endpoint, find
from mnist_cnn.server.gate.headers import (
    RefusalError,
    check_headers,
    check_length,
    check_origin,
    with_security,
)
from mnist_cnn.server.gate.upload_quota import UploadQuota
from mnist_cnn.server.http.fairness import FairLine, OverloadError, Places, Rates, client_of
from mnist_cnn.server.http.requests import RequestError, path_of, refusal

log = logging.getLogger(__name__)

HEAVY_AT_ONCE = 4
HEAVY_PER_CLIENT = 2  # at once: it then keeps two cores busy
MAX_HEAVY_WAITING = 100  # of one client: a class may share an address
MAX_SOCKETS = 2000  # open in all: half of the connections, see ``connections``
MAX_SOCKETS_PER_CLIENT = 500  # a page has one
SEND_SECONDS = 60  # for a client to take a part of an answer


class Gate:
    """ASGI middleware that lets requests to ``endpoints`` pass, within their bounds."""

    def __init__(self, app: ASGIApp, endpoints: tuple[Endpoint, ...] = ENDPOINTS):
        self.app, self._endpoints = app, endpoints
        self._started = False  # Gradio has asked itself to begin
        self._rates = {one.rate: Rates(one.rate) for one in endpoints if one.rate}
        self._heavy = FairLine(HEAVY_AT_ONCE, HEAVY_PER_CLIENT, MAX_HEAVY_WAITING)
        self._bodies = Places(bodies.MAX_HELD, bodies.MAX_HELD_PER_CLIENT, bodies.FULL)
        self._coming = Places(math.inf, bodies.MAX_COMING_PER_CLIENT, bodies.FULL)
        self._uploads = UploadQuota()
        self._sockets = Places(MAX_SOCKETS, MAX_SOCKETS_PER_CLIENT, "Too many pages are open.")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or refuse it with a sentence."""
        if scope["type"] == "http":
            await self._request(scope, receive, with_security(HTTPConnection(scope), send))
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
            instead = self._refusal(error, scope)
            if not answer.begun:
                await instead(scope, receive, send)

    async def _let_through(
        self, endpoint: Endpoint, scope: Scope, receive: Receive, answer: _Answer
    ) -> None:
        client, body = client_of(HTTPConnection(scope)), b""
        with contextlib.ExitStack() as stack:
            if endpoint.body:

                def hold(size: int) -> None:
                    if endpoint.body > bodies.SMALL:
                        stack.enter_context(self._bodies.one(client, size))

                with self._coming.one(client):
                    body = await bodies.read_whole(receive, endpoint.body, hold)
                receive = bodies.replayed(body, receive)
            if endpoint.stored:
                await self._uploads.take(client, len(body))
            if endpoint.check and (instead := endpoint.check(scope, body)):
                return await instead(scope, receive, answer)
            if not endpoint.heavy:
                return await self.app(scope, receive, answer)
            # A turn ends before its answer is sent, so that a slow client delays nobody.
            waiting: list[Message] = []
            async with self._heavy.turn(client):
                await self.app(scope, receive, _later(waiting))
        for message in waiting:
            await answer(message)

    def _refusal(self, error: Exception, scope: Scope) -> Response:
        """Return the answer for an error, and log it."""
        status, sentence = _status(error)
        if status == 500:
            log.error("%s failed", _asked(scope), exc_info=error)
        else:
            log.warning("%s refused: %s %s", _asked(scope), status, sentence)
        headers = {"Retry-After": "1"} if status == 429 else {}
        known = (error.key, error.values) if isinstance(error, RequestError) else (None, {})
        return refusal(status, sentence, known, headers)

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        with contextlib.ExitStack() as stack:
            try:
                self._admit(scope, "WEBSOCKET")
                stack.enter_context(self._sockets.one(client_of(HTTPConnection(scope))))
            except (RefusalError, OverloadError) as refusal:
                log.warning("%s refused: %s", _asked(scope), refusal)
                return await WebSocketClose(1013, str(refusal))(scope, receive, send)
            await self.app(scope, receive, send)

    def _admit(self, scope: Scope, method: str) -> Endpoint:
        """Return the endpoint of a request; raises ``RefusalError`` or ``OverloadError``."""
        connection, path = HTTPConnection(scope), path_of(scope)
        check_headers(connection)
        endpoint = find(method, path, self._endpoints)
        if endpoint is None and self._starts(scope, method, path):
            endpoint = OF_START
        if endpoint is None:
            raise RefusalError(404, "There is nothing here.")
        check_origin(connection)
        if path == "/" and connection.query_params.get("page"):
            raise RefusalError(404, "There is no such page.")
        check_length(connection, endpoint.body)
        if endpoint.rate:
            self._rates[endpoint.rate].spend(client_of(connection))
        return endpoint

    def _starts(self, scope: Scope, method: str, path: str) -> bool:
        """Whether this is Gradio's only request to itself, from the very address that it serves."""
        if self._started or not OF_START.serves(method, path):
            return False
        self._started = bool(scope["client"][0] == scope["server"][0])
        return self._started


class _Answer:
    """A ``send`` that knows whether the answer has begun, and gives up a client that takes none."""

    def __init__(self, scope: Scope, send: Send):
        self._scope, self._send, self._since = scope, send, time.monotonic()
        self.begun = False

    async def __call__(self, message: Message) -> None:
        if not self.begun and log.isEnabledFor(logging.DEBUG):
            milliseconds = 1000 * (time.monotonic() - self._since)
            log.debug("%s: %d after %.0f ms", _asked(self._scope), message["status"], milliseconds)
        begins, self.begun = not self.begun, True
        try:
            with anyio.move_on_after(SEND_SECONDS) as waiting:
                await self._send(message)
        except h11.LocalProtocolError as error:
            if not begins:
                raise
            raise ClientDisconnect from error  # what came after its head was answered with 400
        if waiting.cancelled_caught:
            raise ClientDisconnect


def _status(error: Exception) -> tuple[int, str]:
    """Return the status and the sentence that answer an error."""
    if isinstance(error, RequestError):
        return error.status, str(error)
    if isinstance(error, OverloadError):
        return 429, str(error)
    if isinstance(error, OSError) and error.errno in DISK_FULL:
        return 507, "The server's disk is full. Whoever runs it has to make room."
    return 500, "Something went wrong in the server; its log says what."


def _later(waiting: list[Message]) -> Send:
    async def keep(message: Message) -> None:
        waiting.append(message)

    return keep


def _asked(scope: Scope) -> str:
    """Return who asks for what, without the query, which may hold a page's secrets."""
    method = scope.get("method", "WEBSOCKET")
    return f"{client_of(HTTPConnection(scope))} {method} {path_of(scope)[:100]!r}"
