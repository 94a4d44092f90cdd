"""Measure a network on labelled pictures: accuracy, confusion, and all figures of its card."""

from __future__ import annotations

from dataclasses import dataclass

import keras
import numpy as np

from mnist_cnn.digits import nondigits, pen_drawings
from mnist_cnn.digits.mnist_files import Mnist
from mnist_cnn.digits.pen_digits import PenDigits
from mnist_cnn.digits.pen_drawings import NORMAL, SMALL, LabelledImages, Setting
from mnist_cnn.evaluation.calibration import expected_calibration_error
from mnist_cnn.network.architecture import CLASSES
from mnist_cnn.network.card import Figures
from mnist_cnn.network.model import as_input
from mnist_cnn.reading.judge import Judge
from mnist_cnn.reading.preprocess import preprocess_ink

BRUSHES = ((8, 12), (12, 16), (16, 20), (20, 24), (24, 28))  # pad units: least and greatest width
NONDIGITS = 3000  # measured
NONDIGITS_SEED = 2026  # the judge was trained with others


@dataclass(frozen=True)
class Score:
    """``confusion[i, j]`` is the number of pictures of digit ``i`` read as ``j``."""

    confusion: np.ndarray  # (10, 10) int

    @property
    def total(self) -> int:
        """The number of pictures."""
        return int(self.confusion.sum())

    @property
    def correct(self) -> int:
        """The number of pictures read right."""
        return int(np.trace(self.confusion))

    @property
    def accuracy(self) -> float:
        """The share read right, 0 to 1."""
        return self.correct / self.total

    @property
    def per_digit(self) -> np.ndarray:
        """The share read right of each digit, ``(10,)``, 0 to 1."""
        return np.diag(self.confusion) / np.maximum(self.confusion.sum(axis=1), 1)


def probabilities(network: keras.Model, images: np.ndarray, batch_size: int = 500) -> np.ndarray:
    """Return the softmax, float32 ``(n, 10)``, for uint8 images ``(n, 28, 28)``."""
    batches = range(0, len(images), batch_size)
    return np.concatenate(
        [np.asarray(network(as_input(images[at : at + batch_size]))) for at in batches]
    )


def score(network: keras.Model, images: np.ndarray, labels: np.ndarray) -> Score:
    """Return the score of ``network`` on uint8 images ``(n, 28, 28)`` with labels ``(n,)``."""
    return score_of(probabilities(network, images), labels)


def score_of(answers: np.ndarray, labels: np.ndarray) -> Score:
    """Return the score of softmax probabilities ``(n, 10)`` for labels ``(n,)``."""
    confusion = np.zeros((CLASSES, CLASSES), int)
    np.add.at(confusion, (labels.astype(int), answers.argmax(axis=1)), 1)
    return Score(confusion)


def measure_all(network: keras.Model, judge: Judge, mnist: Mnist, pens: PenDigits) -> Figures:
    """Return all figures of a card.

    Args:
        network: the trained network.
        judge: tells digits from everything else.
        mnist: only its test pictures are used.
        pens: digits by writers that nothing was trained on.
    """
    test = LabelledImages(mnist.test_images, mnist.test_labels)
    normal = pen_drawings.for_measuring(pens, NORMAL)
    on_mnist = probabilities(network, test.images)
    on_normal = probabilities(network, normal.images)
    others = nondigits.pictures(NONDIGITS, mnist.test_images, NONDIGITS_SEED)
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
        calibration_mnist=share(expected_calibration_error(on_mnist, test.labels)),
        calibration_drawings=share(expected_calibration_error(on_normal, normal.labels)),
        flagged_mnist=_flagged(judge, test.images, on_mnist),
        flagged_drawings=_flagged(judge, normal.images, on_normal),
        flagged_others=_flagged(judge, others, probabilities(network, others)),
        others=NONDIGITS,
    )


def _measure(network: keras.Model, pens: PenDigits, setting: Setting) -> float:
    drawn = pen_drawings.for_measuring(pens, setting)
    return _accuracy(probabilities(network, drawn.images), drawn.labels)


def _accuracy(answers: np.ndarray, labels: np.ndarray | int) -> float:
    return share((answers.argmax(axis=1) == labels).mean())


def _by_digit(answers: np.ndarray, labels: np.ndarray) -> list[float]:
    return [_accuracy(answers[labels == digit], digit) for digit in range(CLASSES)]


def _flagged(judge: Judge, images: np.ndarray, answers: np.ndarray) -> float:
    """Return the share of ``images`` that are flagged, by the rules of the page."""
    reasons = [
        judge.doubt(preprocess_ink(image), row) for image, row in zip(images, answers, strict=True)
    ]
    return share(sum(reason is not None for reason in reasons) / len(reasons))


def share(value: float) -> float:
    """Return a share as a card holds it, to a thousandth of a percent."""
    return round(float(value), 5)
