"""From the last maps to the answer: flatten, a dense layer, ten logits, softmax."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np

from mnist_cnn.activations import eight_bit
from mnist_cnn.lesson.course import Course, Read
from mnist_cnn.lesson.question import Question
from mnist_cnn.lesson.state import State
from mnist_cnn.lesson.strongest import strongest
from mnist_cnn.terms import Softmax

HOLES = {"row", "column", "channel"}


@dataclass(frozen=True)
class Decision:
    """The last steps of the network on one drawing."""

    maps: np.ndarray  # uint8 (3, 3, 64), 255 is the largest number of all
    cell: tuple[int, int, int]  # the strongest of them
    place: int  # where flatten puts it
    units: np.ndarray  # float32 (64,), dense1
    logits: np.ndarray  # float64 (10,)
    exponentials: np.ndarray  # float64 (10,), of each logit less the largest
    denominator: float  # their sum
    probabilities: np.ndarray  # float32 (10,)
    digit: int


def decision(course: Course, read: Read, state: State) -> Decision:
    """Return the last steps with all their numbers."""
    layers = read.activations.layers
    maps, digit = layers["conv3"], read.activations.digit
    most = float(maps.max()) or 1.0
    coded = eight_bit(maps)
    explained = course.arithmetic.explain(read.image, read.activations, "softmax", (digit,))
    terms = cast(Softmax, explained)
    cell = strongest(maps, course.fields["conv3"]).cell
    return Decision(
        maps=(coded.levels * (coded.maxima / most)).astype(np.uint8),
        cell=cell,
        place=int(np.ravel_multi_index(cell, maps.shape)),
        units=layers["dense1"],
        logits=terms.logits,
        exponentials=terms.exponentials,
        denominator=terms.denominator,
        probabilities=read.activations.probabilities,
        digit=digit,
    )


def question(course: Course, read: Read, state: State) -> Question:
    """Ask where flatten puts the strongest number: found in its own output."""
    maps = read.activations.layers["conv3"]
    row, column, channel = strongest(maps, course.fields["conv3"]).cell
    _, columns, channels = maps.shape
    place = int(read.activations.layers["flatten"].argmax())
    return Question(
        answer=place,
        working=f"({row} × {columns} + {column}) × {channels} + {channel} = {place}",
        values={"row": str(row), "column": str(column), "channel": str(channel)},
    )


PICTURES = {"decision": decision}
