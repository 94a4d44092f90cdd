"""Preprocessing with steps left out, and a few pixels that turn the answer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mnist_cnn.adversarial import Flip
from mnist_cnn.lesson.course import Course, Read
from mnist_cnn.lesson.question import Question
from mnist_cnn.lesson.state import State
from mnist_cnn.preprocess_ablation import Ablated, ablate

HOLES = {"count", "digit"}


@dataclass(frozen=True)
class Without:
    """What the network reads with steps of the preprocessing left out."""

    name: str  # in preprocess_ablation.COMBINATIONS
    image: np.ndarray  # uint8 (28, 28)
    digit: int
    probability: float
    same: bool


@dataclass(frozen=True)
class Flips:
    """Two changes that turn the answer; None where none was found."""

    image: np.ndarray  # uint8 (28, 28), unchanged
    fewest: Flip | None  # pixels
    smallest: Flip | None  # norm


def without(course: Course, read: Read, state: State) -> list[Without]:
    """Return the readings; ``read.drawing`` must be the whole pad, or nothing is off centre."""
    return [
        Without(
            name=found.name,
            image=found.image,
            digit=found.digit,
            probability=float(found.activations.probabilities.max()),
            same=found.same,
        )
        for found in ablate(course.tracer, read.drawing)
    ]


def flips(course: Course, read: Read, state: State) -> Flips:
    """Return the changes: 0.1 to 1 s."""
    search = course.flips
    return Flips(read.image, search.fewest_pixels(read.image), search.smallest_norm(read.image))


def question(course: Course, read: Read, state: State) -> Question:
    """Ask in how many pictures with steps left out the answer stays."""
    whole, *others = ablate(course.tracer, read.drawing)
    working = " · ".join(_marked(one) for one in others)
    return Question(
        answer=sum(one.same for one in others),
        working=working,
        values={"count": str(len(others)), "digit": str(whole.digit)},
    )


PICTURES = {"without": without, "flips": flips}


def _marked(one: Ablated) -> str:
    return f"{one.digit} {'✓' if one.same else '✗'}"
