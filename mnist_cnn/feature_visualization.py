"""What excites a channel most: a picture made for it by gradient ascent.

Activation maximisation (Erhan, Bengio, Courville and Vincent, Visualizing Higher-Layer Features of
a Deep Network, 2009), kept to strokes instead of noise by a penalty on total variation and on ink
(Olah, Mordvintsev and Schubert, Feature Visualization, Distill 2017).
"""

from __future__ import annotations

import hashlib
import logging
import threading
import zipfile
from collections import defaultdict
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from mnist_cnn import data, weights
from mnist_cnn.model import layer_table
from mnist_cnn.preprocess import IMAGE_SIZE
from mnist_cnn.receptive_field import receptive_fields

STEPS = 120
LEARNING_RATE = 0.25
STARTS = 3  # random pictures to climb from; the best is kept
# Penalties, in units of a channel's mean sensitivity to a pixel, so that they suit every channel.
ROUGHNESS = 0.5  # for each step between two neighbouring pixels
INK = 0.15  # for each pixel of ink

log = logging.getLogger(__name__)


class FeatureVisualizer:
    """Pictures of what excites the channels of a network, computed once and kept in a cache."""

    def __init__(self, network: keras.Model, cache: Path | None = None):
        """Compute nothing yet.

        Args:
            network: as ``model.build`` returns it, trained.
            cache: a folder; beside MNIST in Keras's folder without it.
        """
        self.network = network
        self.fields = receptive_fields(network)
        self.shapes = {row.name: row.shape for row in layer_table(network)}
        folder = data.cache_folder() if cache is None else cache
        self.folder = folder / f"features-{_fingerprint(network)}"
        self._pictures: dict[str, np.ndarray] = {}
        self._locks: dict[str, threading.Lock] = defaultdict(threading.Lock)

    def pictures(self, layer: str) -> np.ndarray:
        """Return uint8 ``(channels, height, width)``, 255 is ink, as large as the layer sees.

        Raises:
            ValueError: the network has no such layer.
        """
        if layer not in self.shapes:
            raise ValueError(f"The network has no layer {layer!r}, only {', '.join(self.shapes)}.")
        with self._locks[layer]:  # two who ask at once wait for one computation
            if layer not in self._pictures:
                self._pictures[layer] = self._read(layer)
        return self._pictures[layer]

    def _read(self, layer: str) -> np.ndarray:
        path = self.folder / f"{layer}.npz"
        try:
            with np.load(path, allow_pickle=False) as kept:
                return kept["pictures"]
        except FileNotFoundError:
            pass
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            log.warning("%s is damaged (%s) and is made again", path, error)
        pictures = self._climb(layer)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            weights.write_aside(path, lambda aside: np.savez_compressed(aside, pictures=pictures))
        except OSError as error:
            log.warning("%s is not kept for the next start: %s", path, error)
        return pictures

    def _climb(self, layer: str) -> np.ndarray:
        region = self._region(layer)
        left, top, right, bottom = region
        count = self.shapes[layer][-1]
        shape = (STARTS * count, bottom - top, right - left)
        excitement = _excitement(self.network, layer, self._cell(layer), region)
        start = np.random.default_rng(28).normal(0, 0.3, shape).astype(np.float32)
        pictures, reached = _ascend(excitement, start, np.tile(np.arange(count), STARTS))
        best = reached.reshape(STARTS, count).argmax(axis=0)
        chosen = pictures.reshape(STARTS, count, *shape[1:])[best, np.arange(count)]
        return (chosen * 255).round().astype(np.uint8)

    def _cell(self, layer: str) -> tuple[int, ...]:
        """The cell in the middle of a feature map, where no padding reaches."""
        return tuple(side // 2 for side in self.shapes[layer][:-1])

    def _region(self, layer: str) -> tuple[int, int, int, int]:
        cell = self._cell(layer)
        return self.fields[layer].region(*cell) if cell else (0, 0, IMAGE_SIZE, IMAGE_SIZE)


def _fingerprint(network: keras.Model) -> str:
    digest = hashlib.sha256()
    for array in network.get_weights():
        digest.update(array.tobytes())
    return digest.hexdigest()[:16]


def _excitement(network: keras.Model, name: str, cell: tuple[int, ...], region):
    """Return a function: patches ``(n, h, w)`` → a cell before its activation, ``(n, channels)``.

    Before, because a rectified cell that is off has no gradient to climb.
    """
    layer = network.get_layer(name)
    before = keras.Model(network.inputs, layer.input)
    left, top, right, bottom = region
    frame = [[0, 0], [top, IMAGE_SIZE - bottom], [left, IMAGE_SIZE - right]]

    def excitement(patches):
        inputs = before(tf.pad(patches, frame)[..., None], training=False)
        if isinstance(layer, keras.layers.Dense):
            return tf.matmul(inputs, layer.kernel) + layer.bias
        if isinstance(layer, keras.layers.Conv2D):
            outputs = layer.convolution_op(inputs, layer.kernel) + layer.bias
        else:
            outputs = layer(inputs)
        return outputs[:, cell[0], cell[1], :] if cell else outputs

    return excitement


def _ascend(excitement, start: np.ndarray, channels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Climb from ``start``, logits of pictures ``(n, h, w)``, each for its channel.

    Returns:
        The pictures, float32 in 0..1, and how much each excites its channel, ``(n,)``.
    """
    logits = tf.Variable(start)
    optimizer = keras.optimizers.Adam(LEARNING_RATE)
    optimizer.build([logits])
    chosen = tf.one_hot(channels, int(channels.max()) + 1)

    def excited(pictures):
        return tf.reduce_sum(excitement(pictures) * chosen, axis=1)

    @tf.function
    def sensitivity():
        pictures = tf.sigmoid(logits)
        with tf.GradientTape() as tape:
            tape.watch(pictures)
            total = excited(pictures)
        return tf.reduce_mean(tf.abs(tape.gradient(total, pictures)), axis=(1, 2))

    unit = sensitivity() + 1e-6

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            pictures = tf.sigmoid(logits)
            penalty = ROUGHNESS * _roughness(pictures) + INK * tf.reduce_sum(pictures, axis=(1, 2))
            loss = tf.reduce_sum(penalty - excited(pictures) / unit)
        optimizer.apply([tape.gradient(loss, logits)], [logits])

    for _ in range(STEPS):
        step()
    pictures = tf.sigmoid(logits)
    return pictures.numpy(), excited(pictures).numpy()


def _roughness(pictures: tf.Tensor) -> tf.Tensor:
    """Total variation, ``(n,)``; paper lies around the patch."""
    framed = tf.pad(pictures, [[0, 0], [1, 1], [1, 1]])
    across = tf.abs(framed[:, :, 1:] - framed[:, :, :-1])
    down = tf.abs(framed[:, 1:] - framed[:, :-1])
    return tf.reduce_sum(across, axis=(1, 2)) + tf.reduce_sum(down, axis=(1, 2))
