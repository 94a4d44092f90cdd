"""Train the judge of ``reading.judge``, and set its threshold on unseen digits."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from mnist_cnn.network import weights
from mnist_cnn.network.architecture import IMAGE_SIZE
from mnist_cnn.network.model import as_input
from mnist_cnn.optimization.augment import vary_pictures
from mnist_cnn.optimization.recipes import Variation
from mnist_cnn.reading.judge import build
from mnist_cnn.system.atomic_files import write_atomically, write_text

BATCH_SIZE = 256
LEARNING_RATE = 3e-3  # at the first step; it falls to 0
FALSE_ALARMS = 0.005  # share of unseen digits below the threshold


def fit(
    digits: np.ndarray,
    others: np.ndarray,
    seed: int = 1,
    epochs: int = 8,
    report: Callable[[str], None] = print,
) -> keras.Model:
    """Return a judge trained on pictures of digits and others, both uint8 ``(n, 28, 28)``."""
    judge = build(seed)
    images = np.concatenate([digits, others])
    targets = np.concatenate([np.ones(len(digits)), np.zeros(len(others))]).astype(np.float32)
    random = np.random.default_rng(seed)
    optimizer = keras.optimizers.AdamW(LEARNING_RATE)
    optimizer.build(judge.trainable_variables)
    update = _update_function(judge, optimizer)
    per_epoch = len(images) // BATCH_SIZE
    for epoch in range(epochs):
        losses = []
        for step, rows in enumerate(
            random.permutation(len(images))[: per_epoch * BATCH_SIZE].reshape(per_epoch, -1)
        ):
            done = epoch * per_epoch + step
            optimizer.learning_rate.assign(LEARNING_RATE * (1 - done / (epochs * per_epoch)))
            losses.append(update(images[rows], targets[rows], np.array([seed, done], np.int32)))
        report(f"judge, epoch {epoch + 1} of {epochs}: loss {np.mean(losses):.4f}")
    return judge


def _update_function(judge: keras.Model, optimizer: keras.optimizers.Optimizer) -> Callable:
    """Return one gradient step as a traced function."""
    signature = [
        tf.TensorSpec((BATCH_SIZE, IMAGE_SIZE, IMAGE_SIZE), tf.uint8),
        tf.TensorSpec((BATCH_SIZE,), tf.float32),
        tf.TensorSpec((2,), tf.int32),
    ]

    @tf.function(input_signature=signature)
    def update(images: tf.Tensor, targets: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
        pictures = tf.cast(images, tf.float32)[..., None] / 255.0
        pictures = vary_pictures(pictures, seed, Variation())
        with tf.GradientTape() as tape:
            logits = judge(pictures, training=True)[:, 0]
            loss = tf.nn.sigmoid_cross_entropy_with_logits(targets, logits)
            loss = tf.reduce_mean(loss)
        optimizer.apply(tape.gradient(loss, judge.trainable_variables), judge.trainable_variables)
        return loss

    return update


def save(network: keras.Model, unseen: Sequence[np.ndarray], seed: int, path: Path) -> None:
    """Write the judge, and a card with its threshold, set on unseen digits.

    Args:
        network: from ``fit``.
        unseen: kinds of digits, each uint8 ``(n, 28, 28)``. ``FALSE_ALARMS`` holds for each kind.
        seed: of the training, for the card.
        path: a ``.keras`` file.
    """
    card = weights.card_path(path)
    write_atomically(path, network.save, ready=lambda: card.unlink(missing_ok=True))
    scores = [_scores(network, images) for images in unseen]
    about = {
        "threshold": min(float(np.quantile(kind, FALSE_ALARMS)) for kind in scores),
        "seed": seed,
        "parameters": network.count_params(),
    }
    write_text(card, json.dumps(about, indent=2) + "\n")


def _scores(network: keras.Model, images: np.ndarray) -> np.ndarray:
    return network.predict(as_input(images), batch_size=1000, verbose=0)[:, 0]
