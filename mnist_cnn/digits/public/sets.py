"""Find a public set on this machine, check its files, read it, or fetch it.

A set lies in a folder of its own, below the folder of all of them, in its files as they are
published.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sized
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from mnist_cnn.digits.download import Progress, WaitingTime, download, put_aside
from mnist_cnn.digits.mnist_files import DamagedError, DataError, cache_folder
from mnist_cnn.network.keras_file import DAMAGED_FILE_ERRORS

CHUNK = 1 << 20  # bytes

Content = TypeVar("Content", bound=Sized)  # ``formats.Ink``, or ``pen_digits.PenDigits``


def nowhere() -> list[Path]:
    """Return no folder."""
    return []


@dataclass(frozen=True)
class PublicFile:
    """A published file of a set."""

    name: str
    url: str = ""  # of the file itself; "" if a person has to get it
    checksum: str = ""  # MD5 or SHA-256 in hexadecimal; "" if none is published


@dataclass(frozen=True)
class Form(Generic[Content]):
    """Files in which a set is published."""

    read: Callable[..., Content]  # takes the path of each file
    files: tuple[PublicFile, ...]


@dataclass(frozen=True)
class PublicSet(Generic[Content]):
    """A set of digits, or of what is none."""

    name: str  # in a card
    title: str
    size: int  # number of its pictures, as published
    folder: str  # below that of all sets
    forms: tuple[Form[Content], ...]  # in which it is published; the first is fetched
    how: str = ""  # a person gets it: a sentence; "" if it can be fetched
    mnist_made: bool = False  # sized and centred as MNIST's pictures are
    elsewhere: Callable[[], list[Path]] = nowhere  # folders where its files may be, too


class MissingError(DataError):
    """A set is not there. The message says where to get it, and where to put it."""


def default_folder() -> Path:
    """Return the folder of all sets, in the Keras cache."""
    return cache_folder() / "public_digits"


def load(public: PublicSet[Content], folder: Path) -> Content:
    """Return what a set holds.

    Args:
        public: the set.
        folder: of all sets.

    Raises:
        MissingError: its files are neither in its folder nor elsewhere.
        DamagedError: a file does not have its published checksum, or cannot be read, or there are
            not as many pictures as published.
    """
    form, paths = _find(public, folder)
    for file, path in zip(form.files, paths, strict=True):
        check(file, path)
    names = " and ".join(str(path) for path in paths)
    try:
        content = form.read(*paths)
    except DAMAGED_FILE_ERRORS as error:
        raise DamagedError(f"{names} cannot be read as {public.title} ({error}).") from error
    if len(content) != public.size:
        raise DamagedError(
            f"{public.title} has {public.size:,} pictures, {names} {len(content):,}. Fetch it anew."
        )
    return content


def check(file: PublicFile, path: Path) -> None:
    """Raise ``DamagedError`` unless the file has its published checksum, if there is one."""
    if not file.checksum:
        return
    found = hashlib.sha256() if len(file.checksum) == 64 else hashlib.md5(usedforsecurity=False)
    with path.open("rb") as content:
        while chunk := content.read(CHUNK):
            found.update(chunk)
    if found.hexdigest() != file.checksum:
        raise DamagedError(f"{path} does not have its published checksum. Fetch it anew.")


def fetch(public: PublicSet, folder: Path, progress: Progress, waiting: WaitingTime) -> None:
    """Download the files of a set that are not there yet, checked; nothing if a person has to.

    Args:
        public: the set.
        folder: of all sets.
        progress: receives download progress.
        waiting: the time to wait for the hosts.

    Raises:
        OSError: a host does not answer, refuses, or stalls; what came so far is kept.
        DamagedError: what came does not have the published checksum; it is put aside.
    """
    for file in public.forms[0].files:
        path = folder / public.folder / file.name
        if not file.url or path.exists():
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        download(file.url, path, progress, waiting)
        try:
            check(file, path)
        except DamagedError as error:
            raise DamagedError(f"{error} {put_aside(path)}") from error


def _find(public: PublicSet[Content], folder: Path) -> tuple[Form[Content], list[Path]]:
    for form in public.forms:
        for place in (folder / public.folder, *public.elsewhere()):
            paths = [place / file.name for file in form.files]
            if all(path.is_file() for path in paths):
                return form, paths
    names = " or ".join(" and ".join(file.name for file in form.files) for form in public.forms)
    raise MissingError(
        f"{public.title} is not here. {public.how or '--download fetches it.'} It belongs into "
        f"{folder / public.folder}, as {names}."
    )
