"""The undocumented names of Gradio's and uvicorn's that this server uses, each with its reason.

A new version may change them without notice: ``tests/test_private_names.py`` checks each of them,
and finds private names that are used anywhere else. Three more things are read elsewhere:

- the function that writes stubs, in ``gradio_app.fast_import`` and ``digit_pad``: the same test;
- Gradio's scripts as Vite has made them, in ``gradio_app.frontend_files``:
  ``tests/browser/test_beginning.py``, which compares with what a browser asks for;
- the HTML of Gradio's page, in ``gradio_app.head``: ``tests/test_static_files.py``.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from typing import Any

import gradio as gr
from gradio import networking, tunneling
from gradio.route_utils import CustomCORSMiddleware
from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import Scope
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

# Seconds between two looks of Gradio's queue for calls, and for news of them. Its own 0.001 and
# 0.01 take 7 % of a core while nobody calls anything.
QUEUE_SLEEP = 0.1
MAX_BROWSERS = 1000  # signed in with one account; the one that came first is then signed out


def signed_in(connection: HTTPConnection) -> bool:
    """Whether the browser has signed in, or need not.

    ``launch(auth=…)`` guards Gradio's own routes only, and its check cannot be called for ours.
    """
    return connection.app.auth is None or token_of(connection) is not None


def token_of(connection: HTTPConnection) -> str | None:
    """Return the token of a browser that has signed in, else None."""
    given = (connection.cookies.get(name) for name in _cookies(connection.app))
    return next((token for token in given if token in connection.app.tokens), None)


def sign_in(request: HTTPConnection, response: Response, name: str, secure: bool) -> list[str]:
    """Let ``response`` sign the browser in; return the tokens that end, as there are too many.

    Gradio's own route for it has no bound, and gives a cookie for http also where there is https.

    Args:
        request: of a browser that has given a right password.
        response: gets the cookies. In frames of other sites only one for https is sent.
        name: of the account.
        secure: the connection is https as the browser sees it.
    """
    tokens = request.app.tokens
    before = [token for token, whose in tokens.items() if whose == name]
    ended = before[: len(before) + 1 - MAX_BROWSERS]
    for token in ended:
        del tokens[token]
    token = secrets.token_urlsafe(24)
    tokens[token] = name
    for_https, for_http = _cookies(request.app)
    response.set_cookie(for_https, token, secure=True, httponly=True, samesite="none")
    if not secure:
        response.set_cookie(for_http, token, httponly=True, samesite="lax")
    return ended


def drop_token(request: HTTPConnection, token: str) -> str:
    """Sign a browser out; return the name of its account."""
    name: str = request.app.tokens.pop(token)
    return name


def drop_cookies(request: HTTPConnection, response: Response) -> None:
    """Let ``response`` take the cookies of ``sign_in`` out of the browser."""
    for_https, for_http = _cookies(request.app)
    response.delete_cookie(for_https, secure=True, httponly=True, samesite="none")
    response.delete_cookie(for_http, httponly=True, samesite="lax")


def _cookies(app: Any) -> tuple[str, str]:
    """Return the names of the cookies with a token: for https, and for http."""
    return f"access-token-{app.cookie_id}", f"access-token-unsecure-{app.cookie_id}"


def unread_sessions(app: Any) -> dict[str, bool]:
    """Return each session whose answers the queue keeps, and whether some are not fetched yet.

    Gradio keeps those of 2,000 sessions, of any size, and offers no way to list them.
    """
    kept = app.get_blocks()._queue.pending_messages_per_session
    return {session: not kept[session].empty() for session in list(kept)}


def keeps_answers(app: Any, session: str) -> bool:
    """Whether the queue keeps answers for a session: asked for others, Gradio logs a traceback."""
    return session in app.get_blocks()._queue.pending_messages_per_session


def open_calls(app: Any, session: str) -> int:
    """Return how many calls of a session have an answer that is still to be fetched."""
    return len(app.get_blocks()._queue.pending_event_ids_session.get(session, ()))


async def drop_session(app: Any, session: str) -> None:
    """End a session's calls and forget their answers, which Gradio does for open pages only."""
    queue = app.get_blocks()._queue
    await queue.clean_events(session_hash=session)
    queue.pending_messages_per_session.pop(session, None)
    queue.pending_event_ids_session.pop(session, None)


