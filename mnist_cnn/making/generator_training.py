"""Train the generator of ``digits/generated.py`` on MNIST's 60,000 training digits.

First, a conditional variational autoencoder learns to encode and decode them. Then a mixture of
Gaussians for each digit replaces the prior: its codes are grouped by k-means, and only the size,
 mean and covariance of each group are stored, never the code of a single digit.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from mnist_cnn.digits.generated import COMPONENTS, LATENT, Generator, build_decoder
from mnist_cnn.evaluation import measures
from mnist_cnn.network import model
from mnist_cnn.network.architecture import CLASSES, IMAGE_SIZE
from mnist_cnn.network.model import as_input
from mnist_cnn.optimization import loop
from mnist_cnn.optimization.recipes import Recipe, Variation

EPOCHS = 10  # of the autoencoder
BATCH = 256
LEARNING_RATE = 4e-3  # Adam's, after WARM_UP steps; then it falls to 0
WARM_UP = 150  # steps
KL_WEIGHT = 0.3  # below 1 for sharper pictures; the mixture compensates the worse prior

ROUNDS = 25  # of k-means
SHRINK = 40  # weight of the mean covariance in each group's own, in digits
MIN_GROUP = 8  # digits: smaller groups would be copies of them

DIGITS = 60_000  # that a fresh network learns from, as many as in MNIST
# For a fresh network and generated digits alone: within a minute on two cores.
OFFLINE = Recipe(
    "offline",
    "adamw",
    3e-3,
    epochs=2,
    batch_size=128,
    warm_up=0.1,
    label_smoothing=0.05,
    variation=Variation(),
)


def fit(
    images: np.ndarray,
    labels: np.ndarray,
    seed: int = 1,
    epochs: int = EPOCHS,
    report: Callable[[str], None] = print,
) -> Generator:
    """Return a generator of digits like these.

    Args:
        images: uint8 ``(n, 28, 28)``, ink is 255.
        labels: integers 0 to 9, ``(n,)``.
        seed: of the networks, the order of the pictures, and k-means.
        epochs: of the autoencoder.
        report: called with a sentence after each epoch.

    Raises:
        ValueError: there are too few pictures of a digit to form the groups.
    """
    fewest = np.bincount(labels, minlength=CLASSES).min()
    if fewest < 3 * MIN_GROUP * COMPONENTS:
        raise ValueError(
            f"Got {fewest} pictures of a digit: give at least {3 * MIN_GROUP * COMPONENTS} of each."
        )
    keras.utils.set_random_seed(seed)
    encoder, decoder = build_encoder(), build_decoder()
    _train(encoder, decoder, images, labels, seed, epochs, report)
    means, variances = _encode(encoder, images, labels)
    random = np.random.default_rng(seed)
    mixtures = [
        mixture(means[labels == digit], variances[labels == digit], random)
        for digit in range(CLASSES)
    ]
    arrays = {f"decoder_{i}": value for i, value in enumerate(decoder.get_weights())}
    for index, name in enumerate(("shares", "means", "factors")):
        arrays[name] = np.stack([one[index] for one in mixtures])
    return Generator({name: array.astype(np.float16) for name, array in arrays.items()})


def trial(
    generator: Generator, images: np.ndarray, labels: np.ndarray, seed: int = 1
) -> tuple[float, float]:
    """Train a fresh network only on generated digits, and test it on these real ones.

    Args:
        images: uint8 ``(n, 28, 28)``, ink is 255.
        labels: integers 0 to 9, ``(n,)``.

    Returns:
        The share read right, 0 to 1, and the seconds to make the digits and train.
    """
    network = model.build(seed)
    started = time.monotonic()
    for _ in loop.train(network, *generator.digits(DIGITS, seed), OFFLINE, seed):
        pass
    seconds = time.monotonic() - started
    return measures.score(network, images, labels).accuracy, seconds


def build_encoder() -> keras.Model:
    """Return the untrained encoder, from a picture and its digit to the distribution of its code.

    Input shapes: ``(batch, 28, 28, 1)``, 0 to 1, and ``(batch, 10)``, one-hot.
    Output shape: ``(batch, 2 * LATENT)``: means, then logarithms of variances.
    """
    image = keras.Input((IMAGE_SIZE, IMAGE_SIZE, 1), name="image")
    digit = keras.Input((CLASSES,), name="digit")
    x = layers.Conv2D(16, 5, strides=2, padding="same", activation="relu")(image)
    x = layers.Conv2D(32, 3, strides=2, padding="same", activation="relu")(x)
    x = layers.Concatenate()([layers.Flatten()(x), digit])
    x = layers.Dense(256, activation="relu")(x)
    return keras.Model([image, digit], layers.Dense(2 * LATENT)(x), name="encoder")


def mixture(
    means: np.ndarray, variances: np.ndarray, random: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Fit Gaussians to the codes of one digit.

    Each code is a small Gaussian itself, so a group's covariance is that of its means plus the mean
    of its variances. Groups are small for so many dimensions, so each covariance is shrunk towards
    the mean of all groups.

    Args:
        means, variances: float ``(n, LATENT)``: of the code of each picture.
        random: for the start of k-means.

    Returns:
        Shares ``(COMPONENTS,)``, means ``(COMPONENTS, LATENT)``, and the lower triangles of the
        covariances' Cholesky factors, ``(COMPONENTS, LATENT * (LATENT + 1) / 2)``.
    """
    groups = k_means(means.astype(float), COMPONENTS, random)
    sizes = np.bincount(groups, minlength=COMPONENTS)
    centres = np.stack([means[groups == group].mean(axis=0) for group in range(COMPONENTS)])
    apart = means - centres[groups]
    common = apart.T @ apart / len(means)
    rows, columns = np.tril_indices(LATENT)
    factors = []
    for group, size in enumerate(sizes):
        own = apart[groups == group]
        covariance = (own.T @ own + SHRINK * common) / (size + SHRINK)
        covariance += np.diag(variances[groups == group].mean(axis=0))
        factors.append(np.linalg.cholesky(covariance)[rows, columns])
    return sizes / sizes.sum(), centres, np.stack(factors)


