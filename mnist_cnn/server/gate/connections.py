"""Bounds how many connections are open, and ends those that bring no request or take no answer.

Where there are too many, those give way that have no whole request.

uvicorn waits for ever for the first request of a connection, for the rest of one that has begun,
and for a client to take what is left to be sent before it closes.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Container
from contextlib import suppress
from dataclasses import dataclass, field

from mnist_cnn.server.http import gradio_internals
from mnist_cnn.server.http.fairness import OverloadError, Rate, Rates, network_of

log = logging.getLogger(__name__)

HEAD_SECONDS = 10  # for the head of a request, from the connection's beginning or its last answer
TAKE_SECONDS = 60  # for a client to take anything of what it is sent
MOST = 4000  # open in all: 2,000 sockets, and as many that ask
MOST_OF_CLIENT = 1000  # which may be a class of 60: a socket and six that ask of each
# New ones of a client. Beyond, one is closed at once, which costs a third of what it costs to let
# it in and to end another.
OPENED = Rate(3000, 400)  # a class's page at once, where a proxy opens one for each request
LOOK_SECONDS = 1  # between two looks for those that are to end
LOGGED = Rate(5, 0.1)  # lines: one costs as much as it does to refuse a connection


@dataclass
class _Client:
    """The connections of one address, oldest first, and since when each is so."""

    open: dict[asyncio.Transport, None] = field(default_factory=dict)
    resting: dict[asyncio.Transport, float] = field(default_factory=dict)  # without a request
    sending: dict[asyncio.Transport, float] = field(default_factory=dict)  # a body to come


class Connections:
    """The open connections of a server, WebSockets too."""

    def __init__(self, files: int, proxies: Container[str]):
        """Bound them.

        Args:
            files: how many this process may open. Half are for connections: asyncio accepts 2,048
                at once before it asks whether they may stay, and pauses when it has no file left,
                which a flood can bring about where these are fewer than 4,096.
            proxies: the addresses that connect for many visitors, and have the bound of all.
        """
        self.most = min(MOST, files // 2)
        self.of_client = min(MOST_OF_CLIENT, self.most // 2)
        self._proxies = proxies
        self._clients: dict[str, _Client] = {}
        self._names: dict[asyncio.Transport, str] = {}  # whose each is
        self._untaken: dict[asyncio.Transport, tuple[int, float]] = {}  # bytes, since when
        self._looking = False
        self._opened, self._logged = Rates(OPENED), Rates(LOGGED)

    def of_requests(self, protocol: type[asyncio.Protocol]) -> type[asyncio.Protocol]:
        """Return uvicorn's HTTP protocol, whose connections are counted and bounded here."""
        connections = self

        class Counted(protocol):  # type: ignore[valid-type, misc]  # whichever uvicorn has
            _admitted = False

            def connection_made(self, transport: asyncio.Transport) -> None:
                self._admitted = connections.admit(transport)
                if self._admitted:
                    super().connection_made(transport)
                    connections.note(transport)
                else:
                    transport.abort()

            def data_received(self, data: bytes) -> None:
                super().data_received(data)
                connections.note(self.transport)

            def connection_lost(self, error: Exception | None) -> None:
                if self._admitted:
                    connections.forget(self.transport)
                    super().connection_lost(error)

        return Counted

    def of_sockets(self, protocol: type[asyncio.Protocol]) -> type[asyncio.Protocol]:
        """Return uvicorn's WebSocket protocol, whose connections began as those of requests."""
        connections = self

        class Counted(protocol):  # type: ignore[valid-type, misc]  # whichever uvicorn has
            def connection_lost(self, error: Exception | None) -> None:
                connections.forget(self.transport)
                super().connection_lost(error)

        return Counted

    def admit(self, transport: asyncio.Transport) -> bool:
        """Count a new connection, whose place another may have to give; return whether it stays."""
        host = (transport.get_extra_info("peername") or ("",))[0]
        name = network_of(host)
        mine = self._clients.get(name) or _Client()
        try:
            self._make_room(name, mine, proxy=host in self._proxies)
        except OverloadError as error:
            self._log(name, error)
            return False
        self._clients[name] = mine
        mine.open[transport] = None
        self._names[transport] = name
        self._look_from_now_on()
        return True

    def note(self, transport: asyncio.Transport) -> None:
        """Note whether a connection has a whole request, and whether its client takes answers."""
        if (name := self._names.get(transport)) is None:
            return  # it has been ended
        now, untaken = asyncio.get_running_loop().time(), transport.get_write_buffer_size()
        if self._untaken.get(transport, (0, now))[0] != untaken:
            self._untaken[transport] = (untaken, now)
        client, protocol = self._clients[name], transport.get_protocol()
        rests = not untaken and gradio_internals.awaits_request(protocol)
        for alike, is_one in (
            (client.resting, rests),
            (client.sending, gradio_internals.awaits_body(protocol)),
        ):
            if is_one:
                alike.setdefault(transport, now)
            else:
                alike.pop(transport, None)

    def forget(self, transport: asyncio.Transport) -> None:
        """Count a connection no longer."""
        if (name := self._names.pop(transport, None)) is None:
            return  # it was ended here
        client = self._clients[name]
        del client.open[transport]
        client.resting.pop(transport, None)
        client.sending.pop(transport, None)
        self._untaken.pop(transport, None)
        if not client.open:
            del self._clients[name]

    def _make_room(self, name: str, mine: _Client, proxy: bool) -> None:
        """End a connection where a new one of a client needs its place; or ``OverloadError``."""
        if not proxy:
            self._opened.spend(name)
        if len(mine.open) >= self.of_client and not proxy:
            other = next(iter(mine.resting or mine.sending), None)
        elif len(self._names) >= self.most:
            other = self._least_needed(mine)
        else:
            return
        if other is None:
            raise OverloadError(f"{len(self._names)} connections are open")
        self._end(other)

    def _least_needed(self, mine: _Client) -> asyncio.Transport | None:
        """Return what has been without a request for longest, else of who has most the oldest.

        Who sends most bodies that are not whole gives way before who uses most.
        """
        resting = [next(iter(c.resting.items())) for c in self._clients.values() if c.resting]
        if resting:
            return min(resting, key=lambda one: one[1])[0]
        most = max(self._clients.values(), key=lambda client: len(client.sending))
        if most.sending:
            return next(iter(most.sending))
        largest = max(self._clients.values(), key=lambda client: len(client.open))
        return next(iter(largest.open)) if len(largest.open) > len(mine.open) + 1 else None

    def _look(self) -> None:
        """End what has brought no request, or taken no byte, for too long."""
        for transport in [*self._names]:
            self.note(transport)
        now = asyncio.get_running_loop().time()
        for client in [*self._clients.values()]:
            for transport, since in [*client.resting.items()]:
                if now - since < HEAD_SECONDS:
                    break
                self._end(transport)
        for transport, (untaken, since) in [*self._untaken.items()]:
            if untaken and now - since >= TAKE_SECONDS:
                self._end(transport)
        self._looking = False
        self._look_from_now_on()

    def _look_from_now_on(self) -> None:
        if self._names and not self._looking:
            self._looking = True
            asyncio.get_running_loop().call_later(LOOK_SECONDS, self._look)

    def _end(self, transport: asyncio.Transport) -> None:
        self.forget(transport)
        transport.abort()

    def _log(self, name: str, why: OverloadError) -> None:
        with suppress(OverloadError):
            self._logged.spend("everybody")
            log.warning("%s: a connection was refused: %s", name, why)
