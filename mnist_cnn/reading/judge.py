"""The judge: whether a drawing may not be a digit at all, and why.

A softmax over ten digits always names one, whatever is drawn. So a second, tiny network looks at
the same 28×28 picture and only tells digits from everything else. It learned from digits and from
drawn letters, signs, pictures and scribbles (``digits.nondigits``): outlier exposure (Hendrycks,
Mazeika and Dietterich, Deep Anomaly Detection with Outlier Exposure, 2019). It does not depend on
the large network, so a network in training has the same judge.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from mnist_cnn.network import keras_file, weights
from mnist_cnn.network.architecture import IMAGE_SIZE
from mnist_cnn.reading.preprocess import Stages
from mnist_cnn.system.paths import WEIGHTS

DEFAULT = WEIGHTS / "doubt.keras"

MAX_ASPECT_RATIO = 1.7  # width / height of the ink: digits side by side are wider
MAX_FILL = 0.9  # share of its bounding box that is ink: a blob has more
MIN_PROBABILITY = 0.5


def build(seed: int | None = None) -> keras.Model:
    """Return the untrained judge, 30,497 parameters: pictures to logits, above 0 for digits."""
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
    """The trained judge and its threshold, as a traced function: 0.3 ms for a picture."""

    def __init__(self, path: str | os.PathLike = DEFAULT):
        """Load the judge from ``path``; raises ``WeightsError``."""
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

        The reasons are ``wide`` (several digits side by side, or a horizontal line), ``blob`` (a
        filled shape), ``unfamiliar`` (unlike any digit) and ``unsure`` (no digit has a probability
        of 50 %).

        Args:
            stages: of the drawing.
            probabilities: ``(10,)``, the network's.
            score: that of ``stages.image`` by ``scores``, if it is known already.
        """
        height, width = stages.crop.shape
        if width > MAX_ASPECT_RATIO * height:
            return "wide"
        if width > height / 2 and np.mean(stages.crop) > MAX_FILL * 255:
            return "blob"
        if score is None:
            score = self.scores(stages.image[None])[0]
        if score < self.threshold:
            return "unfamiliar"
        if probabilities.max() < MIN_PROBABILITY:
            return "unsure"
        return None


def _threshold(card: Path) -> float:
    try:
        return float(json.loads(card.read_text(encoding="utf-8"))["threshold"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        advice = keras_file.restore_advice(card, "judge")
        raise weights.WeightsError(f"{card} cannot be read ({error}). {advice}") from error
