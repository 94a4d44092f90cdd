"""Training digits to compare a drawing with, and what the shipped network makes of them.

``python -m mnist_cnn neighbours`` makes the file, an ``.npz`` beside the weights, from MNIST by
LeCun, Cortes and Burges (CC BY-SA 3.0, and so is this part of it). The page loads it in another
form, which ``page/experiments/misconceptions/nearest-digits.js`` reads:

    4 bytes   length of the head, little-endian
    head      JSON: count, side, units, most
    pictures  uint8, count × side × side, 255 is ink
    labels    uint8, count
    places    uint16, little-endian, count: where in the training digits each one stands, from 0
    features  uint8, count × units: the last hidden layer's outputs, of which 255 is ``most``
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from mnist_cnn.lesson import network_bound_file
from mnist_cnn.network import keras_file
from mnist_cnn.network.architecture import Layer

DEFAULT = keras_file.DEFAULT.with_name("neighbours.npz")
FEATURES = "dense1"  # the layer whose outputs are compared
LEVELS = 255


@dataclass(frozen=True)
class Neighbours:
    """Training digits with their features in one network."""

    pictures: np.ndarray  # uint8 (n, 28, 28), 255 is ink
    labels: np.ndarray  # uint8 (n,)
    places: np.ndarray  # uint16 (n,), in the training digits
    levels: np.ndarray  # uint8 (n, units): the features in steps of ``most`` / LEVELS
    most: float  # the largest feature

    @property
    def features(self) -> np.ndarray:
        """The outputs of FEATURES, float64 ``(n, units)``, to half a step."""
        return self.levels * (self.most / LEVELS)


def rounded(
    pictures: np.ndarray, labels: np.ndarray, places: np.ndarray, features: np.ndarray
) -> Neighbours:
    """Return digits with their features, which are not below 0, rounded to LEVELS steps."""
    most = float(features.max())
    levels = np.rint(features * (LEVELS / most)).astype(np.uint8)
    return Neighbours(pictures, labels, places.astype(np.uint16), levels, most)


def save(
    neighbours: Neighbours,
    layers: Sequence[Layer],
    weights: Sequence[np.ndarray],
    path: Path = DEFAULT,
) -> None:
    """Write the digits, with their features in a network; see ``network_bound_file.save``."""
    network_bound_file.save(vars(neighbours), layers, weights, path)


def load(
    layers: Sequence[Layer], weights: Sequence[np.ndarray], path: Path = DEFAULT
) -> Neighbours | None:
    """Return the digits of the file; None as ``network_bound_file.load_for``."""
    names = [field.name for field in fields(Neighbours)]
    arrays = network_bound_file.load_for(layers, weights, path, names)
    if arrays is None:
        return None
    most = float(arrays.pop("most"))
    return Neighbours(**arrays, most=most)


def encoded(
    layers: Sequence[Layer], weights: Sequence[np.ndarray], path: Path = DEFAULT
) -> bytes | None:
    """Return the digits in the form for the page; None as ``load``."""
    neighbours = load(layers, weights, path)
    if neighbours is None:
        return None
    count, side, _ = neighbours.pictures.shape
    units = neighbours.levels.shape[1]
    about = {"count": count, "side": side, "units": units, "most": neighbours.most}
    places = neighbours.places.astype("<u2")
    arrays = (neighbours.pictures, neighbours.labels, places, neighbours.levels)
    return network_bound_file.packed(about, arrays)
