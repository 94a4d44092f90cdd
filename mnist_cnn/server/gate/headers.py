"""Headers: those of requests are checked, and those for security are added to answers."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import Message, Send

from mnist_cnn.server.http.content_policy import policy
from mnist_cnn.server.http.requests import RequestError

MAX_QUERY_LENGTH = 2048  # characters
HOST = re.compile(r"[A-Za-z0-9.\-_]{1,253}(:\d{1,5})?|\[[0-9A-Fa-f:.%]{2,60}\](:\d{1,5})?")

DEFAULT_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}
WITH_TLS = {"ws": "wss"}
OTHER_SITE = "Requests from other sites' pages are not answered."
OF_PROXY = (
    " If the page is this server's own, a proxy has to send X-Forwarded-Host and "
    "X-Forwarded-Proto as the browser has them."
)
SECURITY = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",  # else any page could load it as a script
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}


class RefusalError(RequestError):
    """A request that is refused with ``status``; the message is for the visitor."""

    def __init__(self, status: int, sentence: str):
        super().__init__(sentence)
        self.status = status


def check_headers(connection: HTTPConnection) -> None:
    """Raise ``RefusalError`` for a host or a query that Gradio could not handle."""
    if not all(HOST.fullmatch(host) for host in connection.headers.getlist("host")):
        raise RefusalError(400, "The header host is not a host.")
    if len(connection.scope["query_string"]) > MAX_QUERY_LENGTH:
        raise RefusalError(414, f"The query is longer than {MAX_QUERY_LENGTH} characters.")


def check_length(connection: HTTPConnection, most: int) -> None:
    """Raise ``RefusalError`` if ``Content-Length`` is more than ``most`` bytes, or no number."""
    length = connection.headers.get("content-length", "0")
    if not length.isdecimal() or len(length) > 15:
        raise RefusalError(400, "Content-Length is not a number.")
    if int(length) > most:
        raise RefusalError(413, f"The body is longer than {most} bytes.")


def check_origin(connection: HTTPConnection) -> None:
    """Raise ``RefusalError`` for a request that another site's page makes in a visitor's browser.

    On secure connections browsers send ``Sec-Fetch-Site``, but for the sockets of Chromium; on
    others, and for these, ``Origin`` must be this server as the visitor calls it: scheme, host and
    port. A page on https may open sockets also where nobody tells that TLS has ended before the
    server: without TLS, browsers open none from such a page. Programs send neither. Links to the
    page and frames with it are no requests of the other page's.
    """
    headers = connection.headers
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site in ("same-origin", "none") or (site is None and origin is None):
        return
    reads = connection.scope.get("method") in ("GET", "HEAD")
    if reads and origin is None and headers.get("sec-fetch-mode") == "navigate":
        return
    scheme, host = connection.scope.get("scheme", "http"), headers.get("host", "")
    ours = [_origin(f"{one}://{host}") for one in (scheme, WITH_TLS.get(scheme, scheme))]
    theirs = _origin(origin) if site is None else None
    if theirs is None or theirs not in ours:
        same_name = theirs and ours[0] and theirs[1] == ours[0][1]
        raise RefusalError(403, OTHER_SITE + (OF_PROXY if same_name else ""))


def _origin(address: str | None) -> tuple[int, str, int] | None:
    """Return what makes two addresses one origin, or None; ``ws`` is that of ``http``."""
    try:
        parts = urlsplit(address or "")
        usual = DEFAULT_PORTS[parts.scheme]
        return (usual, parts.hostname, parts.port or usual) if parts.hostname else None
    except (KeyError, ValueError):
        return None


def with_security(connection: HTTPConnection, send: Send) -> Send:
    """Return a ``send`` that adds those headers for security that an answer does not set itself."""
    usual = {"Content-Security-Policy": policy(connection.headers.get("host", "")), **SECURITY}

    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in usual.items():
                headers.setdefault(name, value)
        await send(message)

    return send_with_headers
