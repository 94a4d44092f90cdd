"""The line of drawings that wait to be read: each place in turn, several in one pass.

A page has one drawing in flight and sends its newest when the answer is there; so the line is as
long as there are pages on which somebody draws, and a slow answer slows them all a little.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from mnist_cnn.reading import Reading
from mnist_cnn.ui.fairness import OverloadError

TOGETHER = 8  # drawings in one pass: more cost hardly less each, and the first waits for the last
MOST_WAITING = 400  # drawings of everybody
MOST_OF_ONE = 200  # drawings of one place: a school may share an address


class Network(Protocol):
    """What reads drawings: a ``Reader``, or a network of ``networks``."""

    def read_many(self, drawings: Sequence[np.ndarray]) -> list[Reading | None]:
        """See ``Reader.read_many``."""


@dataclass(frozen=True)
class _Waiting:
    network: Network
    drawing: np.ndarray
    reading: asyncio.Future


class DrawingLine:
    """Reads drawings for everybody who draws at the same time."""

    def __init__(self):
        """Begin with an empty line."""
        self._places: OrderedDict[str, deque[_Waiting]] = OrderedDict()
        self._count = 0
        self._working: asyncio.Task | None = None

    async def read(self, network: Network, who: str, drawing: np.ndarray) -> Reading | None:
        """Return what ``network`` makes of a drawing, when it is the turn of ``who``.

        Raises:
            OverloadError: too many drawings wait.
        """
        self._make_room(who)
        waiting = _Waiting(network, drawing, asyncio.get_running_loop().create_future())
        self._places.setdefault(who, deque()).append(waiting)
        self._count += 1
        if self._working is None:
            self._working = asyncio.create_task(self._work())
        return await waiting.reading

    def _make_room(self, who: str) -> None:
        """When the line is full, the newest of whoever has the most in it goes, or ``who`` does."""
        own = len(self._places.get(who, ()))
        if own < MOST_OF_ONE and self._count < MOST_WAITING:
            return
        longest = max(self._places.values(), key=len)
        busy = OverloadError("Too many drawings at once. Try again in a second.")
        if len(longest) <= own + 1:
            raise busy
        gone = longest.pop()
        self._count -= 1
        if not gone.reading.done():
            gone.reading.set_exception(busy)

    async def _work(self) -> None:
        """Read until nobody waits."""
        try:
            while self._count:
                _answer(self._next())
                await asyncio.sleep(0)  # others come in, and answers go out
        finally:
            self._working = None

    def _next(self) -> list[_Waiting]:
        """Take up to ``TOGETHER`` off the line: the first of each place, then again."""
        taken = []
        while self._places and len(taken) < TOGETHER:
            who, line = self._places.popitem(last=False)
            taken.append(line.popleft())
            if line:
                self._places[who] = line  # behind all others
        self._count -= len(taken)
        return taken


def _answer(taken: list[_Waiting]) -> None:
    """Read what is still wanted, in one pass for each network."""
    by_network: dict[int, list[_Waiting]] = {}
    for waiting in taken:
        if not waiting.reading.done():  # its page has gone
            by_network.setdefault(id(waiting.network), []).append(waiting)
    for together in by_network.values():
        try:
            readings = together[0].network.read_many([waiting.drawing for waiting in together])
        except Exception as error:  # noqa: BLE001  each page is told, and the line goes on
            for waiting in together:
                waiting.reading.set_exception(error)
            continue
        for waiting, reading in zip(together, readings, strict=True):
            waiting.reading.set_result(reading)
