"""Sizes, time and accuracy of the variants; and a verdict that is not taken from luck."""

import itertools

import keras
import numpy as np
import pytest

from mnist_cnn import comparison, model, variants
from mnist_cnn.comparison import better, figures, multiplications, permutation_chance, verdict
from mnist_cnn.variants import VARIANTS

SIZES = {  # parameters
    "max": 93_322,
    "average": 93_322,
    "stride": 121_994,
    "dense": 93_322,
    "none": 2_038_922,
}


@pytest.fixture(scope="module")
def found():
    return {each.name: each for each in figures()}


def test_the_figures_of_every_variant(found):
    assert list(found) == list(VARIANTS) == list(SIZES)
    for name, each in found.items():
        assert each.parameters == SIZES[name]
        assert each.card == variants.load_card(name)
        assert each.milliseconds > 0


def test_figures_come_in_the_order_they_are_asked_for():
    assert [each.name for each in figures(["dense", "max"])] == ["dense", "max"]


@pytest.mark.parametrize("name", VARIANTS)
def test_multiplications_are_counted_as_keras_counts_them(name, found):
    """By the shapes alone: every output number of a layer is a sum over its kernel."""
    network = VARIANTS[name].build(1)
    total = 0
    for layer in network.layers:
        if isinstance(layer, (keras.layers.Conv2D, keras.layers.Dense)):
            outputs = int(np.prod(layer.output.shape[1:]))
            total += outputs * int(np.prod(layer.kernel.shape[:-1]))
    assert found[name].multiplications == multiplications(network) == total


def test_the_network_of_the_lesson_multiplies_2_9_million_times():
    conv1, conv2, conv3 = 26 * 26 * 9 * 32, 11 * 11 * 288 * 64, 3 * 3 * 576 * 64
    assert multiplications(model.build(1)) == conv1 + conv2 + conv3 + 576 * 64 + 640 == 2_794_240


def test_without_downsampling_a_picture_costs_ten_times_as_much(found):
    assert 8 < found["none"].multiplications / found["max"].multiplications < 14


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
    if len(one) == 1:
        assert found.standard_error is None
        assert found.standard_errors is None
    else:
        error = np.sqrt(np.var(one, ddof=1) / len(one) + np.var(other, ddof=1) / len(other))
        assert found.standard_error == pytest.approx(error)
        assert found.standard_errors == pytest.approx(found.difference / error)


def test_runs_without_any_spread_have_no_standard_errors():
    found = verdict(("a", [0.99] * 4), ("b", [0.98] * 4))
    assert found.standard_errors is None
    assert found.holds is True


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
        assert better("max", other) == verdict(("max", one), (other, two))
    assert better("max", "dense").holds is True


def test_a_verdict_needs_variants_that_exist():
    with pytest.raises(ValueError, match="There is no variant 'median'"):
        better("max", "median")


def test_the_time_is_that_of_a_picture_through_the_traced_network():
    passing, _ = comparison._timed("max")
    assert 0.01 < comparison.milliseconds(passing) < 1000
