"""Choose few training digits that stand for the hands in which all of them are written."""

from __future__ import annotations

import keras
import numpy as np

from mnist_cnn.lesson.neighbours_file import FEATURES, Neighbours, rounded
from mnist_cnn.network.architecture import CLASSES
from mnist_cnn.network.model import as_input

EACH = 100  # of a digit
SEED = 28
ROUNDS = 20  # of k-means
BATCH = 1000


def select(
    network: keras.Model, images: np.ndarray, labels: np.ndarray, each: int = EACH
) -> Neighbours:
    """Return ``each`` training digits of every class, as different as its digits are.

    Those of a class are grouped by k-means over their features, and each group gives the digit
    nearest to its mean: a rare way to write a 7 gets its place beside the usual one.

    Args:
        network: with a layer FEATURES.
        images: uint8 ``(n, 28, 28)``, all training digits, ink is 255.
        labels: uint8 ``(n,)``.
        each: no more than there are of the rarest digit.
    """
    inside = keras.Model(network.inputs, network.get_layer(FEATURES).output)
    features = inside.predict(as_input(images), batch_size=BATCH, verbose=0)
    random = np.random.default_rng(SEED)
    chosen: list[int] = []
    for digit in range(CLASSES):
        own = np.flatnonzero(labels == digit)
        chosen += sorted(own[_medoids(features[own].astype(np.float64), each, random)])
    places = np.array(chosen)
    return rounded(images[places], labels[places], places, features[places])


def _medoids(points: np.ndarray, count: int, random: np.random.Generator) -> list[int]:
    """Return the index of a point for each of ``count`` groups, no point twice."""
    centres = points[random.choice(len(points), count, replace=False)]
    for _ in range(ROUNDS):
        group = _distances(points, centres).argmin(axis=1)
        for i in np.unique(group):
            centres[i] = points[group == i].mean(axis=0)
    distances = _distances(points, centres)
    taken: list[int] = []
    for i in range(count):
        distances[taken, i] = np.inf
        taken.append(int(distances[:, i].argmin()))
    return taken


def _distances(points: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """Return the squared distances, ``(points, centres)``."""
    squares = (points**2).sum(axis=1)[:, None] + (centres**2).sum(axis=1)
    return squares - 2 * points @ centres.T
