"""Notices that a training process hangs: it was stopped from outside, or waits for itself for ever.

What counts is progress, which only the thread that trains can tell of. A thread beside it that says
it is alive would go on doing so in a process that is stuck.
"""

from __future__ import annotations

from mnist_cnn.optimization.events import Evaluating, Event, Paused, Snapshot
from mnist_cnn.runs.forecast import Tried

PAUSE, RESUME, STOP = "pause", "resume", "stop"  # orders to a process

# Seconds without an event, awake, after which it hangs: generous, since a machine with more to do
# than it can gives a process of low priority a tenth of a core.
STARTING_SECONDS = 1200.0  # TensorFlow is imported, MNIST downloaded, drawings are made: minutes
TRAINING_SECONDS = 300.0  # events come four times a second; the first step is compiled before
TESTING_SECONDS = 600.0  # 10,000 digits are read between two events, and drawings to calibrate
# From an order to stop until it tests. Only a step lies between, and a person waits.
OBEYING_SECONDS = 60.0


class Watchdog:
    """Hears what a process says and is told. Not thread-safe."""

    def __init__(self, now: float):
        """All times are those of ``awake.seconds()``."""
        self._since = now  # when it said something, or was told to do something
        self._limit = STARTING_SECONDS  # until the next event
        self._rests = False  # its last event is that it pauses
        self._order: str | None = None  # the newest
        self._stop_since: float | None = None  # when it was told to stop, until it tests

    def heard(self, event: Event | Tried, now: float) -> None:
        """An event has come."""
        self._since, self._rests = now, isinstance(event, Paused)
        if isinstance(event, Snapshot):
            self._limit = TRAINING_SECONDS
        elif isinstance(event, Evaluating):
            self._limit, self._stop_since = TESTING_SECONDS, None

    def told(self, order: str, now: float) -> None:
        """An order is given; one to stop holds, whatever comes after it."""
        if self._order == STOP:
            return
        if order != self._order:
            self._since = now
        self._order = order
        if order == STOP and self._limit != TESTING_SECONDS:
            self._stop_since = now

    def disobeys(self, now: float) -> bool:
        """Whether it was told to stop, and has not, for too long."""
        return self._stop_since is not None and now - self._stop_since > OBEYING_SECONDS

    def hangs(self, now: float) -> bool:
        """Whether it has said nothing for too long; one that was told to pause says nothing."""
        rests = self._rests and self._order == PAUSE
        return not rests and now - self._since > self._limit
