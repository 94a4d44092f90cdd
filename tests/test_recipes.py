"""What the recipes promise, on MNIST itself."""

import numpy as np
import pytest

from mnist_cnn import evaluation, model, recipes, training

pytestmark = pytest.mark.slow


def accuracy(mnist, recipe, seed):
    """Train as the page and the command line do; return the share of test digits read right."""
    network = model.build(seed)
    images, labels = mnist.train_images, mnist.train_labels
    for _ in training.train(network, images, labels, recipes.RECIPES[recipe], seed):
        pass
    return evaluation.score(network, mnist.test_images, mnist.test_labels).accuracy


def test_the_fast_recipe_reads_99_percent(mnist):
    """On average over three seeds. ``tests.benchmarks.training_speed`` tells how long it takes."""
    assert np.mean([accuracy(mnist, "fast", seed) for seed in (1, 2, 3)]) >= 0.99


def test_the_lesson_s_recipe_reads_99_percent_with_its_seed(mnist):
    """Seed 1 is the one the command line takes when none is named."""
    assert accuracy(mnist, "lesson", seed=1) >= 0.99
