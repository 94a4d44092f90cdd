"""What the strongest number of each layer sees of the drawing."""

from __future__ import annotations

from dataclasses import dataclass

import keras
import numpy as np

from mnist_cnn.lesson.course import Course, Read
from mnist_cnn.lesson.question import Question
from mnist_cnn.lesson.state import State
from mnist_cnn.lesson.strongest import Strongest, strongest
from mnist_cnn.receptive_field import receptive_fields

HOLES: set[str] = set()


@dataclass(frozen=True)
class Sight:
    """What one layer sees."""

    layer: str
    size: int  # pixels along one side
    strongest: Strongest
    patch: np.ndarray  # uint8, what the strongest number sees


@dataclass(frozen=True)
class Hierarchy:
    """The picture, and what each layer of maps sees of it."""

    image: np.ndarray  # uint8 (28, 28)
    layers: list[Sight]


def sights(course: Course, read: Read, state: State) -> Hierarchy:
    """Return what each layer's strongest number sees."""
    found = []
    for name, numbers in read.activations.maps.items():
        most = strongest(numbers, course.fields[name])
        left, top, right, bottom = most.region
        patch = read.image[top:bottom, left:right]
        found.append(Sight(name, course.fields[name].size[0], most, patch))
    return Hierarchy(read.image, found)


def question(course: Course, read: Read, state: State) -> Question:
    """Ask for the field of one more convolution; it is built, and its field computed."""
    last = course.network.get_layer("conv3")
    kernel = last.kernel_size[0]
    more = keras.layers.Conv2D(1, kernel, name="conv4")(last.output)
    field = receptive_fields(keras.Model(course.network.inputs, more))["conv4"].size[0]
    before = course.fields["conv3"]
    working = f"{before.size[0]} + ({kernel} − 1) × {before.stride[0]} = {field}"
    return Question(answer=field, working=working)


PICTURES = {"sights": sights}
