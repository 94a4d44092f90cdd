"""A training in one call, for who works in Python: its choices in, a tested network out."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass

import keras
import numpy as np

from mnist_cnn import card, training_data, weights
from mnist_cnn.card import Card
from mnist_cnn.events import Step, Validated
from mnist_cnn.options import Options
from mnist_cnn.progress_bar import ProgressBar
from mnist_cnn.training_run import TrainingRun


@dataclass(frozen=True, repr=False)
class Trained:
    """A network, trained and tested."""

    network: keras.Model
    card: Card  # how it was made, and how well it reads
    confusion: np.ndarray  # int (10, 10): how many test digits i were read as j

    def __repr__(self) -> str:
        """Such as <Trained: 99.02% of MNIST test, in 12 s>."""
        seconds = f"{self.card.training_seconds:.0f} s"
        return f"<Trained: {self.accuracy:.2%} of {self.card.tested_on}, in {seconds}>"

    @property
    def accuracy(self) -> float:
        """The share of the test digits that are read right."""
        return self.card.test_accuracy

    def save(self, path: str | os.PathLike) -> None:
        """Write a ``.keras`` file, and its card beside it; see ``weights.save``.

        Raises:
            WeightsError, NotWrittenError: the file cannot be written.
        """
        weights.save(self.network, self.card, path)


def train(progress: Callable[[Step | Validated], None] | None = None, **choices: object) -> Trained:
    """Train a network, as ``python -m mnist_cnn train`` does; what cannot be had is said.

    Args:
        progress: receives the events of the training, several a second. Default: a progress bar.
        choices: the fields of ``options.Options`` that are not to be the recipe's: recipe, epochs,
            batch_size, optimizer, learning_rate, downsampling, digits, data, seed.

    Raises:
        OptionsError: a choice cannot be used.
        DataError: see ``training_data.load``.
        DivergedError: the loss has become infinite.
    """
    options = Options.parse(choices)
    tell = progress or ProgressBar(options.epochs).show
    data = training_data.load(options, note=lambda sentence: print(sentence, file=sys.stderr))
    run = TrainingRun(options, data)
    for event in run.events():
        tell(event)
    outcome = run.finish()
    return Trained(run.network, card.from_json(outcome.card), outcome.confusion)
