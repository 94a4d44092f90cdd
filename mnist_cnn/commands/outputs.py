"""The output files of commands, chosen so that no earlier work is lost."""

from __future__ import annotations

import argparse
import contextlib
import itertools
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from mnist_cnn.network import weights


def add(command: argparse.ArgumentParser, default: str, metavar: str) -> None:
    """Add ``--output``, by default a name that is not taken."""
    command.add_argument(
        "--output",
        type=Path,
        metavar=metavar,
        help=f"replaces what is there; default {default} in this folder, and where that is "
        f"taken {_numbered(Path(default), 2)}, and so on",
    )


def prepare(named: Path | None, default: str, taken: Callable[[Path], bool] = Path.exists) -> Path:
    """Return the path to write to, with its folder made: before a long training, not after.

    An existing file is only replaced if it was named, and a message says so at once.

    Args:
        named: given by the person, or None.
        default: the name otherwise, see ``unused``.
        taken: whether a path is taken.

    Raises:
        WeightsError: as ``weights.prepare``.
    """
    output = weights.prepare(named or unused(Path(default), taken), Path(default).suffix)
    if output.exists():
        print(f"Will replace {output}", flush=True)
    return output


def unused(default: Path, taken: Callable[[Path], bool] = Path.exists) -> Path:
    """Return ``default``, or the first of mine-2.keras, mine-3.keras, … that is not taken.

    A path is also taken if there is a file at the path of its card.
    """
    numbered = (_numbered(default, number) for number in itertools.count(2))
    return next(
        path
        for path in itertools.chain([default], numbered)
        if not (taken(path) or weights.card_path(path).exists())
    )


@contextlib.contextmanager
def report_written(output: Path, then: str) -> Iterator[None]:
    """If the following block fails or is interrupted, say that ``output`` is already written.

    Args:
        output: the file.
        then: a sentence on what to do with it.
    """
    try:
        yield
    except BaseException:
        print(f"\n{output} is written, but not tested, and has no card. {then}", file=sys.stderr)
        raise


def _numbered(path: Path, number: int) -> Path:
    return path.with_name(f"{path.stem}-{number}{path.suffix}")
