"""Find, download, verify and load MNIST.

It is searched for at an explicit path, at the environment variable ``MNIST_CNN_DATA``, in the
Keras cache, and on mirrors, in this order. Whether it comes as ``.npz`` or as idx files, the
decoded arrays must have the published checksums.
"""

from __future__ import annotations

import hashlib
import http.client
import os
import struct
import sys
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mnist_cnn.digits import idx
from mnist_cnn.digits.download import Progress, WaitingTime, download, print_progress, put_aside
from mnist_cnn.network.keras_file import DAMAGED_FILE_ERRORS

ENVIRONMENT_VARIABLE = "MNIST_CNN_DATA"
TRAIN_DIGITS, TEST_DIGITS = 60_000, 10_000  # the size of MNIST
TRAIN_WRITERS = 250  # about so many people wrote the training digits (LeCun, Cortes, Burges)

# SHA-256 of the four decoded idx files, header included (LeCun, Cortes, Burges).
IDX_SHA256 = {
    "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}
NPZ_KEYS = ("x_train", "y_train", "x_test", "y_test")  # in the order of IDX_SHA256


@dataclass(frozen=True)
class Mirror:
    """A place that serves MNIST: ``files`` are the names below ``url``."""

    url: str
    files: tuple[str, ...]


IDX_FILES = tuple(f"{name}.gz" for name in IDX_SHA256)
MIRRORS = (
    Mirror("https://storage.googleapis.com/tensorflow/tf-keras-datasets", ("mnist.npz",)),
    Mirror("https://storage.googleapis.com/cvdf-datasets/mnist", IDX_FILES),
    Mirror("https://ossci-datasets.s3.amazonaws.com/mnist", IDX_FILES),
)


@dataclass(frozen=True)
class Mnist:
    """Verified MNIST. Images are uint8 ``(n, 28, 28)``, ink is 255; labels are uint8 ``(n,)``."""

    train_images: np.ndarray
    train_labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray
    source: str  # the file or folder it was read from
    checksum: str  # SHA-256 of the four idx checksums


class DataError(Exception):
    """Digits cannot be found or loaded. The message says why and what to do."""


class DamagedError(DataError):
    """A file is truncated, altered, or something else."""


def load(
    path: str | os.PathLike | None = None,
    *,
    mirrors: tuple[Mirror, ...] = MIRRORS,
    report: Callable[[str], None] | None = None,
    progress: Progress | None = None,
    waiting: WaitingTime | None = None,
) -> Mnist:
    """Return MNIST from the first place that has it intact.

    A damaged file is reported and renamed to ``….damaged``, and the search goes on.

    Args:
        path: an ``.npz`` file or a folder of idx files (``.gz`` or not). Default: the
            environment variable ``MNIST_CNN_DATA``, if set.
        mirrors: tried in this order if nothing is on disk.
        report: receives one sentence for each thing that went wrong. Default: standard error.
        progress: receives download progress. Default: a line on standard error.
        waiting: the time to wait for mirrors. Default: a new ``WaitingTime``.

    Raises:
        DataError: ``path`` does not exist, or MNIST is neither on disk nor reachable.
    """
    report = report or _print_report
    named = path or os.environ.get(ENVIRONMENT_VARIABLE)
    cache = cache_folder()
    places = [cache / "mnist.npz", cache / "mnist"]
    if named:
        if not Path(named).exists():
            raise DataError(
                f"There is no file or folder {named}. Give --data or {ENVIRONMENT_VARIABLE} the "
                "path of mnist.npz or of a folder with the four idx files."
            )
        places.insert(0, Path(named))
    for place in places:
        if place.exists():
            try:
                return read(place)
            except DamagedError as error:
                report(f"{error} {put_aside(place)}")
    progress, waiting = progress or print_progress, waiting or WaitingTime()
    for mirror in mirrors:
        try:
            return read(_fetch(mirror, cache, progress, waiting))
        except (OSError, http.client.HTTPException, DamagedError) as error:
            report(f"{mirror.url}: {error}")
    raise DataError(
        "MNIST is neither on this machine nor reachable. Three ways out: connect to the "
        "network and try again; copy mnist.npz from another machine and name it with --data "
        f"or {ENVIRONMENT_VARIABLE}; or put it into {cache}, where Keras looks for it too."
    )


def cache_folder() -> Path:
    """Return the folder of Keras' datasets, in ``$KERAS_HOME`` or ``~/.keras``.

    A user without a home, as containers have them, gets one that does not outlast this process.
    """
    named = os.environ.get("KERAS_HOME")
    if named:
        return Path(named) / "datasets"
    try:
        home = Path.home()
    except RuntimeError:
        home = Path(tempfile.gettempdir())
    return home / ".keras" / "datasets"


def read(path: str | os.PathLike) -> Mnist:
    """Return MNIST from an ``.npz`` file or a folder of idx files, checked.

    Raises:
        DamagedError: the content is not exactly MNIST; the message names the file.
    """
    path = Path(path)
    arrays = _read_idx_folder(path) if path.is_dir() else _read_npz(path)
    for (name, expected), array in zip(IDX_SHA256.items(), arrays, strict=True):
        if array.dtype != np.uint8 or idx_sha256(array) != expected:
            raise DamagedError(f"{path}: {name} does not have MNIST's checksum.")
    checksum = hashlib.sha256("".join(IDX_SHA256.values()).encode()).hexdigest()
    train_images, train_labels, test_images, test_labels = arrays
    return Mnist(train_images, train_labels, test_images, test_labels, str(path), checksum)


def idx_sha256(array: np.ndarray) -> str:
    """Return the SHA-256 of uint8 ``array`` as an idx file, header included."""
    header = struct.pack(f">I{array.ndim}I", 0x0800 | array.ndim, *array.shape)
    return hashlib.sha256(header + np.ascontiguousarray(array, np.uint8).tobytes()).hexdigest()


def _read_npz(path: Path) -> list[np.ndarray]:
    try:
        with zipfile.ZipFile(path), np.load(path, allow_pickle=False) as archive:
            return [archive[key] for key in NPZ_KEYS]
    except DAMAGED_FILE_ERRORS as error:
        raise DamagedError(f"{path} cannot be read as mnist.npz ({error}).") from error


def _read_idx_folder(folder: Path) -> list[np.ndarray]:
    return [_read_idx(folder, name) for name in IDX_SHA256]


def _read_idx(folder: Path, name: str) -> np.ndarray:
    """Read one idx file, compressed or not."""
    path = folder / f"{name}.gz"
    if not path.exists():
        path = folder / name
    try:
        return idx.parse(path.read_bytes())
    except DAMAGED_FILE_ERRORS as error:
        raise DamagedError(f"{path} cannot be read as an idx file ({error}).") from error


def _fetch(mirror: Mirror, cache: Path, progress: Progress, waiting: WaitingTime) -> Path:
    """Download a mirror's files into the cache; return the path ``read`` understands.

    The four idx files are collected in a folder of another name: an interrupted download is never
    mistaken for MNIST, and the next call continues it.
    """
    single = len(mirror.files) == 1
    place = cache / mirror.files[0] if single else cache / "mnist"
    folder = cache if single else cache / "mnist.part"
    folder.mkdir(parents=True, exist_ok=True)
    for name in mirror.files:
        if single or not (folder / name).exists():
            download(f"{mirror.url}/{name}", folder / name, progress, waiting)
    if not single:
        folder.rename(place)
    try:
        read(place)
    except DamagedError as error:
        raise DamagedError(f"{error} {put_aside(place)}") from error
    return place


def _print_report(sentence: str) -> None:
    print(sentence, file=sys.stderr)
