"""Loss before and after training on the drawing, and how it falls; digits learned by heart."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from mnist_cnn import variants
from mnist_cnn.activations import Activations
from mnist_cnn.data import TRAIN_DIGITS
from mnist_cnn.lesson.course import Course, Read
from mnist_cnn.lesson.figures import accuracy, count
from mnist_cnn.lesson.question import Question
from mnist_cnn.lesson.state import State
from mnist_cnn.recipes import RECIPES
from mnist_cnn.variants import Curve

HOLES: set[str] = set()
LEAST = 1e-12  # a probability may round to 0


@dataclass(frozen=True)
class Reading:
    """Ten probabilities, and the loss if the digit is the one the trained network reads."""

    name: str
    probabilities: np.ndarray  # float32 (10,)
    loss: float


@dataclass(frozen=True)
class Learning:
    """A network before and after training, and how it learns from few digits and from all."""

    digit: int  # the loss is that of this one
    before: Reading
    after: Reading
    curves: list[Curve]  # fewest digits first
    epochs: int  # of the lesson's recipe
    accuracy: str  # mean ± spread of its runs, in percent
    trials: list[float]  # accuracy of each run, 0 to 1


def learning(course: Course, read: Read, state: State) -> Learning:
    """Return what an untrained and a trained network make of the drawing, and the curves."""
    digit = read.activations.digit
    card = variants.load_card("max")
    return Learning(
        digit=digit,
        before=_reading("untrained", course.variant("untrained")(read.image), digit),
        after=_reading("trained", read.activations, digit),
        curves=variants.load_curves().curves,
        epochs=card.epochs,
        accuracy=accuracy(card),
        trials=card.accuracies,
    )


def question(course: Course, read: Read, state: State) -> Question:
    """Ask for the steps of an epoch."""
    batch = RECIPES[variants.load_card("max").recipe].batch_size
    exact = TRAIN_DIGITS / batch
    steps = math.ceil(exact)
    working = f"{count(TRAIN_DIGITS)} ÷ {batch} = {exact:g} → {steps}"
    return Question(answer=steps, working=working)


PICTURES = {"learning": learning}


def _reading(name: str, found: Activations, digit: int) -> Reading:
    loss = -math.log(max(float(found.probabilities[digit]), LEAST))
    return Reading(name, found.probabilities, loss)
