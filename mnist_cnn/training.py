"""Train the network: the loop, and the events it tells about itself.

The loop runs wherever TensorFlow can: on the processor, on a GPU, and on several of one machine
or of many, each of which then reads its part of every batch (``strategy``).
"""

from __future__ import annotations

import functools
import math
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from mnist_cnn.checkpoint import Checkpoint
from mnist_cnn.drawings import Drawn
from mnist_cnn.events import Step, Validated
from mnist_cnn.gradient_step import gradient_step
from mnist_cnn.muon import Muon
from mnist_cnn.progress import Progress, Stopwatch, Validation
from mnist_cnn.recipes import Recipe


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
    interrupted: Callable[[], bool] = lambda: False,
) -> Iterator[Step | Validated]:
    """Train ``network`` in place, yielding a ``Step`` four times a second or more often.

    Stop by no longer asking for the next event: the network keeps what it has learned. Pause by
    asking late: the time between two events is not counted.

    Args:
        network: as ``model.build`` returns it, in the scope of ``strategy()``.
        images: uint8 ``(n, 28, 28)``, ink is 255.
        labels: integers 0 to 9, ``(n,)``.
        recipe: one of ``recipes.RECIPES``, or your own.
        seed: of the order of the pictures and their variation.
        every: steps between two events. Default: by time, and at the end of every epoch.
        drawn: a pool of drawings, of which ``recipe.drawings`` are seen in each epoch.
        checkpoint: a file written after each epoch. If it is there, and of the same run, training
            goes on from it. It is left there after the last epoch, from the one before: who
            has kept the network removes it.
        held_out: digits to read in between, as often as takes less than 5 % of the time, and at
            the end: each time a ``Validated`` is yielded. It changes nothing else.
        interrupted: whether whoever asks for events wants one soon: then a validation, which takes
            long without downsampling, is broken off.

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
    validation = Validation(network, held_out, watch, interrupted) if held_out else None
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
        self.images = np.concatenate([images, drawn.images]) if drawn and self.drawings else images
        self.labels = np.concatenate([labels, drawn.labels]) if drawn and self.drawings else labels
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
    epochs: _Epochs,
    epoch: int,
    update: Callable,
    optimizer: keras.optimizers.Optimizer,
    progress: Progress,
    validation: Validation | None,
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
        last = progress.done == epochs.steps
        if validation and validation.due(last):
            validated = validation.read(progress.done, epoch, last)
            if validated:
                yield validated
