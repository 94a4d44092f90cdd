"""What a server allows its runs: how many wait, how many are kept, how long, and which go first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from mnist_cnn.runs.run import PAUSED, TRAINING, Run

FAIR_SECONDS = 600.0  # that a run may train however many wait: enough for the lesson's recipe


class _Owned(Protocol):
    @property
    def session(self) -> str: ...

    @property
    def client(self) -> str: ...  # its network address


Owned = TypeVar("Owned", bound=_Owned)


@dataclass(frozen=True)
class Limits:
    """What a server allows its runs. All times in seconds, ``now`` as ``awake.seconds()``."""

    waiting: int = 3  # runs of one session in line
    waiting_sessions: int = 40  # of one client in line: a school's class shares an address
    waiting_more: int = 10  # runs of one client in line, beside one of each session
    kept: int = 10  # finished runs of a session; the oldest go
    kept_in_all: int = 40  # finished runs of all sessions, up to 70 MB each, most of it on disk
    kept_unbegun: int = 100  # runs of all sessions that have no weights: an empty file each
    kept_seconds: float = 6 * 3600  # a finished run
    grace_seconds: float = 60  # a run goes on without a request of its session
    pause_seconds: float = 600  # a run may be paused while others wait

    def expired(self, runs: Iterable[Run], now: float) -> list[Run]:
        """Return those of ``runs``, given oldest first, that are over and too many or too old."""
        over = [run for run in runs if run.over and not run.worker]
        young = [run for run in over if now - run.since <= self.kept_seconds]
        begun = newest(self.kept, [run for run in young if run.live])
        unbegun = newest(self.kept, [run for run in young if not run.live])
        while len(begun) > self.kept_in_all:
            begun.remove(first_to_go(begun))
        kept = {run.id for run in [*begun, *unbegun[-self.kept_unbegun :]]}
        return [run for run in over if run.id not in kept]

    def stands_too_long(self, run: Run, since: float, now: float) -> bool:
        """Whether a run has been paused for too long while others wait, counted from ``since``."""
        return run.state == PAUSED and now - max(run.since, since) > self.pause_seconds


def newest(most: int, owned: Sequence[Owned]) -> list[Owned]:
    """Return the newest ``most`` of each session; both lists have the oldest first."""
    count: Counter[str] = Counter()
    found = []
    for one in reversed(owned):
        count[one.session] += 1
        if count[one.session] <= most:
            found.append(one)
    return found[::-1]


def first_to_go(owned: Sequence[Owned]) -> Owned:
    """Return which of ``owned``, oldest first, makes room: whoever has several has one to spare.

    Where nobody has, it is the oldest of the client that has most.
    """
    last = {one.session: one for one in owned}
    for one in owned:
        if last[one.session] is not one:
            return one
    count = Counter(one.client for one in owned)
    return max(owned, key=lambda one: count[one.client])


def fair_share(max_seconds: float, workers: int, waiting: int) -> float:
    """Return the seconds that a run may train: it shares them with those that wait.

    So whoever trains alone has all of ``max_seconds``, and a class is through in about that time.
    Nobody has less than ``FAIR_SECONDS``, where ``max_seconds`` allow that much.

    Args:
        max_seconds: of a run when nobody waits.
        workers: runs that train at the same time.
        waiting: other sessions in line.
    """
    return max(min(max_seconds, FAIR_SECONDS), max_seconds * workers / (workers + waiting))


def trains_too_long(run: Run, max_seconds: float) -> bool:
    """Whether a run has trained for more than ``max_seconds``, pauses left out, and still does."""
    return run.state == TRAINING and run.seconds > max_seconds
