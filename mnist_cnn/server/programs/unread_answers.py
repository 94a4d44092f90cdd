"""Answers that programs do not fetch: a few for each client, for a minute.

Gradio keeps the answers of 2,000 sessions until somebody fetches them, and goes on with a call that
nobody listens to.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any

import gradio as gr

from mnist_cnn.server.http import gradio_internals
from mnist_cnn.server.http.fairness import client_of

MAX_UNREAD = 32  # calls of one client; the whole answer of ``/activations`` takes 1.7 MB
UNREAD_SECONDS = 60.0  # until answers are dropped
SWEEP_SECONDS = 5.0  # between two sweeps


class Unread:
    """The calls of one server's programs. Use it in the event loop's thread only."""

    def __init__(
        self,
        limit: int = MAX_UNREAD,
        seconds: float = UNREAD_SECONDS,
        sweep_seconds: float = SWEEP_SECONDS,
    ):
        """Keep ``limit`` unread calls of a client for ``seconds``, and sweep now and then."""
        self._limit, self._seconds, self._sweep_seconds = limit, seconds, sweep_seconds
        self._clients: dict[str, str] = {}  # of sessions
        self._unread_since: dict[str, float] = {}  # of sessions with something unread ever since
        self._sweeping: asyncio.Task | None = None

    def admit(self, request: gr.Request | None) -> None:
        """Count the call that is ``request``; a call from within this process has none.

        Raises:
            gr.Error: its client has enough calls whose answers are not fetched.
        """
        if request is None or request.request is None or request.session_hash is None:
            return
        app, client = request.request.app, client_of(request.request)
        if self._sweeping is None:
            self._sweeping = asyncio.get_running_loop().create_task(self._sweep(app))
        self._clients[request.session_hash] = client
        if self._count(app, client) > self._limit:
            raise gr.Error(
                f"{self._limit} answers wait for your address. Fetch them, or wait for "
                f"{self._seconds:.0f} seconds, and call again.",
                print_exception=False,
            )

    def _count(self, app: Any, client: str) -> int:
        """Return how many calls of a client, this one among them, nobody listens to."""
        return sum(
            gradio_internals.open_calls(app, session)
            for session, unread in gradio_internals.unread_sessions(app).items()
            if unread and self._clients.get(session) == client
        )

    async def _sweep(self, app: Any) -> None:
        while True:
            await asyncio.sleep(self._sweep_seconds)
            await self._drop_old(app)

    async def _drop_old(self, app: Any) -> None:
        """Forget sessions that have fetched everything, or have left answers for too long."""
        now = time.monotonic()
        for session, unread in gradio_internals.unread_sessions(app).items():
            if unread:
                if now - self._unread_since.setdefault(session, now) < self._seconds:
                    continue
            elif gradio_internals.open_calls(app, session):
                self._unread_since.pop(session, None)  # somebody listens
                continue
            await gradio_internals.drop_session(app, session)
        left = gradio_internals.unread_sessions(app)  # Gradio drops those that break off itself
        for known in (self._clients, self._unread_since):
            for session in known.keys() - left.keys():
                del known[session]
