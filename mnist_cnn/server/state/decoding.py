"""Visitors' pictures and networks, read in the sandbox: one at a time, and addresses take turns."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from anyio import CapacityLimiter, to_thread

from mnist_cnn.reading.sandbox import Sandbox
from mnist_cnn.server.http.fairness import FairLine

MAX_WAITING = 100  # files of one address, which a class may share

Found = TypeVar("Found")


class Decoding:
    """The line of files. A large picture takes a second and 400 MB, a hostile one some seconds.

    Whoever sends one waits for the file that is being read and for one of each other address, even
    where an address has sent a hundred that take as long as they may.
    """

    def __init__(self, sandbox: Sandbox):
        """Files are read in ``sandbox``."""
        self.sandbox = sandbox
        self._line = FairLine(1, 1, MAX_WAITING)
        self._thread = CapacityLimiter(1)  # of its own, or it would wait for other requests

    async def read(self, client: str, reader: Callable[..., Found], *given: object) -> Found:
        """Return what ``reader``, which uses the sandbox, returns for ``given``; raises as it does.

        Raises:
            OverloadError: enough files of ``client`` wait already.
        """
        async with self._line.turn(client):
            return await to_thread.run_sync(reader, *given, limiter=self._thread)
