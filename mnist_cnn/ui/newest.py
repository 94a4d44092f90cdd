"""A place for one message: what is put there before it is taken replaces what lay there."""

from __future__ import annotations

import asyncio


class Newest:
    """Holds the newest message of a page; older ones are dropped."""

    def __init__(self):
        """Begin empty."""
        self._message: bytes | None = None
        self._there = asyncio.Event()

    def put(self, message: bytes) -> None:
        """Put a message there, in place of one that has not been taken."""
        self._message = message
        self._there.set()

    async def get(self) -> bytes:
        """Take the message, when there is one."""
        await self._there.wait()
        self._there.clear()
        return self._message
