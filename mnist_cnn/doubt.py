"""Say when a drawing may not be a digit at all, and why, apart from the softmax."""

from __future__ import annotations

import numpy as np

from mnist_cnn.activations import Activations
from mnist_cnn.preprocess import Stages

WIDEST = 1.7  # width over height of the ink: digits side by side are wider
FULLEST = 0.9  # share of its box a drawing inks: a blob inks more
LEAST_PROBABILITY = 0.5


def doubt(stages: Stages, activations: Activations) -> str | None:
    """Return why the drawing may not be a digit, or None when it looks like one.

    The reasons are names for the page to translate: ``wide`` (several digits side by side, or
    a lying line), ``blob`` (a filled shape), ``unsure`` (no digit has even odds).
    """
    height, width = stages.crop.shape
    if width > WIDEST * height:
        return "wide"
    if width > height / 2 and np.mean(stages.crop) > FULLEST * 255:
        return "blob"
    if activations.probabilities.max() < LEAST_PROBABILITY:
        return "unsure"
    return None
