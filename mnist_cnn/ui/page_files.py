"""The page and its files, its own and Gradio's: compressed once, kept, answered before Gradio.

Gradio compresses each file anew for each request, which costs half a second of a core a page: a
class that opens it at once would wait for a quarter of a minute.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette._utils import get_route_path
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from mnist_cnn.ui import gradio_page, static_page, web
from mnist_cnn.ui.contents import Contents
from mnist_cnn.ui.gradio_files import ASSETS
from mnist_cnn.ui.requests import not_signed_in, signed_in
from mnist_cnn.ui.sending import Sending
from mnist_cnn.ui.web import FILES

if TYPE_CHECKING:
    import gradio as gr

# Some Windows say otherwise of the first, and browsers then run no module.
KINDS = {"js": "text/javascript", "css": "text/css", "webmanifest": "application/manifest+json"}
ADDRESS = re.compile(rf"{FILES}/\w{{1,64}}/([\w.-]+)")  # the name behind its version

# Where a worker may stand for the page that lies above its own folder.
ROOT = {"sw.js": {"Service-Worker-Allowed": "/"}}
FOR_EVER = "max-age=31536000, immutable"  # the address changes with the content
ASK_FIRST = "no-cache"  # kept, but never used unasked


def middleware(page: gr.Blocks, contents: Contents, sending: Sending) -> list[Middleware]:
    """Return what stands between the gate and the app; it belongs into ``app_kwargs``.

    Args:
        page: is launched with it.
        contents: what it loads. Gradio's own ``head`` is put into the page by its script, when it
            is too late to ask for files.
        sending: what is sent counts there.
    """
    return [Middleware(PageFiles, page=page, contents=contents, sending=sending)]


@dataclass(frozen=True)
class File:
    """A file as it is sent."""

    content: bytes  # compressed
    media_type: str
    tag: str  # differs when the content does
    headers: dict[str, str]  # what else is sent with it


class PageFiles:
    """ASGI middleware; see the module."""

    def __init__(self, app: ASGIApp, page: gr.Blocks, contents: Contents, sending: Sending):
        """Stand before ``app``; see ``middleware``."""
        self.app = app
        style = page.theme_css.encode() + gradio_page.STYLE
        own = static_page.beside(contents) | {"page.css": style}
        self._addresses = web.addresses(own)
        parts = gradio_page.parts(contents.told(self._addresses, served=True), page.theme_hash)
        self._page = GZipMiddleware(gradio_page.with_parts(app, parts), compresslevel=4)
        self._closed = contents.files.keys()  # to those who have to sign in
        self._read = _gradio() | {name: lambda name=name: own[name] for name in own}
        self._files: dict[str, File] = {}  # by the same names
        self._sending = sending

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request for a file; leave all others to the app."""
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            return await self.app(scope, receive, send)
        address = get_route_path(scope)
        name, caching = self._named(address)
        if name not in self._read:
            app = self._page if address == "/" else self.app
            return await app(scope, receive, send)
        if name in self._closed and not await signed_in(HTTPConnection(scope)):
            return await not_signed_in()(scope, receive, send)
        if name not in self._files:
            self._files[name] = await run_in_threadpool(_file, name, self._read[name])
        whose = "private" if name in self._closed else "public"  # no cache on the way has the first
        answer = self._answer(self._files[name], f"{whose}, {caching}", HTTPConnection(scope))
        await answer(scope, receive, send)

    def _answer(self, file: File, caching: str, asked: HTTPConnection) -> Response:
        headers = {"Cache-Control": caching, "ETag": file.tag, "Vary": "Accept-Encoding"}
        headers |= file.headers
        known = asked.headers.get("if-none-match", "")
        if file.tag in [tag.strip().removeprefix("W/") for tag in known.split(",")]:
            return Response(status_code=304, headers=headers)
        if "gzip" in asked.headers.get("accept-encoding", ""):
            headers["Content-Encoding"] = "gzip"
            return self._sending.answer(asked, file.content, headers, file.media_type)
        content = gzip.decompress(file.content)
        return self._sending.answer(asked, content, headers, file.media_type)

    def _named(self, address: str) -> tuple[str, str]:
        """Return which file an address is of, if any, and how long a browser may keep it."""
        if not (own := ADDRESS.fullmatch(address)):
            return address, FOR_EVER  # Gradio's: each name has a hash of its content in it
        # A page of before the server was renewed asks for its own version still.
        name = own[1]
        return name, FOR_EVER if address == f"/{self._addresses.get(name)}" else ASK_FIRST


def _gradio() -> dict[str, Callable[[], bytes]]:
    """Return Gradio's scripts and styles by their addresses, and what reads them."""
    return {
        f"/assets/{path.name}": path.read_bytes
        for path in ASSETS.iterdir()
        if path.suffix[1:] in KINDS
    }


def _file(name: str, read: Callable[[], bytes]) -> File:
    content = gzip.compress(read(), mtime=0)
    kind = name.rpartition(".")[2]
    media_type = KINDS.get(kind) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    return File(content, media_type, tag, ROOT.get(name, {}))
