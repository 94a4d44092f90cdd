"""Middleware that answers the page's files and Gradio's from memory, compressed once.

Gradio compresses each file anew for each request, half a second of a core for a page: a class that
opens it at once would wait for a quarter of a minute.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from mnist_cnn.page.build import assets, site
from mnist_cnn.page.build.assets import FILES
from mnist_cnn.page.build.contents import Contents
from mnist_cnn.server.gradio_app import head
from mnist_cnn.server.gradio_app.frontend_files import ASSETS
from mnist_cnn.server.http.content_policy import inline_hashes, policy
from mnist_cnn.server.http.gradio_internals import signed_in, theme_of
from mnist_cnn.server.http.outgoing import Sending
from mnist_cnn.server.http.requests import not_signed_in, path_of

if TYPE_CHECKING:
    import gradio as gr

# Some Windows know another type for the first, and browsers then run no module.
MEDIA_TYPES = {
    "js": "text/javascript",
    "css": "text/css",
    "webmanifest": "application/manifest+json",
}
ADDRESS = re.compile(rf"{FILES}/\w{{1,64}}/([\w.-]+)")  # the name behind its version

# Lets the service worker control the page, which lies above its own folder.
HEADERS = {"sw.js": {"Service-Worker-Allowed": "/"}}
IMMUTABLE = "max-age=31536000, immutable"  # the address changes with the content
REVALIDATE = "no-cache"  # kept, but not used without asking


@dataclass(frozen=True)
class File:
    """A file as it is sent."""

    content: bytes  # compressed
    media_type: str
    tag: str  # differs when the content does
    headers: dict[str, str]
    scripts: list[str]  # hashes of those that stand in a page; no others there run


class PageFiles:
    """ASGI middleware that answers requests for files and adds ``head.parts`` to the page."""

    def __init__(self, app: ASGIApp, page: gr.Blocks, contents: Contents, sending: Sending):
        """Answer before ``app``.

        Args:
            app: of ``page``, which is launched with this middleware in its ``app_kwargs``.
            page: gets ``head.parts``. ``launch(head=…)`` would not do: Gradio's script adds it,
                when it is too late to ask for files.
            contents: what the page loads.
            sending: counts what is sent.
        """
        self.app = app
        theme, theme_hash = theme_of(page)
        style = theme.encode() + head.STYLE
        own = site.beside(contents) | {"page.css": style}
        self._addresses = assets.addresses(own)
        parts = head.parts(contents.told(self._addresses, served=True), theme_hash)
        self._page = GZipMiddleware(head.with_parts(app, parts), compresslevel=4)
        self._closed = contents.files.keys()  # to visitors who have not signed in
        self._read = _gradio() | {name: lambda name=name: own[name] for name in own}
        self._files: dict[str, File] = {}  # by the same names
        self._sending = sending

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request for a file; leave all others to the app."""
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            return await self.app(scope, receive, send)
        address = path_of(scope)
        name, caching = self._named(address)
        if name not in self._read:
            app = self._page if address == "/" else self.app
            return await app(scope, receive, send)
        if name in self._closed and not signed_in(HTTPConnection(scope)):
            return await not_signed_in()(scope, receive, send)
        if name not in self._files:
            self._files[name] = await run_in_threadpool(_file, name, self._read[name])
        whose = "private" if name in self._closed else "public"  # for caches that others share
        answer = self._answer(self._files[name], f"{whose}, {caching}", HTTPConnection(scope))
        await answer(scope, receive, send)

    def _answer(self, file: File, caching: str, asked: HTTPConnection) -> Response:
        headers = {"Cache-Control": caching, "ETag": file.tag, "Vary": "Accept-Encoding"}
        headers |= file.headers
        if file.scripts:
            host = asked.headers.get("host", "")
            headers["Content-Security-Policy"] = policy(host, file.scripts)
        known = asked.headers.get("if-none-match", "")
        if file.tag in [tag.strip().removeprefix("W/") for tag in known.split(",")]:
            return Response(status_code=304, headers=headers)
        if "gzip" in asked.headers.get("accept-encoding", ""):
            headers["Content-Encoding"] = "gzip"
            return self._sending.answer(asked, file.content, headers, file.media_type)
        content = gzip.decompress(file.content)
        return self._sending.answer(asked, content, headers, file.media_type)

    def _named(self, address: str) -> tuple[str, str]:
        """Return the name of the file at an address, and how long a browser may keep it."""
        if not (own := ADDRESS.fullmatch(address)):
            return address, IMMUTABLE  # Gradio's, with a hash of the content in its name
        # A page that was opened before an update still asks for its own version.
        name = own[1]
        return name, IMMUTABLE if address == f"/{self._addresses.get(name)}" else REVALIDATE


def _gradio() -> dict[str, Callable[[], bytes]]:
    """Return Gradio's scripts and styles by their addresses, and what reads them."""
    return {
        f"/assets/{path.name}": path.read_bytes
        for path in ASSETS.iterdir()
        if path.suffix[1:] in MEDIA_TYPES
    }


def _file(name: str, read: Callable[[], bytes]) -> File:
    plain = read()
    content = gzip.compress(plain, mtime=0)
    kind = name.rpartition(".")[2]
    media_type = (
        MEDIA_TYPES.get(kind) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    )
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    scripts = inline_hashes(plain) if media_type == "text/html" else []
    return File(content, media_type, tag, HEADERS.get(name, {}), scripts)
