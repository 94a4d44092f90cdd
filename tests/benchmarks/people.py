"""People who draw, as the server sees them: a WebSocket each, one drawing in flight, newest wins.

Frames are written and read by hand on asyncio's transports, because whoever makes the load shares
the cores with the server it measures: a ``websockets`` client takes four times the time of this.
"""

from __future__ import annotations

import asyncio
import base64
import itertools
import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from time import perf_counter
from urllib.parse import urlsplit

from tests.benchmarks.pen_moves import many_digits
from tests.benchmarks.server_stages import as_sent

ROUTE = "/mnist_cnn/live"
ALL_LAYERS = 0xFFFF
DRAWINGS = 200  # different ones, each person begins with another
PATIENCE = 10.0  # seconds without an answer are an error


@dataclass
class Counts:
    """What a group of people has seen so far."""

    milliseconds: list[float] = field(default_factory=list)  # from a drawing to its whole answer
    superseded: int = 0  # drawings that a newer one replaced before they were sent
    refused: int = 0  # answers that hold a sentence instead of a reading
    errors: list[str] = field(default_factory=list)


def messages(count: int = DRAWINGS) -> list[bytes]:
    """Return drawings in WebSocket frames, as the page sends them, asking for all layers."""
    drawings = map(as_sent, itertools.islice(many_digits(), count))
    return [_frame(_message(drawing)) for drawing in drawings]


def _message(drawing) -> bytes:
    height, width = drawing.shape
    return struct.pack("<HHH", width, height, ALL_LAYERS) + drawing.tobytes()


def _frame(message: bytes) -> bytes:
    """One binary frame, masked with zeros, which leave the bytes as they are (RFC 6455, 5.3)."""
    length = len(message)
    if length < 126:
        head = struct.pack(">BB", 0x82, 0x80 | length)
    elif length < 2**16:
        head = struct.pack(">BBH", 0x82, 0x80 | 126, length)
    else:
        head = struct.pack(">BBQ", 0x82, 0x80 | 127, length)
    return head + bytes(4) + message


class Person(asyncio.Protocol):
    """A page with its socket open."""

    def __init__(self, address: str, counts: Counts, drawings: Iterator[bytes]):
        """Prepare a page of ``address``; ``open`` connects it."""
        self.counts, self.drawings = counts, drawings
        self._host = urlsplit(address)
        self._received = bytearray()
        self._opened = asyncio.get_running_loop().create_future()
        self._began: float | None = None  # the drawing in flight was made then
        self._newest: float | None = None  # so was the one that waits for it
        self._leaving = False

    async def open(self) -> Person:
        """Connect, and return this when the server has accepted."""
        loop, host = asyncio.get_running_loop(), self._host
        await loop.create_connection(lambda: self, host.hostname, host.port)
        await asyncio.wait_for(self._opened, PATIENCE)
        return self

    def close(self) -> None:
        """Hang up."""
        self._leaving = True
        self._transport.close()

    def draw(self) -> None:
        """Make a drawing now; it is sent at once, or when the one in flight has its answer."""
        now = perf_counter()
        if self._began is None:
            self._send(now)
            return
        self.counts.superseded += self._newest is not None
        self._newest = now
        if now - self._began > PATIENCE:
            self.counts.errors.append(f"no answer in {PATIENCE:.0f} s")
            self._began = None

    def flood(self, count: int) -> None:
        """Send so many drawings at once, as no page does."""
        self._transport.write(b"".join(itertools.islice(self.drawings, count)))

    def _send(self, made: float) -> None:
        self._began = made
        self._transport.write(next(self.drawings))

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the WebSocket."""
        self._transport = transport
        key = base64.b64encode(os.urandom(16)).decode()
        transport.write(
            f"GET {ROUTE} HTTP/1.1\r\nHost: {self._host.netloc}\r\nUpgrade: websocket\r\n"
            f"Origin: {self._host.scheme}://{self._host.netloc}\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        """Take the server's consent, then frame after frame."""
        received = self._received
        received += data
        if not self._opened.done():
            end = received.find(b"\r\n\r\n")
            if end < 0:
                return
            status = bytes(received[: received.find(b"\r\n")])
            del received[: end + 4]
            if b" 101 " not in status:
                self._opened.set_exception(ConnectionRefusedError(status.decode()))
                return
            self._opened.set_result(None)
        while self._take_frame():
            pass

    def _take_frame(self) -> bool:
        received = self._received
        if len(received) < 2:
            return False
        length, at = received[1], 2
        if length == 126:
            if len(received) < 4:
                return False
            length, at = int.from_bytes(received[2:4], "big"), 4
        elif length == 127:
            if len(received) < 10:
                return False
            length, at = int.from_bytes(received[2:10], "big"), 10
        if len(received) < at + length:
            return False
        kind = received[0] & 0x0F
        if kind == 0x2:
            self._answered(bytes(received[at + 4 : at + 12]))
        elif kind == 0x9:
            payload = bytes(received[at : at + length])
            self._transport.write(struct.pack(">BB", 0x8A, 0x80 | length) + bytes(4) + payload)
        del received[: at + length]
        return True

    def _answered(self, head: bytes) -> None:
        now = perf_counter()
        self.counts.refused += head.startswith(b'{"error"')
        if self._began is not None:
            self.counts.milliseconds.append(1000 * (now - self._began))
        self._began = None
        if self._newest is not None:
            made, self._newest = self._newest, None
            self._send(made)

    def connection_lost(self, error: Exception | None) -> None:
        """Count it, unless this side hung up."""
        if not self._leaving:
            self.counts.errors.append(f"the server hung up ({error})")


async def gather(address: str, count: int, counts: Counts, frames: list[bytes]) -> list[Person]:
    """Return so many people with open pages, ten connecting at a time."""
    people = []
    for first in range(0, count, 10):
        some = [
            Person(address, counts, itertools.cycle(frames[i:] + frames[:i]))
            for i in (7 * n % len(frames) for n in range(first, min(first + 10, count)))
        ]
        people += await asyncio.gather(*(person.open() for person in some))
    return people


async def draw_together(people: list[Person], rate: float, seconds: float) -> None:
    """Let each draw ``rate`` drawings a second, spread evenly over the time between two."""
    beginning, apart = perf_counter(), 1 / (rate * len(people))
    for turn in range(round(rate * len(people) * seconds)):
        due = beginning + turn * apart
        wait = due - perf_counter()
        if wait > 0:
            await asyncio.sleep(wait)
        elif turn % 20 == 0:
            await asyncio.sleep(0)  # behind: let answers in
        people[turn % len(people)].draw()
    await asyncio.sleep(0.5)  # the last answers
