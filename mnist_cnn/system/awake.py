"""A clock that stands still while this program does: the machine sleeps, or the program is stopped.

``time.monotonic`` leaves out the sleep of a machine on Linux and macOS, not on Windows, and nowhere
that of a program that was stopped (SIGSTOP, Ctrl+Z, a frozen container or virtual machine). What
waits for people must not count any of it: they could not be heard meanwhile.
"""

from __future__ import annotations

import threading
import time

# Between two readings; a program that is awake reads the clock about once a second, see ``Runs``,
# and a busy machine may hold it up for a while.
LONGEST_GAP = 5.0  # seconds


class AwakeClock:
    """Counts the seconds between readings, but for gaps longer than ``LONGEST_GAP``; any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._read = time.monotonic()  # when it was read last
        self._awake = 0.0  # until then

    def seconds(self) -> float:
        """Return the seconds awake so far; they never run backwards."""
        with self._lock:
            now = time.monotonic()
            gap, self._read = now - self._read, now
            if gap <= LONGEST_GAP:
                self._awake += gap
            return self._awake


_clock = AwakeClock()


def seconds() -> float:
    """Return the seconds that this program has been awake."""
    return _clock.seconds()
