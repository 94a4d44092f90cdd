"""Find the picture that excites a channel most, by gradient ascent.

This is activation maximisation (Erhan, Bengio, Courville and Vincent, Visualizing Higher-Layer
Features of a Deep Network, 2009). On its own it finds noise that no pen draws. Olah, Mordvintsev
and Schubert (Feature Visualization, Distill 2017) describe what turns it into strokes: a blur,
random shifts at first, and penalties for ink and for edges.
"""

from __future__ import annotations

from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf

from mnist_cnn.network import importer
from mnist_cnn.network.architecture import IMAGE_SIZE
from mnist_cnn.network.receptive_field import fields_along
from mnist_cnn.reading.preprocess import BOX

SEED = 28
STARTS = 6  # random starts for each channel, of which the best is kept; but no more pixels than
MAX_PIXELS = 101_000  # optimised together: a few seconds for each layer
STEPS = 80
SHAKEN_STEPS = 50  # steps with shifts; the others find the best position within a pixel
LEARNING_RATE = 0.25
GAIN = 3.0  # restores the contrast that the blur removes
FREE_SIDE, FULL_SIDE = 4, 12  # pixels: no penalties for smaller patches, full ones for larger
BLUR = 1.0  # pixels: standard deviation
# Penalties, in units of the mean gradient of a pixel, so that they suit every channel.
EDGES = (0.8, 0.25)  # at the first and the last step, for each unit of total variation
INK = 0.1  # for each pixel of full ink


