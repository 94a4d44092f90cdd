"""How long runs are waited for and kept: by number, by age, and while somebody is there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from mnist_cnn.run import PAUSED, TRAINING, Run


class _Owned(Protocol):
    @property
    def session(self) -> str: ...  # whose it is

    @property
    def address(self) -> str: ...  # where they are


Owned = TypeVar("Owned", bound=_Owned)


@dataclass(frozen=True)
class Limits:
    """What a server allows its runs. All times in seconds, ``now`` as ``time.monotonic()``."""

    waiting: int = 3  # runs of one session in line
    waiting_sessions: int = 40  # of one address in line: a school's class shares one
    waiting_more: int = 10  # runs of one address in line, beside one of each session
    kept: int = 10  # finished runs of a session; the oldest go
    kept_in_all: int = 40  # finished runs of all sessions, up to 70 MB each, most of it on disk
    kept_unbegun: int = 100  # runs of all sessions that have no weights: an empty file each
    kept_seconds: float = 6 * 3600  # a finished run
    grace_seconds: float = 60  # a run goes on when its session is not heard of
    pause_seconds: float = 600  # a paused run may stand still when others wait

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
        """Whether a run has been paused for too long for others to wait; at least ``since``."""
        return run.state == PAUSED and now - max(run.since, since) > self.pause_seconds


def newest(most: int, owned: Sequence[Owned]) -> list[Owned]:
    """Return the newest of each session, at most so many; both oldest first."""
    count: Counter[str] = Counter()
    found = []
    for one in reversed(owned):
        count[one.session] += 1
        if count[one.session] <= most:
            found.append(one)
    return found[::-1]


def first_to_go(owned: Sequence[Owned]) -> Owned:
    """Return which of ``owned``, oldest first, makes room: whoever has several has one to spare.

    Where nobody has, it is the oldest of the address that has most.
    """
    last = {one.session: one for one in owned}
    for one in owned:
        if last[one.session] is not one:
            return one
    count = Counter(one.address for one in owned)
    return max(owned, key=lambda one: count[one.address])


def trains_too_long(run: Run, most_seconds: float) -> bool:
    """Whether a run trains, and has for more than so many seconds, pauses left out."""
    return run.state == TRAINING and run.seconds > most_seconds
