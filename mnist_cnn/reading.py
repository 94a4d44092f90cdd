"""From a drawing to what the network makes of it: Python's one path, of API and command line."""

from __future__ import annotations

import functools
import os
from dataclasses import dataclass

import keras
import numpy as np

from mnist_cnn import ink, weights
from mnist_cnn.activations import Activations, Tracer
from mnist_cnn.doubt import Judge
from mnist_cnn.preprocess import Stages, preprocess


@dataclass(frozen=True, repr=False)
class Reading:
    """What the network makes of one drawing."""

    stages: Stages
    activations: Activations
    doubt: str | None  # why it may not be a digit at all; see ``mnist_cnn.doubt``

    def __repr__(self) -> str:
        """Such as <Reading: 7, 99.9%>."""
        doubt = f", may not be a digit ({self.doubt})" if self.doubt else ""
        return f"<Reading: {self.digit}, {self.probabilities.max():.1%}{doubt}>"

    @property
    def digit(self) -> int:
        """The digit with the highest probability."""
        return self.activations.digit

    @property
    def probabilities(self) -> np.ndarray:
        """The softmax, float32 ``(10,)``, summing to 1."""
        return self.activations.probabilities

    @property
    def layers(self) -> dict[str, np.ndarray]:
        """What every layer answers: float32 ``(height, width, channels)`` or ``(units,)``."""
        return self.activations.layers

    @property
    def maps(self) -> dict[str, np.ndarray]:
        """The layers that are feature maps: ``(height, width, channels)``."""
        return self.activations.maps

    @property
    def image(self) -> np.ndarray:
        """What the network reads, uint8 ``(28, 28)``, ink is 255."""
        return self.stages.image


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

    def __repr__(self) -> str:
        """Such as <Reader of a network with 93,322 parameters>."""
        return f"<Reader of a network with {self.tracer.network.count_params():,} parameters>"

    def __call__(self, picture: ink.Picture) -> Reading:
        """Return the reading of a file, a picture, or an array of ink; see ``ink.ink_in``.

        Raises:
            PictureError: the picture cannot be used, or nothing is drawn in it.
        """
        reading = self.read(ink.ink_in(picture))
        if reading is None:
            name = picture if isinstance(picture, str | os.PathLike) else "The picture"
            raise ink.PictureError(f"{name}: nothing is drawn.")
        return reading

    def read(self, drawing: np.ndarray) -> Reading | None:
        """Return the reading of a uint8 ``(height, width)`` drawing, or None without ink."""
        stages = preprocess(drawing)
        if stages is None:
            return None
        activations = self.tracer(stages.image)
        doubt = self.judge.doubt(stages, activations.probabilities, activations.digitness)
        return Reading(stages, activations, doubt)


def read(picture: ink.Picture) -> Reading:
    """Return what the shipped network makes of a picture; see ``Reader.__call__``.

    Raises:
        PictureError: the picture cannot be used, or nothing is drawn in it.
        WeightsError: the shipped network cannot be used.
    """
    return _shipped()(picture)


@functools.cache
def _shipped() -> Reader:
    return Reader.load()
