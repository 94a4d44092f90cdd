"""Find, download, verify and load digits written with a pen, as strokes.

The source is "Pen-Based Recognition of Handwritten Digits" (Alpaydin and Alimoglu, UCI Machine
Learning Repository, 1998, https://doi.org/10.24432/C5MG6K, CC BY 4.0): its original stroke file
``pendigits-orig.tra``, 7,494 digits by 30 people, in UNIPEN format. They write what MNIST
lacks: a 1 with a flag and a foot, a crossed 7, an open 4, a curled 9.
"""

from __future__ import annotations

import hashlib
import http.client
import io
import itertools
import os
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mnist_cnn.digits.download import Progress, WaitingTime, download, print_progress, put_aside
from mnist_cnn.digits.mnist_files import DamagedError, DataError, cache_folder
from mnist_cnn.network.keras_file import DAMAGED_FILE_ERRORS

ENVIRONMENT_VARIABLE = "MNIST_CNN_PEN_STROKES"
URL = "https://archive.ics.uci.edu/static/public/81/pen+based+recognition+of+handwritten+digits.zip"
ARCHIVE = "pen_digits.zip"  # its name in the cache
ARCHIVE_SHA256 = "1e02bea023613c2b11c9492f6f34caf975420455934f3527d270cee9a1f03b64"
MEMBER = "pendigits-orig.tra.Z"  # compressed with compress(1)
TEST_MEMBER = "pendigits-orig.tes.Z"  # 3,498 digits by 14 other people, only measured with
TABLET = 500  # tablet units: width and height; y points up in the file

# Of the 30 writers. Nothing is trained on the digits of the first two groups.
CALIBRATION_WRITERS = (7, 15, 23)
MEASURING_WRITERS = (3, 11, 19, 27, 30)
TRAINING_WRITERS = tuple(sorted({*range(1, 31)} - {*CALIBRATION_WRITERS, *MEASURING_WRITERS}))


@dataclass(frozen=True)
class PenDigits:
    """Digits as strokes; ``labels`` and ``writers`` are uint8 ``(n,)``."""

    strokes: list[list[np.ndarray]]  # of a digit: each (points, 2), x right, y down, tablet units
    labels: np.ndarray
    writers: np.ndarray  # from 1
    source: str  # the file it was read from

    def __len__(self) -> int:
        return len(self.strokes)

    def by(self, writers: Sequence[int]) -> PenDigits:
        """Return only the digits of these writers."""
        rows = np.flatnonzero(np.isin(self.writers, writers))
        kept = [self.strokes[row] for row in rows]
        return PenDigits(kept, self.labels[rows], self.writers[rows], self.source)


def load(
    path: str | os.PathLike | None = None,
    *,
    url: str = URL,
    progress: Progress = print_progress,
    waiting: WaitingTime | None = None,
) -> PenDigits:
    """Return the pen digits from ``path``, the environment, the cache, or the public source.

    Args:
        path: an ``.npz`` of packed strokes, UCI's ``.zip``, or the stroke file itself, compressed
            (``.Z``) or not. Default: the environment variable ``MNIST_CNN_PEN_STROKES``, if set.
        url: the public source.
        progress: receives download progress.
        waiting: the time to wait for the source. Default: a new ``WaitingTime``.

    Raises:
        DataError: there is no file and the source is not reachable, or the file is damaged.
    """
    named = path or os.environ.get(ENVIRONMENT_VARIABLE)
    if named:
        if not Path(named).is_file():
            raise DataError(
                f"There is no file {named}. Give --pens or {ENVIRONMENT_VARIABLE} the path of the "
                "pen strokes."
            )
        return read(named)
    archive = cache_folder() / ARCHIVE
    if not archive.exists():
        try:
            archive.parent.mkdir(parents=True, exist_ok=True)
            download(url, archive, progress, waiting or WaitingTime())
        except (OSError, http.client.HTTPException) as error:
            raise DataError(
                f"The pen strokes cannot be fetched ({str(error).strip().rstrip('.')}). "
                f"Fetch {url} on another machine and name the file with --pens or "
                f"{ENVIRONMENT_VARIABLE}."
            ) from error
    if hashlib.sha256(archive.read_bytes()).hexdigest() != ARCHIVE_SHA256:
        raise DamagedError(
            f"{archive} does not have the published checksum. {put_aside(archive)} Run again to "
            "fetch it anew."
        )
    return read(archive)


