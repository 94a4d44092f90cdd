"""The bodies of requests: read whole before anybody works on them, bounded in bytes and in time.

Who sends slowly, or breaks off, then holds up nobody and leaves nothing behind: Gradio would write
an upload to the disk as it comes, and forget it there when the rest never does.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import AsyncIterator

import anyio
from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive

from mnist_cnn.ui.fairness import OverloadError

SMALL = 2**16  # bytes at most: not counted, because there are no more than there are connections
MOST_HELD = 256 * 2**20  # bytes of the others, of everybody
MOST_OF_ONE = 96 * 2**20  # bytes of one place: a class may share an address
PATIENCE = 30  # seconds for a body to come
SLOWEST = 100_000  # bytes a second, of a large one


class TooLargeError(Exception):
    """A body is longer than its endpoint takes."""


class TooSlowError(Exception):
    """A body did not come in time."""


class Bodies:
    """All the bodies that are being read or worked on."""

    def __init__(self) -> None:
        """Begin with none."""
        self._held: Counter[str] = Counter()  # bytes of each place

    @contextlib.asynccontextmanager
    async def whole(self, receive: Receive, most: int, who: str) -> AsyncIterator[bytes]:
        """Read a body of at most ``most`` bytes and yield it; it counts as held by ``who`` then.

        Raises:
            TooLargeError, TooSlowError: see there.
            OverloadError: too much is held already.
            ClientDisconnect: nobody is there any more.
        """
        body, counted, more = bytearray(), 0, True
        seconds = PATIENCE + most / SLOWEST
        try:
            with anyio.move_on_after(seconds) as waiting:
                while more:
                    message = await receive()
                    if message["type"] != "http.request":
                        raise ClientDisconnect
                    part = message.get("body", b"")
                    if len(body) + len(part) > most:
                        raise TooLargeError(f"The body is longer than {most} bytes.")
                    body += part
                    if most > SMALL:
                        counted += len(part)
                        self._hold(who, len(part))
                    more = message.get("more_body", False)
            if waiting.cancelled_caught:
                raise TooSlowError(f"The body did not come within {seconds:.0f} seconds.")
            yield bytes(body)
        finally:
            self._held[who] -= counted
            if not self._held[who]:
                del self._held[who]

    def _hold(self, who: str, count: int) -> None:
        self._held[who] += count
        if self._held[who] > MOST_OF_ONE or self._held.total() > MOST_HELD:
            raise OverloadError("Too much is being sent. Try again in a few seconds.")


def handed(body: bytes, receive: Receive) -> Receive:
    """Return a ``receive`` that hands on a body that has been read already."""
    done = False

    async def again() -> Message:
        nonlocal done
        if done:
            return await receive()
        done = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again
