"""What proxies tell of a visitor: this machine's own are believed, from others it is taken off."""

from __future__ import annotations

import os
from collections.abc import Mapping

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from mnist_cnn.server.http.gradio_internals import trusted_proxies, with_client_of_proxies

HOST = b"x-forwarded-host"
FOR, SCHEME = b"x-forwarded-for", b"x-forwarded-proto"
# ``X-Gradio-Server`` is what a server of Gradio's in front of this one would call it.
TOLD = (b"forwarded", b"x-forwarded-", b"x-gradio-server")
THIS_MACHINE = "127.0.0.1,::1"
OF_SPACES = "10.0.0.0/8"  # Hugging Face's proxies, and nobody else reaches a Space's container


def proxies(environment: Mapping[str, str] = os.environ) -> str:
    """Return the addresses and networks that are believed, with commas, as uvicorn reads them."""
    usual = f"{THIS_MACHINE},{OF_SPACES}" if "SPACE_HOST" in environment else THIS_MACHINE
    return environment.get("FORWARDED_ALLOW_IPS", usual)


class Forwarded:
    """ASGI middleware before all others: behind it a request says truly whose it is.

    Its client, its scheme and its ``Host`` are the visitor's, as a proxy that is believed names
    them, or else those of the connection. Gradio would believe everybody: ``X-Forwarded-Host``
    leads its page and its redirects to any host.
    """

    def __init__(self, app: ASGIApp, believed: str):
        """Believe proxies at the addresses ``believed``, see ``proxies``."""
        self._believed = trusted_proxies(believed)
        self._app = with_client_of_proxies(_Told(app), believed)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request on."""
        if scope["type"] in ("http", "websocket"):
            peer = scope["client"][0] if scope.get("client") else ""
            if peer in self._believed:
                # Apache's mod_proxy adds its word for the host to that of the visitor.
                if host := _told(scope, HOST)[-1]:
                    scope["headers"] = _replaced(scope, b"host", host)
                # TLS ends at the first proxy; who lies about it shuts out only himself.
                if scheme := _told(scope, SCHEME)[0].lower():
                    scope["headers"] = _replaced(scope, SCHEME, scheme)
        await self._app(scope, receive, send)


class _Told:
    """Replaces what was told of a visitor by what is believed of it.

    Gradio repeats the headers of a tool's call in calls to this very server, which believes itself.
    """

    def __init__(self, app: ASGIApp):
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket"):
            client = scope["client"][0] if scope.get("client") else ""
            kept = [one for one in scope["headers"] if not one[0].startswith(TOLD)]
            scheme = b"https" if scope.get("scheme") in ("https", "wss") else b"http"
            scope["headers"] = [*kept, (FOR, client.encode("latin-1")), (SCHEME, scheme)]
        await self._app(scope, receive, send)


def _told(scope: Scope, name: bytes) -> list[str]:
    """Return what each proxy on the way says in a header, the visitor's side first."""
    lines = Headers(scope=scope).getlist(name.decode())
    return [one.strip() for one in ",".join(lines).split(",")]


def _replaced(scope: Scope, name: bytes, value: str) -> list[tuple[bytes, bytes]]:
    others = [one for one in scope["headers"] if one[0] != name]
    return [(name, value.encode("latin-1")), *others]