def read(path: str | os.PathLike, member: str = MEMBER) -> PenDigits:
    """Return the pen digits in an ``.npz``, ``.zip``, ``.Z`` or UNIPEN text file.

    Args:
        path: the file.
        member: of a ``.zip``.

    Raises:
        DamagedError: the content is none of these; the message names the file.
    """
    path = Path(path)
    try:
        if path.suffix == ".npz":
            return _read_packed(path)
        content = path.read_bytes()
        if path.suffix == ".zip":
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                content = archive.read(member)
        if content.startswith(b"\x1f\x9d"):
            content = _decompressed(content, path)
        return parse(content.decode("latin-1"), str(path))
    except DAMAGED_FILE_ERRORS as error:
        raise DamagedError(f"{path} cannot be read as pen strokes ({error}).") from error


def _decompressed(content: bytes, path: Path) -> bytes:
    """Undo compress(1), for which Python has no module; raises ``DataError`` without ``unlzw3``."""
    try:
        import unlzw3
    except ModuleNotFoundError as error:
        raise DataError(
            f"{path} is compressed as .Z. Install the package that reads it: pip install unlzw3"
        ) from error
    return unlzw3.unlzw(content)


def parse(text: str, source: str = "") -> PenDigits:
    """Return the digits of a UNIPEN text: ``.SEGMENT``, ``.COMMENT``, ``.PEN_DOWN``, points.

    Raises:
        ValueError: there is no digit, or one lacks its label, writer or strokes.
    """
    digits = list(_segments(text))
    if not digits:
        raise ValueError("no .SEGMENT DIGIT in it")
    strokes, labels, writers = zip(*digits, strict=True)
    return PenDigits(list(strokes), np.array(labels, np.uint8), np.array(writers, np.uint8), source)


def _segments(text: str) -> Iterator[tuple[list[np.ndarray], int, int]]:
    """Yield strokes, label and writer of each digit."""
    for number, segment in enumerate(re.split(r"^\s*\.SEGMENT DIGIT", text, flags=re.M)[1:], 1):
        head = re.match(r'[^"\n]*"(\d)"\s*\n\s*\.COMMENT\s+\d+\s+(\d+)', segment)
        strokes = [
            np.array(points.split(), np.int16).reshape(-1, 2)
            for points in re.findall(r"\.PEN_DOWN\s*\n([^.]*)\.PEN_UP", segment)
        ]
        strokes = [stroke * (1, -1) + (0, TABLET) for stroke in strokes if len(stroke)]
        if not head or not strokes:
            raise ValueError(f"segment {number} has no label, writer or stroke")
        yield strokes, int(head[1]), int(head[2])


def _read_packed(path: Path) -> PenDigits:
    """Read an ``.npz`` of points, the starts of strokes in them, and the starts of digits."""
    with zipfile.ZipFile(path), np.load(path, allow_pickle=False) as archive:
        points, label, writer = archive["points"], archive["label"], archive["writer"]
        strokes = np.split(points, archive["stroke_start"][1:-1])
        starts = archive["digit_start"]
    if not len(label) == len(writer) == len(starts) - 1 or label.max() > 9:
        raise ValueError(f"{len(starts) - 1} digits, {len(label)} labels, {len(writer)} writers")
    digits = [strokes[start:end] for start, end in itertools.pairwise(starts)]
    if not all(digits):
        raise ValueError("a digit without strokes")
    return PenDigits(digits, label, writer, str(path))
