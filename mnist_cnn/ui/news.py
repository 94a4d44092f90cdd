"""What has changed in the class, pushed to every page: an idle one costs nothing."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json

import anyio
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from mnist_cnn.classroom import Classroom, News
from mnist_cnn.ui.requests import RequestError, guarded, json_of, signed_in
from mnist_cnn.wall import WallDigit

HELD = 20.0  # seconds


def routes(classroom: Classroom, at: str) -> list[BaseRoute]:
    """Return the routes ``at/news``."""

    async def news(socket: WebSocket) -> None:
        """Push ``told`` after every change; a page says ``wall`` or ``no wall``, as it shows it."""
        if not await signed_in(socket):
            return await socket.close()
        await socket.accept()
        page = _Page(classroom, socket)
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
        changed = asyncio.Event()
        leave = classroom.listen(changed.set)
        try:
            if not told(classroom.news(since, wall)):
                with contextlib.suppress(asyncio.TimeoutError):
                    await asyncio.wait_for(changed.wait(), HELD)
        finally:
            leave()
        latest = classroom.news(since, wall)
        return json_of(told(latest) | {"number": latest.number})

    return [
        WebSocketRoute(f"{at}/news", news),
        Route(f"{at}/news", guarded(ask_news), methods=["GET"]),
    ]


class _Page:
    """One page that is told the news."""

    def __init__(self, classroom: Classroom, socket: WebSocket):
        self._classroom, self._socket = classroom, socket
        self._since, self._wall_since = 0, None
        self._changed = asyncio.Event()

    async def hear(self) -> None:
        """Listen to whether it shows the wall, until it is gone."""
        while (message := await self._socket.receive())["type"] == "websocket.receive":
            self._wall_since = 0 if message.get("text") == "wall" else None
            self._changed.set()

    async def tell(self) -> None:
        """Send what has changed, each time something has, until it is gone."""
        leave = self._classroom.listen(self._changed.set)
        try:
            while True:
                self._changed.clear()
                news = self._classroom.news(self._since, self._wall_since)
                words = told(news)
                if words:
                    await self._socket.send_text(json.dumps(words, separators=(",", ":")))
                self._since = news.number
                if news.wall and self._wall_since is not None:
                    self._wall_since = news.number
                await self._changed.wait()
        except WebSocketDisconnect:
            pass  # it is gone, which ``hear`` is told too
        finally:
            leave()


def told(news: News) -> dict:
    """Return news in words that JSON has; empty when there are none."""
    words = {}
    if news.rules:
        words["rules"] = vars(news.rules)
    if news.broadcast:
        words["broadcast"] = vars(news.broadcast)
    if news.wall:
        words["wall"] = {
            "ids": news.wall.ids,
            "added": [_digit_told(digit) for digit in news.wall.added],
            "confusion": news.wall.confusion.tolist(),
        }
    return words


def _digit_told(digit: WallDigit) -> dict:
    return {
        "id": digit.id,
        "meant": digit.meant,
        "read": digit.read,
        "probability": round(float(digit.probabilities[digit.read]), 4),
        "image": base64.b64encode(digit.image.tobytes()).decode(),
    }


def number_of(request: Request, name: str) -> int:
    """Return the whole number ``?name``; raises ``RequestError``."""
    text = request.query_params.get(name, "")
    if not text.isdecimal() or len(text) > 15:
        raise RequestError(f"{name} must be a whole number, got {text[:20]!r}")
    return int(text)
