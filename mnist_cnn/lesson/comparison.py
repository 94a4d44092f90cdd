"""Compare variants: is one better than another, or is the difference chance?"""

from __future__ import annotations

import itertools
import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mnist_cnn.lesson import variants

SIGNIFICANCE_LEVEL = 0.05
MIN_TRIALS = 4  # of each: with 3, no difference can reach that level
MAX_REGROUPINGS = 200_000  # all are enumerated


@dataclass(frozen=True)
class Verdict:
    """The result of a comparison.

    ``chance`` is the exact p-value of R. A. Fisher's two-sided permutation test (The Design of
    Experiments, 1935), which assumes no distribution: of all ways to divide the runs into two
    groups of these sizes, the share in which the means differ at least as much.
    """

    better: str  # the variant in question
    other: str
    difference: float  # of the mean accuracies, better - other, 0 to 1
    chance: float  # 0 to 1
    holds: bool | None  # True: it is better; False: it is worse; None: undecided


def compare(one: str, other: str) -> Verdict:
    """Compare how two variants read MNIST, by the runs on their cards.

    Raises:
        ValueError: there is no such variant.
        WeightsError: a card cannot be read.
    """
    return verdict(
        (one, variants.load_card(one).accuracies), (other, variants.load_card(other).accuracies)
    )


def verdict(one: tuple[str, Sequence[float]], other: tuple[str, Sequence[float]]) -> Verdict:
    """Compare the accuracies of two variants.

    Args:
        one: name and accuracies, 0 to 1, one for each run.
        other: as ``one``.
    """
    (first, mine), (second, theirs) = one, other
    difference = statistics.fmean(mine) - statistics.fmean(theirs)
    chance = permutation_chance(mine, theirs)
    judged = min(len(mine), len(theirs)) >= MIN_TRIALS and chance <= SIGNIFICANCE_LEVEL
    return Verdict(first, second, difference, chance, difference > 0 if judged else None)


def permutation_chance(one: Sequence[float], other: Sequence[float]) -> float:
    """Return the share of regroupings whose means differ at least as much, 0 to 1.

    Raises:
        ValueError: there are more than ``MAX_REGROUPINGS``.
    """
    together = np.array([*one, *other])
    if math.comb(len(together), len(one)) > MAX_REGROUPINGS:
        raise ValueError(f"Runs in groups of {len(one)} and {len(other)} are too many to regroup.")
    groups = np.array(list(itertools.combinations(range(len(together)), len(one))))
    sums = together[groups].sum(axis=1)
    differences = np.abs(sums / len(one) - (together.sum() - sums) / len(other))
    seen = abs(np.mean(one) - np.mean(other))
    return float((differences >= seen - 1e-12).mean())
