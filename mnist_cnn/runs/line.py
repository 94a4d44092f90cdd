"""The line of runs that wait: who may join it, and in which order they start.

Clients, which are network addresses, take turns, and so do the sessions of one client. However many
runs are asked for from one address, they hold up a run from elsewhere by no more than one; and a
class behind its school's address has everybody's first run before anybody's second.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import zip_longest

from mnist_cnn.runs.limits import Limits
from mnist_cnn.runs.run import Run, RunsError


def check_room(line: Iterable[Run], session: str, client: str, limits: Limits) -> None:
    """Raise ``RunsError`` when enough runs of a session, or from its client, wait already."""
    sessions = [run.session for run in line if run.client == client]
    own, different = sessions.count(session), len(set(sessions))
    if own >= limits.waiting:
        raise RunsError(
            f"{own} of your runs are waiting already. Leave one of them, or wait until one has "
            "finished.",
            "waiting",
        )
    more = len(sessions) - different  # beside one of each session
    if more >= limits.waiting_more if own else different >= limits.waiting_sessions:
        raise RunsError(
            f"{len(sessions)} runs from your address are waiting already. Train again when some "
            "of them have finished.",
            "address",
        )


def in_turn(line: Iterable[Run], runs: Iterable[Run]) -> list[Run]:
    """Return a line in the order of its turns: whose last turn is longest ago comes first.

    Args:
        line: runs that wait, in the order they were asked for.
        runs: all there are, among them those that have had their turn.
    """
    begun = [run for run in runs if run.turn]
    clients = [
        _alternating(_groups(own, begun, lambda run: (run.client, run.session)))
        for own in _groups(line, begun, lambda run: run.client)
    ]
    return _alternating(clients)


def _groups(line: Iterable[Run], begun: list[Run], of: Callable[[Run], object]) -> list[list[Run]]:
    """Return a line grouped by ``of``, first the group whose last turn is longest ago."""
    latest: dict[object, int] = {}
    for run in begun:
        latest[of(run)] = max(run.turn, latest.get(of(run), 0))
    groups: dict[object, list[Run]] = {}
    for run in line:
        groups.setdefault(of(run), []).append(run)
    return sorted(groups.values(), key=lambda group: latest.get(of(group[0]), 0))


def _alternating(groups: list[list[Run]]) -> list[Run]:
    """Return the first of each group, then the second of each, and so on."""
    return [run for turn in zip_longest(*groups) for run in turn if run]
