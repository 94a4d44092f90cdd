"""The formats that public sets come in, but idx: ink from their bytes, with labels if it has some.

Each function takes published files and returns their ``Ink``. What is damaged raises one of
``keras_file.DAMAGED_FILE_ERRORS``.
"""

from __future__ import annotations

import bz2
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from mnist_cnn.digits.public import matlab
from mnist_cnn.network.architecture import CLASSES

NO_LABEL = 255


@dataclass(frozen=True)
class Ink:
    """Drawings uint8 ``(n, height, width)``, 255 is full ink, and labels uint8 ``(n,)``.

    Labels are 0 to 9, or ``NO_LABEL`` for what is no digit.
    """

    drawings: np.ndarray
    labels: np.ndarray

    def __post_init__(self) -> None:
        """Raise ``ValueError`` unless there is a label for each of some drawings."""
        drawings, labels = self.drawings, self.labels
        if drawings.ndim != 3 or not drawings.size or labels.shape != drawings.shape[:1]:
            raise ValueError(f"drawings {drawings.shape} and labels {labels.shape} do not fit")
        if not np.isin(labels, (*range(CLASSES), NO_LABEL)).all():
            raise ValueError(f"labels from {labels.min()} to {labels.max()} instead of 0 to 9")

    def __len__(self) -> int:
        return len(self.labels)

    def sample(self, most: int, seed: int) -> Ink:
        """Return at most ``most`` of them, drawn without regard to what they show."""
        rows = np.random.default_rng(seed).permutation(len(self))[:most]
        return Ink(self.drawings[np.sort(rows)], self.labels[np.sort(rows)])


def no_digits(drawings: np.ndarray) -> Ink:
    """Return drawings of which none is a digit."""
    return Ink(drawings, np.full(len(drawings), NO_LABEL, np.uint8))


def libsvm(path: Path, side: int) -> Ink:
    """Read LIBSVM's text, compressed with bzip2: ``label index:value …``, a line for each digit.

    Labels count from 1, for the digit 0; a pixel that is left out is 0. Paper is -1, ink 1.
    """
    lines = bz2.decompress(path.read_bytes()).decode("ascii").split("\n")
    rows = [line.split() for line in lines if line.strip()]
    pixels = np.zeros((len(rows), side * side))
    for row, (_, *entries) in zip(pixels, rows, strict=True):
        for entry in entries:
            index, value = entry.split(":")
            row[int(index) - 1] = float(value)
    return _ink((pixels + 1) / 2, np.array([float(label) - 1 for label, *_ in rows]), side)


def label_first(path: Path, side: int) -> Ink:
    """Read a table: a digit, then its pixels. Paper is -1, ink 1."""
    table = np.loadtxt(path, ndmin=2)
    return _ink((table[:, 1:] + 1) / 2, table[:, 0], side)


def label_last(path: Path, side: int, full: float) -> Ink:
    """Read a table with commas: pixels from 0 to ``full``, then their digit."""
    table = np.loadtxt(path, delimiter=",", ndmin=2)
    return _ink(table[:, :-1] / full, table[:, -1], side)


def one_hot_last(path: Path, side: int) -> Ink:
    """Read a table: pixels, 0 or 1, then ten columns, of which the digit's is 1."""
    table = np.loadtxt(path, ndmin=2)
    return _ink(table[:, :-CLASSES], _hot(table[:, -CLASSES:]), side)


def two_tables(pixels: Path, labels: Path, side: int) -> Ink:
    """Read a table of pixels, 0 to 255, and one of ten columns, of which the digit's is 1."""
    hot = _hot(np.loadtxt(labels, ndmin=2))
    return _ink(np.loadtxt(pixels, ndmin=2) / 255, hot, side)


def rasmussen(path: Path, side: int) -> Ink:
    """Read a MATLAB file of two halves, patterns and labels, a column for each digit.

    Paper is -1, ink 1; of the ten rows of labels the digit's is 1, the others -1.
    """
    matrices = matlab.read(path)
    patterns, labels = (
        np.concatenate([matrices[f"{half}_{kind}"].T for half in ("train", "test")])
        for kind in ("patterns", "labels")
    )
    return _ink((patterns + 1) / 2, _hot((labels + 1) / 2), side)


def pictures(path: Path) -> Ink:
    """Read a zip of PNG pictures of one size, black ink on white, none of them a digit."""
    with zipfile.ZipFile(path) as archive:
        names = sorted(name for name in archive.namelist() if name.endswith(".png"))
        grey = [np.asarray(Image.open(archive.open(name)).convert("L")) for name in names]
    return no_digits(255 - np.array(grey, np.uint8))


def _hot(columns: np.ndarray) -> np.ndarray:
    if columns.shape[1] != CLASSES or not (np.sort(columns) == [0] * 9 + [1]).all():
        raise ValueError("a row whose last ten columns are not nine times 0 and once 1")
    return columns.argmax(axis=1)


def _ink(shares: np.ndarray, labels: np.ndarray, side: int) -> Ink:
    """Return the ink of pixels from 0 (paper) to 1, ``(n, side * side)``."""
    low, high = shares.min(), shares.max()
    if not 0 <= low <= high <= 1:
        raise ValueError(f"pixels from {low:.3g} to {high:.3g} of full ink")
    if not (labels == labels.astype(np.uint8)).all():
        raise ValueError("a label that is no whole number from 0 to 255")
    drawings = np.round(shares * 255).astype(np.uint8).reshape(-1, side, side)
    return Ink(drawings, labels.astype(np.uint8))
