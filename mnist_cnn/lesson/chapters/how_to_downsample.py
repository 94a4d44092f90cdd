"""Maximum, average and stride on one map of the drawing, and which of them reads better."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mnist_cnn import comparison, downsampling, variants
from mnist_cnn.comparison import Verdict
from mnist_cnn.downsampling import WAYS, Block, Reduced
from mnist_cnn.interesting import pooling_cells
from mnist_cnn.lesson.course import Course, Read
from mnist_cnn.lesson.figures import accuracy
from mnist_cnn.lesson.question import ROUNDING, Question, decimal
from mnist_cnn.lesson.state import State, whole

HOLES = {"row", "column", "a", "b", "c", "d"}


@dataclass(frozen=True)
class Trained:
    """A network that downsamples in one way, trained several times."""

    name: str
    parameters: int
    accuracy: str  # mean ± spread in percent
    accuracies: list[float]  # of each training, 0 to 1


@dataclass(frozen=True)
class Ways:
    """One map made smaller in three ways, and three trained networks."""

    channel: int  # of conv1
    channels: int
    map: np.ndarray  # float32 (26, 26)
    reduced: list[Reduced]
    block: Block  # the one that is asked for
    trained: list[Trained]
    verdicts: list[Verdict]  # max against each of the others


def ways(course: Course, read: Read, state: State) -> Ways:
    """Return the map of the channel in ``state``, made smaller."""
    channel, numbers = _map(read, state)
    cards = {name: variants.load_card(name) for name in WAYS}
    return Ways(
        channel=channel,
        channels=read.activations.layers["conv1"].shape[2],
        map=numbers,
        reduced=downsampling.compare(numbers),
        block=_block(numbers),
        trained=[
            Trained(name, card.parameters, accuracy(card), card.accuracies)
            for name, card in cards.items()
        ],
        verdicts=[comparison.better("max", other) for other in WAYS if other != "max"],
    )


def question(course: Course, read: Read, state: State) -> Question:
    """Ask for the average of four numbers of the map."""
    block = _block(_map(read, state)[1])
    cells = [decimal(value) for value in block.cells.ravel()]
    average = block.values["average"]
    return Question(
        answer=average,
        tolerance=2 * ROUNDING,  # of the four numbers shown, and of the guess
        working=f"({' + '.join(cells)}) ÷ {len(cells)} = {decimal(average)}",
        values={
            "row": str(2 * block.row),
            "column": str(2 * block.column),
            **dict(zip("abcd", cells, strict=True)),
        },
    )


PICTURES = {"ways": ways}


def _map(read: Read, state: State) -> tuple[int, np.ndarray]:
    """Return the channel of conv1 that is set, or the strongest, and its map."""
    layer = read.activations.layers["conv1"]
    channels = layer.shape[2]
    strongest = int(np.unravel_index(layer.argmax(), layer.shape)[2])
    channel = whole(state, "channel", strongest, 0, channels - 1)
    return channel, layer[..., channel]


def _block(numbers: np.ndarray) -> Block:
    reduced = downsampling.reduce(numbers, "max")
    row, column, _ = pooling_cells(numbers[..., None], reduced[..., None])[0]
    return downsampling.block(numbers, row, column)
