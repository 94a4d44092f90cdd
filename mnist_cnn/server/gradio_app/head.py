"""Additions to Gradio's HTML: early requests for the page's files, and parts that work at once."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mnist_cnn.page.build import assets
from mnist_cnn.page.build.layout import EARLY
from mnist_cnn.server.gradio_app import frontend_files
from mnist_cnn.server.http.content_policy import inline_hashes, policy

SIGN_IN = b'"auth_required":true'  # in the page that only shows the form for it
# What Gradio's page asks for in vain: its manifest, and a script for Gradio's own hosts.
FOREIGN = re.compile(
    rb'<link rel="manifest"[^>]*>|<script>(?:(?!</script>).)*iframeResizer.*?</script>', re.DOTALL
)
# Gradio asks for its theme unless the page links it, by its whole address.
THEME = (
    '<script>document.head.append(Object.assign(document.createElement("link"), '
    '{href: new URL("theme.css?v=HASH", location).href}))</script>'
)
STYLE = "\n".join(
    [frontend_files.styles(), assets.page_style(), assets.component_styles(EARLY)]
).encode()


@dataclass(frozen=True)
class Parts:
    """Pieces of HTML that are put into Gradio's page."""

    first: str  # before any script, and
    early: str  # at the beginning of the body; neither where visitors sign in first:
    sign_in: str  # there before any script
    last: str  # at the end of the head


def parts(told: Mapping, theme: str) -> Parts:
    """Return the parts of the page.

    Args:
        told: what ``Contents.told`` returns.
        theme: the hash in the address of Gradio's theme, which is part of ``page.css``.
    """
    first = "".join(assets.component_html(name) for name in EARLY)
    early = f'<div id="early">{first}</div>\n<script>{assets.text("shell/mount-all.js")}</script>'
    last = _styles(told["files"]["page.css"])
    return Parts(_head(told, theme), early, assets.sign_in(), last)


def _head(told: Mapping, theme: str) -> str:
    """Return the beginning of the head, which asks for all that the page needs at once."""
    files = told["files"]
    small = frontend_files.inlined()
    scripts = [name for name in frontend_files.needed() if name.endswith(".js")]
    lines = [
        # Before any module. Browsers make six requests at a time, so each one saved counts.
        f'<script type="importmap">{json.dumps({"imports": frontend_files.import_map()})}</script>',
        *(assets.link("", f"assets/{name}") for name in small),  # not fetched, see _styles
        assets.link("modulepreload", files["modules.js"]),
        assets.start(told),
        assets.link("preload", files["page.css"], 'as="style"'),
        *assets.installed(files),
        *(assets.link("modulepreload", f"assets/{name}") for name in scripts if name not in small),
        # Last: they come while Gradio's scripts run.
        *(assets.link("preload", files[name], 'as="fetch" crossorigin') for name in assets.FIRST),
        THEME.replace("HASH", theme),
    ]
    return "\n".join([*lines, ""])


def _styles(own: str) -> str:
    """Return the end of the head, behind Gradio's first style: ``own``, which holds its others.

    Disabled links to these keep Gradio and browsers from asking for them.
    """
    others = [name for name in frontend_files.needed() if name.endswith(".css")]
    lines = [
        assets.link("stylesheet", own),
        *(assets.link("stylesheet", f"assets/{name}", "disabled") for name in others),
    ]
    return "\n".join([*lines, ""])


def with_parts(app: ASGIApp, parts: Parts) -> ASGIApp:
    """Return an app that puts ``parts`` into the pages of ``app``."""

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
                first, early = (
                    (parts.sign_in, "") if SIGN_IN in before else (parts.first, parts.early)
                )
                before = before.replace(b"<script", first.encode() + b"<script", 1)
                after = after.replace(b"<gradio-app", early.encode() + b"<gradio-app", 1)
                body = b"".join([before, parts.last.encode(), end, after])
                headers, host = MutableHeaders(scope=start), Headers(scope=scope).get("host", "")
                headers["content-length"] = str(len(body))
                headers["content-security-policy"] = policy(host, inline_hashes(body))
            await send(start)
            await send({"type": "http.response.body", "body": body})

        await app(scope, receive, whole)

    return answer
