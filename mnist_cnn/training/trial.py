"""How long a gradient step takes on this machine, from about a second of steps."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from mnist_cnn.digits.pen_drawings import LabelledImages
from mnist_cnn.network import model
from mnist_cnn.optimization import loop
from mnist_cnn.optimization.recipes import Recipe
from mnist_cnn.training.options import Options

SECONDS = 1.0  # of steps that count
UNCOUNTED = 3  # steps before them: tracing, compiling, and what is allocated once


def seconds_per_step(
    options: Options, interrupted: Callable[[], bool] = lambda: False
) -> float | None:
    """Return the seconds that a step of such a training takes, without validation.

    The pictures are empty and the learning rate is 0: what is computed is the same.

    Args:
        options: of the training.
        interrupted: asked between two steps; then the trial is given up.

    Returns:
        None where it was given up.
    """
    recipe = _long_enough(options)
    digits, drawn = _empty(options.digits), _empty(recipe.drawings)
    with loop.strategy().scope():
        network = model.build(options.seed, options.downsampling)
    steps = loop.train(
        network, digits.images, digits.labels, recipe, options.seed, every=1, drawn=drawn
    )
    for _ in itertools.islice(steps, UNCOUNTED):
        if interrupted():
            return None
    began, counted = time.monotonic(), 0
    for _ in steps:
        counted += 1
        if interrupted():
            return None
        if time.monotonic() - began >= SECONDS:
            break
    return (time.monotonic() - began) / counted


def _long_enough(options: Options) -> Recipe:
    """Return the recipe, with more epochs where it has no steps that would count."""
    recipe = replace(options.as_recipe(), learning_rate=0.0)
    if recipe.epochs * recipe.steps_per_epoch(options.digits, recipe.drawings) > UNCOUNTED:
        return recipe
    return replace(recipe, epochs=recipe.epochs + UNCOUNTED)


def _empty(count: int) -> LabelledImages:
    return LabelledImages(np.zeros((count, 28, 28), np.uint8), np.zeros(count, np.uint8))
