"""The network wakes while the page is already served: TensorFlow takes seconds to import."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket

from mnist_cnn.ui.web import PREFIX

T = TypeVar("T")
SOON = {"Retry-After": "1", "Cache-Control": "no-store"}  # seconds


class Waking(Generic[T]):
    """Something that is made in a thread, and waited for by whoever needs it."""

    def __init__(self, make: Callable[[], T]):
        self._make = make
        self._made: T | None = None
        self._done = threading.Event()
        self.failure: Exception | None = None

    def start(self, then: Callable[[T], None], failed: Callable[[], None]) -> None:
        """Begin; call ``then`` with what was made, or ``failed``, from the thread."""

        def work() -> None:
            try:
                made = self._make()
                then(made)
                self._made = made
            except Exception as error:  # noqa: BLE001  told by whoever started this
                self.failure = error
                failed()
            self._done.set()

        threading.Thread(target=work, name="waking", daemon=True).start()

    @property
    def awake(self) -> bool:
        """Whether it is made."""
        return self._made is not None

    def wait(self) -> T:
        """Return what is made, when it is; raises what making it raised."""
        self._done.wait()
        if self.failure:
            raise self.failure
        return self._made


def health(waking: Waking) -> Route:
    """Return the route ``/health``, for balancers: 200 when drawings are answered, else 503."""

    async def answer(request: Request) -> Response:
        if waking.awake:
            return JSONResponse({"status": "ok"}, headers={"Cache-Control": "no-store"})
        return JSONResponse({"status": "waking"}, 503, headers=SOON)

    return Route("/health", answer, methods=["GET"])


def routes_asleep() -> list[BaseRoute]:
    """Return routes that answer for all that are not there yet; put them behind all others."""

    async def later(request: Request) -> Response:
        return JSONResponse({"error": "waking"}, 503, headers=SOON)

    async def refuse(socket: WebSocket) -> None:
        await socket.close()

    return [
        Route(f"{PREFIX}/{{rest:path}}", later, methods=["GET", "POST"]),
        WebSocketRoute(f"{PREFIX}/{{rest:path}}", refuse),
    ]
