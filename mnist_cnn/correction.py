"""Digits of which a person has said what they are, and the network that is to learn them.

Learned alone they would make it forget all others, so it sees them mixed with training digits,
the person's own varied as a hand would vary them. ``correction_run`` does it, in a few seconds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mnist_cnn.options import Options
from mnist_cnn.preprocess import IMAGE_SIZE

MOST = 50  # digits of a correction
CLASSES = 10
RECIPE = "correction"  # its name on the card; the recipe itself is in ``correction_run``
TRAINING_DIGITS = 4000  # seen beside the person's own
RECORD = 1 + IMAGE_SIZE**2  # bytes of a digit: what it is, then its picture


class CorrectionError(ValueError):
    """There is nothing that can be learned. The message says what was met and expected."""


@dataclass(frozen=True)
class Correction:
    """What a network is to learn, and its weights before."""

    images: np.ndarray  # uint8 (n, 28, 28), as the network reads them
    labels: np.ndarray  # uint8 (n,), what they are
    weights: list[np.ndarray]  # float32, as ``network.get_weights()``
    downsampling: str = "max"  # a name in ``model.DOWNSAMPLING``
    seed: int = 1

    @property
    def options(self) -> Options:
        """The choices of this training, for its card and its queue."""
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
    """Return images uint8 ``(n, 28, 28)`` and labels uint8 ``(n,)`` from a page's bytes.

    Args:
        content: for each digit a byte, 0 to 9, and the 784 bytes of its picture, row by row.

    Raises:
        CorrectionError: there is no digit, too many, half a one, or one that is no digit.
    """
    count, rest = divmod(len(content), RECORD)
    if rest or not 1 <= count <= MOST:
        raise CorrectionError(
            f"Expected 1 to {MOST} digits of {RECORD} bytes each, got {len(content)} bytes."
        )
    records = np.frombuffer(content, np.uint8).reshape(count, RECORD)
    labels, images = records[:, 0], records[:, 1:].reshape(count, IMAGE_SIZE, IMAGE_SIZE)
    if labels.max() >= CLASSES:
        raise CorrectionError(f"A digit is 0 to 9, not {labels.max()}.")
    if not images.any(axis=(1, 2)).all():
        raise CorrectionError("One of the digits has no ink.")
    return images.copy(), labels.copy()
