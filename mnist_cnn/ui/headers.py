"""What requests say about themselves and where they come from, and what answers say to browsers."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import Message, Scope, Send

FORWARDED_FOR = b"x-forwarded-for"
LONGEST_QUERY = 2048  # characters
HOST = re.compile(r"[A-Za-z0-9.\-_]{1,253}(:\d{1,5})?|\[[0-9A-Fa-f:.%]{2,60}\](:\d{1,5})?")

# Gradio's scripts make functions of text and styles of their own, and its small ones stand in the
# page, so these are allowed; nothing from another host is. Who may frame the page is left open,
# because it is made to be embedded.
POLICY = "; ".join(
    (
        "default-src 'self'",
        "connect-src 'self' ws: wss:",  # to Safari before 15.4, 'self' means no sockets
        "script-src 'self' 'unsafe-inline' 'unsafe-eval' data:",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "media-src 'self' data: blob:",
        "font-src 'self' data:",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
    )
)
SECURITY = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}


class RefusalError(Exception):
    """Answered instead of the app; the message is for the visitor."""

    def __init__(self, status: int, sentence: str):
        super().__init__(sentence)
        self.status = status


def check_headers(connection: HTTPConnection) -> None:
    """Refuse what Gradio would build an address of and stumble over; raises ``RefusalError``."""
    for name in ("host", "x-forwarded-host"):
        for value in connection.headers.getlist(name):
            if not all(HOST.fullmatch(host.strip()) for host in value.split(",")):
                raise RefusalError(400, f"The header {name} is not a host.")
    if len(connection.scope["query_string"]) > LONGEST_QUERY:
        raise RefusalError(414, f"The query is longer than {LONGEST_QUERY} characters.")


def from_where_it_comes(scope: Scope) -> Scope:
    """Return a request whose ``X-Forwarded-For`` is true, whatever its sender has put there.

    Gradio repeats the headers of a tool's call in calls to this very server, which believes what
    this machine says.
    """
    client = scope["client"][0] if scope.get("client") else ""
    headers = [(name, value) for name, value in scope["headers"] if name != FORWARDED_FOR]
    return {**scope, "headers": [*headers, (FORWARDED_FOR, client.encode("latin-1"))]}


def check_length(connection: HTTPConnection, most: int) -> None:
    """Refuse a body that says itself that it is longer than ``most`` bytes."""
    length = connection.headers.get("content-length", "0")
    if not length.isdecimal() or len(length) > 15:
        raise RefusalError(400, "Content-Length is not a number.")
    if int(length) > most:
        raise RefusalError(413, f"The body is longer than {most} bytes.")


def check_origin(connection: HTTPConnection) -> None:
    """Refuse requests that another site's page makes in a visitor's browser.

    Browsers say so themselves on secure connections; on others, the origin must be this host, as
    the visitor or a proxy before this server names it. Programs send neither.
    """
    headers = connection.headers
    site = headers.get("sec-fetch-site")
    if site in ("same-origin", "none"):
        return
    origin = headers.get("origin")
    if origin is None and site is None:
        return
    named = {headers.get("host"), *headers.get("x-forwarded-host", "").split(",")}
    try:
        here = urlsplit(origin or "")
        hosts = {here.netloc, here.hostname}  # some proxies leave the port out
    except ValueError:
        hosts = set()
    if site is not None or not hosts & {host.strip() for host in named if host}:
        raise RefusalError(403, "Requests from other sites' pages are not answered.")


def with_security(send: Send) -> Send:
    """Return a ``send`` that adds the security headers an answer lacks."""

    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in SECURITY.items():
                headers.setdefault(name, value)
        await send(message)

    return send_with_headers
