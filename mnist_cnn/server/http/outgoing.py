"""Large answers, counted until they are sent: clients that take none would fill the memory."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager

from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from mnist_cnn.server.http.fairness import Places, client_of

MAX_OUTGOING = 256 * 2**20  # bytes at a time; a network without downsampling has 8 MB
MAX_OUTGOING_PER_CLIENT = 96 * 2**20  # a class may share an address
PIECE = 2**18  # bytes that are sent at a time
TOO_MUCH = "Too many files are on their way to your address. Try again in a few seconds."


class Sending:
    """How many bytes are being sent to each client."""

    def __init__(self) -> None:
        self._places = Places(MAX_OUTGOING, MAX_OUTGOING_PER_CLIENT, TOO_MUCH)

    def answer(
        self,
        asked: HTTPConnection,
        content: bytes,
        headers: Mapping[str, str],
        media_type: str = "application/octet-stream",
    ) -> Response:
        """Return an answer that counts while it is sent; sending may raise ``OverloadError``."""
        response = _Counted(content, headers=headers, media_type=media_type)
        response.counted = self._places.one(client_of(asked), len(content))
        return response


class _Counted(Response):
    """Sent in pieces: uvicorn waits for the client to take one only before it sends the next."""

    counted: AbstractContextManager

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        status = {"status": self.status_code, "headers": self.raw_headers}
        with self.counted:
            await send({"type": "http.response.start"} | status)
            for at in range(0, len(self.body), PIECE):
                piece, more = self.body[at : at + PIECE], at + PIECE < len(self.body)
                await send({"type": "http.response.body", "body": piece, "more_body": more})
