"""Train the network: recipes, the loop, and the events it tells about itself.

The loop runs wherever TensorFlow can: on the processor, on a GPU, and on several of one machine
or of many, each of which then reads its part of every batch (``strategy``).
"""

from __future__ import annotations

import functools
import math
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from mnist_cnn.augment import Variation
from mnist_cnn.checkpoint import Checkpoint
from mnist_cnn.drawings import Drawn
from mnist_cnn.events import Step, Validated
from mnist_cnn.gradient_step import gradient_step
from mnist_cnn.muon import Muon
from mnist_cnn.progress import Progress, Stopwatch, Validation

OPTIMIZERS = {  # name: a learning rate that suits it
    "rmsprop": 1e-3,
    "adam": 1e-3,
    "adamw": 1e-3,
    "muon": 5e-3,
    "sgd": 1e-1,
}


@dataclass(frozen=True)
class Recipe:
    """How to train: everything but the data and the seed."""

    name: str
    optimizer: str  # a name in OPTIMIZERS
    learning_rate: float  # the highest
    epochs: int
    batch_size: int
    warm_up: float = 0.0  # share of the steps in which the rate rises from 0; then it falls to 0
    label_smoothing: float = 0.0
    variation: Variation | None = None  # of every picture, every time it is seen
    calm: float = 1.0  # strength of the variation at the end; it falls over the last 40 %
    drawings: int = 0  # by pen, seen in an epoch beside the digits, where there are any
    share: float = 1.0  # of the digits, seen in an epoch; other ones in each

    def steps_per_epoch(self, digits: int, drawings: int = 0) -> int:
        """Batches in an epoch of so many digits, and drawings beside them."""
        return math.ceil((self.seen(digits) + drawings) / self.batch_size)

    def seen(self, digits: int) -> int:
        """How many of so many digits are seen in an epoch."""
        return math.ceil(self.share * digits)

    def rate(self, step: int, steps: int) -> float:
        """The rate of a step, from 0: up over the warm-up, then down to 0, both linearly."""
        share, warm_up = step / steps, self.warm_up
        if share < warm_up:
            return self.learning_rate * (step + 1) / (warm_up * steps + 1)
        return self.learning_rate * (1 - share) / (1 - warm_up)

    def with_epochs(self, epochs: int) -> Recipe:
        """The same recipe over another number of epochs."""
        return replace(self, epochs=epochs)


RECIPES = {
    # Chollet, Deep Learning with Python, 5.1, and the lesson this project grew out of. Its
    # constant learning rate ends between 98.8 and 99.2 % by luck of the last batches; the decay
    # takes the luck out.
    "lesson": Recipe("lesson", "rmsprop", 1e-3, epochs=5, batch_size=64),
    # 99 % in seconds: Muon and smoothed labels need less than one epoch, in full batches of it.
    # With 10,000 training digits held out, 45,000 others gave 98.9 to 99.0 % of them, 36,000
    # 98.8 %; 36,000 without smoothing 98.4 %. There, Adam, first weights of unit variance (Mishkin
    # and Matas, 2016) and steps on the hardest half of a batch gained nothing.
    "fast": Recipe(
        "fast",
        "muon",
        5e-3,
        epochs=1,
        batch_size=75,
        warm_up=0.1,
        label_smoothing=0.1,
        share=0.65,
    ),
    # One cycle: Smith and Topin, Super-Convergence (2018). 40 epochs, 17 minutes on two cores.
    "best": Recipe(
        "best",
        "muon",
        5e-3,
        epochs=40,
        batch_size=128,
        warm_up=0.1,
        label_smoothing=0.1,
        variation=Variation(),
        calm=0.6,
        drawings=15_000,
    ),
}


class DivergedError(ArithmeticError):
    """The loss is no longer a number. The message says what to change."""


def as_input(images: np.ndarray) -> np.ndarray:
    """Turn uint8 ``(n, 28, 28)`` into what the network reads: float32 ``(n, 28, 28, 1)``, 0..1."""
    return images.astype(np.float32)[..., None] / 255.0


