"""What has changed in the class, pushed to every page: an idle one costs nothing."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
from collections import OrderedDict

import anyio
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from mnist_cnn.classroom import Classroom, News, WallNews
from mnist_cnn.ui.fairness import OverloadError, Places, Rate, Rates, place
from mnist_cnn.ui.requests import BINARY, RequestError, guarded, signed_in
from mnist_cnn.wall import WallDigit

HELD = 20.0  # seconds
MOST_HELD, MOST_HELD_OF_ONE = 1000, 300  # requests, in all and of one place; each has a socket
# Digits of the wall told to the pages of one place, 1.1 kB each: 60 pages of a class open a full
# wall at once, and hear of 30 digits a second.
DIGITS = Rate(60 * 600, 2000)
TOO_FAST = 1.0  # seconds until a page is told that has asked for more
KEPT = 8  # answers of one moment: many pages have seen the same


def routes(classroom: Classroom, at: str) -> list[BaseRoute]:
    """Return the routes ``at`` for news."""
    telling = Telling(classroom)
    held = Places(MOST_HELD, MOST_HELD_OF_ONE, "Too many pages wait for news.")

    async def news(socket: WebSocket) -> None:
        """Push ``told`` after every change; a page says ``wall`` or ``no wall``, as it shows it."""
        if not await signed_in(socket):
            return await socket.close()
        await socket.accept()
        page = _Page(telling, socket)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(page.tell)
            await page.hear()
            tasks.cancel_scope.cancel()

    async def ask_news(request: Request) -> Response:
        """``?since``, ``&wall`` while it is shown → the same and its number, once there is any.

        For pages behind a proxy that lets no WebSocket through; held for ``HELD`` at most.
        """
        since, wall = number_of(request, "since"), None
        if "wall" in request.query_params:
            wall = number_of(request, "wall")
        who = place(request)
        if not classroom.has_news(since, wall):
            with held.one(who):
                await _change(classroom)
        words, number = telling.tell(who, since, wall)
        text = f'{{{words}{"," if words else ""}"number":{number}}}'
        return Response(text, media_type="application/json", headers=BINARY)

    return [
        WebSocketRoute(at, news),
        Route(at, guarded(ask_news), methods=["GET"]),
    ]


class Telling:
    """News in words, put together once for all pages that have seen the same."""

    def __init__(self, classroom: Classroom, digits: Rate = DIGITS):
        """Tell of ``classroom``; of the wall no more than ``digits`` to one place."""
        self.classroom = classroom
        self._rates = Rates(digits)
        self._number = -1  # of the latest change, which ``_told`` is of
        self._told: OrderedDict[tuple, str] = OrderedDict()
        self._digits: dict[int, tuple[WallDigit, str]] = {}  # by id

    def tell(self, who: str, since: int, wall: int | None) -> tuple[str, int]:
        """Return the members of a JSON object, "" without news, and the latest change's number.

        Args:
            who: asks, as ``fairness.place`` names it.
            since, wall: see ``Classroom.news``.

        Raises:
            OverloadError: ``who`` has been told too much of the wall.
        """
        if digits := self.classroom.digits_since(wall):
            self._rates.spend(who, digits)
        return self._words(since, wall)

    def _words(self, since: int, wall: int | None) -> tuple[str, int]:
        number = self.classroom.latest
        if number != self._number:
            self._number = number
            self._told.clear()
        if (since, wall) not in self._told:
            self._told[since, wall] = self._put_together(self.classroom.news(since, wall))
            if len(self._told) > KEPT:
                self._told.popitem(last=False)
        return self._told[since, wall], number

    def _put_together(self, news: News) -> str:
        words = [
            f'"{name}":{_json(vars(part))}'
            for name, part in (("rules", news.rules), ("broadcast", news.broadcast))
            if part
        ]
        if news.wall:
            words.append(f'"wall":{self._wall(news.wall)}')
        return ",".join(words)

    def _wall(self, wall: WallNews) -> str:
        self._digits = {i: self._digits[i] for i in wall.ids if i in self._digits}
        added = ",".join(map(self._digit, wall.added))
        confusion = _json(wall.confusion.tolist())
        return f'{{"ids":{_json(wall.ids)},"added":[{added}],"confusion":{confusion}}}'

    def _digit(self, digit: WallDigit) -> str:
        """Return a digit as JSON, which is made once: there may be 600, and pages come and go."""
        known, words = self._digits.get(digit.id, (None, ""))
        if known is not digit:
            words = _json(
                {
                    "id": digit.id,
                    "meant": digit.meant,
                    "read": digit.read,
                    "probability": round(float(digit.probabilities[digit.read]), 4),
                    "image": base64.b64encode(digit.image.tobytes()).decode(),
                }
            )
            self._digits[digit.id] = digit, words
        return words


async def _change(classroom: Classroom) -> None:
    """Wait until something changes, ``HELD`` at most."""
    changed = asyncio.Event()
    leave = classroom.listen(changed.set)
    try:
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(changed.wait(), HELD)
    finally:
        leave()


class _Page:
    """One page that is told the news."""

    def __init__(self, telling: Telling, socket: WebSocket):
        self._telling, self._socket = telling, socket
        self._since = 0
        # It keeps what it has been told of the wall, also while it does not show it.
        self._shows_wall, self._wall_since = False, 0
        self._changed = asyncio.Event()

    async def hear(self) -> None:
        """Listen to whether it shows the wall, until it is gone."""
        while (message := await self._socket.receive())["type"] == "websocket.receive":
            shows = message.get("text") == "wall"
            if shows != self._shows_wall:
                self._shows_wall = shows
                self._changed.set()

    async def tell(self) -> None:
        """Send what has changed, each time something has, until it is gone."""
        leave = self._telling.classroom.listen(self._changed.set)
        try:
            while True:
                self._changed.clear()
                try:
                    await self._send()
                except OverloadError:
                    await asyncio.sleep(TOO_FAST)
                    continue
                await self._changed.wait()
        except WebSocketDisconnect:
            pass  # it is gone, which ``hear`` is told too
        finally:
            leave()

    async def _send(self) -> None:
        shows = self._shows_wall
        wall_since = self._wall_since if shows else None
        words, number = self._telling.tell(place(self._socket), self._since, wall_since)
        if words:
            await self._socket.send_text(f"{{{words}}}")
        self._since = number
        if shows:
            self._wall_since = number


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


def number_of(request: Request, name: str) -> int:
    """Return the whole number ``?name``; raises ``RequestError``."""
    text = request.query_params.get(name, "")
    if not text.isdecimal() or len(text) > 15:
        raise RequestError(f"{name} must be a whole number, got {text[:20]!r}")
    return int(text)
