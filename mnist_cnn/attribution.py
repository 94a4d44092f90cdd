"""What in the drawing speaks for the winner, and what for the runner-up.

Integrated gradients (Sundararajan, Taly and Yan, Axiomatic Attribution for Deep Networks, 2017) of
the difference of the two logits, on the straight way from a picture without ink. Ink that is
missing gets nothing, because the way starts without ink: the heat lies on what was drawn. A white
or blurred start would say something of missing ink too, but in noise that nobody can read.

Max pooling picks one pixel of a stroke and passes its neighbours over, so the share of a single
pixel is chance. Each share is therefore spread over the ink within about a pixel, in proportion
to the ink; shares then add up as before, and erasing the strongest of them moves the answer much
further (``tests/benchmarks/attribution_speed.py``).
"""

from __future__ import annotations

from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf

from mnist_cnn.preprocess import IMAGE_SIZE

STEPS = 32  # on the way: the sum is 3 % off; 128 steps take four times as long for 1 %
SPREAD = 1.0  # pixels: standard deviation of the Gaussian that spreads shares over the ink


@dataclass(frozen=True)
class Evidence:
    """Every pixel's share in the difference between the two logits."""

    digit: int
    runner_up: int
    pixels: np.ndarray  # float32 (28, 28): above 0 for the digit, below for the runner-up
    difference: float  # logit of the digit less logit of the runner-up
    baseline: float  # the same for a picture without ink; pixels sum to difference - baseline


class Attribution:
    """A network, ready to say what its answer is made of: one traced pass over all steps, 15 ms."""

    def __init__(self, network: keras.Model, steps: int = STEPS):
        """Trace ``network``.

        Raises:
            TypeError: its last layer is not a dense layer with softmax.
        """
        logits = logits_of(network)
        way = (tf.range(steps, dtype=tf.float32) + 0.5) / steps  # midpoints
        picture = tf.TensorSpec((IMAGE_SIZE, IMAGE_SIZE), tf.float32)
        digit = tf.TensorSpec((), tf.int32)

        @tf.function(input_signature=[picture])
        def ends(image):
            return logits(tf.stack([image, tf.zeros_like(image)])[..., None])

        @tf.function(input_signature=[picture, digit, digit, tf.TensorSpec((), tf.float32)])
        def integrate(image, winner, other, total):
            pictures = way[:, None, None, None] * image[..., None]
            with tf.GradientTape() as tape:
                tape.watch(pictures)
                scores = logits(pictures)
                difference = tf.reduce_sum(scores[:, winner] - scores[:, other])
            gradient = tf.reduce_mean(tape.gradient(difference, pictures), axis=0)
            return _spread(_complete(gradient[..., 0] * image, total), image)

        self._ends, self._integrate = ends, integrate
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
        picture = tf.constant(image.astype(np.float32) / 255.0)
        scores, empty = self._ends(picture).numpy()
        winner, second = map(int, np.argsort(-scores, kind="stable")[:2])
        other = second if against is None else against
        if other == winner or not 0 <= other < len(scores):
            raise ValueError(f"The answer is {winner}; compare it with another digit, not {other}.")
        difference = float(scores[winner] - scores[other])
        baseline = float(empty[winner] - empty[other])
        pixels = self._integrate(picture, winner, other, difference - baseline)
        return Evidence(winner, other, pixels.numpy(), difference, baseline)


def logits_of(network: keras.Model):
    """Return a function: pictures ``(n, 28, 28, 1)`` → logits ``(n, classes)``."""
    last = network.layers[-1]
    dense = isinstance(last, keras.layers.Dense)
    if not dense or last.activation is not keras.activations.softmax:
        raise TypeError(f"The last layer has to be Dense with softmax, not {last.name}.")
    body = keras.Model(network.input, last.input)
    return lambda pictures: tf.matmul(body(pictures, training=False), last.kernel) + last.bias


def _complete(shares: tf.Tensor, total: tf.Tensor) -> tf.Tensor:
    """Share out what the midpoints miss of ``total``, in proportion to the size of each share."""
    sizes = tf.abs(shares)
    missing = total - tf.reduce_sum(shares)
    return shares + sizes * tf.math.divide_no_nan(missing, tf.reduce_sum(sizes))


def _spread(shares: tf.Tensor, ink: tf.Tensor) -> tf.Tensor:
    """Spread each pixel's share over the ink around it; the sum stays."""
    reach = round(3 * SPREAD)
    bell = np.exp(-0.5 * (np.arange(-reach, reach + 1) / SPREAD) ** 2)
    kernel = tf.constant(np.outer(bell, bell)[..., None, None], tf.float32)

    def blur(field):
        return tf.nn.conv2d(field[None, ..., None], kernel, 1, "SAME")[0, ..., 0]

    return ink * blur(tf.math.divide_no_nan(shares, blur(ink)))
