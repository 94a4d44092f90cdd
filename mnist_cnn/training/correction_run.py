"""Train a network briefly on a person's own digits, and compare it with what it was."""

from __future__ import annotations

import dataclasses

import numpy as np

from mnist_cnn.digits.pen_drawings import LabelledImages
from mnist_cnn.evaluation import measures
from mnist_cnn.optimization.events import Corrected, Finished
from mnist_cnn.optimization.recipes import Recipe, Variation
from mnist_cnn.training.correction import RECIPE, Correction
from mnist_cnn.training.datasets import TrainingData
from mnist_cnn.training.options import Options
from mnist_cnn.training.pipeline import TrainingRun

COPIES = 600  # of the person's digits in total, each varied differently
MAX_FORGOTTEN = 12  # test digits that are shown


def recipe_of(options: Options) -> Recipe:
    """Return the recipe: that of the shipped network, but short and with a small learning rate."""
    return Recipe(
        RECIPE,
        options.optimizer,
        options.learning_rate,
        epochs=options.epochs,
        batch_size=options.batch_size,
        warm_up=0.1,
        label_smoothing=0.1,
        variation=Variation(),
        calm=0.6,
        drawings=COPIES,
    )


class CorrectionRun(TrainingRun):
    """The training of a trained network on a person's own digits."""

    def __init__(self, correction: Correction, data: TrainingData):
        """Build the network, and read with it everything that is read again at the end.

        Args:
            correction: the digits, and the network.
            data: from ``datasets.load(correction.options)``.
        """
        rows = np.resize(np.arange(len(correction.labels)), COPIES)  # repeated
        own = LabelledImages(correction.images[rows], correction.labels[rows])
        count = len(correction.labels)
        note = f"{count} of a person's own digits"
        data = dataclasses.replace(data, drawn=own, drawings_note=note, drawings=count, drawers=1)
        super().__init__(correction.options, data, recipe_of(correction.options))
        self.network.set_weights(correction.weights)
        self._correction = correction
        self._own_before = self._read_own()
        self._before = self._answers()

    def result(self, stopped: bool, temperature: float, answers: np.ndarray) -> Finished:
        """Return the result, compared with the network before."""
        labels = self.data.test.labels
        corrected = Corrected(
            labels=self._correction.labels,
            read_before=self._own_before,
            read=self._read_own(),
            confusion_before=measures.score_of(self._before, labels).confusion,
            forgotten=self._examined(forgotten(self._before, answers, labels), answers),
        )
        return dataclasses.replace(
            super().result(stopped, temperature, answers), corrected=corrected
        )

    def _read_own(self) -> np.ndarray:
        answers = measures.probabilities(self.network, self._correction.images)
        return answers.argmax(axis=1).astype(np.uint8)


def forgotten(before: np.ndarray, answers: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return some rows that were read right and are misread now, the surest mistakes first.

    They are all of one digit: of that which has lost most.

    Args:
        before: float ``(n, 10)``, softmax probabilities before.
        answers: float ``(n, 10)``, now.
        labels: integers ``(n,)``.
    """
    lost = np.flatnonzero((before.argmax(axis=1) == labels) & (answers.argmax(axis=1) != labels))
    if not len(lost):
        return lost
    rows = lost[labels[lost] == np.bincount(labels[lost]).argmax()]
    return rows[np.argsort(-answers[rows].max(axis=1), kind="stable")][:MAX_FORGOTTEN]
