"""Whose turn it is to train: addresses take turns, and so do the people of one address.

So many runs asked for from one place, by however many sessions, hold up nobody elsewhere by more
than one; and a class behind a school's address has everybody's first run before anybody's second.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import zip_longest

from mnist_cnn.run import Run


def in_turn(line: Iterable[Run], runs: Iterable[Run]) -> list[Run]:
    """Return a line in the order of its turns; whose last one is longest ago comes first.

    Args:
        line: runs that wait, in the order they were asked for.
        runs: all there are, among them those that have had their turn.
    """
    begun = [run for run in runs if run.turn]
    addresses = [
        _alternating(_groups(own, begun, lambda run: (run.address, run.session)))
        for own in _groups(line, begun, lambda run: run.address)
    ]
    return _alternating(addresses)


def _groups(line: Iterable[Run], begun: list[Run], of: Callable[[Run], object]) -> list[list[Run]]:
    """Return a line's runs by whom they are of, the one whose last turn is longest ago first."""
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
