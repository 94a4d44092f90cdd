"""What the shipped network misreads, in a file beside its weights: test digits, and two styles.

``python -m mnist_cnn misread`` makes the file, a ``.npz`` with the arrays of an ``Examined``, and
those of a ``Styled``. The test digits' pictures are MNIST's (LeCun, Cortes and Burges), under CC
BY-SA 3.0. The page loads them in another form, in ``components/doors/misread.js``:

    4 bytes   length of the head, little-endian
    head      JSON, a list: for each digit its index, label, answer, sureness, and people, or null
    pictures  uint8 (n, 28, 28), 255 is ink, in the order of the head

``people`` is what five people said who were asked: how many the label, how many the network's
answer, how many neither. They were asked about those test digits whose labels looked doubtful to
Northcutt, Athalye and Mueller, Pervasive Label Errors in Test Sets (2021).

The page loads the drawings in two styles as ``components/lesson/pictures/misconceptions/surest.js``
reads them: the head is ``{"count", "units", "styles": [{"names": {language: name}, "share"}],
"drawings": [{"style", "digit", "answer", "sureness"}]}``, after it come the pictures, uint8, and
what the last hidden layer makes of each, ``units`` float32.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TypeVar

import numpy as np

from mnist_cnn.digits.styles import STYLES
from mnist_cnn.lesson import network_bound_file
from mnist_cnn.network import keras_file
from mnist_cnn.network.architecture import Layer
from mnist_cnn.optimization.events import Examined
from mnist_cnn.system.paths import LANGUAGES

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


KINDS = 2  # styles that are shown
Sets = Mapping[str, Mapping[str, float]]  # see ``network.card.Card.sets``


@dataclass(frozen=True)
class Styled:
    """Drawings in some styles that a network misreads, the surest of each first."""

    styles: np.ndarray  # str (n,), names in ``digits.styles.STYLES``
    drawings: np.ndarray  # uint8 (n, 28, 28), 255 is ink
    answers: np.ndarray  # float32 (n, 10), softmax
    features: np.ndarray  # float32 (n, units), outputs of ``neighbours_file.FEATURES``


Kind = TypeVar("Kind", Examined, Styled)


def surest_styles(sets: Sets) -> list[str]:
    """Return the styles most often misread surely; of equal ones, those most often misread."""
    known = [style for style in STYLES if f"styles.{style}" in sets]
    figures = {style: sets[f"styles.{style}"] for style in known}
    known.sort(key=lambda style: (-figures[style]["surely_wrong"], figures[style]["ink"]))
    return known[:KINDS]


def save(
    misread: Examined,
    styled: Styled,
    layers: Sequence[Layer],
    weights: Sequence[np.ndarray],
    path: Path = DEFAULT,
) -> None:
    """Write what a network misreads; see ``network_bound_file.save``."""
    network_bound_file.save(vars(misread) | vars(styled), layers, weights, path)


def load(
    layers: Sequence[Layer], weights: Sequence[np.ndarray], path: Path = DEFAULT
) -> Examined | None:
    """Return the digits of the file; None as ``network_bound_file.load_for``."""
    return _load(Examined, layers, weights, path)


def _load(
    kind: type[Kind], layers: Sequence[Layer], weights: Sequence[np.ndarray], path: Path
) -> Kind | None:
    names = [field.name for field in fields(kind)]
    arrays = network_bound_file.load_for(layers, weights, path, names)
    return kind(**arrays) if arrays else None


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


def load_styled(
    layers: Sequence[Layer], weights: Sequence[np.ndarray], path: Path = DEFAULT
) -> Styled | None:
    """Return the drawings of the file; None as ``network_bound_file.load_for``."""
    return _load(Styled, layers, weights, path)


def encoded_styled(
    layers: Sequence[Layer], weights: Sequence[np.ndarray], sets: Sets, path: Path = DEFAULT
) -> bytes | None:
    """Return the drawings in the form for the page, with figures of ``sets``.

    None as ``load``, and without figures.
    """
    styled = load_styled(layers, weights, path)
    kinds = list(dict.fromkeys(styled.styles.tolist())) if styled else []
    figures = [sets[f"styles.{kind}"] for kind in kinds if f"styles.{kind}" in sets]
    if styled is None or not kinds or len(figures) < len(kinds):
        return None
    head = {
        "count": figures[0]["pictures"],
        "units": styled.features.shape[1],
        "styles": [
            {"names": _names(kind), "share": found["surely_wrong"]}
            for kind, found in zip(kinds, figures, strict=True)
        ],
        "drawings": [
            {
                "style": kinds.index(style),
                "digit": int(style[-1]),
                "answer": int(row.argmax()),
                "sureness": round(float(row.max()), 4),
            }
            for style, row in zip(styled.styles.tolist(), styled.answers, strict=True)
        ],
    }
    return network_bound_file.packed(head, [styled.drawings, styled.features.astype("<f4")])


def _names(style: str) -> dict[str, str]:
    """Return what a style is called in each language."""
    return {
        path.parent.name: json.loads(path.read_text(encoding="utf-8"))[f"styles.{style}"]
        for path in LANGUAGES.glob("*/sets.json")
    }


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
