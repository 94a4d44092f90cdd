"""Say when a drawing may not be a digit at all, and why, apart from the softmax.

A softmax of ten digits has to name one, whatever is drawn. So a second, tiny network looks at the
same 28×28 picture and only tells digits from everything else. It learned from digits and from
drawn letters, signs, pictures and scribbles (``mnist_cnn.nondigits``): outlier exposure
(Hendrycks, Mazeika and Dietterich, Deep Anomaly Detection with Outlier Exposure, 2019). It does
not depend on the weights of the large network, so a network in training has the same conscience.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from mnist_cnn import weights, weights_file
from mnist_cnn.aside import write_aside
from mnist_cnn.augment import vary_pictures
from mnist_cnn.model import IMAGE_SIZE
from mnist_cnn.preprocess import Stages
from mnist_cnn.recipes import Variation
from mnist_cnn.training import as_input

DEFAULT = weights_file.FOLDER / "doubt.keras"

WIDEST = 1.7  # width over height of the ink: digits side by side are wider
FULLEST = 0.9  # share of its box a drawing inks: a blob inks more
LEAST_PROBABILITY = 0.5

BATCH_SIZE = 256
LEARNING_RATE = 3e-3  # at the first step; it falls to 0
FALSE_ALARMS = 0.005  # share of unseen digits that the threshold may flag


def build(seed: int | None = None) -> keras.Model:
    """Return the untrained judge, 30,497 parameters: picture → logit, above 0 for digits."""
    if seed is not None:
        keras.utils.set_random_seed(seed)
    layers = keras.layers
    picture = keras.Input((IMAGE_SIZE, IMAGE_SIZE, 1), name="image")
    x = layers.Conv2D(16, 3, strides=2, activation="relu", name="conv1")(picture)
    x = layers.Conv2D(32, 3, strides=2, activation="relu", name="conv2")(x)
    x = layers.Conv2D(32, 3, activation="relu", name="conv3")(x)
    x = layers.Flatten(name="flatten")(x)
    x = layers.Dense(32, activation="relu", name="dense1")(x)
    return keras.Model(picture, layers.Dense(1, name="digitness")(x), name="doubt")


class Judge:
    """The trained judge with its threshold, as one traced function: 0.3 ms a picture."""

    def __init__(self, path: str | os.PathLike = DEFAULT):
        """Load the judge; raises ``weights.WeightsError``."""
        self.network = weights.load(path, build, "judge")
        self.threshold = _threshold(weights.card_path(Path(path)))
        signature = [tf.TensorSpec((None, IMAGE_SIZE, IMAGE_SIZE), tf.uint8)]
        self._pass = tf.function(
            lambda x: self.network(tf.cast(x, tf.float32)[..., None] / 255.0)[:, 0],
            input_signature=signature,
        )
        self.scores(np.zeros((1, IMAGE_SIZE, IMAGE_SIZE), np.uint8))  # trace before it is needed

    def scores(self, images: np.ndarray) -> np.ndarray:
        """Return how much uint8 pictures ``(n, 28, 28)`` look like digits, float32 ``(n,)``."""
        return self._pass(tf.constant(images)).numpy()

    def doubt(
        self, stages: Stages, probabilities: np.ndarray, score: float | None = None
    ) -> str | None:
        """Return why the drawing may not be a digit, or None when it looks like one.

        ``score`` is what ``scores`` says of ``stages.image``, where it is known already.

        The reasons are names for the page to translate: ``wide`` (several digits side by side, or
        a lying line), ``blob`` (a filled shape), ``unfamiliar`` (unlike any digit),
        ``unsure`` (no digit has even odds).
        """
        height, width = stages.crop.shape
        if width > WIDEST * height:
            return "wide"
        if width > height / 2 and np.mean(stages.crop) > FULLEST * 255:
            return "blob"
        if score is None:
            score = self.scores(stages.image[None])[0]
        if score < self.threshold:
            return "unfamiliar"
        if probabilities.max() < LEAST_PROBABILITY:
            return "unsure"
        return None


def _threshold(card: Path) -> float:
    try:
        return float(json.loads(card.read_text(encoding="utf-8"))["threshold"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        way_out = weights_file.way_out(card, "judge")
        raise weights.WeightsError(f"{card} cannot be read ({error}). {way_out}") from error


def fit(
    digits: np.ndarray,
    others: np.ndarray,
    seed: int = 1,
    epochs: int = 8,
    report: Callable[[str], None] = print,
) -> keras.Model:
    """Return a judge trained on uint8 pictures of digits and of others, both ``(n, 28, 28)``."""
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
    """Write the judge, set its threshold on digits it has not seen, and write that as its card.

    Args:
        network: as ``fit`` returns it.
        unseen: kinds of digits, each uint8 ``(n, 28, 28)``; each alone raises no more than
            ``FALSE_ALARMS``.
        seed: of the training, for the card.
        path: a ``.keras`` file.
    """
    card = weights.card_path(path)
    write_aside(path, network.save, ready=lambda: card.unlink(missing_ok=True))
    scores = [_scores(network, images) for images in unseen]
    about = {
        "threshold": min(float(np.quantile(kind, FALSE_ALARMS)) for kind in scores),
        "seed": seed,
        "parameters": network.count_params(),
    }
    text = json.dumps(about, indent=2) + "\n"
    write_aside(card, lambda aside: aside.write_text(text))


def _scores(network: keras.Model, images: np.ndarray) -> np.ndarray:
    return network.predict(as_input(images), batch_size=1000, verbose=0)[:, 0]
