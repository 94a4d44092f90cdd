"""Who is next, and who has had enough: a flood from one place does not starve the others."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import time
from collections import Counter, OrderedDict, deque
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

from starlette.requests import HTTPConnection

MOST_PLACES = 10_000  # remembered by a ``Rates``; the one not heard of for longest goes


class OverloadError(Exception):
    """Too much is asked for now; the message says when to ask again."""


def place(connection: HTTPConnection) -> str:
    """Return where a request comes from: an IPv4 address, or the /64 network of an IPv6 one.

    Behind a proxy on this machine uvicorn has put the visitor's own address here.
    """
    host = connection.client.host if connection.client else ""
    if ":" not in host:
        return host
    try:
        network = ipaddress.ip_network((host.split("%")[0], 64), strict=False)
    except ValueError:
        return host
    return str(network)


@dataclass(frozen=True)
class Rate:
    """So many at once, and so many more every second."""

    burst: float
    per_second: float


class Rates:
    """How much each place may still ask for: a token bucket for each."""

    def __init__(self, rate: Rate):
        """Begin with full buckets."""
        self.rate = rate
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()  # tokens, when

    def spend(self, who: str, cost: float = 1) -> None:
        """Take ``cost`` from the bucket of ``who``; raises ``OverloadError`` when it is empty."""
        left, now = self._refilled(who)
        enough = left >= cost
        self._left[who] = (left - cost if enough else left, now)
        if not enough:
            raise OverloadError("Too many requests from your address. Try again in a few seconds.")

    async def wait(self, who: str) -> None:
        """Take one from the bucket of ``who``, when there is one in it."""
        left, now = self._refilled(who)
        self._left[who] = (left - 1, now)
        if left < 1:
            await asyncio.sleep((1 - left) / self.rate.per_second)

    def _refilled(self, who: str) -> tuple[float, float]:
        """Return what the bucket of ``who`` holds now, and the time; it is the newest then."""
        now = time.monotonic()
        left, then = self._left.pop(who, (self.rate.burst, now))
        if len(self._left) >= MOST_PLACES:
            self._left.popitem(last=False)
        return min(self.rate.burst, left + (now - then) * self.rate.per_second), now


class Places:
    """How much of something each place, or session, has open at a time: bounded, and in all."""

    def __init__(self, most: float, of_one: int, full: str):
        """Begin with none; ``full`` is the sentence for whom there is no room."""
        self.most, self.of_one, self.full = most, of_one, full
        self._open: Counter[str] = Counter()

    @contextlib.contextmanager
    def one(self, who: str, size: int = 1) -> Iterator[None]:
        """Count one of ``who`` meanwhile; raises ``OverloadError`` when there is no room."""
        if self._open.total() + size > self.most or self._open[who] + size > self.of_one:
            raise OverloadError(self.full)
        self._open[who] += size
        try:
            yield
        finally:
            self._open[who] -= size
            if not self._open[who]:
                del self._open[who]


class FairLine:
    """Lets a few work at once; the others wait, and each place in turn sends its first."""

    def __init__(self, at_once: int, of_one: int, most_waiting: int):
        """Begin with nobody.

        Args:
            at_once, of_one: how many may work at a time, and how many of one place.
            most_waiting: how many of one place may wait at a time.
        """
        self.of_one, self.most_waiting = of_one, most_waiting
        self._free = at_once
        self._working: Counter[str] = Counter()
        self._waiting: OrderedDict[str, deque[asyncio.Future]] = OrderedDict()

    @contextlib.asynccontextmanager
    async def turn(self, who: str) -> AsyncIterator[None]:
        """Wait for the turn of ``who``; raises ``OverloadError`` when enough of it wait already."""
        if self._may_begin(who):
            self._begin(who)
        else:
            await self._wait(who)
        try:
            yield
        finally:
            self._end(who)

    def _may_begin(self, who: str) -> bool:
        return self._free > 0 and self._working[who] < self.of_one

    def _begin(self, who: str) -> None:
        self._free -= 1
        self._working[who] += 1

    def _end(self, who: str) -> None:
        self._free += 1
        self._working[who] -= 1
        if not self._working[who]:
            del self._working[who]
        self._call_next()

    async def _wait(self, who: str) -> None:
        line = self._waiting.setdefault(who, deque())
        if len(line) >= self.most_waiting:
            raise OverloadError("The server is busy with your other requests. Try again soon.")
        called = asyncio.get_running_loop().create_future()
        line.append(called)
        try:
            await called
        except asyncio.CancelledError:
            if called.done() and not called.cancelled():
                self._end(who)  # it was this one's turn, and it has left
            else:
                self._leave(who, called)
            raise

    def _leave(self, who: str, called: asyncio.Future) -> None:
        line = self._waiting[who]
        line.remove(called)
        if not line:
            del self._waiting[who]

    def _call_next(self) -> None:
        """Let those begin whose turn it is."""
        while (who := next(filter(self._may_begin, self._waiting), None)) is not None:
            line = self._waiting.pop(who)
            called = line.popleft()
            if line:
                self._waiting[who] = line  # behind all others
            self._begin(who)
            called.set_result(None)
