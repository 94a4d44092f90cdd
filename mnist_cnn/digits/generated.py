"""Generate labelled digits, for machines without MNIST and without a connection.

The shipped generator is the decoder of a conditional variational autoencoder (Kingma and Welling,
Auto-Encoding Variational Bayes, 2014; Sohn, Lee and Yan, Learning Structured Output Representation
using Deep Conditional Generative Models, 2015). Latent codes are not drawn from the prior N(0, I)
but from a mixture of Gaussians for each digit, fitted to where the encoder puts MNIST's training
digits, the aggregate posterior: the prior leaves holes there (Hoffman and Johnson, ELBO surgery,
2016; Tomczak and Welling, VAE with a VampPrior, 2018). ``making.generator_training`` trains it.
"""

from __future__ import annotations

import hashlib
import os
import zipfile
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from mnist_cnn.digits.mnist_files import TEST_DIGITS, TRAIN_DIGITS, Mnist
from mnist_cnn.network import keras_file, weights
from mnist_cnn.network.architecture import CLASSES, IMAGE_SIZE
from mnist_cnn.system.atomic_files import write_atomically
from mnist_cnn.system.paths import WEIGHTS

SOURCE = "generated digits"
DEFAULT = WEIGHTS / "generator.npz"
LATENT = 24  # size of a latent code
COMPONENTS = 100  # Gaussians for each digit
CHUNK = 1000  # pictures decoded at a time


