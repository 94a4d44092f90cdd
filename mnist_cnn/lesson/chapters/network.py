"""The layer table, each row with what it makes of the drawing."""

from __future__ import annotations

from dataclasses import dataclass

import keras
import numpy as np

from mnist_cnn.activations import eight_bit
from mnist_cnn.lesson.course import Course, Read
from mnist_cnn.lesson.figures import WIDER, count, weights_of
from mnist_cnn.lesson.question import Question
from mnist_cnn.lesson.state import State
from mnist_cnn.lesson.strongest import strongest
from mnist_cnn.preprocess import IMAGE_SIZE

HOLES: set[str] = set()


@dataclass(frozen=True)
class Layer:
    """One row of the table."""

    name: str
    kind: str
    shape: tuple[int, ...]
    parameters: int
    arithmetic: str  # of the parameters; empty without any
    products: int  # multiplications for one picture
    field: int  # pixels one number sees, along one side
    picture: np.ndarray  # uint8 (height, width), the strongest channel, or a vector (1, units)
    cell: tuple[int, ...]  # of its strongest number


def layers(course: Course, read: Read, state: State) -> list[Layer]:
    """Return the table of the network, in the order data flows."""
    found = []
    for row in course.rows:
        layer = course.network.get_layer(row.name)
        numbers = read.activations.layers[row.name]
        cell: tuple[int, ...]
        if numbers.ndim == 3:
            most = strongest(numbers, course.fields[row.name])
            picture, cell = most.map, most.cell
        else:
            picture = eight_bit(numbers[None, :, None]).levels[..., 0]
            picture = (picture / max(1, picture.max()) * 255).astype(np.uint8)
            cell = (int(numbers.argmax()),)
        found.append(
            Layer(
                name=row.name,
                kind=row.kind,
                shape=row.shape,
                parameters=row.parameters,
                arithmetic=weights_of(layer) if row.parameters else "",
                products=course.products[row.name],
                field=course.fields[row.name].size[0],
                picture=picture,
                cell=cell,
            )
        )
    return found


def question(course: Course, read: Read, state: State) -> Question:
    """Ask for the parameters of a convolution with wider kernels; Keras builds it and counts."""
    filters = course.network.get_layer("conv1").filters
    wider = keras.layers.Conv2D(filters, WIDER)
    wider.build((None, IMAGE_SIZE, IMAGE_SIZE, 1))
    total = wider.count_params()
    return Question(answer=total, working=f"{weights_of(wider)} = {count(total)}")


PICTURES = {"layers": layers}
