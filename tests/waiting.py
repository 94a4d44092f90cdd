"""Wait for events and conditions that come from other threads and processes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

PATIENCE = 600  # seconds: trainings have a low priority, and a loaded machine is slow


class Listener:
    """Collects events from another thread, and waits for them."""

    def __init__(self):
        self.events = []
        self._arrival = threading.Condition()

    def __call__(self, event):
        with self._arrival:
            self.events.append(event)
            self._arrival.notify_all()

    def wait_for(self, kind, after: int = 0):
        """Return the first event of a kind, not counting the first ``after`` events."""

        def found():
            return next((e for e in self.events[after:] if isinstance(e, kind)), None)

        with self._arrival:
            assert self._arrival.wait_for(found, PATIENCE), f"no {kind}: {self.events[-3:]}"
            return found()

    def of(self, kind):
        """Return all events of a kind so far."""
        with self._arrival:
            return [event for event in self.events if isinstance(event, kind)]

    @property
    def count(self) -> int:
        with self._arrival:
            return len(self.events)


def until(condition: Callable[[], object], patience: float = PATIENCE, every: float = 0.02) -> None:
    """Wait until a condition holds, tested ``every`` so many seconds; fail after ``patience``."""
    end = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < end, "the condition never held"
        time.sleep(every)
