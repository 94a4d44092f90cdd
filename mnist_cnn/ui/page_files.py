"""The page and its files, its own and Gradio's: compressed once, kept, answered before Gradio.

Gradio compresses each file anew for each request, which costs half a second of a core a page: a
class that opens it at once would wait for a quarter of a minute.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette._utils import get_route_path
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mnist_cnn.ui import web
from mnist_cnn.ui.gradio_files import ASSETS
from mnist_cnn.ui.web import FILES, VERSION

if TYPE_CHECKING:
    import gradio as gr

SIGN_IN = b'"auth_required":true'  # in a page that shows a form for it, and nothing else yet
KINDS = (".js", ".css")  # of Gradio's: what is worth compressing
ADDRESS = re.compile(rf"{FILES}/(\w{{1,64}})/(.+)")  # version, name

FOR_EVER = "public, max-age=31536000, immutable"  # the address changes with the content
ASK_FIRST = "no-cache"  # kept, but never used unasked


def middleware(
    page: gr.Blocks, networks: dict[str, str], layers: Sequence[dict]
) -> list[Middleware]:
    """Return what stands between the gate and the app; it belongs into ``app_kwargs``.

    Args:
        page: is launched with it.
        networks, layers: see ``web.head``. Gradio's own ``head`` is put into the page by its
            script, when it is too late to ask for files.
    """
    return [Middleware(PageFiles, page=page, networks=networks, layers=layers)]


@dataclass(frozen=True)
class File:
    """A file as it is sent."""

    content: bytes  # compressed
    media_type: str
    tag: str  # differs when the content does


class PageFiles:
    """ASGI middleware; see the module."""

    def __init__(
        self, app: ASGIApp, page: gr.Blocks, networks: dict[str, str], layers: Sequence[dict]
    ):
        """Stand before ``app``; see ``middleware``."""
        self.app = app
        first, last = web.head(networks, layers, page.theme_hash), web.styles()
        parts = Parts(first, last, web.early())
        self._page = GZipMiddleware(_with_parts(app, parts), compresslevel=4)
        self._contents = _gradio() | {name: text.encode for name, text in web.OWN.items()}
        self._contents["/theme.css"] = page.theme_css.encode
        self._files: dict[str, File] = {}  # by the same names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request for a file; leave all others to the app."""
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            return await self.app(scope, receive, send)
        address, headers = get_route_path(scope), Headers(scope=scope)
        name, caching = _named(address)
        if name not in self._contents:
            app = self._page if address == "/" else self.app
            return await app(scope, receive, send)
        if name not in self._files:
            self._files[name] = await run_in_threadpool(_file, name, self._contents[name])
        await _answer(self._files[name], caching, headers)(scope, receive, send)


def _named(address: str) -> tuple[str, str]:
    """Return which file an address is of, if any, and how long a browser may keep it."""
    if own := ADDRESS.fullmatch(address):
        # A page of before the server was renewed asks for its own version still.
        version, name = own.groups()
        return name, FOR_EVER if version == VERSION else ASK_FIRST
    return address, FOR_EVER  # Gradio's: each name has a hash of its content in it


def _gradio() -> dict[str, Callable[[], bytes]]:
    """Return Gradio's scripts and styles by their addresses, and what reads them."""
    return {
        f"/assets/{path.name}": path.read_bytes for path in ASSETS.iterdir() if path.suffix in KINDS
    }


def _file(name: str, read: Callable[[], bytes]) -> File:
    content = gzip.compress(read(), mtime=0)
    media_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
    if name.endswith(".js"):  # some Windows say otherwise, and browsers then run no module
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


@dataclass(frozen=True)
class Parts:
    """What is put into Gradio's page."""

    first: str  # before any script
    last: str  # at its head's end
    early: str  # where its body begins, unless one has to sign in first


def _with_parts(app: ASGIApp, parts: Parts) -> ASGIApp:
    """Return an app whose pages have these parts."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        start: Message = {}
        body = b""

        async def whole(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start":
                start = message
                return
            body += message.get("body", b"")
            if message.get("more_body"):
                return
            before, end, after = body.rpartition(b"</head>")
            if end:  # else it is a HEAD request's, or no page
                before = before.replace(b"<script", parts.first.encode() + b"<script", 1)
                if SIGN_IN not in before:
                    after = after.replace(b"<gradio-app", parts.early.encode() + b"<gradio-app", 1)
                body = b"".join([before, parts.last.encode(), end, after])
                MutableHeaders(scope=start)["content-length"] = str(len(body))
            await send(start)
            await send({"type": "http.response.body", "body": body})

        await app(scope, receive, whole)

    return answer
