"""Wait for what other processes say, for the tests of workers and runs."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

PATIENCE = 600  # seconds: what trains has a low priority, and a loaded machine little for it


class Listener:
    """Gathers events from another thread, and waits for them."""

    def __init__(self):
        self.events = []
        self._news = threading.Condition()

    def __call__(self, event):
        with self._news:
            self.events.append(event)
            self._news.notify_all()

    def wait_for(self, kind, after: int = 0):
        """Return the first event of a kind among those after the first so many."""

        def found():
            return next((e for e in self.events[after:] if isinstance(e, kind)), None)

        with self._news:
            assert self._news.wait_for(found, PATIENCE), f"no {kind}: {self.events[-3:]}"
            return found()

    def of(self, kind):
        """Return all events of a kind so far."""
        with self._news:
            return [event for event in self.events if isinstance(event, kind)]

    @property
    def count(self) -> int:
        with self._news:
            return len(self.events)


def until(true: Callable[[], object], seconds: float = PATIENCE) -> None:
    """Wait until something is true; fail when it does not become so."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it never became true"
        time.sleep(0.02)
