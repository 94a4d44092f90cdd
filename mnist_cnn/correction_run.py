"""A short training on a person's own digits, mixed with training digits, and what it changed."""

from __future__ import annotations

import dataclasses

import numpy as np

from mnist_cnn import evaluation
from mnist_cnn.correction import RECIPE, Correction
from mnist_cnn.drawings import Drawn
from mnist_cnn.events import Corrected, Finished
from mnist_cnn.options import Options
from mnist_cnn.recipes import Recipe, Variation
from mnist_cnn.training_data import TrainingData
from mnist_cnn.training_run import TrainingRun

COPIES = 600  # of the person's digits in all, each varied in its own way


def recipe_of(options: Options) -> Recipe:
    """Return how a correction is trained: as the shipped network was, but briefly and gently."""
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
    """A network that has learned before, and now learns a person's own digits too."""

    def __init__(self, correction: Correction, data: TrainingData):
        """Build the network as it is, and read all with it that is read again at the end.

        Args:
            correction: what is to be learned.
            data: what ``training_data.load`` returns for ``correction.options``.
        """
        rows = np.resize(np.arange(len(correction.labels)), COPIES)  # again and again
        own = Drawn(correction.images[rows], correction.labels[rows])
        note = f"{len(correction.labels)} of a person's own digits"
        data = dataclasses.replace(data, drawn=own, drawings_note=note)
        super().__init__(correction.options, data, recipe_of(correction.options))
        self.network.set_weights(correction.weights)
        self._correction = correction
        self._own_before = self._read_own()
        self._before = evaluation.score(self.network, data.test.images, data.test.labels)

    def finish(self, stopped: bool = False) -> Finished:
        """Test the network, and compare it with what it was."""
        corrected = Corrected(
            labels=self._correction.labels,
            read_before=self._own_before,
            read=self._read_own(),
            confusion_before=self._before.confusion,
        )
        return dataclasses.replace(super().finish(stopped), corrected=corrected)

    def _read_own(self) -> np.ndarray:
        answers = evaluation.probabilities(self.network, self._correction.images)
        return answers.argmax(axis=1).astype(np.uint8)
