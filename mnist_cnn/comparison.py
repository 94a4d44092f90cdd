"""Whether the runs of one variant are better than those of another."""

from __future__ import annotations

import itertools
import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mnist_cnn import variants

SIGNIFICANT = 0.05  # chance at which a difference this large counts as one
LEAST_TRIALS = 4  # of each, to judge at all: with 3, no difference can be below that chance
MOST_REGROUPINGS = 200_000  # counted one by one


@dataclass(frozen=True)
class Verdict:
    """Whether the runs of one variant are better than those of another.

    ``chance`` is exact, and assumes nothing of how accuracies scatter: of all ways to deal the
    runs out into two groups of these sizes, the share whose means differ at least as much (R. A.
    Fisher's permutation test, The Design of Experiments, 1935; two-sided).
    """

    better: str  # the one in question
    other: str
    difference: float  # of the mean accuracies, better less other, in 0..1
    standard_error: float | None  # of the difference; None where one was trained only once
    chance: float  # 0 to 1
    holds: bool | None  # True: it is better; False: it is worse; None: the runs do not tell


def better(one: str, other: str) -> Verdict:
    """Return whether ``one`` reads MNIST better than ``other``, by the runs on their cards.

    Raises:
        ValueError: there is no such variant.
        WeightsError: a card cannot be read.
    """
    return verdict(
        (one, variants.load_card(one).accuracies), (other, variants.load_card(other).accuracies)
    )


def verdict(one: tuple[str, Sequence[float]], other: tuple[str, Sequence[float]]) -> Verdict:
    """Return whether the accuracies of ``one`` are better than those of ``other``.

    Args:
        one: name and accuracies, 0 to 1, one for each run.
        other: as ``one``.
    """
    (first, mine), (second, theirs) = one, other
    difference = statistics.fmean(mine) - statistics.fmean(theirs)
    error = None
    if min(len(mine), len(theirs)) > 1:
        error = math.sqrt(
            statistics.variance(mine) / len(mine) + statistics.variance(theirs) / len(theirs)
        )
    chance = permutation_chance(mine, theirs)
    judged = min(len(mine), len(theirs)) >= LEAST_TRIALS and chance <= SIGNIFICANT
    return Verdict(first, second, difference, error, chance, difference > 0 if judged else None)


def permutation_chance(one: Sequence[float], other: Sequence[float]) -> float:
    """Return the share of regroupings whose means differ at least as much, 0 to 1.

    Raises:
        ValueError: there are too many to count.
    """
    together = np.array([*one, *other])
    if math.comb(len(together), len(one)) > MOST_REGROUPINGS:
        raise ValueError(f"Runs in groups of {len(one)} and {len(other)} are too many to regroup.")
    groups = np.array(list(itertools.combinations(range(len(together)), len(one))))
    sums = together[groups].sum(axis=1)
    differences = np.abs(sums / len(one) - (together.sum() - sums) / len(other))
    seen = abs(np.mean(one) - np.mean(other))
    return float((differences >= seen - 1e-12).mean())
