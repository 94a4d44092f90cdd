"""The digits of MNIST's test set that the shipped network misreads, in a file beside its weights.

``python -m mnist_cnn misread`` makes the file, a ``.npz`` with the arrays of an ``Examined``. The
pictures are MNIST's (LeCun, Cortes and Burges), under CC BY-SA 3.0. The page loads them in another
form, in ``components/doors/misread.js``:

    4 bytes   length of the head, little-endian
    head      JSON, a list: for each digit its index, label, answer, sureness, and people, or null
    pictures  uint8 (n, 28, 28), 255 is ink, in the order of the head

``people`` is what five people said who were asked: how many the label, how many the network's
answer, how many neither. They were asked about those test digits whose labels looked doubtful to
Northcutt, Athalye and Mueller, Pervasive Label Errors in Test Sets (2021).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

import numpy as np

from mnist_cnn.lesson import network_bound_file
from mnist_cnn.network import keras_file
from mnist_cnn.network.architecture import Layer
from mnist_cnn.optimization.events import Examined

DEFAULT = keras_file.DEFAULT.with_name("misread.npz")
# From github.com/cleanlab/label-errors, mturk/mnist_mturk.json. Index in the test set: the other
# digit that the five were offered; how many said the label, that digit, neither.
PEOPLE = {
    445: (0, (5, 0, 0)),
    1232: (4, (3, 2, 0)),
    1393: (3, (3, 0, 2)),
    1901: (4, (2, 3, 0)),
    2035: (3, (3, 2, 0)),
    2130: (9, (2, 2, 1)),
    2462: (0, (0, 4, 1)),
    2597: (3, (0, 4, 1)),
    2654: (1, (0, 2, 3)),
    3422: (0, (3, 2, 0)),
    5937: (3, (1, 3, 1)),
    6576: (1, (4, 1, 0)),
    6625: (2, (5, 0, 0)),
    8408: (5, (5, 0, 0)),
    9729: (6, (2, 3, 0)),
}


def save(
    misread: Examined, layers: Sequence[Layer], weights: Sequence[np.ndarray], path: Path = DEFAULT
) -> None:
    """Write the digits that a network misreads; see ``network_bound_file.save``."""
    network_bound_file.save(vars(misread), layers, weights, path)


def load(
    layers: Sequence[Layer], weights: Sequence[np.ndarray], path: Path = DEFAULT
) -> Examined | None:
    """Return the digits of the file; None as ``network_bound_file.load_for``."""
    names = [field.name for field in fields(Examined)]
    arrays = network_bound_file.load_for(layers, weights, path, names)
    return Examined(**arrays) if arrays else None


def encoded(
    layers: Sequence[Layer], weights: Sequence[np.ndarray], path: Path = DEFAULT
) -> bytes | None:
    """Return the digits in the form for the page; None as ``load``."""
    misread = load(layers, weights, path)
    if misread is None:
        return None
    rows = zip(misread.indices, misread.labels, misread.probabilities, strict=True)
    head = [_described(int(index), int(label), row) for index, label, row in rows]
    return network_bound_file.packed(head, [misread.images])


def _described(index: int, label: int, probabilities: np.ndarray) -> dict:
    answer = int(probabilities.argmax())
    offered, votes = PEOPLE.get(index, (None, None))
    return {
        "index": index,
        "label": label,
        "answer": answer,
        "sureness": round(float(probabilities[answer]), 4),
        "people": votes if offered == answer else None,
    }
