"""The variants side by side: size, time and accuracy; and whether one is better."""

from __future__ import annotations

import functools
import itertools
import math
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf

from mnist_cnn import variants
from mnist_cnn.model import IMAGE_SIZE
from mnist_cnn.variants import VARIANTS, VariantCard

SIGNIFICANT = 0.05  # chance at which a difference this large counts as one
LEAST_TRIALS = 4  # of each, to judge at all: with 3, no difference can be below that chance
MOST_REGROUPINGS = 200_000  # counted one by one
TIMED = 30  # passes, of which the median counts


@dataclass(frozen=True)
class Figures:
    """What is known about one variant."""

    name: str
    parameters: int
    multiplications: int  # multiply-adds of one picture
    milliseconds: float  # for one picture, measured on this machine now
    card: VariantCard  # accuracy of each run, their mean and spread, training time


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

    @property
    def standard_errors(self) -> float | None:
        """How many standard errors the difference is; None where there is no spread."""
        return self.difference / self.standard_error if self.standard_error else None


def figures(names: Sequence[str] = tuple(VARIANTS)) -> list[Figures]:
    """Return the figures of variants in this order; each is timed now, 0.1 s altogether.

    Raises:
        ValueError: there is no such variant.
        WeightsError: a card cannot be read.
    """
    found = []
    for name in names:
        card = variants.load_card(name)
        passing, built = _timed(name)
        found.append(
            Figures(
                name=name,
                parameters=built.parameters,
                multiplications=built.multiplications,
                milliseconds=milliseconds(passing),
                card=card,
            )
        )
    return found


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


def multiplications(network: keras.Model) -> int:
    """Return how many multiply-adds the kernels of ``network`` take for one picture."""
    total = 0
    for layer in network.layers:
        if isinstance(layer, keras.layers.Conv2D):
            total += math.prod(layer.output.shape[1:3]) * math.prod(layer.kernel.shape)
        elif isinstance(layer, keras.layers.Dense):
            total += math.prod(layer.kernel.shape)
    return total


def milliseconds(network: tf.types.experimental.GenericFunction) -> float:
    """Return the median time of one picture through a traced ``network``."""
    picture = tf.zeros((1, IMAGE_SIZE, IMAGE_SIZE, 1))
    network(picture)
    times = []
    for _ in range(TIMED):
        begin = time.perf_counter()
        network(picture).numpy()
        times.append(time.perf_counter() - begin)
    return 1000 * statistics.median(times)


@dataclass(frozen=True)
class _Built:
    """What of a network does not change from one asking to the next."""

    parameters: int
    multiplications: int


@functools.cache
def _timed(name: str) -> tuple[tf.types.experimental.GenericFunction, _Built]:
    """Return a variant as a traced function, untrained: what it has learned takes no time."""
    network = VARIANTS[name].build(None)  # a seed would set that of the whole process
    signature = [tf.TensorSpec((1, IMAGE_SIZE, IMAGE_SIZE, 1), tf.float32)]
    traced = tf.function(lambda x: network(x, training=False), input_signature=signature)
    return traced, _Built(network.count_params(), multiplications(network))
