"""The training loop.

It runs on a CPU, a GPU, several GPUs, or several machines, each of which then computes a part of
every batch (``strategy``).
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

from mnist_cnn.digits.pen_drawings import LabelledImages
from mnist_cnn.optimization.checkpoint import Checkpoint
from mnist_cnn.optimization.events import Step, Validated
from mnist_cnn.optimization.gradient_step import gradient_step
from mnist_cnn.optimization.muon import Muon
from mnist_cnn.optimization.progress import Progress, Stopwatch, Validation
from mnist_cnn.optimization.recipes import Recipe


class DivergedError(ArithmeticError):
    """The loss is no longer a number. The message says what to change."""


def train(
    network: keras.Model,
    images: np.ndarray,
    labels: np.ndarray,
    recipe: Recipe,
    seed: int = 0,
    every: int | None = None,
    drawn: LabelledImages | None = None,
    checkpoint: Path | None = None,
    held_out: LabelledImages | None = None,
    interrupted: Callable[[], bool] = lambda: False,
) -> Iterator[Step | Validated]:
    """Train ``network`` in place, yielding a ``Step`` at least four times a second.

    To stop, stop iterating: the network keeps what it has learned. To pause, wait before asking
    for the next event: the time in between is not counted.

    Args:
        network: built in the scope of ``strategy()``.
        images: uint8 ``(n, 28, 28)``, ink is 255.
        labels: integers 0 to 9, ``(n,)``.
        recipe: one of ``recipes.RECIPES``, or your own.
        seed: of the order of the pictures, and of their variation.
        every: steps between two events. Default: by time, and at the end of each epoch.
        drawn: pen drawings, of which ``recipe.drawings`` are used in each epoch.
        checkpoint: a file written after each epoch but the last. If it exists, and is from the
            same run, training continues from it. Delete it when the network is saved.
        held_out: digits for validation: before the first step, as often as it takes less than 5 %
            of the time, and at the end, a ``Validated`` is yielded. It does not affect training.
        interrupted: whether the caller wants the next event soon; a validation, which is slow
            without downsampling, is then aborted.

    Raises:
        ValueError: ``images`` and ``labels`` differ in number, or there are none.
        CheckpointError: the checkpoint is damaged, or from another run.
        DivergedError: the loss is not finite, usually because the learning rate is too large.
    """
    if len(images) != len(labels) or not len(images):
        raise ValueError(
            f"Got {len(images)} images and {len(labels)} labels: give as many labels as images, "
            "and at least one."
        )
    epochs = _Epochs(images, labels, drawn, recipe, seed)
    with strategy().scope():
        optimizer = _optimizer(recipe)
        optimizer.build(network.trainable_variables)
    update = gradient_step(
        network,
        optimizer,
        strategy(),
        recipe.label_smoothing,
        recipe.variation,
    )
    state = Checkpoint(checkpoint, network, optimizer, epochs.fingerprint()) if checkpoint else None
    finished, before = state.restore() if state else (0, 0.0)
    watch = Stopwatch(before)
    progress = Progress(watch, epochs.steps, finished * epochs.per_epoch, every)
    validation = Validation(network, held_out, watch, interrupted) if held_out else None
    if validation and not finished:
        untrained = validation.read(0, 0, last=False)
        if untrained:
            watch.stop()
            yield untrained
            watch.start()
    for epoch in range(finished + 1, recipe.epochs + 1):
        for event in _one_epoch(epochs, epoch, update, optimizer, progress, validation):
            watch.stop()
            yield event
            watch.start()
        if state and epoch < recipe.epochs:
            state.save(epoch, watch.seconds)


@functools.cache  # all variables and steps must be of the same one
def strategy() -> tf.distribute.Strategy:
    """Return the strategy for all GPUs that TensorFlow sees, or for all machines of a cluster.

    A cluster is given by ``$TF_CONFIG``. Then this must be called before TensorFlow computes
    anything, and it waits for all machines.
    """
    if "TF_CONFIG" in os.environ:
        return tf.distribute.MultiWorkerMirroredStrategy()
    if len(tf.config.list_logical_devices("GPU")) > 1:
        return tf.distribute.MirroredStrategy()
    return tf.distribute.get_strategy()


def _optimizer(recipe: Recipe) -> keras.optimizers.Optimizer:
    if recipe.optimizer == "muon":
        return Muon(momentum=recipe.momentum)
    return keras.optimizers.get(recipe.optimizer)


class _Epochs:
    """The batches of each epoch, which depend only on the seed and the number of the epoch."""

    def __init__(
        self,
        images: np.ndarray,
        labels: np.ndarray,
        drawn: LabelledImages | None,
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

    def check(self, loss: float, step: int) -> None:
        """Raise ``DivergedError`` if the loss after a step is infinite or no number."""
        if not math.isfinite(loss):
            raise DivergedError(
                f"The loss is no longer a number after step {step:,} of {self.steps:,}: the "
                f"learning rate {self.recipe.learning_rate:g} is too high for "
                f"{self.recipe.optimizer}. Train anew with a smaller one."
            )

    def strength(self, step: int) -> float:
        """Return the strength of the variation in a step, 0 to 1."""
        late = max(0.0, (step / self.steps - 0.6) / 0.4)
        return 1.0 - late * (1.0 - self.recipe.calm)

    def fingerprint(self) -> str:
        """Return a text that differs for other recipes, seeds and data."""
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
        epochs.check(loss, done + 1)
        progress.add(len(labels), float(loss), int(right))
        if progress.due():
            yield progress.event()
        last = progress.done == epochs.steps
        if validation and validation.due(last):
            validated = validation.read(progress.done, epoch, last)
            if validated:
                epochs.check(validated.loss, progress.done)
                yield validated
