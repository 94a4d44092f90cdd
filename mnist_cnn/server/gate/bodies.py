"""Bodies of requests, read whole before anybody works on them, bounded in bytes and in time.

A slow sender then delays nobody, and one who breaks off leaves nothing behind: Gradio would write
an upload to the disk as it comes, and keep the part that came.
"""

from __future__ import annotations

from collections.abc import Callable

import anyio
from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive

from mnist_cnn.server.gate.headers import RefusalError

SMALL = 2**16  # bytes: bodies up to this limit are bounded by their number alone
MAX_HELD = 256 * 2**20  # bytes of larger ones in memory
MAX_HELD_PER_CLIENT = 96 * 2**20  # a class may share an address
MAX_COMING_PER_CLIENT = 200  # bodies of any size
COUNTED = 2**16  # bytes of a body that are counted at a time
FULL = "Too much is being sent. Try again in a few seconds."
BASE_SECONDS = 30  # for a body to come, and
SLOWEST = 100_000  # bytes a second, of a large one


async def read_whole(receive: Receive, limit: int, hold: Callable[[int], object]) -> bytes:
    """Return a body of at most ``limit`` bytes; ``hold`` is called with how much has come anew.

    Raises:
        RefusalError: it is longer (413), or does not come in time (408).
        ClientDisconnect: the client has gone.
    """
    body, held, more = bytearray(), 0, True
    seconds = BASE_SECONDS + limit / SLOWEST
    with anyio.move_on_after(seconds):
        while more:
            message = await receive()
            if message["type"] != "http.request":
                raise ClientDisconnect
            part = message.get("body", b"")
            if len(body) + len(part) > limit:
                raise RefusalError(413, f"The body is longer than {limit} bytes.")
            body += part
            more = message.get("more_body", False)
            if len(body) - held >= COUNTED or not more:
                hold(len(body) - held)
                held = len(body)
    if more:
        raise RefusalError(408, f"The body did not come within {seconds:.0f} seconds.")
    return bytes(body)


def replayed(body: bytes, receive: Receive) -> Receive:
    """Return a ``receive`` that hands on a body that has been read already."""
    done = False

    async def receive_again() -> Message:
        nonlocal done
        if done:
            return await receive()
        done = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receive_again