def maximize(network: keras.Model, name: str) -> np.ndarray:
    """Return the best picture for each channel of a layer.

    Args:
        network: a chain of convolutions without padding and strides, pooling, and dense layers.
        name: of a layer other than flatten.

    Returns:
        uint8 ``(channels, height, width)``, 255 is ink, and the same each time. The size is the
        receptive field for feature maps, and the whole picture for units.
    """
    excite = _excitement(network, name)
    *cells, channels = network.get_layer(name).output.shape[1:]
    fields = fields_along(importer.from_model(network)[0])
    height, width = fields[name].size if cells else (IMAGE_SIZE, IMAGE_SIZE)
    starts = int(np.clip(MAX_PIXELS // (channels * height * width), 1, STARTS))
    chosen = tf.one_hot(np.tile(np.arange(channels), starts), channels)
    strokes = _Strokes(height, width)
    random = np.random.default_rng(SEED)
    shift = _random_shifts(min(height, width) // 14, random)
    start = random.normal(-0.5, 0.15, (starts * channels, height, width))

    def excited(pictures: tf.Tensor) -> tf.Tensor:
        return tf.reduce_sum(excite(pictures) * chosen, axis=1)

    def slope(climbers: tf.Tensor, step: tf.Tensor) -> tf.Tensor:
        """Return the gradient of the loss: less excitation, more ink and more edges."""
        uphill = _uphill(lambda seen: excited(shift(seen, step)), strokes.draw(climbers))
        with tf.GradientTape() as tape:
            tape.watch(climbers)
            pictures = strokes.draw(climbers)
            loss = strokes.penalty(pictures, step) - tf.reduce_sum(pictures * uphill)
        return tape.gradient(loss, climbers)

    @tf.function
    def climb(climbers: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        pictures = strokes.draw(_descend(slope, climbers))
        return pictures, excited(pictures)

    # A concrete function, because TensorFlow warns about functions that are traced again and again.
    start = tf.constant(start, tf.float32)
    pictures, reached = climb.get_concrete_function(start)(start)
    best = reached.numpy().reshape(starts, channels).argmax(axis=0)
    pictures = pictures.numpy().reshape(starts, channels, height, width)
    return (pictures[best, np.arange(channels)] * 255).round().astype(np.uint8)


class _Strokes:
    """Turns noise into strokes, for pictures of one size."""

    def __init__(self, height: int, width: int):
        self.strictness = float(
            np.clip((min(height, width) - FREE_SIDE) / (FULL_SIDE - FREE_SIDE), 0, 1)
        )
        self.prices = tf.linspace(*EDGES, STEPS) * self.strictness
        self.down, self.across = (_blur(side, BLUR * self.strictness) for side in (height, width))
        self.frame = _frame(height, width)

    def draw(self, climbers: tf.Tensor) -> tf.Tensor:
        """Turn unbounded variables into pictures in 0..1, both ``(n, height, width)``."""
        blurred = tf.matmul(tf.matmul(self.down, climbers), self.across, transpose_b=True)
        return self.frame * tf.sigmoid(GAIN * blurred)

    def penalty(self, pictures: tf.Tensor, step: tf.Tensor) -> tf.Tensor:
        """Return the total penalty of ``pictures`` for edges and ink."""
        return self.prices[step] * _total_variation(pictures) + INK * tf.reduce_sum(pictures)


def _descend(slope: Callable, x: tf.Tensor) -> tf.Tensor:
    """Follow ``slope(x, step)`` down for all steps, with Adam (Kingma and Ba, 2015) and decay."""
    mean, square = tf.zeros_like(x), tf.zeros_like(x)
    for step in tf.range(STEPS):
        gradient = slope(x, step)
        mean = 0.9 * mean + 0.1 * gradient
        square = 0.99 * square + 0.01 * gradient**2
        done = tf.cast(step + 1, tf.float32)
        unit = tf.sqrt(square / (1 - 0.99**done)) + 1e-7
        x -= LEARNING_RATE * (1 - 0.9 * done / STEPS) * (mean / (1 - 0.9**done)) / unit
    return x


def _uphill(function: Callable, pictures: tf.Tensor) -> tf.Tensor:
    """Return the gradient of ``function`` for each picture, scaled to a mean magnitude of 1."""
    with tf.GradientTape() as tape:
        tape.watch(pictures)
        values = function(pictures)
    gradient = tape.gradient(values, pictures)
    size = tf.reduce_mean(tf.abs(gradient), axis=(1, 2), keepdims=True)
    return tf.math.divide_no_nan(gradient, size)


def _blur(side: int, sigma: float) -> tf.Tensor:
    """Return the matrix ``(side, side)`` of a Gaussian blur along one axis; rows sum to 1."""
    distance = np.subtract.outer(np.arange(side), np.arange(side))
    matrix = np.exp(-0.5 * (distance / max(sigma, 0.01)) ** 2)
    return tf.constant(matrix / matrix.sum(axis=1, keepdims=True), tf.float32)


def _frame(height: int, width: int) -> np.ndarray:
    """Return 1 where ink may be: in a whole picture, only inside the box of preprocessed digits.

    No network has learned from ink outside, so there would be only noise.
    """
    if (height, width) != (IMAGE_SIZE, IMAGE_SIZE):
        return np.ones((height, width), np.float32)
    edge = (IMAGE_SIZE - BOX) // 2
    return np.pad(np.ones((BOX, BOX), np.float32), edge)


def _random_shifts(
    reach: int, random: np.random.Generator
) -> Callable[[tf.Tensor, tf.Tensor], tf.Tensor]:
    """Return a function from pictures and step to pictures shifted by up to ``reach`` pixels.

    After ``SHAKEN_STEPS`` there is no shift. Ink is shifted out, paper in.
    """
    offsets = random.integers(-reach, reach + 1, (STEPS, 2))
    offsets[SHAKEN_STEPS:] = 0
    corners = tf.constant(reach - offsets, tf.int32)

    def shift(pictures: tf.Tensor, step: tf.Tensor) -> tf.Tensor:
        framed = tf.pad(pictures, [(0, 0), (reach, reach), (reach, reach)])
        return tf.slice(framed, (0, corners[step, 0], corners[step, 1]), pictures.shape)

    return shift


def _total_variation(pictures: tf.Tensor) -> tf.Tensor:
    """Return the sum of the gradient's magnitude over all pixels; around pictures is paper."""
    framed = tf.pad(pictures, [(0, 0), (1, 1), (1, 1)])
    here = framed[:, :-1, :-1]
    across, down = framed[:, :-1, 1:] - here, framed[:, 1:, :-1] - here
    return tf.reduce_sum(tf.sqrt(across**2 + down**2 + 1e-3))  # differentiable at 0


def _excitement(network: keras.Model, name: str) -> Callable[[tf.Tensor], tf.Tensor]:
    """Return a function from patches ``(n, h, w)`` to the cell that sees them, ``(n, channels)``.

    It leaves out the last activation function, because a ReLU that is off has no gradient. A patch
    has the size of the receptive field.
    """
    names = [layer.name for layer in network.layers]
    chain = network.layers[1 : names.index(name) + 1]
    last = [layer for layer in chain if layer.weights][-1]

    def excite(patches: tf.Tensor) -> tf.Tensor:
        x = patches[..., None]
        for layer in chain:
            if isinstance(layer, keras.layers.Conv2D):
                x = tf.nn.convolution(x, layer.kernel, padding="VALID") + layer.bias
            elif isinstance(layer, keras.layers.Dense):
                x = tf.matmul(x, layer.kernel) + layer.bias
            else:
                x = layer(x)
            if layer.weights and layer is not last:
                x = layer.activation(x)
        return tf.reshape(x, (len(x), -1))

    return excite
