"""What in the drawing speaks for the winner, and what for the runner-up.

Integrated gradients (Sundararajan, Taly and Yan, Axiomatic Attribution for Deep Networks, 2017) of
the difference of the two logits, on the straight way from a picture without ink. Ink that is
missing gets nothing, because the way starts without ink: the heat lies on what was drawn.
"""

from __future__ import annotations

from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf

from mnist_cnn.preprocess import IMAGE_SIZE

STEPS = 128  # on the way; the terms then add up within 2 %


@dataclass(frozen=True)
class Evidence:
    """Every pixel's share in the difference between the two logits."""

    digit: int
    runner_up: int
    pixels: np.ndarray  # float32 (28, 28): above 0 for the digit, below for the runner-up
    difference: float  # logit of the digit less logit of the runner-up
    baseline: float  # the same for a picture without ink; pixels sum to difference - baseline


class Attribution:
    """A network, ready to say what its answer is made of: one traced pass over all steps."""

    def __init__(self, network: keras.Model, steps: int = STEPS):
        """Trace ``network``, whose last layer is a dense layer with softmax."""
        last = network.layers[-1]
        if (
            not isinstance(last, keras.layers.Dense)
            or last.activation is not keras.activations.softmax
        ):
            raise TypeError(f"The last layer has to be Dense with softmax, not {last.name}.")
        body = keras.Model(network.inputs, last.input)

        def logits_of(pictures):
            return tf.matmul(body(pictures, training=False), last.kernel) + last.bias

        way = (tf.range(steps, dtype=tf.float32) + 0.5) / steps  # midpoints
        picture = tf.TensorSpec((IMAGE_SIZE, IMAGE_SIZE, 1), tf.float32)
        digit = tf.TensorSpec((), tf.int32)

        @tf.function(input_signature=[picture])
        def logits(image):
            return logits_of(tf.stack([image, tf.zeros_like(image)]))

        @tf.function(input_signature=[picture, digit, digit])
        def integrate(image, winner, other):
            pictures = way[:, None, None, None] * image
            with tf.GradientTape() as tape:
                tape.watch(pictures)
                scores = logits_of(pictures)
                difference = tf.reduce_sum(scores[:, winner] - scores[:, other])
            return tf.reduce_mean(tape.gradient(difference, pictures), axis=0) * image

        self._logits, self._integrate = logits, integrate
        self(np.zeros((IMAGE_SIZE, IMAGE_SIZE), np.uint8))  # trace before it is needed

    def __call__(self, image: np.ndarray, against: int | None = None) -> Evidence:
        """Return the evidence in a picture, uint8 ``(28, 28)``, ink is 255.

        Args:
            image: as ``preprocess`` makes it.
            against: the digit to compare with, the runner-up without it.

        Raises:
            ValueError: the picture has another shape or type, or ``against`` is the winner.
        """
        if image.shape != (IMAGE_SIZE, IMAGE_SIZE) or image.dtype != np.uint8:
            raise ValueError(f"Expected uint8 (28, 28), got {image.dtype} {image.shape}.")
        picture = tf.constant(image.astype(np.float32)[..., None] / 255.0)
        scores, empty = self._logits(picture).numpy()
        winner, second = np.argsort(-scores, kind="stable")[:2]
        other = second if against is None else against
        if other == winner or not 0 <= other < len(scores):
            raise ValueError(f"The answer is {winner}; compare it with another digit, not {other}.")
        pixels = self._integrate(
            picture, tf.constant(winner, tf.int32), tf.constant(other, tf.int32)
        )
        return Evidence(
            digit=int(winner),
            runner_up=int(other),
            pixels=pixels.numpy()[..., 0],
            difference=float(scores[winner] - scores[other]),
            baseline=float(empty[winner] - empty[other]),
        )
