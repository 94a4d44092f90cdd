"""All channels of a convolution on the drawing, each with the patch that excites it most."""

from __future__ import annotations

from dataclasses import dataclass

import keras
import numpy as np

from mnist_cnn.activations import eight_bit
from mnist_cnn.lesson.course import Course, Read
from mnist_cnn.lesson.question import Question, decimal
from mnist_cnn.lesson.state import State, one_of
from mnist_cnn.lesson.strongest import strongest

HOLES = {"layer"}
LAYERS = ("conv1", "conv2", "conv3")
NAMED = 3  # channels in the working


@dataclass(frozen=True)
class Channel:
    """One channel of a layer."""

    maximum: float  # its largest number
    map: np.ndarray  # uint8 (height, width), 255 is the largest number of the layer
    cell: tuple[int, int, int]  # of its largest number
    patch: np.ndarray  # uint8, what that number sees of the picture
    kernel: np.ndarray | None  # float32 (3, 3), where it reads the picture itself


@dataclass(frozen=True)
class Channels:
    """A layer with all its channels."""

    layer: str
    channels: list[Channel]


def channels(course: Course, read: Read, state: State) -> Channels:
    """Return every channel of the layer in ``state``."""
    name = one_of(state, "layer", LAYERS)
    numbers = read.activations.layers[name]
    most = float(numbers.max()) or 1.0
    first = name == LAYERS[0]
    layer = course.network.get_layer(name)
    kernels = keras.ops.convert_to_numpy(layer.kernel)[:, :, 0] if first else None
    found = []
    for channel in range(numbers.shape[2]):
        one = numbers[..., channel : channel + 1]
        place = strongest(one, course.fields[name])
        left, top, right, bottom = place.region
        found.append(
            Channel(
                maximum=place.value,
                map=(eight_bit(one).levels[..., 0] * (place.value / most)).astype(np.uint8),
                cell=(*place.cell[:2], channel),
                patch=read.image[top:bottom, left:right],
                kernel=None if kernels is None else kernels[..., channel],
            )
        )
    return Channels(name, found)


def question(course: Course, read: Read, state: State) -> Question:
    """Ask for the channel with the largest number."""
    name = one_of(state, "layer", LAYERS)
    maxima = read.activations.layers[name].max(axis=(0, 1))
    order = np.argsort(-maxima, kind="stable")[:NAMED]
    working = " > ".join(f"[{channel}] {decimal(maxima[channel], 3)}" for channel in order)
    return Question(answer=int(order[0]), working=working, values={"layer": f"`{name}`"})


PICTURES = {"channels": channels}
