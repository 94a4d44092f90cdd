"""Train the network: recipes, the loop, and the events it tells about itself."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

import keras
import numpy as np
import tensorflow as tf

from mnist_cnn.model import CLASSES


@dataclass(frozen=True)
class Recipe:
    """How to train: everything but the data and the seed."""

    name: str
    optimizer: str  # a name Keras knows: rmsprop, adam, adamw, sgd
    learning_rate: float  # at the first step
    decay: bool  # lower the learning rate linearly to 0 over the whole run
    epochs: int
    batch_size: int
    loss: str = "categorical_crossentropy"

    def with_epochs(self, epochs: int) -> Recipe:
        """The same recipe over another number of epochs."""
        return replace(self, epochs=epochs)


RECIPES = {
    # Chollet, Deep Learning with Python, 5.1, and the lesson this project grew out of. Its
    # constant learning rate ends between 98.8 and 99.2 % by luck of the last batches; the decay
    # takes the luck out.
    "lesson": Recipe("lesson", "rmsprop", 1e-3, True, epochs=5, batch_size=64),
}


@dataclass(frozen=True)
class Step:
    """One gradient step is done. ``loss`` and ``accuracy`` are means over the epoch so far."""

    step: int  # from 1
    steps: int  # in the whole run
    epoch: int  # from 1
    loss: float
    accuracy: float  # 0 to 1, on training pictures
    seconds: float  # since the start of the run


def as_input(images: np.ndarray) -> np.ndarray:
    """Turn uint8 ``(n, 28, 28)`` into what the network reads: float32 ``(n, 28, 28, 1)``, 0..1."""
    return images.astype(np.float32)[..., None] / 255.0


def train(
    network: keras.Model,
    images: np.ndarray,
    labels: np.ndarray,
    recipe: Recipe,
    seed: int = 0,
    every: int = 20,
) -> Iterator[Step]:
    """Train ``network`` in place, yielding a ``Step`` every so many steps and at the end.

    Stop by no longer asking for the next event: the network keeps what it has learned.

    Args:
        network: as ``model.build`` returns it.
        images: uint8 ``(n, 28, 28)``, ink is 255.
        labels: integers 0 to 9, ``(n,)``.
        recipe: one of ``RECIPES``, or your own.
        seed: of the order of the pictures.
        every: steps between two events.

    Raises:
        ValueError: ``images`` and ``labels`` differ in number, or there are none.
    """
    if len(images) != len(labels) or not len(images):
        raise ValueError(
            f"Got {len(images)} images and {len(labels)} labels: give as many labels as images, "
            "and at least one."
        )
    per_epoch = math.ceil(len(images) / recipe.batch_size)
    steps = per_epoch * recipe.epochs
    optimizer = keras.optimizers.get(recipe.optimizer)
    optimizer.build(network.trainable_variables)
    update = _update_function(network, optimizer, keras.losses.get(recipe.loss))
    order = np.random.default_rng(seed)
    started = time.monotonic()
    done = 0
    for epoch in range(1, recipe.epochs + 1):
        shuffled = order.permutation(len(images))
        seen, loss_sum, correct = 0, 0.0, 0
        for start in range(0, len(images), recipe.batch_size):
            rows = shuffled[start : start + recipe.batch_size]
            rate = recipe.learning_rate * ((1 - done / steps) if recipe.decay else 1.0)
            optimizer.learning_rate.assign(rate)
            loss, right = update(as_input(images[rows]), np.eye(CLASSES, dtype="f4")[labels[rows]])
            done += 1
            seen += len(rows)
            loss_sum += float(loss) * len(rows)
            correct += int(right)
            if done % every == 0 or done == steps:
                seconds = time.monotonic() - started
                yield Step(done, steps, epoch, loss_sum / seen, correct / seen, seconds)


def _update_function(network: keras.Model, optimizer, loss_function):
    """Return one gradient step as a traced function: twice as fast as ``model.fit`` here."""

    @tf.function(
        input_signature=[
            tf.TensorSpec((None, *network.input_shape[1:])),
            tf.TensorSpec((None, CLASSES)),
        ]
    )
    def update(images, targets):
        with tf.GradientTape() as tape:
            probabilities = network(images, training=True)
            loss = tf.reduce_mean(loss_function(targets, probabilities))
        gradients = tape.gradient(loss, network.trainable_variables)
        optimizer.apply(gradients, network.trainable_variables)
        hits = tf.equal(tf.argmax(probabilities, -1), tf.argmax(targets, -1))
        return loss, tf.reduce_sum(tf.cast(hits, tf.int32))

    return update
