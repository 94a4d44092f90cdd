"""Measure a network on labelled pictures."""

from __future__ import annotations

from dataclasses import dataclass

import keras
import numpy as np

from mnist_cnn.model import CLASSES
from mnist_cnn.training import as_input


@dataclass(frozen=True)
class Score:
    """``confusion[i, j]``: how many pictures of digit ``i`` were read as ``j``."""

    confusion: np.ndarray  # (10, 10) int

    @property
    def total(self) -> int:
        """Pictures measured."""
        return int(self.confusion.sum())

    @property
    def correct(self) -> int:
        """Pictures read right."""
        return int(np.trace(self.confusion))

    @property
    def accuracy(self) -> float:
        """Share read right, 0 to 1."""
        return self.correct / self.total

    @property
    def per_digit(self) -> np.ndarray:
        """Share read right of each digit, ``(10,)``, 0 to 1."""
        return np.diag(self.confusion) / np.maximum(self.confusion.sum(axis=1), 1)


def probabilities(network: keras.Model, images: np.ndarray, batch_size: int = 500) -> np.ndarray:
    """Return softmax probabilities float32 ``(n, 10)`` for uint8 images ``(n, 28, 28)``."""
    batches = range(0, len(images), batch_size)
    return np.concatenate(
        [np.asarray(network(as_input(images[at : at + batch_size]))) for at in batches]
    )


def score(network: keras.Model, images: np.ndarray, labels: np.ndarray) -> Score:
    """Return how ``network`` reads uint8 images ``(n, 28, 28)`` with labels ``(n,)``."""
    answers = probabilities(network, images).argmax(axis=1)
    confusion = np.zeros((CLASSES, CLASSES), int)
    np.add.at(confusion, (labels.astype(int), answers), 1)
    return Score(confusion)