class Generator:
    """Makes labelled digits.

    ``arrays``, float16, are its whole state, and the content of its file:

    - ``decoder_0`` to ``decoder_7``: kernels and biases of the decoder, in order;
    - ``shares`` ``(10, COMPONENTS)``: probabilities of the Gaussians of each digit;
    - ``means`` ``(10, COMPONENTS, LATENT)``;
    - ``factors`` ``(10, COMPONENTS, LATENT * (LATENT + 1) / 2)``: Cholesky factors of the
      covariances, the lower triangle row by row.
    """

    def __init__(self, arrays: dict[str, np.ndarray]):
        self.arrays = arrays
        decoder = build_decoder()
        count = len(decoder.weights)
        decoder.set_weights([arrays[f"decoder_{i}"].astype(np.float32) for i in range(count)])
        self._means = arrays["means"].astype(np.float32)
        self._factors = np.zeros((CLASSES, COMPONENTS, LATENT, LATENT), np.float32)
        rows, columns = np.tril_indices(LATENT)
        self._factors[..., rows, columns] = arrays["factors"]

        @tf.function(
            input_signature=[
                tf.TensorSpec((None, LATENT), tf.float32),
                tf.TensorSpec((None,), tf.int32),
            ]
        )
        def decode(codes: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
            ink = tf.sigmoid(decoder([codes, tf.one_hot(labels, CLASSES)]))
            return tf.cast(tf.round(255 * ink[..., 0]), tf.uint8)

        self._decode = decode

    def digits(self, count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """Return new digits: uint8 images ``(count, 28, 28)``, ink is 255, and uint8 labels.

        Each digit occurs equally often, give or take one, in random order. The same seed gives the
        same digits, up to rounding. 60,000 take 4 s on two cores.
        """
        random = np.random.default_rng(seed)
        labels = random.permutation(np.arange(count) % CLASSES).astype(np.uint8)
        components = self._components(labels, random)
        images = np.empty((count, IMAGE_SIZE, IMAGE_SIZE), np.uint8)
        for start in range(0, count, CHUNK):
            part = slice(start, start + CHUNK)
            picked = labels[part], components[part]
            noise = random.standard_normal((len(labels[part]), LATENT), np.float32)
            codes = self._means[picked] + np.einsum("nij,nj->ni", self._factors[picked], noise)
            images[part] = self._decode(codes, labels[part].astype(np.int32))
        return images, labels

    def dataset(self, seed: int, train_digits: int = TRAIN_DIGITS) -> Mnist:
        """Return new digits in the form of MNIST; ``train_digits`` may be fewer than MNIST has."""
        return Mnist(
            *self.digits(train_digits, seed),
            *self.digits(TEST_DIGITS, seed + 1),
            source=SOURCE,
            checksum=hashlib.sha256(
                b"".join(a.tobytes() for a in self.arrays.values())
            ).hexdigest(),
        )

    def _components(self, labels: np.ndarray, random: np.random.Generator) -> np.ndarray:
        """Draw a component for each label, by inverting the cumulative distribution."""
        edges = self.arrays["shares"].astype(np.float64).cumsum(axis=1)
        edges /= edges[:, -1:]  # in float16 they only roughly sum to 1
        drawn = random.random((len(labels), 1))
        return (drawn > edges[labels]).sum(axis=1)

    def save(self, path: str | os.PathLike = DEFAULT) -> None:
        """Write the generator atomically; raises ``NotWrittenError``."""
        path = Path(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        arrays: dict[str, Any] = dict(self.arrays)  # none is named allow_pickle
        write_atomically(path, lambda aside: np.savez_compressed(aside, **arrays))

    @classmethod
    def load(cls, path: str | os.PathLike = DEFAULT) -> Generator:
        """Return the generator in the file at ``path``.

        Raises:
            WeightsError: the file is missing, damaged, or holds something else.
        """
        path = Path(path)
        if not path.is_file():
            raise weights.WeightsError(
                f"There is no generator at {path}. {keras_file.restore_advice(path, 'generator')}"
            )
        try:
            with zipfile.ZipFile(path), np.load(path, allow_pickle=False) as archive:
                arrays = {name: archive[name] for name in archive.files}
            _check(arrays)
        except keras_file.DAMAGED_FILE_ERRORS as error:
            reason = keras_file.one_line(error).rstrip(".")
            raise weights.WeightsError(
                f"{path} is damaged ({reason}). {keras_file.restore_advice(path, 'generator')}"
            ) from error
        return cls(arrays)


def build_decoder() -> keras.Model:
    """Return the untrained decoder, from a code and a digit to a picture.

    Input shapes: ``(batch, LATENT)``, roughly standard normal, and ``(batch, 10)``, one-hot.
    Output shape: ``(batch, 28, 28, 1)``, logits of ink.
    """
    code = keras.Input((LATENT,), name="code")
    digit = keras.Input((CLASSES,), name="digit")
    x = layers.Concatenate()([code, digit])
    x = layers.Dense(192, activation="relu")(x)
    x = layers.Dense(7 * 7 * 32, activation="relu")(x)
    x = layers.Reshape((7, 7, 32))(x)
    x = layers.Conv2DTranspose(24, 4, strides=2, padding="same", activation="relu")(x)
    x = layers.Conv2DTranspose(1, 4, strides=2, padding="same")(x)
    return keras.Model([code, digit], x, name="decoder")


def _shapes() -> dict[str, tuple[int, ...]]:
    """Return the name and shape of every array of a generator."""
    shapes = {f"decoder_{i}": tuple(w.shape) for i, w in enumerate(build_decoder().weights)}
    return shapes | {
        "shares": (CLASSES, COMPONENTS),
        "means": (CLASSES, COMPONENTS, LATENT),
        "factors": (CLASSES, COMPONENTS, LATENT * (LATENT + 1) // 2),
    }


def _check(arrays: dict[str, np.ndarray]) -> None:
    """Raise ``ValueError`` unless these are the arrays of a generator."""
    for name, shape in _shapes().items():
        array = arrays[name]
        if array.dtype != np.float16 or array.shape != shape:
            raise ValueError(f"{name} should be float16 {shape}, found {array.dtype} {array.shape}")
        if not np.isfinite(array).all():
            raise ValueError(f"{name} has numbers that are not finite")
    if (arrays["shares"] < 0).any() or (arrays["shares"].sum(axis=1, dtype=float) < 0.5).any():
        raise ValueError("shares should be positive and sum to 1")
