"""Recipes: how to train a network, apart from the data and the seed."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

OPTIMIZERS = {  # name: a suitable learning rate
    "rmsprop": 1e-3,
    "adam": 1e-3,
    "adamw": 1e-3,
    "muon": 5e-3,
    "sgd": 1e-1,
}


@dataclass(frozen=True)
class Variation:
    """How much pictures are varied: standard deviations, truncated at two of them.

    Each picture has its own strength, 0 to 1, that multiplies the geometric ones, so many stay
    nearly unchanged: resampling softens a picture, and a network that has only seen softened ones
    reads crisp ones worse (52 mistakes on MNIST's test pictures instead of 40).
    """

    rotation: float = 16.0  # degrees
    scale: float = 0.14  # share, each axis on its own
    shear: float = 0.2  # horizontal pixels per vertical pixel
    shift: float = 1.6  # pixels
    wobble: float = 2.2  # pixels at the control points
    width: float = 0.55  # pixels that strokes become wider or narrower
    gaps: float = 0.2  # share of pictures with specks missing, as from a dry pen or a bad scan
    softness: tuple[float, float] = (-0.3, 0.2)  # range: share of a 3×3 mean; below 0 sharpens


@dataclass(frozen=True)
class Recipe:
    """How to train: everything but the data and the seed."""

    name: str
    optimizer: str  # a name in OPTIMIZERS
    learning_rate: float  # at its peak
    epochs: int
    batch_size: int
    warm_up: float = 0.0  # share of the steps in which the rate rises from 0, before it falls to 0
    label_smoothing: float = 0.0
    variation: Variation | None = None  # applied to every picture, every time
    calm: float = 1.0  # strength of the variation at the end; 1 for 60 % of the steps
    drawings: int = 0  # pen drawings used in an epoch, if there are any
    share: float = 1.0  # of the digits, used in an epoch; others in each
    momentum: float = 0.95  # of Muon: the fewer the steps, the sooner a gradient is forgotten

    def steps_per_epoch(self, digits: int, drawings: int = 0) -> int:
        """Return the number of batches in an epoch."""
        return math.ceil((self.seen(digits) + drawings) / self.batch_size)

    def seen(self, digits: int) -> int:
        """Return how many of ``digits`` are used in an epoch."""
        return math.ceil(self.share * digits)

    def rate(self, step: int, steps: int) -> float:
        """Return the learning rate of a step, from 0: a linear warm-up, then a linear decay."""
        share, warm_up = step / steps, self.warm_up
        if share < warm_up:
            return self.learning_rate * (step + 1) / (warm_up * steps + 1)
        return self.learning_rate * (1 - share) / (1 - warm_up)

    def with_epochs(self, epochs: int) -> Recipe:
        """Return the recipe with another number of epochs."""
        return replace(self, epochs=epochs)


RECIPES = {  # the first is the one that the page proposes
    # 99 % in a breath: Muon and smoothed labels need less than a third of an epoch.
    # ``tests.benchmarks.fast_recipe_search`` has found it, with 10,000 training digits held out,
    # and says what did not help.
    "fast": Recipe(
        "fast",
        "muon",
        1.3e-2,
        epochs=1,
        batch_size=65,
        warm_up=0.1,
        label_smoothing=0.15,
        share=0.26,
        momentum=0.9,
    ),
    # Chollet, Deep Learning with Python, 5.1, and the lesson this project grew out of. Its
    # constant learning rate ends between 98.8 and 99.2 %, depending on the last batches; decaying
    # it makes the result reliable.
    "lesson": Recipe("lesson", "rmsprop", 1e-3, epochs=5, batch_size=64),
    # One cycle: Smith and Topin, Super-Convergence (2018). 40 epochs, 17 minutes on two cores.
    "best": Recipe(
        "best",
        "muon",
        5e-3,
        epochs=40,
        batch_size=128,
        warm_up=0.1,
        label_smoothing=0.1,
        variation=Variation(),
        calm=0.6,
        drawings=15_000,
    ),
}