def train(
    network: keras.Model,
    images: np.ndarray,
    labels: np.ndarray,
    recipe: Recipe,
    seed: int = 0,
    every: int | None = None,
    drawn: Drawn | None = None,
    checkpoint: Path | None = None,
    held_out: Drawn | None = None,
) -> Iterator[Step | Validated]:
    """Train ``network`` in place, yielding a ``Step`` four times a second or more often.

    Stop by no longer asking for the next event: the network keeps what it has learned. Pause by
    asking late: the time between two events is not counted.

    Args:
        network: as ``model.build`` returns it, in the scope of ``strategy()``.
        images: uint8 ``(n, 28, 28)``, ink is 255.
        labels: integers 0 to 9, ``(n,)``.
        recipe: one of ``RECIPES``, or your own.
        seed: of the order of the pictures and their variation.
        every: steps between two events. Default: by time, and at the end of every epoch.
        drawn: a pool of drawings, of which ``recipe.drawings`` are seen in each epoch.
        checkpoint: a file written after each epoch. If it is there, and of the same run, training
            goes on from it. It is left there after the last epoch, from the one before: who
            has kept the network removes it.
        held_out: digits to read in between, as often as takes less than 5 % of the time, and at
            the end: each time a ``Validated`` is yielded. It changes nothing else.

    Raises:
        ValueError: ``images`` and ``labels`` differ in number, or there are none.
        CheckpointError: the checkpoint is damaged or of another run.
        DivergedError: the loss is infinite or no number, as after too large a learning rate.
    """
    if len(images) != len(labels) or not len(images):
        raise ValueError(
            f"Got {len(images)} images and {len(labels)} labels: give as many labels as images, "
            "and at least one."
        )
    epochs = _Epochs(images, labels, drawn, recipe, seed)
    with strategy().scope():
        optimizer = Muon() if recipe.optimizer == "muon" else keras.optimizers.get(recipe.optimizer)
        optimizer.build(network.trainable_variables)
    update = gradient_step(
        network,
        optimizer,
        strategy(),
        epochs.steps,
        recipe.label_smoothing,
        recipe.variation,
    )
    state = Checkpoint(checkpoint, network, optimizer, epochs.fingerprint()) if checkpoint else None
    finished, before = state.restore() if state else (0, 0.0)
    watch = Stopwatch(before)
    progress = Progress(watch, epochs.steps, finished * epochs.per_epoch, every)
    validation = Validation(network, held_out, watch) if held_out else None
    for epoch in range(finished + 1, recipe.epochs + 1):
        for event in _one_epoch(epochs, epoch, update, optimizer, progress, validation):
            watch.stop()
            yield event
            watch.start()
        if state and epoch < recipe.epochs:
            state.save(epoch, watch.seconds)


@functools.cache  # variables and steps have to be of one and the same
def strategy() -> tf.distribute.Strategy:
    """Return what spreads the work over all GPUs TensorFlow sees; with fewer than two, nothing.

    With ``$TF_CONFIG``, which names the machines of a cluster, over all of them. Then it has to be
    asked for before TensorFlow computes anything, and waits until all of them have.
    """
    if "TF_CONFIG" in os.environ:
        return tf.distribute.MultiWorkerMirroredStrategy()
    if len(tf.config.list_logical_devices("GPU")) > 1:
        return tf.distribute.MirroredStrategy()
    return tf.distribute.get_strategy()


class _Epochs:
    """What is seen in which order: a pure function of the seed and the number of the epoch."""

    def __init__(
        self,
        images: np.ndarray,
        labels: np.ndarray,
        drawn: Drawn | None,
        recipe: Recipe,
        seed: int,
    ):
        self.recipe, self.seed, self.digits = recipe, seed, len(images)
        self.drawings = min(recipe.drawings, len(drawn.labels)) if drawn else 0
        self.images = np.concatenate([images, drawn.images]) if self.drawings else images
        self.labels = np.concatenate([labels, drawn.labels]) if self.drawings else labels
        self.per_epoch = recipe.steps_per_epoch(self.digits, self.drawings)
        self.steps = self.per_epoch * recipe.epochs

    def batches(self, epoch: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Yield uint8 images and int32 labels of one epoch, batch after batch."""
        random = np.random.default_rng((self.seed, epoch))
        rows = np.arange(self.digits)
        if self.recipe.share < 1:
            rows = random.choice(rows, self.recipe.seen(self.digits), replace=False)
        if self.drawings:
            pool = np.arange(self.digits, len(self.images))
            rows = np.concatenate([rows, random.choice(pool, self.drawings, replace=False)])
        rows = random.permutation(rows)
        for start in range(0, len(rows), self.recipe.batch_size):
            batch = rows[start : start + self.recipe.batch_size]
            yield self.images[batch], self.labels[batch].astype(np.int32)

    def strength(self, step: int) -> float:
        """How far pictures are varied in a step, as a share of the recipe's variation."""
        late = max(0.0, (step / self.steps - 0.6) / 0.4)
        return 1.0 - late * (1.0 - self.recipe.calm)

    def fingerprint(self) -> str:
        """A text that differs for every other run: recipe, seed, number and sum of the data."""
        return f"{self.recipe} {self.seed} {self.images.shape} {int(self.images.sum(dtype=int))}"


def _one_epoch(
    epochs: _Epochs, epoch: int, update, optimizer, progress: Progress, validation
) -> Iterator[Step | Validated]:
    progress.begin_epoch(epoch, epochs.per_epoch)
    for images, labels in epochs.batches(epoch):
        done = progress.done
        optimizer.learning_rate.assign(epochs.recipe.rate(done, epochs.steps))
        key = np.array([epochs.seed, done], np.int32)
        loss, right = update(images, labels, key, np.float32(epochs.strength(done)))
        if not math.isfinite(loss):
            raise DivergedError(
                f"The loss is no longer a number after step {done + 1:,} of {epochs.steps:,}: the "
                f"learning rate {epochs.recipe.learning_rate:g} is too high for "
                f"{epochs.recipe.optimizer}. Train anew with a smaller one."
            )
        progress.add(len(labels), float(loss), int(right))
        if progress.due():
            yield progress.event()
        if validation and validation.due(last=progress.done == epochs.steps):
            yield validation.read(progress.done, epoch)
