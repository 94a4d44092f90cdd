"""How long runs are waited for and kept: by number, by age, and while somebody is there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from mnist_cnn.run import PAUSED, TRAINING, Run


@dataclass(frozen=True)
class Limits:
    """What a server allows its runs. All times in seconds, ``now`` as ``time.monotonic()``."""

    waiting: int = 3  # runs of one session in line
    waiting_sessions: int = 40  # of one address in line: a school's class shares one
    waiting_more: int = 10  # runs of one address in line, beside one of each session
    kept: int = 10  # finished runs of a session; the oldest go
    kept_in_all: int = 30  # finished runs of all sessions, up to 70 MB each, most of it on disk
    kept_seconds: float = 6 * 3600  # a finished run
    grace_seconds: float = 60  # a run goes on when its session is not heard of
    pause_seconds: float = 600  # a paused run may stand still when others wait

    def expired(self, runs: Iterable[Run], now: float) -> list[Run]:
        """Return those of ``runs``, given oldest first, that are over and too many or too old."""
        over = [run for run in runs if run.over and not run.worker]
        count, expired = Counter(), []
        for in_all, run in enumerate(reversed(over), start=1):
            count[run.session] += 1
            too_many = count[run.session] > self.kept or in_all > self.kept_in_all
            if too_many or now - run.since > self.kept_seconds:
                expired.append(run)
        return expired

    def stands_too_long(self, run: Run, since: float, now: float) -> bool:
        """Whether a run has been paused for too long for others to wait; at least ``since``."""
        return run.state == PAUSED and now - max(run.since, since) > self.pause_seconds


def trains_too_long(run: Run, most_seconds: float) -> bool:
    """Whether a run trains, and has for more than so many seconds, pauses left out."""
    return run.state == TRAINING and run.seconds > most_seconds
