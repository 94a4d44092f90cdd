"""Corrections: digits that a person has labelled, for a network to learn from.

Alone they would make the network forget all others, so they are varied and mixed with training
digits. ``correction_run`` trains on them, in a few seconds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mnist_cnn.network.architecture import CLASSES, IMAGE_SIZE
from mnist_cnn.training.options import Options

MAX_DIGITS = 50
RECIPE = "correction"  # the name on the card; the recipe itself is in ``correction_run``
TRAINING_DIGITS = 4000  # mixed with the person's own
RECORD = 1 + IMAGE_SIZE**2  # bytes of a digit: its label, then its picture


class CorrectionError(ValueError):
    """The digits cannot be learned from. The message says what was expected and found."""


@dataclass(frozen=True)
class Correction:
    """Digits to learn from, and the network to correct."""

    images: np.ndarray  # uint8 (n, 28, 28), ink is 255
    labels: np.ndarray  # uint8 (n,)
    weights: list[np.ndarray]  # float32, as ``network.get_weights()``
    downsampling: str = "max"  # a name in ``model.DOWNSAMPLING``
    seed: int = 1

    @property
    def options(self) -> Options:
        """The options of the training, for its card and its queue."""
        return Options(
            recipe=RECIPE,
            epochs=1,
            batch_size=64,
            optimizer="adam",
            learning_rate=5e-4,
            downsampling=self.downsampling,
            digits=TRAINING_DIGITS,
            seed=self.seed,
        )


def digits_in(content: bytes) -> tuple[np.ndarray, np.ndarray]:
    """Return images uint8 ``(n, 28, 28)`` and labels uint8 ``(n,)`` from a page's request.

    Args:
        content: for each digit one byte, 0 to 9, and the 784 bytes of its picture, row by row.

    Raises:
        CorrectionError: there is no digit, too many, an incomplete or an invalid one.
    """
    count, rest = divmod(len(content), RECORD)
    if rest or not 1 <= count <= MAX_DIGITS:
        raise CorrectionError(
            f"Expected 1 to {MAX_DIGITS} digits of {RECORD} bytes each, got {len(content)} bytes."
        )
    records = np.frombuffer(content, np.uint8).reshape(count, RECORD)
    labels, images = records[:, 0], records[:, 1:].reshape(count, IMAGE_SIZE, IMAGE_SIZE)
    if labels.max() >= CLASSES:
        raise CorrectionError(f"A digit is 0 to 9, not {labels.max()}.")
    if not images.any(axis=(1, 2)).all():
        raise CorrectionError("One of the digits has no ink.")
    return images.copy(), labels.copy()
