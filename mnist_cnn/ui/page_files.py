"""The page's files, its own and Gradio's: compressed once, kept, and answered before Gradio.

A page is some 150 files. Gradio compresses each anew for each request, which costs 0.7 s of a core
a page: a class that opens it at once would wait for half a minute.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import re
from dataclasses import dataclass
from pathlib import Path

import gradio
from starlette._utils import get_route_path
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from mnist_cnn.ui.languages import LANGUAGES, PAGE
from mnist_cnn.ui.web import FILES, PREFIX, SCRIPTS, VERSION

ASSETS = Path(gradio.__file__).parent / "templates" / "frontend" / "assets"
KINDS = (".js", ".css")  # of Gradio's: what is worth compressing
OWN = re.compile(rf"{FILES}/(\w{{1,64}})/(.+)")  # version, script

FOR_EVER = "public, max-age=31536000, immutable"  # the address changes with the content
ASK_FIRST = "no-cache"  # kept, but never used unasked


def middleware() -> list[Middleware]:
    """Return what stands between the gate and the app; it belongs into ``app_kwargs``."""
    return [Middleware(PageFiles)]


@dataclass(frozen=True)
class File:
    """A file as it is sent."""

    content: bytes  # compressed
    media_type: str
    tag: str  # differs when the content does


class PageFiles:
    """ASGI middleware; see the module."""

    def __init__(self, app: ASGIApp):
        """Stand before ``app``."""
        self.app = app
        self._page = GZipMiddleware(app, compresslevel=4)  # Gradio leaves this one as it is
        self._paths = _paths()
        self._files: dict[Path, File] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request for a file; leave all others to the app."""
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            return await self.app(scope, receive, send)
        address, headers = get_route_path(scope), Headers(scope=scope)
        path, caching = self._find(address)
        if path is None:
            app = self._page if address == "/" else self.app
            return await app(scope, receive, send)
        if path not in self._files:
            self._files[path] = await run_in_threadpool(_read, path)
        await _answer(self._files[path], caching, headers)(scope, receive, send)

    def _find(self, address: str) -> tuple[Path | None, str]:
        """Return the file of an address, or None, and how long a browser may keep it."""
        if own := OWN.fullmatch(address):
            # An older page, open while the server was renewed, may ask for its own version still.
            version, script = own.groups()
            return SCRIPTS.get(script), FOR_EVER if version == VERSION else ASK_FIRST
        return self._paths.get(address, (None, ""))


def _paths() -> dict[str, tuple[Path, str]]:
    """Return the addresses of Gradio's scripts and styles, and of the page's words."""
    assets = {
        f"/assets/{path.name}": (path, FOR_EVER)  # each name has a hash of its content in it
        for path in ASSETS.iterdir()
        if path.suffix in KINDS
    }
    words = {
        f"{PREFIX}/languages/{path.parent.name}": (path, ASK_FIRST)
        for path in LANGUAGES.glob(f"*/{PAGE}")
    }
    return assets | words


def _read(path: Path) -> File:
    content = gzip.compress(path.read_bytes(), mtime=0)
    media_type = mimetypes.types_map.get(path.suffix, "application/octet-stream")
    if path.suffix == ".js":  # some Windows say otherwise, and browsers then run no module
        media_type = "text/javascript"
    return File(content, media_type, f'"{hashlib.sha256(content).hexdigest()[:32]}"')


def _answer(file: File, caching: str, asked: Headers) -> Response:
    headers = {"Cache-Control": caching, "ETag": file.tag, "Vary": "Accept-Encoding"}
    known = asked.get("if-none-match", "")
    if file.tag in [tag.strip().removeprefix("W/") for tag in known.split(",")]:
        return Response(status_code=304, headers=headers)
    if "gzip" in asked.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        return Response(file.content, headers=headers, media_type=file.media_type)
    return Response(gzip.decompress(file.content), headers=headers, media_type=file.media_type)
