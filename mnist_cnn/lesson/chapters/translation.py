"""The picture is moved: the maps move along, and the answer at every shift is a picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mnist_cnn import translation
from mnist_cnn.activations import eight_bit
from mnist_cnn.lesson.course import Course, Read
from mnist_cnn.lesson.question import Question
from mnist_cnn.lesson.state import State, whole
from mnist_cnn.translation import REACH, Agreement, Sweep

HOLES = {"reach"}
NETWORKS = ("network", "dense")
FIRST_DENSE = "dense1"  # of both


@dataclass(frozen=True)
class Answer:
    """What one network answers to the moved picture."""

    digit: int
    probability: float


@dataclass(frozen=True)
class Moved:
    """The picture moved, and what became of maps and answers."""

    dx: int
    dy: int
    reach: int
    image: np.ndarray  # uint8 (28, 28)
    channel: int  # of conv1, the one that is shown
    before: np.ndarray  # uint8 (26, 26), its map of the picture where it stood
    after: np.ndarray  # uint8 (26, 26), of the moved picture
    answers: dict[str, Answer]  # of each of NETWORKS
    agreements: list[Agreement]  # of the layers that are maps


@dataclass(frozen=True)
class Break:
    """The nearest shift at which a network answers otherwise, and what of its layers kept up."""

    dx: int
    dy: int
    digit: int
    probability: float
    ink: float  # share of it that is still in the picture, 0 to 1
    maps: float | None  # agreement of the last maps, moved along; None in a network without maps
    units: float  # agreement of the first dense layer's numbers, which cannot move along


@dataclass(frozen=True)
class Everywhere:
    """The answers of one network at all shifts; the middle is the picture where it stood."""

    digits: np.ndarray  # int (21, 21)
    sure: np.ndarray  # uint8 (21, 21), the probability of the answer, 255 is certainty
    held: np.ndarray  # bool (21, 21), whether the answer is the one in the middle
    held_of_whole: float  # share of the shifts that cut nothing off, 0 to 1
    breaks: Break | None  # None: the answer holds as far as the picture is moved


def moved(course: Course, read: Read, state: State) -> Moved:
    """Return the picture moved as ``state`` says."""
    dx, dy = whole(state, "dx", 0, -REACH, REACH), whole(state, "dy", 0, -REACH, REACH)
    image = translation.shift(read.image, dx, dy)
    first = read.activations.layers["conv1"]
    channel = int(np.unravel_index(first.argmax(), first.shape)[2])
    after = course.tracer(image)
    dense = course.variant("dense")(image)
    return Moved(
        dx=dx,
        dy=dy,
        reach=REACH,
        image=image,
        channel=channel,
        before=_levels(first, channel),
        after=_levels(after.layers["conv1"], channel),
        answers={
            name: Answer(found.digit, float(found.probabilities.max()))
            for name, found in zip(NETWORKS, (after, dense), strict=True)
        },
        agreements=[
            agreement
            for agreement in translation.agreements(course.tracer, read.image, dx, dy)
            if agreement.stride
        ],
    )


def everywhere(course: Course, read: Read, state: State) -> dict[str, Everywhere]:
    """Return the answers of both networks at all shifts."""
    found = {}
    for name in NETWORKS:
        sweep = course.sweep(name, read.image)
        found[name] = Everywhere(
            digits=sweep.digits,
            sure=(sweep.probabilities.max(axis=2) * 255).astype(np.uint8),
            held=sweep.held,
            held_of_whole=sweep.held_of_whole,
            breaks=_break(course, read, name, sweep),
        )
    return found


def question(course: Course, read: Read, state: State) -> Question:
    """Ask how far to the right the answer holds."""
    row = course.sweep("network", read.image).digits[REACH, REACH:]
    changed = np.flatnonzero(row != row[0])
    far = int(changed[0]) - 1 if len(changed) else REACH
    working = " · ".join(f"+{step}: {digit}" for step, digit in enumerate(row[: far + 2]))
    return Question(answer=far, working=working, values={"reach": str(REACH)})


PICTURES = {"moved": moved, "everywhere": everywhere}


def _break(course: Course, read: Read, name: str, sweep: Sweep) -> Break | None:
    if sweep.first_failure is None:
        return None
    dx, dy = sweep.first_failure
    row, column = dy + sweep.reach, dx + sweep.reach
    tracer = course.tracer if name == "network" else course.variant(name)
    agreements = translation.agreements(tracer, read.image, dx, dy)
    maps = [each.agreement for each in agreements if each.stride]
    return Break(
        dx=dx,
        dy=dy,
        digit=int(sweep.digits[row, column]),
        probability=float(sweep.probabilities[row, column].max()),
        ink=float(sweep.ink[row, column]),
        maps=maps[-1] if maps else None,
        units=next(each.agreement for each in agreements if each.layer == FIRST_DENSE),
    )


def _levels(layer: np.ndarray, channel: int) -> np.ndarray:
    return eight_bit(layer[..., channel : channel + 1]).levels[..., 0]
