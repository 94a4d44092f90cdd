"""A ``.keras`` file from anybody: looked through before a number of it is used.

It is a zip of three entries: ``config.json`` (the layers), ``metadata.json`` and
``model.weights.h5`` (HDF5), and of ``card.json`` where this project packed one in. What is read
is bounded first, entry by entry, and the HDF5 may hold nothing but plain arrays of floats: no
links to other files, no filters that unpack to gigabytes.
"""

from __future__ import annotations

import contextlib
import io
import json
import re
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import h5py
import numpy as np

FOLDER = Path(__file__).resolve().parent.parent / "weights"
DEFAULT = FOLDER / "mnist_cnn.keras"

# What zipfile, HDF5, JSON and Keras raise on files that are truncated, altered, or not weights.
UNREADABLE = (
    *(zipfile.BadZipFile, zlib.error, OSError, RuntimeError),
    *(ValueError, KeyError, TypeError, AttributeError),
    *(EOFError, OverflowError, IndexError, struct.error),
)

LARGEST = 64 * 2**20  # bytes, of the file and of all that is in it
LARGEST_TEXT = 2**20  # bytes of JSON
MOST_ARRAYS = 200
CONFIG, NUMBERS, CARD = "config.json", "model.weights.h5", "card.json"
PLAIN = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # others unpack without a bound

# The entries of a layer's configuration that make it what it is.
DEFINING = (
    *("name", "batch_shape", "filters", "units", "kernel_size", "pool_size"),
    *("strides", "padding", "dilation_rate", "groups", "activation", "use_bias"),
)


class WeightsError(Exception):
    """Weights cannot be used. The message names the file and the way out."""

    def __init__(self, sentence: str, reason: str = "", detail: str = ""):
        super().__init__(sentence)
        self.reason = reason  # damaged, other; "" otherwise: for another language
        self.detail = detail  # what exactly, without the file's name


class OtherNetworkError(Exception):
    """The file holds another network. The message says where it differs first."""


@contextlib.contextmanager
def explained(path: Path, command: str = "train") -> Iterator[None]:
    """Raise ``WeightsError`` where there is no file at ``path``, or whatever is wrong with it.

    Args:
        path: of the file.
        command: of ``python -m mnist_cnn``, makes the file anew.
    """
    out = way_out(path, command)
    if not path.is_file():
        raise WeightsError(f"There are no weights at {path}. {out}")
    try:
        yield
    except OtherNetworkError as error:
        sentence = f"{path} holds another network: {error}. {out}"
        raise WeightsError(sentence, "other", str(error)) from error
    except UNREADABLE as error:
        reason = reason_of(error)
        raise WeightsError(f"{path} is damaged ({reason}). {out}", "damaged", reason) from error


def reason_of(error: Exception) -> str:
    """Return in a line what one of ``UNREADABLE`` says."""
    return str(error).splitlines()[0] if str(error) else type(error).__name__


def way_out(path: Path, command: str = "train") -> str:
    """Return the sentence that says how to get the file at ``path`` back."""
    if FOLDER in path.parents:
        return (
            f"Restore it with: git checkout -- weights/{path.relative_to(FOLDER).as_posix()}    "
            f"or train anew with: python -m mnist_cnn {command}"
        )
    if command == "variants":  # makes all files of a folder
        return f"Train anew with: python -m mnist_cnn {command} --output {path.parent}"
    output = path.with_suffix(".keras") if path.suffix == ".json" else path
    return f"Train anew with: python -m mnist_cnn {command} --output {output}"


def architecture_in(file: Path | bytes) -> list[dict]:
    """Return what defines each layer of the network in the file, having looked through it all.

    Raises:
        ValueError: something in the file is too large, or not what a ``.keras`` file holds.
        UNREADABLE: it is damaged.
    """
    with _opened(file) as archive:
        found = architecture(_text(archive, CONFIG))
        _check_numbers(archive.read(NUMBERS))
    return found


def arrays_in(file: Path | bytes, layers: list[dict] | None = None) -> list[np.ndarray]:
    """Return the weights in the file, float32, as ``keras.Model.get_weights`` has them.

    Keras names the layers in the HDF5 by their class, counted: ``conv2d``, ``conv2d_1``.

    Args:
        file: the ``.keras`` file.
        layers: as ``architecture_in`` found them in it, which has looked through it then. Default:
            it is looked through now.

    Raises:
        ValueError, UNREADABLE: see ``architecture_in``.
    """
    found, seen = [], Counter()
    kinds = [layer["kind"] for layer in layers or architecture_in(file)]
    with _opened(file) as archive, h5py.File(io.BytesIO(archive.read(NUMBERS))) as numbers:
        for kind in kinds:
            count, name = seen[kind], _snake_case(kind)
            seen[kind] += 1
            group = numbers[f"layers/{name}_{count}" if count else f"layers/{name}"]["vars"]
            found += [np.asarray(group[str(number)], np.float32) for number in range(len(group))]
    return found


