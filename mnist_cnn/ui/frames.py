"""Reads less from a socket whose frames keep the server busy.

A read may bring 40,000 frames without content, which no message of this page is; to look through
them takes a second and more, in which nobody else is answered. So a read is looked through in
pieces, and after one that took long nothing more of that socket is, until all such sockets together
have left nine tenths of the time to the others.
"""

from __future__ import annotations

import asyncio
import time

PIECE = 2048  # bytes looked through at a time
LONG = 0.002  # seconds of a core for a read: a page's own message takes 0.00005
SHARE = 0.1  # of the time, for all who take long
MOST_RESTS = 100  # until who still sends such frames is hung up on
MOST_HELD = 2**20  # bytes of a socket that wait to be looked through


def patient(protocol: type[asyncio.Protocol]) -> type[asyncio.Protocol]:
    """Return uvicorn's WebSocket protocol, reading as described above."""
    free = 0.0  # when the next one who takes long may go on

    class Patient(protocol):  # type: ignore[valid-type, misc]  # whichever uvicorn has
        def __init__(self, *args: object, **kwargs: object) -> None:
            super().__init__(*args, **kwargs)
            self._held = bytearray()
            self._resting, self._rests = False, 0

        def data_received(self, data: bytes) -> None:
            self._held += data
            if len(self._held) > MOST_HELD:
                self.transport.abort()
            elif not self._resting:
                self._look_through()

        def _look_through(self) -> None:
            nonlocal free
            self._resting = False
            began = time.thread_time()
            while self._held and not self.transport.is_closing():
                piece = bytes(self._held[:PIECE])
                del self._held[:PIECE]
                super().data_received(piece)
                took = time.thread_time() - began
                if took > LONG:
                    now = time.monotonic()
                    free = max(free, now) + took / SHARE
                    self._resting, self._rests = True, self._rests + 1
                    if self._rests > MOST_RESTS:
                        return self.transport.abort()
                    self.transport.pause_reading()
                    asyncio.get_running_loop().call_later(free - now, self._go_on)
                    return

        def _go_on(self) -> None:
            if self.transport.is_closing():
                return
            self._look_through()
            if not self._resting and not getattr(self, "read_paused", False):
                self.transport.resume_reading()

    return Patient
