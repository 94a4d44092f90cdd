"""A verdict on the variants that is not taken from luck."""

import itertools

import numpy as np
import pytest

from mnist_cnn.lesson import variants
from mnist_cnn.lesson.comparison import compare, permutation_chance, verdict


def by_dealing(one, other):
    """The chance by dealing all runs out in every order."""
    seen = abs(np.mean(one) - np.mean(other))
    deals = list(itertools.permutations([*one, *other]))
    means = [(np.mean(deal[: len(one)]), np.mean(deal[len(one) :])) for deal in deals]
    return np.mean([abs(a - b) >= seen - 1e-12 for a, b in means])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ([0.991, 0.992, 0.993], [0.981, 0.982, 0.983]),
        ([0.99, 0.98, 0.97], [0.985, 0.975, 0.99]),
        ([0.99, 0.98], [0.99, 0.98, 0.97, 0.99]),
        ([0.99], [0.98, 0.985, 0.97]),
        ([0.99, 0.99], [0.99, 0.99]),
    ],
)
def test_the_chance_is_that_of_dealing_the_runs_anew(one, other):
    assert permutation_chance(one, other) == pytest.approx(by_dealing(one, other))
    assert permutation_chance(other, one) == pytest.approx(by_dealing(one, other))


HIGH, LOW = [0.990, 0.991, 0.992, 0.993, 0.994], [0.980, 0.981, 0.982, 0.983, 0.984]


@pytest.mark.parametrize(
    ("one", "other", "holds"),
    [
        (HIGH, LOW, True),
        (LOW, HIGH, False),
        (HIGH, HIGH, None),
        (HIGH, [*HIGH[:4], 0.9935], None),
        (HIGH[:3], LOW[:3], None),  # three runs each cannot tell: one deal of ten is this far apart
        (HIGH[:1], LOW, None),
    ],
    ids=["better", "worse", "the same", "nearly the same", "three runs", "one run"],
)
def test_a_verdict_holds_only_where_luck_hardly_could(one, other, holds):
    found = verdict(("max", one), ("average", other))
    assert (found.better, found.other) == ("max", "average")
    assert found.holds is holds
    assert found.difference == pytest.approx(np.mean(one) - np.mean(other))


def test_runs_without_any_spread_tell():
    assert verdict(("a", [0.99] * 4), ("b", [0.98] * 4)).holds is True


def test_luck_alone_is_called_a_difference_in_at_most_one_of_twenty():
    random = np.random.default_rng(4)
    runs = random.normal(0.99, 0.001, (400, 2, 5))
    named = [verdict(("a", a), ("b", b)).holds is not None for a, b in runs]
    assert np.mean(named) < 0.08


def test_too_many_runs_to_deal_out_are_refused():
    with pytest.raises(ValueError, match="Runs in groups of 20 and 20 are too many to regroup"):
        permutation_chance(np.zeros(20), np.zeros(20))


def test_the_verdict_on_the_shipped_cards_is_the_one_of_their_runs():
    for other in ("average", "stride", "dense"):
        one, two = variants.load_card("max").accuracies, variants.load_card(other).accuracies
        assert compare("max", other) == verdict(("max", one), (other, two))
    assert compare("max", "dense").holds is True


def test_a_verdict_needs_variants_that_exist():
    with pytest.raises(ValueError, match="There is no variant 'median'"):
        compare("max", "median")
