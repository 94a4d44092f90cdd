"""Where the server asks for a login, the page's own routes answer only those who have signed in.

What a browser has open when it signs out, sockets, held requests and streams, ends with it.
"""

from __future__ import annotations

import contextlib
from collections import defaultdict
from collections.abc import Iterator

import anyio
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.status import WS_1008_POLICY_VIOLATION
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from mnist_cnn.page.build.assets import PREFIX
from mnist_cnn.server.http.gradio_internals import signed_in, token_of
from mnist_cnn.server.http.requests import not_signed_in, path_of

SIGN_IN, SIGN_OUT = ("/login", "/login/"), "/logout"
ENDING = {*SIGN_IN, SIGN_OUT}  # end what a browser has open, and have to answer it themselves


class Answers:
    """What is being answered to browsers that have signed in, by their tokens."""

    def __init__(self) -> None:
        self._open: defaultdict[str, set[Answer]] = defaultdict(set)

    @contextlib.contextmanager
    def one(self, token: str, answer: Answer) -> Iterator[None]:
        """Count an answer while it is given."""
        self._open[token].add(answer)
        try:
            yield
        finally:
            self._open[token].discard(answer)
            if not self._open[token]:
                del self._open[token]

    def end(self, token: str) -> None:
        """End all that is open for a token."""
        for answer in [*self._open.get(token, ())]:
            answer.cancel()


class SignIn:
    """ASGI middleware for every path that holds ``PREFIX``, WebSockets included."""

    def __init__(self, app: ASGIApp, answers: Answers):
        self.app, self._answers = app, answers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 401, or close the socket, unless the visitor has signed in."""
        if scope["type"] not in ("http", "websocket"):
            return await self.app(scope, receive, send)
        connection = HTTPConnection(scope)
        if f"{PREFIX}/" in scope["path"] and not signed_in(connection):
            return await _refuse(scope, receive, send)
        token = token_of(connection)
        if token is None or path_of(scope) in ENDING:
            return await self.app(scope, receive, send)
        answer = Answer(send)
        with self._answers.one(token, answer), answer.working:
            await self.app(scope, receive, answer)
        if answer.working.cancelled_caught:
            await answer.end(scope, receive)


class Answer:
    """A ``send`` that can end an answer at any moment, unless its length has been announced."""

    def __init__(self, send: Send):
        self._send = send
        self._begun = self._over = self._ends_itself = False
        self.working = anyio.CancelScope()  # of what makes the answer

    async def __call__(self, message: Message) -> None:
        self._begun = True
        if message["type"] == "http.response.start":
            self._ends_itself = "content-length" in Headers(raw=message.get("headers", []))
        await self._send(message)
        self._over = message["type"] == "http.response.body" and not message.get("more_body")

    def cancel(self) -> None:
        """Stop what makes the answer; a file that is on its way comes whole."""
        if not self._ends_itself:
            self.working.cancel()

    async def end(self, scope: Scope, receive: Receive) -> None:
        """End the answer: as that of somebody who has not signed in, if it has not begun."""
        if scope["type"] == "websocket":
            await WebSocketClose(WS_1008_POLICY_VIOLATION, "Signed out.")(
                scope, receive, self._send
            )
        elif not self._begun:
            await _refuse(scope, receive, self._send)
        elif not self._over:
            await self._send({"type": "http.response.body", "body": b""})


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    refusal = not_signed_in() if scope["type"] == "http" else WebSocketClose()
    await refusal(scope, receive, send)
