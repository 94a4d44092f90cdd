"""A training from its options to a tested network: for the command line and the worker."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from mnist_cnn.digits import pen_drawings
from mnist_cnn.digits.pen_digits import PenDigits
from mnist_cnn.digits.pen_drawings import LabelledImages
from mnist_cnn.evaluation import calibration, measures
from mnist_cnn.network import model
from mnist_cnn.network.architecture import CLASSES
from mnist_cnn.network.card import Card
from mnist_cnn.optimization import loop
from mnist_cnn.optimization.events import (
    Examined,
    Finished,
    LabelledPictures,
    Prepared,
    Step,
    Validated,
)
from mnist_cnn.optimization.recipes import Recipe
from mnist_cnn.training.datasets import TrainingData
from mnist_cnn.training.options import Options

MAX_WORST = 40  # misread digits to keep
EXAMPLES_PER_CELL = 24  # test digits to keep
SAMPLE = 9  # test digits that are watched while it learns


class TrainingRun:
    """A network, with the recipe and the data to train and test it."""

    def __init__(self, options: Options, data: TrainingData, recipe: Recipe | None = None):
        """Build the untrained network, on every GPU that TensorFlow sees.

        Args:
            options: of the training.
            data: from ``datasets.load(options)``.
            recipe: instead of the one that the options name.
        """
        self.options, self.data, self.recipe = options, data, recipe or options.as_recipe()
        with loop.strategy().scope():
            self.network: keras.Model = model.build(options.seed, options.downsampling)
        self.step, self.seconds = 0, 0.0  # so far
        pool = len(data.drawn.labels) if data.drawn else 0
        self.drawings = min(self.recipe.drawings, pool)  # used in an epoch
        per_epoch = self.recipe.steps_per_epoch(len(data.learned.labels), self.drawings)
        self.steps = per_epoch * self.recipe.epochs

    def prepared(self) -> Prepared:
        """Return the event that describes this training."""
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
            sample=sample(self.data.test),
        )

    def events(
        self,
        checkpoint: Path | None = None,
        interrupted: Callable[[], bool] = lambda: False,
    ) -> Iterator[Step | Validated]:
        """Train, and yield the events of ``loop.train``."""
        for event in loop.train(
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
        """Return the network's current weights, float32."""
        return [np.asarray(weight, np.float32) for weight in self.network.get_weights()]

    def finish(self, stopped: bool = False) -> Finished:
        """Calibrate the network, if there are drawings for that, and test it."""
        calibrating = self.data.calibration
        temperature = self._calibrate(calibrating) if calibrating else 1.0
        return self.result(stopped, temperature, self._answers())

    def result(self, stopped: bool, temperature: float, answers: np.ndarray) -> Finished:
        """Return the result; ``answers`` are the probabilities of all test digits."""
        score = measures.score_of(answers, self.data.test.labels)
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

    def _answers(self) -> np.ndarray:
        return measures.probabilities(self.network, self.data.test.images)

    def _calibrate(self, written: PenDigits) -> float:
        """Calibrate the network with these drawings, and return the temperature."""
        drawn = pen_drawings.for_measuring(written, pen_drawings.NORMAL, seed=1)
        probabilities = measures.probabilities(self.network, drawn.images)
        temperature = calibration.temperature(probabilities, drawn.labels)
        calibration.divide_logits(self.network, temperature)
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
            drawn=self.data.drawings,
            drawers=self.data.drawers,
        )


def sample(test: LabelledImages) -> LabelledPictures:
    """Return the first test digit of each class, those that come first, ``SAMPLE`` at most."""
    _, first = np.unique(test.labels, return_index=True)
    rows = np.sort(first)[:SAMPLE]
    return LabelledPictures(test.images[rows], test.labels[rows].astype(np.uint8))


def worst(answers: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return the rows of ``answers`` that are wrong, the surest mistakes first.

    Args:
        answers: float ``(n, 10)``, softmax probabilities.
        labels: integers ``(n,)``.
    """
    rows = np.flatnonzero(answers.argmax(axis=1) != labels)
    order = np.argsort(answers[rows, labels[rows].astype(int)], kind="stable")
    return rows[order][:MAX_WORST]


def examples(answers: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return some rows for each cell of the confusion matrix, the surest answers first."""
    order = np.argsort(-answers.max(axis=1), kind="stable")
    cells = labels.astype(int)[order] * CLASSES + answers.argmax(axis=1)[order]
    kept = [order[cells == cell][:EXAMPLES_PER_CELL] for cell in range(CLASSES**2)]
    return np.concatenate(kept)


def libraries() -> dict[str, str]:
    """Return the versions of the libraries, for a card."""
    # Not from package metadata: TensorFlow is also installed as tensorflow-cpu, for example.
    return {library.__name__: library.__version__ for library in (tf, keras, np)}
