"""Train a network with one call, for programs and notebooks."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass

import keras
import numpy as np

from mnist_cnn.network import card, weights
from mnist_cnn.network.card import Card
from mnist_cnn.optimization.events import Step, Validated
from mnist_cnn.training import datasets
from mnist_cnn.training.options import Options
from mnist_cnn.training.pipeline import TrainingRun
from mnist_cnn.training.progress_bar import ProgressBar


@dataclass(frozen=True, repr=False)
class Trained:
    """A trained and tested network."""

    network: keras.Model
    card: Card  # how it was trained, and how well it reads
    confusion: np.ndarray  # int (10, 10): how many test digits i were read as j

    def __repr__(self) -> str:
        """For example <Trained: 99.02% of MNIST test, in 12 s>."""
        seconds = f"{self.card.training_seconds:.0f} s"
        return f"<Trained: {self.accuracy:.2%} of {self.card.tested_on}, in {seconds}>"

    @property
    def accuracy(self) -> float:
        """The share of the test digits read right, 0 to 1."""
        return self.card.test_accuracy

    def save(self, path: str | os.PathLike) -> None:
        """Write a ``.keras`` file and its card beside it, see ``weights.save``.

        Raises:
            WeightsError, NotWrittenError: the file cannot be written.
        """
        weights.save(self.network, self.card, path)


def train(progress: Callable[[Step | Validated], None] | None = None, **choices: object) -> Trained:
    """Train a network, as ``python -m mnist_cnn train`` does.

    Missing data is replaced, with a note on standard error.

    Args:
        progress: called with the events of the training, several a second. Default: a progress
            bar.
        choices: fields of ``options.Options`` to change from the recipe's defaults: recipe, epochs,
            batch_size, optimizer, learning_rate, downsampling, digits, data, seed.

    Raises:
        OptionsError: a choice cannot be used.
        DataError: as ``datasets.load``.
        DivergedError: the loss is no longer finite.
    """
    options = Options.parse(choices)
    tell = progress or ProgressBar(options.epochs).show
    data = datasets.load(options, note=lambda sentence: print(sentence, file=sys.stderr))
    run = TrainingRun(options, data)
    for event in run.events():
        tell(event)
    outcome = run.finish()
    return Trained(run.network, card.from_json(outcome.card), outcome.confusion)
