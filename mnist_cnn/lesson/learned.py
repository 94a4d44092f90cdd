"""What the lesson's network has learned from, as its card tells."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mnist_cnn.digits.mnist_files import TEST_DIGITS, TRAIN_DIGITS
from mnist_cnn.network import keras_file, weights
from mnist_cnn.network.card import NO_DRAWINGS
from mnist_cnn.network.keras_file import WeightsError, restore_advice


@dataclass(frozen=True)
class Learned:
    """A training in numbers."""

    digits: int  # of MNIST
    drawings: int  # pen drawings besides, and
    people: int  # who drew them
    epochs: int
    seconds: float
    misread: int  # of MNIST's test digits


def learned(path: Path = keras_file.DEFAULT) -> Learned:
    """Return what the network in a file has learned from.

    Raises:
        WeightsError: it has no card that can be read, or one without these numbers.
    """
    card = weights.load_card(path)
    if card.drawings != NO_DRAWINGS and not (card.drawn and card.drawers):
        file = weights.card_path(path)
        raise WeightsError(
            f"{file} does not say how many drawings it was trained with, and by how many people. "
            f"{restore_advice(file)}"
        )
    return Learned(
        digits=TRAIN_DIGITS,
        drawings=card.drawn,
        people=card.drawers,
        epochs=card.epochs,
        seconds=card.training_seconds,
        misread=round((1 - card.test_accuracy) * TEST_DIGITS),
    )
