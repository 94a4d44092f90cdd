"""From a drawing to what the network makes of it: the one path of page, API and command line."""

from __future__ import annotations

import os
from dataclasses import dataclass

import numpy as np

from mnist_cnn import weights
from mnist_cnn.activations import Activations, Tracer
from mnist_cnn.doubt import Judge
from mnist_cnn.preprocess import Stages, preprocess


@dataclass(frozen=True)
class Reading:
    """What the network makes of one drawing."""

    stages: Stages
    activations: Activations
    doubt: str | None  # why it may not be a digit at all; see ``mnist_cnn.doubt``


class Reader:
    """A trained network, ready to read drawings."""

    def __init__(self, path: str | os.PathLike = weights.DEFAULT):
        """Load and trace the weights at ``path``; raises ``weights.WeightsError``."""
        self.tracer = Tracer(weights.load(path))
        self.judge = Judge()

    def read(self, drawing: np.ndarray) -> Reading | None:
        """Return the reading of a uint8 ``(height, width)`` drawing, or None without ink."""
        stages = preprocess(drawing)
        if stages is None:
            return None
        activations = self.tracer(stages.image)
        return Reading(stages, activations, self.judge.doubt(stages, activations.probabilities))
