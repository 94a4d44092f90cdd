"""The network with pooling and the one without, side by side on the drawing."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

import numpy as np

from mnist_cnn import comparison
from mnist_cnn.lesson.course import Course, Read
from mnist_cnn.lesson.figures import accuracy, count
from mnist_cnn.lesson.question import Question
from mnist_cnn.lesson.state import State
from mnist_cnn.lesson.strongest import Strongest, strongest
from mnist_cnn.receptive_field import receptive_fields

HOLES: set[str] = set()
NETWORKS = ("max", "none")


@dataclass(frozen=True)
class Side:
    """One of the two networks: what is known of it, and what it makes of the drawing."""

    name: str
    parameters: int
    products: int  # multiplications for one picture
    field: int  # pixels a number of the last map sees, along one side
    last_map: tuple[int, ...]
    milliseconds: float  # for one picture, on the machine that serves the page
    accuracy: str  # on MNIST's test digits, mean ± spread in percent
    trials: int  # trainings it is the mean of
    digit: int
    probability: float
    strongest: Strongest  # number of the last map


@dataclass(frozen=True)
class Sides:
    """The picture, and both networks."""

    image: np.ndarray  # uint8 (28, 28)
    networks: list[Side]


def sides(course: Course, read: Read, state: State) -> Sides:
    """Return both networks with their figures and their reading of the picture."""
    return Sides(read.image, [_side(course, read, figures) for figures in _figures()])


def _side(course: Course, read: Read, figures: comparison.Figures) -> Side:
    tracer = course.variant(figures.name)
    answer = tracer(read.image)
    last = [*answer.maps][-1]
    seen, numbers = receptive_fields(tracer.network)[last], answer.maps[last]
    return Side(
        name=figures.name,
        parameters=figures.parameters,
        products=figures.multiplications,
        field=seen.size[0],
        last_map=numbers.shape,
        milliseconds=figures.milliseconds,
        accuracy=accuracy(figures.card),
        trials=len(figures.card.trials),
        digit=answer.digit,
        probability=float(answer.probabilities.max()),
        strongest=strongest(numbers, seen),
    )


@functools.cache
def _figures() -> list[comparison.Figures]:
    """Measured once: every drawing would time the other drawings along."""
    return comparison.figures(NETWORKS)


def question(course: Course, read: Read, state: State) -> Question:
    """Ask how many numbers flatten has without pooling."""
    shape = [*course.variant("none")(read.image).maps.values()][-1].shape
    total = math.prod(shape)
    return Question(answer=total, working=f"{'×'.join(map(str, shape))} = {count(total)}")


PICTURES = {"sides": sides}
