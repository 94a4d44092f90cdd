"""One training from its options to a tested network: for the command line and the worker alike."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from mnist_cnn import calibration, drawings, evaluation, model, training
from mnist_cnn.card import Card
from mnist_cnn.events import Examined, Finished, Prepared, Step, Validated
from mnist_cnn.options import Options
from mnist_cnn.pens import PenDigits
from mnist_cnn.recipes import Recipe
from mnist_cnn.training_data import TrainingData

WORST = 40  # misread digits
EXAMPLES = 24  # test digits of each cell of the confusion matrix


class TrainingRun:
    """A network and what it is trained and tested with."""

    def __init__(self, options: Options, data: TrainingData, recipe: Recipe | None = None):
        """Build the untrained network, on every GPU TensorFlow sees.

        Args:
            options: the choices.
            data: what ``training_data.load`` returns for them.
            recipe: how to train, where the options do not name one of ``recipes.RECIPES``.
        """
        self.options, self.data, self.recipe = options, data, recipe or options.as_recipe()
        with training.strategy().scope():
            self.network: keras.Model = model.build(options.seed, options.downsampling)
        self.step, self.seconds = 0, 0.0  # as far as it has come
        pool = len(data.drawn.labels) if data.drawn else 0
        self.drawings = min(self.recipe.drawings, pool)  # seen in an epoch beside the digits
        per_epoch = self.recipe.steps_per_epoch(len(data.learned.labels), self.drawings)
        self.steps = per_epoch * self.recipe.epochs

    def prepared(self) -> Prepared:
        """Tell what is about to happen."""
        return Prepared(
            source=self.data.source,
            digits=self.recipe.seen(len(self.data.learned.labels)),
            drawings=self.drawings,
            held_out=len(self.data.held_out.labels),
            held_out_from=self.data.held_out_from,
            tested_on=self.data.tested_on,
            parameters=self.network.count_params(),
            steps=self.steps,
            epochs=self.recipe.epochs,
            notes=tuple(self.data.notes),
        )

    def events(
        self,
        checkpoint: Path | None = None,
        interrupted: Callable[[], bool] = lambda: False,
    ) -> Iterator[Step | Validated]:
        """Train, telling about it; see ``training.train``."""
        for event in training.train(
            self.network,
            self.data.learned.images,
            self.data.learned.labels,
            self.recipe,
            self.options.seed,
            drawn=self.data.drawn,
            checkpoint=checkpoint,
            held_out=self.data.held_out,
            interrupted=interrupted,
        ):
            self.step, self.seconds = event.step, event.seconds
            yield event

    def weights(self) -> list[np.ndarray]:
        """Return the network's weights as they are now, float32."""
        return [np.asarray(weight, np.float32) for weight in self.network.get_weights()]

    def finish(self, stopped: bool = False) -> Finished:
        """Calibrate the network where there are drawings to do so, and test it."""
        calibrating = self.data.calibration
        temperature = self._calibrate(calibrating) if calibrating else 1.0
        answers = evaluation.probabilities(self.network, self.data.test.images)
        score = evaluation.score_of(answers, self.data.test.labels)
        return Finished(
            step=self.step,
            stopped=stopped,
            accuracy=score.accuracy,
            confusion=score.confusion,
            worst=self._examined(worst(answers, self.data.test.labels), answers),
            examples=self._examined(examples(answers, self.data.test.labels), answers),
            weights=self.weights(),
            seconds=self.seconds,
            card=self._card(temperature, score.accuracy).to_json(),
        )

    def _calibrate(self, written: PenDigits) -> float:
        """Fold in the temperature that fits the calibrating writers, and return it."""
        drawn = drawings.for_measuring(written, drawings.NORMAL, seed=1)
        probabilities = evaluation.probabilities(self.network, drawn.images)
        temperature = calibration.temperature(probabilities, drawn.labels)
        calibration.fold(self.network, temperature)
        return temperature

    def _examined(self, rows: np.ndarray, answers: np.ndarray) -> Examined:
        test = self.data.test
        return Examined(rows.astype(np.int32), test.images[rows], test.labels[rows], answers[rows])

    def _card(self, temperature: float, accuracy: float) -> Card:
        return Card(
            recipe=self.recipe.name,
            seed=self.options.seed,
            epochs=self.recipe.epochs,
            data_checksum=self.data.checksum,
            drawings=self.data.drawings_note,
            parameters=self.network.count_params(),
            temperature=round(temperature, 4),
            tested_on=self.data.tested_on,
            test_accuracy=accuracy,
            training_seconds=round(self.seconds, 1),
            libraries=libraries(),
            options=dataclasses.asdict(self.options) | {"steps": self.step},
        )


def worst(answers: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return the rows of ``answers`` that are most surely wrong, the worst first.

    Args:
        answers: float ``(n, 10)``, softmax probabilities.
        labels: integers ``(n,)``.
    """
    rows = np.flatnonzero(answers.argmax(axis=1) != labels)
    order = np.argsort(answers[rows, labels[rows].astype(int)], kind="stable")
    return rows[order][:WORST]


def examples(answers: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return some rows of every cell of the confusion matrix, the surest answers first."""
    order = np.argsort(-answers.max(axis=1), kind="stable")
    cells = labels.astype(int)[order] * model.CLASSES + answers.argmax(axis=1)[order]
    kept = [order[cells == cell][:EXAMPLES] for cell in range(model.CLASSES**2)]
    return np.concatenate(kept)


def libraries() -> dict[str, str]:
    """Return the versions that made the weights."""
    # As they say themselves: TensorFlow is also installed as tensorflow-cpu, and as others.
    return {library.__name__: library.__version__ for library in (tf, keras, np)}