def _snake_case(kind: str) -> str:
    """As ``keras.src.utils.naming.to_snake_case``: MaxPooling2D is max_pooling2d."""
    return re.sub("([a-z])([A-Z])", r"\1_\2", re.sub("(.)([A-Z][a-z0-9]+)", r"\1_\2", kind)).lower()


def card_in(file: Path | bytes) -> str | None:
    """Return the card packed into the file, or None; raises as ``architecture_in``."""
    with _opened(file) as archive:
        return _text(archive, CARD).decode() if CARD in archive.namelist() else None


def pack(path: Path, card: str) -> None:
    """Put the text of a card into the ``.keras`` file at ``path``; Keras takes no notice of it."""
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(CARD, card)


def architecture(config: str | bytes) -> list[dict]:
    """Return what defines each layer in Keras' JSON of a model, free of version-bound entries."""
    return [
        {"kind": layer["class_name"]}
        | {entry: layer["config"][entry] for entry in DEFINING if entry in layer["config"]}
        for layer in json.loads(config)["config"]["layers"]
    ]


def first_difference(expected: list[dict], found: list[dict]) -> str | None:
    """Return in words where two architectures differ first, or None."""
    if len(expected) != len(found):
        return f"expected {len(expected)} layers, found {len(found)}"
    for wanted, layer in zip(expected, found, strict=True):
        for entry, value in wanted.items():
            if layer.get(entry) != value:
                shown = str(layer.get(entry))[:40]
                return f"{wanted['name']} should have {entry} {value}, found {shown}"
    return None


@contextlib.contextmanager
def _opened(file: Path | bytes) -> Iterator[zipfile.ZipFile]:
    """Open the archive, and see that what is read of it is bounded."""
    size = len(file) if isinstance(file, bytes) else file.stat().st_size
    if size > LARGEST:
        raise ValueError(f"{size:,} bytes, more than the {LARGEST:,} of any network here")
    with zipfile.ZipFile(io.BytesIO(file) if isinstance(file, bytes) else file) as archive:
        _check_entries(archive)
        yield archive


def _check_entries(archive: zipfile.ZipFile) -> None:
    entries = archive.infolist()
    names = [entry.filename for entry in entries]
    if len(names) != len(set(names)):
        raise ValueError("two entries of one name")
    if sum(entry.file_size for entry in entries) > LARGEST:
        raise ValueError(f"unpacked it has more than {LARGEST:,} bytes")
    for entry in entries:
        if entry.filename in (CONFIG, NUMBERS, CARD) and entry.compress_type not in PLAIN:
            raise ValueError(f"{entry.filename} is packed in an unusual way")


def _text(archive: zipfile.ZipFile, name: str) -> bytes:
    if archive.getinfo(name).file_size > LARGEST_TEXT:
        raise ValueError(f"{name} has more than {LARGEST_TEXT:,} bytes")
    return archive.read(name)


def _check_numbers(content: bytes) -> None:
    """Raise ``ValueError`` unless the HDF5 holds nothing but small plain arrays of finite floats.

    Datasets of other files, by link or as storage, would read what is nobody's business; a chunked
    one can declare any size.
    """
    with h5py.File(io.BytesIO(content)) as file:
        left, open_groups, seen = LARGEST, [file], 0
        while open_groups:
            group = open_groups.pop()
            for name in group:
                seen += 1
                if seen > MOST_ARRAYS:
                    raise ValueError(f"more than {MOST_ARRAYS} groups and arrays")
                if not isinstance(group.get(name, getlink=True), h5py.HardLink):
                    raise ValueError("a link to somewhere else")
                item = group[name]
                if isinstance(item, h5py.Group):
                    open_groups.append(item)
                elif isinstance(item, h5py.Dataset):
                    left -= _bytes_of(item)
                    if left < 0:
                        raise ValueError(f"its arrays have more than {LARGEST:,} bytes")
                    if not np.isfinite(item[()]).all():
                        raise ValueError("values that are no numbers")


def _bytes_of(array: h5py.Dataset) -> int:
    """Return what a plain array takes in memory, all of which has to be in the file."""
    if array.external or array.is_virtual or array.chunks or array.dtype.kind not in "fiu":
        raise ValueError("an array that is not plain numbers")
    size = array.size * array.dtype.itemsize
    if array.id.get_storage_size() < size:
        raise ValueError("an array without its numbers")
    return size
