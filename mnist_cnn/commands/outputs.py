"""Where commands write what they make, so that nothing made before, or just now, is lost."""

from __future__ import annotations

import argparse
import contextlib
import itertools
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from mnist_cnn import weights


def add(command: argparse.ArgumentParser, default: str, metavar: str) -> None:
    """Let the place be named; it is a new one otherwise."""
    command.add_argument(
        "--output",
        type=Path,
        metavar=metavar,
        help=f"replaces what is there; default {default} in this folder, and where that is "
        f"taken {_numbered(Path(default), 2)}, and so on",
    )


def prepare(named: Path | None, default: str, taken: Callable[[Path], bool] = Path.exists) -> Path:
    """Return where to write, with its folder made, before hours are spent on what goes there.

    What is there already is replaced only where it was named, and that is said at once.

    Args:
        named: by the person, or None.
        default: the name of it otherwise, see ``free``.
        taken: whether a name is.

    Raises:
        WeightsError: see ``weights.prepare``.
    """
    output = weights.prepare(named or free(Path(default), taken), Path(default).suffix)
    if output.exists():
        print(f"Will replace {output}", flush=True)
    return output


def free(default: Path, taken: Callable[[Path], bool] = Path.exists) -> Path:
    """Return ``default``, or the first of mine-2.keras, mine-3.keras, … that is not taken.

    A file whose card would lie where another file is counts as taken.
    """
    numbered = (_numbered(default, number) for number in itertools.count(2))
    return next(
        path
        for path in itertools.chain([default], numbered)
        if not (taken(path) or weights.card_path(path).exists())
    )


@contextlib.contextmanager
def kept(output: Path, then: str) -> Iterator[None]:
    """Where what follows fails or is interrupted, say what is written already.

    Args:
        output: the file that is written.
        then: what to do without the rest.
    """
    try:
        yield
    except BaseException:
        print(f"\n{output} is written, but not tested, and has no card. {then}", file=sys.stderr)
        raise


def _numbered(path: Path, number: int) -> Path:
    return path.with_name(f"{path.stem}-{number}{path.suffix}")
