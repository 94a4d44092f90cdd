"""Labelled digits without a network connection, made by a small generator that is shipped.

The generator is the decoder of a conditional variational autoencoder (Kingma and Welling,
Auto-Encoding Variational Bayes, 2014; Sohn, Lee and Yan, Learning Structured Output Representation
using Deep Conditional Generative Models, 2015). Latent codes are not drawn from the prior N(0, I)
but from a mixture of Gaussians for each digit, fitted to where the encoder puts MNIST's training
digits, the aggregate posterior: the prior leaves holes there (Hoffman and Johnson, ELBO surgery,
2016; Tomczak and Welling, VAE with a VampPrior, 2018). ``generator_training`` makes it.
"""

from __future__ import annotations

import hashlib
import json
import os
import tokenize
import zipfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from mnist_cnn import weights, weights_file
from mnist_cnn.aside import write_aside
from mnist_cnn.data import TEST_DIGITS, TRAIN_DIGITS, Mnist
from mnist_cnn.model import CLASSES, IMAGE_SIZE

SOURCE = "generated digits"
DEFAULT = weights_file.FOLDER / "generator.npz"
LATENT = 24  # numbers in a code
COMPONENTS = 100  # Gaussians for each digit
CHUNK = 1000  # pictures decoded at a time

# What NumPy and zipfile raise on files that are truncated, altered, or something else.
UNREADABLE = (*weights.UNREADABLE, tokenize.TokenError)


@dataclass(frozen=True)
class Card:
    """What is known about a generator."""

    seed: int
    epochs: int
    data_checksum: str  # data.Mnist.checksum of what it was trained on
    fresh_network_accuracy: float  # 0 to 1, on MNIST's test images, trained on its digits alone
    fresh_network_seconds: float  # for that training
    bytes: int  # of the file
    libraries: dict[str, str]  # name: version


class Generator:
    """Makes labelled digits.

    ``arrays`` are its only state, float16, and all that is in its file:

    - ``decoder_0`` to ``decoder_7``: kernels and biases of the decoder, in order;
    - ``shares`` ``(10, COMPONENTS)``: how often each Gaussian of each digit is drawn, sums are 1;
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

        Every digit comes equally often, give or take one, in random order. The same seed gives
        the same digits, up to the rounding of the machine. 60,000 take 4 s on two cores.
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
        """Return new digits in MNIST's place, as many as it has or fewer to train on."""
        return Mnist(
            *self.digits(train_digits, seed),
            *self.digits(TEST_DIGITS, seed + 1),
            source=SOURCE,
            checksum=hashlib.sha256(
                b"".join(a.tobytes() for a in self.arrays.values())
            ).hexdigest(),
        )

    def _components(self, labels: np.ndarray, random: np.random.Generator) -> np.ndarray:
        """Draw a component for each label, by inversion of the cumulated shares."""
        edges = self.arrays["shares"].astype(np.float64).cumsum(axis=1)
        edges /= edges[:, -1:]  # float16 sums to 1 only roughly
        drawn = random.random((len(labels), 1))
        return (drawn > edges[labels]).sum(axis=1)

    def save(self, path: str | os.PathLike = DEFAULT) -> None:
        """Write the generator aside first and then rename it: never half a file."""
        path = Path(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        arrays: dict[str, Any] = dict(self.arrays)  # none of them is called allow_pickle
        write_aside(path, lambda aside: np.savez_compressed(aside, **arrays))

    @classmethod
    def load(cls, path: str | os.PathLike = DEFAULT) -> Generator:
        """Return the generator that lies at ``path``.

        Raises:
            WeightsError: the file is missing, damaged, or holds something else.
        """
        path = Path(path)
        if not path.is_file():
            raise weights.WeightsError(
                f"There is no generator at {path}. {weights_file.way_out(path, 'generator')}"
            )
        try:
            with zipfile.ZipFile(path), np.load(path, allow_pickle=False) as archive:
                arrays = {name: archive[name] for name in archive.files}
            _check(arrays)
        except UNREADABLE as error:
            reason = weights_file.reason_of(error).rstrip(".")
            raise weights.WeightsError(
                f"{path} is damaged ({reason}). {weights_file.way_out(path, 'generator')}"
            ) from error
        return cls(arrays)


def build_decoder() -> keras.Model:
    """Return the untrained decoder: a code and a digit in, a picture out.

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


def save_card(card: Card, path: str | os.PathLike = DEFAULT) -> None:
    """Write the card beside the generator at ``path``."""
    text = json.dumps(asdict(card), indent=2) + "\n"
    write_aside(
        weights.card_path(Path(path)), lambda aside: aside.write_text(text, encoding="utf-8")
    )


def _shapes() -> dict[str, tuple[int, ...]]:
    """The name and shape of every array of a generator."""
    shapes = {f"decoder_{i}": tuple(w.shape) for i, w in enumerate(build_decoder().weights)}
    return shapes | {
        "shares": (CLASSES, COMPONENTS),
        "means": (CLASSES, COMPONENTS, LATENT),
        "factors": (CLASSES, COMPONENTS, LATENT * (LATENT + 1) // 2),
    }


def _check(arrays: dict[str, np.ndarray]) -> None:
    """Raise ValueError unless these are the arrays of a generator."""
    for name, shape in _shapes().items():
        array = arrays[name]
        if array.dtype != np.float16 or array.shape != shape:
            raise ValueError(f"{name} should be float16 {shape}, found {array.dtype} {array.shape}")
        if not np.isfinite(array).all():
            raise ValueError(f"{name} has values that are no numbers")
    if (arrays["shares"] < 0).any() or (arrays["shares"].sum(axis=1, dtype=float) < 0.5).any():
        raise ValueError("shares should be positive and sum to 1")
