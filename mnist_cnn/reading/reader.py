"""Read drawings with a network: for programs, the API and the command line."""

from __future__ import annotations

import functools
import os
from dataclasses import dataclass

import keras
import numpy as np

from mnist_cnn.network import weights
from mnist_cnn.reading import ink
from mnist_cnn.reading.activations import Activations, Tracer
from mnist_cnn.reading.judge import Judge
from mnist_cnn.reading.preprocess import Stages, preprocess


@dataclass(frozen=True, repr=False)
class Reading:
    """How the network reads one drawing."""

    stages: Stages
    activations: Activations
    doubt: str | None  # why it may not be a digit, see ``Judge.doubt``

    def __repr__(self) -> str:
        """For example <Reading: 7, 99.9%>."""
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
        """Layer name: its output, float32 ``(height, width, channels)`` or ``(units,)``."""
        return self.activations.layers

    @property
    def maps(self) -> dict[str, np.ndarray]:
        """The feature maps among ``layers``: ``(height, width, channels)``."""
        return self.activations.maps

    @property
    def image(self) -> np.ndarray:
        """The network's input, uint8 ``(28, 28)``, ink is 255."""
        return self.stages.image


class Reader:
    """A network, trained or in training, ready to read drawings."""

    def __init__(self, network: keras.Model, judge: Judge | None = None):
        """Trace ``network``. Without ``judge``, load the shipped one; raises ``WeightsError``."""
        self.judge = judge or Judge()
        self.tracer = Tracer(network, self.judge.network)

    @classmethod
    def load(cls, path: str | os.PathLike = weights.DEFAULT) -> Reader:
        """Return a reader of the network at ``path``; raises ``WeightsError``."""
        return cls(weights.load(path))

    def __repr__(self) -> str:
        """For example <Reader of a network with 93,322 parameters>."""
        return f"<Reader of a network with {self.tracer.network.count_params():,} parameters>"

    def __call__(self, picture: ink.AnyPicture) -> Reading:
        """Return the reading of a file, a picture, or an array of ink, see ``ink.ink_in``.

        Raises:
            PictureError: the picture cannot be used, or nothing is drawn in it.
        """
        reading = self.read(ink.ink_in(picture))
        if reading is None:
            name = picture if isinstance(picture, str | os.PathLike) else "The picture"
            raise ink.PictureError(f"{name}: nothing is drawn.")
        return reading

    def read(self, drawing: np.ndarray) -> Reading | None:
        """Return the reading of ink, uint8 ``(height, width)``, or None if there is none."""
        stages = preprocess(drawing)
        if stages is None:
            return None
        activations = self.tracer(stages.image)
        doubt = self.judge.doubt(stages, activations.probabilities, activations.digitness)
        return Reading(stages, activations, doubt)


def read(picture: ink.AnyPicture) -> Reading:
    """Return the shipped network's reading of a picture, see ``Reader.__call__``.

    Raises:
        PictureError: the picture cannot be used, or nothing is drawn in it.
        WeightsError: the shipped network cannot be used.
    """
    return _shipped()(picture)


@functools.cache
def _shipped() -> Reader:
    return Reader.load()
