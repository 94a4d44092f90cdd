"""What programs have called and do not fetch: a few answers for each address, for a minute.

Gradio keeps the answers of 2,000 sessions until somebody fetches them, and goes on with a call
that nobody listens to. It offers no way to know of either, so this looks into ``Blocks._queue``,
as it is in Gradio 6: ``pending_messages_per_session`` holds the messages of a session that are
still to be fetched, ``pending_event_ids_session`` its calls without a fetched answer.
"""

from __future__ import annotations

import asyncio
import time

import gradio as gr
from gradio.queueing import Queue

from mnist_cnn.ui.fairness import place

MOST = 32  # calls of one address; the whole answer of ``/activations`` takes 1.7 MB
KEPT = 60.0  # seconds
LOOK = 5.0  # seconds between two looks


class Unread:
    """The calls of one server's programs; belongs to the event loop's thread."""

    def __init__(self, most: int = MOST, kept: float = KEPT, look: float = LOOK):
        """Keep ``most`` unread calls of an address for ``kept`` seconds; look every ``look``."""
        self._most, self._kept, self._look = most, kept, look
        self._places: dict[str, str] = {}  # of sessions
        self._since: dict[str, float] = {}  # session: there is something to be fetched all the time
        self._looking: asyncio.Task | None = None

    def admit(self, request: gr.Request | None) -> None:
        """Take note of the call that is ``request``; one from within has none.

        Raises:
            gr.Error: its address has enough calls whose answers are not fetched.
        """
        if request is None or request.request is None or request.session_hash is None:
            return
        queue, session = request.request.app.get_blocks()._queue, request.session_hash
        if self._looking is None:
            self._looking = asyncio.get_running_loop().create_task(self._keep_looking(queue))
        self._places[session] = place(request.request)
        if self._unread(queue, self._places[session]) > self._most:
            raise gr.Error(
                f"{self._most} answers wait for your address. Fetch them, or wait for "
                f"{self._kept:.0f} seconds, and call again.",
                print_exception=False,
            )

    def _unread(self, queue: Queue, who: str) -> int:
        """Return how many calls of an address, this one among them, nobody listens to."""
        messages, calls = queue.pending_messages_per_session, queue.pending_event_ids_session
        return sum(
            len(calls.get(session, ()))
            for session, at in self._places.items()
            if at == who and session in messages and not messages[session].empty()
        )

    async def _keep_looking(self, queue: Queue) -> None:
        while not queue.stopped:
            await asyncio.sleep(self._look)
            await self._drop_old(queue)

    async def _drop_old(self, queue: Queue) -> None:
        """Forget sessions that have fetched everything, and end what nobody has for too long."""
        messages, calls = queue.pending_messages_per_session, queue.pending_event_ids_session
        now = time.monotonic()
        for session in list(messages):
            if not messages[session].empty():
                if now - self._since.setdefault(session, now) < self._kept:
                    continue
                await queue.clean_events(session_hash=session)  # also what it still works on
            elif calls.get(session):
                self._since.pop(session, None)  # somebody listens
                continue
            messages.pop(session, None)
            calls.pop(session, None)
        for known in (self._places, self._since):
            for session in known.keys() - messages.keys():
                del known[session]
