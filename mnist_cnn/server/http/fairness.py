"""Limits for each client: of rates, of what is open at a time, and turns of heavy requests."""

from __future__ import annotations

import contextlib
import ipaddress
import math
import time
from collections import Counter, OrderedDict
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from weakref import WeakValueDictionary

import anyio
from starlette.requests import HTTPConnection

MAX_CLIENTS = 10_000  # remembered by a ``Rates``; the one not heard of for longest is forgotten
TOO_MANY = "Too many requests from your address. Try again in a few seconds."


class OverloadError(Exception):
    """There are too many requests; the message says when to ask again."""


def client_of(connection: HTTPConnection) -> str:
    """Return the client of a request: an IPv4 address, or the /64 network of an IPv6 address.

    Behind a proxy on this machine it is the visitor's own address, see ``gate.forwarded``.
    """
    return network_of(connection.client.host if connection.client else "")


def network_of(host: str) -> str:
    """Return an IPv4 address itself, of an IPv6 address its /64 network: a household has one."""
    if ":" not in host:
        return host
    try:
        network = ipaddress.ip_network((host.split("%")[0], 64), strict=False)
    except ValueError:
        return host
    return str(network)


@dataclass(frozen=True)
class Rate:
    """A token bucket's size, and how fast it fills."""

    burst: float
    per_second: float


class Rates:
    """A token bucket for each client."""

    def __init__(self, rate: Rate, full: str = TOO_MANY):
        """Fill them at ``rate``; ``full`` is the sentence for whom a bucket holds too little."""
        self.rate, self.full = rate, full
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()  # tokens, when

    def spend(self, who: str, cost: float = 1) -> None:
        """Take ``cost`` from the bucket of ``who``; raises ``OverloadError`` when it is empty."""
        left, now = self._refilled(who)
        enough = left >= cost
        self._left[who] = (left - cost if enough else left, now)
        if not enough:
            raise OverloadError(self.full)

    def _refilled(self, who: str) -> tuple[float, float]:
        """Take out the bucket of ``who``; return what it holds now, and the time."""
        now = time.monotonic()
        left, then = self._left.pop(who, (self.rate.burst, now))
        if len(self._left) >= MAX_CLIENTS:
            self._left.popitem(last=False)
        return min(self.rate.burst, left + (now - then) * self.rate.per_second), now


class Places:
    """Limits how much is open at a time, in all and for each client or session."""

    def __init__(self, most: float, of_one: int, full: str):
        """Allow ``most`` in all and ``of_one`` each; ``full`` is the sentence beyond that."""
        self.most, self.of_one, self.full = most, of_one, full
        self._open: Counter[str] = Counter()

    @contextlib.contextmanager
    def one(self, who: str, size: int = 1) -> Iterator[None]:
        """Count ``size`` for ``who`` while it is open; raises ``OverloadError`` beyond a limit."""
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
    """Lets a few work at once, while the others wait and the clients take turns.

    A client has a line of its own, from which ``per_client`` at a time stand in that of everybody.
    """

    def __init__(self, at_once: int, per_client: int, max_waiting: int):
        """Bound how many work at a time, in all and for a client, and how many of it wait."""
        self._everybody, self._per_client = anyio.Semaphore(at_once), per_client
        self._lines: WeakValueDictionary[str, anyio.Semaphore] = WeakValueDictionary()
        busy = "The server is busy with your other requests. Try again soon."
        self._present = Places(math.inf, per_client + max_waiting, busy)

    @contextlib.asynccontextmanager
    async def turn(self, client: str) -> AsyncIterator[None]:
        """Wait for a turn; raises ``OverloadError`` when enough of the client's wait already."""
        line = self._lines.get(client) or anyio.Semaphore(self._per_client)
        self._lines[client] = line
        with self._present.one(client):
            async with line, self._everybody:
                yield
