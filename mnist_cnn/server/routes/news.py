"""One WebSocket for everything a page hears from its server, and held requests where none opens.

On both, a page says what it has heard, ``feed.Heard`` as JSON, and is told ``Feed.next``.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

import anyio
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.status import WS_1008_POLICY_VIOLATION
from starlette.websockets import WebSocket, WebSocketDisconnect

from mnist_cnn.page.build.assets import PREFIX
from mnist_cnn.server.http.fairness import client_of
from mnist_cnn.server.http.requests import BINARY, SESSION, RequestError, session_of
from mnist_cnn.server.state.feed import Feed, Heard, Page
from mnist_cnn.server.state.presence import GRACE, HIDDEN_GRACE
from mnist_cnn.server.state.state import state_of

HELD_SECONDS = 20.0
PACE = 0.08  # seconds from one message to the next


async def push(socket: WebSocket) -> None:
    """Tell a page what is new; it sends its ``Heard`` first, and when it wants something else."""
    await socket.accept()
    page, refusal, feed = None, "", state_of(socket).feed
    with contextlib.ExitStack() as here:
        async with anyio.create_task_group() as tasks:
            while (message := await socket.receive())["type"] == "websocket.receive":
                try:
                    heard = Heard.parse(message.get("text") or message.get("bytes") or "")
                except RequestError as error:
                    refusal = str(error)
                    break
                if page:
                    page.listen_for(heard)
                else:
                    page = Page(client_of(socket), heard, is_teacher := _teacher_at(socket))
                    here.enter_context(feed.presence.one(_name_of(page), is_teacher))
                    tasks.start_soon(_push, feed, socket, page)
                await asyncio.sleep(PACE)  # uvicorn reads no more of this socket meanwhile
            tasks.cancel_scope.cancel()
    if refusal:  # now that nothing is being sent
        await socket.close(WS_1008_POLICY_VIOLATION, refusal)


async def poll(request: Request) -> Response:
    """``?heard`` → what is new, once there is any; ``{}`` after ``HELD_SECONDS``.

    With ``?wait=0``, at once: a browser has six connections to a server, for all of its tabs.
    """
    feed, heard = state_of(request).feed, Heard.parse(request.query_params.get("heard", ""))
    # No secret belongs into an address.
    heard.session = session_of(request) if SESSION in request.headers else ""
    page = Page(client_of(request), heard, is_teacher := _teacher_at(request))
    wait = request.query_params.get("wait") != "0"
    here = feed.presence.one(_name_of(page), is_teacher, GRACE if wait else HIDDEN_GRACE)
    text = "{}"
    with feed.held.one(page.client), here, contextlib.suppress(asyncio.TimeoutError):
        text = await asyncio.wait_for(feed.next(page, wait), HELD_SECONDS)
    return Response(text, media_type="application/json", headers=BINARY)


def _teacher_at(connection: HTTPConnection) -> Callable[[], bool]:
    """Return a function that tells whether this browser is the teacher's still.

    Its cookie is that of the handshake: who is not the teacher then becomes so with another
    connection, and is not asked again.
    """
    teachers = state_of(connection).teachers
    value = connection.cookies.get(teachers.cookie, "")
    if not teachers.knows(value):
        return lambda: False
    return lambda: teachers.knows(value)


def _name_of(page: Page) -> str:
    """Return what tells pages apart; a program may have no session."""
    return page.heard.session or f"no session, {id(page)}"


async def _push(feed: Feed, socket: WebSocket, page: Page) -> None:
    with contextlib.suppress(WebSocketDisconnect):
        while True:
            await socket.send_text(await feed.next(page))
            await asyncio.sleep(PACE)


ROUTES = [WebSocketRoute(f"{PREFIX}/news", push), Route(f"{PREFIX}/news", poll, methods=["GET"])]