def k_means(points: np.ndarray, count: int, random: np.random.Generator) -> np.ndarray:
    """Return the group, 0 to ``count`` - 1, of each of the points ``(n, dimensions)``.

    Lloyd's iteration. A group that becomes smaller than ``MIN_GROUP`` starts again at a random
    point; at the end, it gets the points nearest to it.
    """
    centres = points[random.choice(len(points), count, replace=False)]
    for _ in range(ROUNDS):
        groups = _distances(points, centres).argmin(axis=1)
        for group in range(count):
            inside = groups == group
            big = inside.sum() >= MIN_GROUP
            centres[group] = points[inside].mean(axis=0) if big else random.choice(points)
    distances = _distances(points, centres)
    groups = distances.argmin(axis=1)
    for small in np.flatnonzero(np.bincount(groups, minlength=count) < MIN_GROUP):
        from_big = np.bincount(groups, minlength=count)[groups] > 2 * MIN_GROUP
        nearest = np.where(from_big, distances[:, small], np.inf).argsort()[:MIN_GROUP]
        groups[nearest] = small
    return groups


def _distances(points: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """Return squared distances ``(n, count)``, without the constant square of each point."""
    return (centres**2).sum(axis=1) - 2 * points @ centres.T


def _train(
    encoder: keras.Model,
    decoder: keras.Model,
    images: np.ndarray,
    labels: np.ndarray,
    seed: int,
    epochs: int,
    report: Callable[[str], None],
) -> None:
    variables = encoder.trainable_variables + decoder.trainable_variables
    optimizer = keras.optimizers.Adam(LEARNING_RATE, beta_2=0.99)
    optimizer.build(variables)

    @tf.function(
        input_signature=[
            tf.TensorSpec((None, IMAGE_SIZE, IMAGE_SIZE, 1), tf.float32),
            tf.TensorSpec((None,), tf.int32),
        ]
    )
    def update(pictures: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
        digits = tf.one_hot(labels, CLASSES)
        with tf.GradientTape() as tape:
            mean, log_variance = tf.split(encoder([pictures, digits]), 2, axis=-1)
            codes = mean + tf.exp(log_variance / 2) * tf.random.normal(tf.shape(mean))
            logits = decoder([codes, digits])
            cross_entropy = tf.nn.sigmoid_cross_entropy_with_logits(pictures, logits)
            redrawing = tf.reduce_mean(tf.reduce_sum(cross_entropy, axis=(1, 2, 3)))
            divergence = tf.square(mean) + tf.exp(log_variance) - 1 - log_variance
            kl = tf.reduce_mean(tf.reduce_sum(divergence, axis=1)) / 2
            loss = redrawing + KL_WEIGHT * kl
        optimizer.apply(tape.gradient(loss, variables), variables)
        return tf.stack([redrawing, kl])

    random = np.random.default_rng(seed)
    steps, step = epochs * -(-len(images) // BATCH), 0
    for epoch in range(1, epochs + 1):
        seen = []
        order = random.permutation(len(images))
        for start in range(0, len(order), BATCH):
            rate = min((step + 1) / WARM_UP, 1) * (1 - step / steps)
            optimizer.learning_rate.assign(LEARNING_RATE * rate)
            batch = order[start : start + BATCH]
            seen.append(update(as_input(images[batch]), labels[batch].astype(np.int32)))
            step += 1
        redrawing, kl = np.mean(seen, axis=0)
        report(f"epoch {epoch}/{epochs}: redrawing {redrawing:.1f} nats, code {kl:.1f} nats")


def _encode(
    encoder: keras.Model, images: np.ndarray, labels: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return means and variances of all codes, float32 ``(n, LATENT)``."""
    codes = []
    for start in range(0, len(images), BATCH):
        part = slice(start, start + BATCH)
        digits = np.eye(CLASSES, dtype=np.float32)[labels[part]]
        picture = tf.constant(as_input(images[part]))
        codes.append(np.asarray(encoder([picture, tf.constant(digits)])))
    mean, log_variance = np.split(np.concatenate(codes), 2, axis=1)
    return mean, np.exp(log_variance)
