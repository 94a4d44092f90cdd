"""What is put into Gradio's page: its own files are asked for at once, and its first parts work."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mnist_cnn.ui import gradio_files, web
from mnist_cnn.ui.structure import EARLY

SIGN_IN = b'"auth_required":true'  # in a page that shows a form for it, and nothing else yet
# What Gradio's page asks for and this one has not: its manifest, and a script for its own hosts.
FOREIGN = re.compile(
    rb'<link rel="manifest"[^>]*>|<script>(?:(?!</script>).)*iframeResizer.*?</script>', re.DOTALL
)
# Gradio asks for its theme unless it finds a link to it, by the whole address.
THEME = (
    '<script>document.head.append(Object.assign(document.createElement("link"), '
    '{href: new URL("theme.css?v=HASH", location).href}))</script>'
)
STYLE = "\n".join([gradio_files.styles(), web.text("page.css"), web.styles_of(EARLY)]).encode()


@dataclass(frozen=True)
class Parts:
    """What is put into it."""

    first: str  # before any script, and
    early: str  # where its body begins: unless one has to sign in first
    last: str  # at its head's end


def parts(told: Mapping, theme: str) -> Parts:
    """Return what the page needs.

    Args:
        told: see ``Contents``.
        theme: the hash by which Gradio asks for its theme, which is in ``page.css``.
    """
    first = "".join(web.part_of(name) for name in EARLY)
    early = f'<div id="early">{first}</div>\n<script>{web.text("begin.js")}</script>'
    return Parts(_head(told, theme), early, _styles(told["files"]["page.css"]))


def _head(told: Mapping, theme: str) -> str:
    """Return what the page's head begins with: all that it needs is asked for at once."""
    files = told["files"]
    small = gradio_files.inlined()
    scripts = [name for name in gradio_files.needed() if name.endswith(".js")]
    lines = [
        # Before any module. Six requests at a time are under way: each that is saved counts.
        f'<script type="importmap">{json.dumps({"imports": gradio_files.import_map()})}</script>',
        *(web.link("", f"assets/{name}") for name in small),  # not fetched, see _styles
        web.link("modulepreload", files["modules.js"]),
        web.start(told),
        web.link("preload", files["page.css"], 'as="style"'),
        *web.installed(files),
        *(web.link("modulepreload", f"assets/{name}") for name in scripts if name not in small),
        # Last: they come while Gradio puts the page together.
        *(web.link("preload", files[name], 'as="fetch" crossorigin') for name in web.FIRST),
        THEME.replace("HASH", theme),
    ]
    return "\n".join([*lines, ""])


def _styles(own: str) -> str:
    """Return what the page's head ends with, behind Gradio's first style: its others, in ``own``.

    Gradio finds the links to them and does not ask for them, nor does a browser.
    """
    others = [name for name in gradio_files.needed() if name.endswith(".css")]
    lines = [
        web.link("stylesheet", own),
        *(web.link("stylesheet", f"assets/{name}", "disabled") for name in others),
    ]
    return "\n".join([*lines, ""])


def with_parts(app: ASGIApp, parts: Parts) -> ASGIApp:
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
                before = FOREIGN.sub(b"", before)
                if SIGN_IN not in before:
                    before = before.replace(b"<script", parts.first.encode() + b"<script", 1)
                    after = after.replace(b"<gradio-app", parts.early.encode() + b"<gradio-app", 1)
                body = b"".join([before, parts.last.encode(), end, after])
                MutableHeaders(scope=start)["content-length"] = str(len(body))
            await send(start)
            await send({"type": "http.response.body", "body": body})

        await app(scope, receive, whole)

    return answer