def slow_down_queue(demo: gr.Blocks) -> None:
    """Let the queue look for calls every ``QUEUE_SLEEP``: ``Blocks.queue`` has no such option."""
    demo._queue.sleep_when_free = demo._queue.progress_update_sleep_when_free = QUEUE_SLEEP


def limit_connections(
    demo: gr.Blocks, wrap: Callable[[type[asyncio.Protocol]], type[asyncio.Protocol]]
) -> None:
    """Make uvicorn serve connections that are opened from now on with what ``wrap`` makes.

    ``launch`` takes no option of uvicorn's.

    Args:
        demo: launched.
        wrap: makes of uvicorn's protocol for HTTP the one to use.
    """
    config = demo.server.config
    config.http_protocol_class = wrap(config.http_protocol_class)


def trusted_proxies(addresses: str) -> Any:
    """Return the hosts that ``addresses`` means, as uvicorn's ``--forwarded-allow-ips`` does.

    ``host in …`` tells whether one is among them.
    """
    nobody: Any = None
    return ProxyHeadersMiddleware(nobody, addresses).trusted_hosts


def with_client_of_proxies(app: Any, addresses: str) -> Any:
    """Return ``app``, whose requests have the client and the scheme that trusted proxies tell.

    uvicorn would do it before any middleware, which could then not know who has connected.
    """
    return ProxyHeadersMiddleware(app, addresses)


def remove_cors(demo: gr.Blocks) -> None:
    """Take Gradio's rules for other sites' pages out of a launched page, before all middleware.

    They allow any header to any page, and any page to read, unless the host is this machine itself;
    ``launch(strict_cors=True)`` changes nothing in that.
    """
    outer: Any = demo.app.middleware_stack
    while not isinstance(outer.app, CustomCORSMiddleware):
        outer = outer.app
    outer.app = outer.app.app


def awaits_request(protocol: Any) -> bool:
    """Whether the connection of uvicorn's ``protocol`` has no request that is being answered.

    uvicorn asks its protocols for HTTP the same when it shuts down; those for WebSockets have no
    ``cycle``.
    """
    if not hasattr(protocol, "cycle"):
        return False
    return protocol.cycle is None or protocol.cycle.response_complete


def awaits_body(protocol: Any) -> bool:
    """Whether a request of uvicorn's ``protocol`` is unanswered and has not come to its end."""
    cycle = getattr(protocol, "cycle", None)
    return cycle is not None and cycle.more_body and not cycle.response_complete


def limit_sockets(
    demo: gr.Blocks,
    largest_message: int,
    wrap: Callable[[type[asyncio.Protocol]], type[asyncio.Protocol]],
) -> None:
    """Set uvicorn's options for sockets that are opened from now on: ``launch`` does not take any.

    Args:
        demo: launched.
        largest_message: bytes; a socket that sends a larger one is closed.
        wrap: makes of uvicorn's protocol for WebSockets, if there is any, the one to use.
    """
    config = demo.server.config
    config.ws_max_size = largest_message
    config.ws_per_message_deflate = False  # it would cost each page 300 kB
    if config.ws_protocol_class:
        config.ws_protocol_class = wrap(config.ws_protocol_class)


def scope_of(protocol: Any) -> Scope | None:
    """Return what opened the socket of uvicorn's ``protocol``, or None where that is still to come.

    Its ``client`` is the visitor's, also behind a proxy, which ``protocol`` itself does not tell.
    """
    return getattr(protocol, "scope", None)


def theme_of(page: gr.Blocks) -> tuple[str, str]:
    """Return the CSS of a launched page's theme, and the hash its address has in that page.

    It is sent in one file with the page's own styles; Gradio offers it as a request only.
    """
    return page.theme_css, page.theme_hash


def connect_tunnel(demo: gr.Blocks, server: str | None) -> str:
    """Open Gradio's tunnel to a launched page and return its link; takes seconds, or hangs.

    ``launch(share=True)`` would keep the page waiting for it.

    Args:
        demo: launched.
        server: ``host:port`` of a share server of one's own, instead of Gradio's.
    """
    return networking.setup_tunnel(
        demo.server_name, demo.server_port, demo.share_token, server, None
    )


def tunnels() -> list[Any]:
    """Return the tunnels of this process; each has a process ``proc``, or None before it starts.

    Gradio ends them when Python exits in its own way, which a server ended by a signal does not.
    """
    return tunneling.CURRENT_TUNNELS
