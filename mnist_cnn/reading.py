"""From a drawing to what the network makes of it: Python's one path, of API and command line."""

from __future__ import annotations

import os
from dataclasses import dataclass

import keras
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
    """A network, trained or in training, ready to read drawings."""

    def __init__(self, network: keras.Model, judge: Judge | None = None):
        """Trace ``network``; without ``judge``, load it, which raises ``weights.WeightsError``."""
        self.judge = judge or Judge()
        self.tracer = Tracer(network, self.judge.network)

    @classmethod
    def load(cls, path: str | os.PathLike = weights.DEFAULT) -> Reader:
        """Return a reader with the weights at ``path``; raises ``weights.WeightsError``."""
        return cls(weights.load(path))

    def read(self, drawing: np.ndarray) -> Reading | None:
        """Return the reading of a uint8 ``(height, width)`` drawing, or None without ink."""
        stages = preprocess(drawing)
        if stages is None:
            return None
        activations = self.tracer(stages.image)
        doubt = self.judge.doubt(stages, activations.probabilities, activations.digitness)
        return Reading(stages, activations, doubt)
