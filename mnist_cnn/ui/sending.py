"""Large answers count until they are taken: those who take none would fill the memory."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager

from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from mnist_cnn.ui.fairness import Places, place

MOST_SENT = 256 * 2**20  # bytes on their way at a time; a network without downsampling has 8 MB
MOST_SENT_TO_ONE = 96 * 2**20  # to one place: a class may share an address
PIECE = 2**18  # bytes that are sent at a time
TOO_MUCH = "Too many files are on their way to your address. Try again in a few seconds."


class Sending:
    """What is on its way, and to whom."""

    def __init__(self) -> None:
        self._places = Places(MOST_SENT, MOST_SENT_TO_ONE, TOO_MUCH)

    def answer(
        self,
        asked: HTTPConnection,
        content: bytes,
        headers: Mapping[str, str],
        media_type: str = "application/octet-stream",
    ) -> Response:
        """Return an answer that is counted while it is sent, which raises ``OverloadError``."""
        response = _Counted(content, headers=headers, media_type=media_type)
        response.counted = self._places.one(place(asked), len(content))
        return response


class _Counted(Response):
    """It is sent in pieces, because a server waits for one to be taken only before the next."""

    counted: AbstractContextManager

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        status = {"status": self.status_code, "headers": self.raw_headers}
        with self.counted:
            await send({"type": "http.response.start"} | status)
            for at in range(0, len(self.body), PIECE):
                piece, more = self.body[at : at + PIECE], at + PIECE < len(self.body)
                await send({"type": "http.response.body", "body": piece, "more_body": more})
