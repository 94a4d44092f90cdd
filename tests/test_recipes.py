"""What the recipes promise, on MNIST itself."""

import numpy as np
import pytest

from mnist_cnn.evaluation import measures
from mnist_cnn.network import model
from mnist_cnn.optimization import loop, recipes


def accuracy(mnist, recipe, seed, digits=60_000):
    """Train as the page and the command line do; return the share of test digits read right."""
    network = model.build(seed)
    images, labels = mnist.train_images[:digits], mnist.train_labels[:digits]
    for _ in loop.train(network, images, labels, recipes.RECIPES[recipe], seed):
        pass
    return measures.score(network, mnist.test_images, mnist.test_labels).accuracy


def test_a_fifth_of_the_digits_is_enough_for_the_fast_recipe_to_read_most(mnist):
    assert accuracy(mnist, "fast", seed=1, digits=12_000) >= 0.94


@pytest.mark.slow
def test_the_fast_recipe_reads_99_percent(mnist):
    """On average over three seeds. ``tests.benchmarks.training_speed`` tells how long it takes."""
    assert np.mean([accuracy(mnist, "fast", seed) for seed in (1, 2, 3)]) >= 0.99


@pytest.mark.slow
def test_the_lesson_s_recipe_reads_99_percent_with_its_seed(mnist):
    """Seed 1 is the one the command line takes when none is named."""
    assert accuracy(mnist, "lesson", seed=1) >= 0.99
