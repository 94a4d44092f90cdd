"""Measure a network on labelled pictures: accuracy, confusion, and all figures of its card."""

from __future__ import annotations

from dataclasses import dataclass

import keras
import numpy as np

from mnist_cnn import drawings, nondigits
from mnist_cnn.calibration import expected_calibration_error
from mnist_cnn.card import Figures
from mnist_cnn.data import Mnist
from mnist_cnn.doubt import Judge
from mnist_cnn.drawings import NORMAL, SMALL, Drawn, Setting
from mnist_cnn.model import CLASSES
from mnist_cnn.pens import PenDigits
from mnist_cnn.preprocess import preprocess_ink
from mnist_cnn.training import as_input

BRUSHES = ((8, 12), (12, 16), (16, 20), (20, 24), (24, 28))  # pad units
OTHERS = 3000  # non-digits to be doubted
OTHERS_SEED = 2026  # not one that the judge was trained with


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
    return score_of(probabilities(network, images), labels)


def score_of(answers: np.ndarray, labels: np.ndarray) -> Score:
    """Return the score of softmax probabilities ``(n, 10)`` of digits with labels ``(n,)``."""
    confusion = np.zeros((CLASSES, CLASSES), int)
    np.add.at(confusion, (labels.astype(int), answers.argmax(axis=1)), 1)
    return Score(confusion)


def full(network: keras.Model, judge: Judge, mnist: Mnist, pens: PenDigits) -> Figures:
    """Return all figures of the card.

    Args:
        network: the trained network.
        judge: tells digits from everything else.
        mnist: only its test pictures are used.
        pens: digits of writers that nothing was trained on.
    """
    test = Drawn(mnist.test_images, mnist.test_labels)
    normal = drawings.for_measuring(pens, NORMAL)
    on_mnist = probabilities(network, test.images)
    on_normal = probabilities(network, normal.images)
    others = nondigits.pictures(OTHERS, mnist.test_images, OTHERS_SEED)
    return Figures(
        mnist=_accuracy(on_mnist, test.labels),
        mnist_by_digit=_by_digit(on_mnist, test.labels),
        normal=_accuracy(on_normal, normal.labels),
        normal_by_digit=_by_digit(on_normal, normal.labels),
        normal_by_brush={
            f"{low}–{high}": _measure(network, pens, Setting(NORMAL.height, (low, high), False))
            for low, high in BRUSHES
        },
        small=_measure(network, pens, SMALL),
        drawings=len(pens),
        writers=len(np.unique(pens.writers)),
        calibration_mnist=_share(expected_calibration_error(on_mnist, test.labels)),
        calibration_drawings=_share(expected_calibration_error(on_normal, normal.labels)),
        flagged_mnist=_flagged(judge, test.images, on_mnist),
        flagged_drawings=_flagged(judge, normal.images, on_normal),
        flagged_others=_flagged(judge, others, probabilities(network, others)),
        others=OTHERS,
    )


def _measure(network: keras.Model, pens: PenDigits, setting: Setting) -> float:
    drawn = drawings.for_measuring(pens, setting)
    return _accuracy(probabilities(network, drawn.images), drawn.labels)


def _accuracy(answers: np.ndarray, labels: np.ndarray | int) -> float:
    return _share((answers.argmax(axis=1) == labels).mean())


def _by_digit(answers: np.ndarray, labels: np.ndarray) -> list[float]:
    return [_accuracy(answers[labels == digit], digit) for digit in range(CLASSES)]


def _flagged(judge: Judge, images: np.ndarray, answers: np.ndarray) -> float:
    """Share of ``images`` that are doubted, by the very rules the page uses."""
    reasons = [
        judge.doubt(preprocess_ink(image), row) for image, row in zip(images, answers, strict=True)
    ]
    return _share(sum(reason is not None for reason in reasons) / len(reasons))


def _share(value: float) -> float:
    return round(float(value), 5)
