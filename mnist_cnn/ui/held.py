"""Requests that are held until a training goes on: woken when it does, so waiting costs nothing."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable

from mnist_cnn.run import Run
from mnist_cnn.schedule import Schedule
from mnist_cnn.ui.fairness import Places

LONGEST = 10.0  # seconds a request is held
TOGETHER = 0.05  # seconds that what happens is gathered for one answer
MOST = 32  # requests of one session: each tab holds one for each run it follows
ENOUGH = "Enough of your requests are waiting for news of a training."


class Held:
    """The requests that are held; all but ``_changed`` belongs to the event loop's thread."""

    def __init__(self, schedule: Schedule):
        """Listen to what happens in ``schedule``."""
        self._waiting: dict[asyncio.Event, Run] = {}
        self._sessions = Places(math.inf, MOST, ENOUGH)
        self._loop: asyncio.AbstractEventLoop | None = None
        schedule.listen(self._changed)

    async def until(self, run: Run, news: Callable[[], bool]) -> None:
        """Wait until there are ``news`` of a run, it is over, or ``LONGEST`` has passed.

        Raises:
            OverloadError: enough requests of the run's session are held.
        """
        self._loop = asyncio.get_running_loop()
        with self._sessions.one(run.session):
            changed = asyncio.Event()
            self._waiting[changed] = run
            try:
                await self._wait(run, news, changed)
            finally:
                del self._waiting[changed]

    async def _wait(self, run: Run, news: Callable[[], bool], changed: asyncio.Event) -> None:
        end = time.monotonic() + LONGEST
        while not (run.over or news()):
            try:
                await asyncio.wait_for(changed.wait(), end - time.monotonic())
            except asyncio.TimeoutError:
                return
            await asyncio.sleep(TOGETHER)
            changed.clear()

    def _changed(self, run: Run | None) -> None:
        """Wake who waits for ``run``, or everybody; from any thread."""
        if self._loop and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._wake, run)

    def _wake(self, run: Run | None) -> None:
        for changed, of in self._waiting.items():
            if run is None or of is run:
                changed.set()
