"""How much of what is uploaded lies on the disk: bounded, for each address and in all.

Gradio deletes uploads by their age only, and the pictures in tool calls never. The bodies are read
by the gate; here they are counted before they are written, and what is old is deleted.
"""

from __future__ import annotations

import contextlib
import time
from collections import Counter, deque
from pathlib import Path

from gradio.utils import get_upload_folder
from starlette._utils import get_route_path
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from mnist_cnn import temporary
from mnist_cnn.ui.bodies import handed
from mnist_cnn.ui.fairness import OverloadError, place
from mnist_cnn.ui.page import UPLOADS_KEPT

MOST = 2**30  # bytes
MOST_OF_ONE = 2**28  # of one place: a class may share an address
SECONDS = sum(UPLOADS_KEPT)  # until one is deleted for sure
LOOK = 60  # seconds between two looks for old pictures of tools
UPLOAD, TOOL = "/gradio_api/upload", "/gradio_api/mcp"


def middleware() -> list[Middleware]:
    """Return what belongs behind the gate, into ``app_kwargs``."""
    return [Middleware(Inbox)]


class Inbox:
    """Stands before what Gradio writes to the disk."""

    def __init__(self, app: ASGIApp):
        """Let through to ``app`` what there is room for."""
        self.app = app
        self.room = Room()
        self._looked = time.monotonic()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on; raises ``OverloadError``, which the gate tells, when there is no room."""
        if scope["type"] == "http" and scope["method"] == "POST":
            path = get_route_path(scope)
            tool = path.startswith(TOOL)
            if tool or path == UPLOAD:
                body = (await receive()).get("body", b"")  # whole: the gate has read it
                self.room.take(place(HTTPConnection(scope)), len(body))
                receive = handed(body, receive)
            if tool and time.monotonic() - self._looked > LOOK:
                self._looked = time.monotonic()
                await run_in_threadpool(delete_old)
        await self.app(scope, receive, send)


def delete_old() -> None:
    """Delete what Gradio has kept for longer than an upload, where the folder is this server's."""
    folder = Path(get_upload_folder())
    if not temporary.is_own(folder):
        return
    for file in folder.rglob("*"):
        with contextlib.suppress(OSError):  # deleted by Gradio meanwhile
            if file.is_file() and time.time() - file.stat().st_mtime > SECONDS:
                file.unlink()


class Room:
    """What came in the last quarter of an hour."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._came: deque[tuple[float, str, int]] = deque()  # when, from whom, bytes
        self._lying: Counter[str] = Counter()

    def take(self, who: str, count: int) -> None:
        """Count bytes from a place; raises ``OverloadError`` when there is no room for them."""
        now = time.monotonic()
        while self._came and now - self._came[0][0] > SECONDS:
            _, whose, bytes_then = self._came.popleft()
            self._lying[whose] -= bytes_then
            if not self._lying[whose]:
                del self._lying[whose]
        if self._lying[who] + count > MOST_OF_ONE or self._lying.total() + count > MOST:
            raise OverloadError("Too many files have been uploaded. Try again in a few minutes.")
        self._came.append((now, who, count))
        self._lying[who] += count
