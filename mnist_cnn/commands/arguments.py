"""Arguments that several commands share, and parsers of their values."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from mnist_cnn.digits import mnist_files, pen_digits
from mnist_cnn.network import model, weights
from mnist_cnn.training.options import RANGES, OptionsError


class Commands(Protocol):
    """What ``add_subparsers`` returns."""

    def add_parser(self, name: str, **options: Any) -> argparse.ArgumentParser:
        """Add a command."""


def add_data(command: argparse.ArgumentParser, or_generated: bool = False) -> None:
    """Add ``--data``: MNIST, or the word generated."""
    generated_too = "; or the word generated: digits made without MNIST" if or_generated else ""
    command.add_argument(
        "--data",
        type=Path,
        metavar="PATH",
        help=f"mnist.npz or a folder of idx files; default ${mnist_files.ENVIRONMENT_VARIABLE}, "
        f"the Keras cache, then a download{generated_too}",
    )


def add_pens(command: argparse.ArgumentParser) -> None:
    """Add ``--pens``: the file of pen strokes."""
    command.add_argument(
        "--pens",
        type=Path,
        metavar="FILE",
        help=f"pen strokes; default ${pen_digits.ENVIRONMENT_VARIABLE}, the cache, then a download",
    )


def add_weights(command: argparse.ArgumentParser) -> None:
    """Add ``--weights``: the network."""
    command.add_argument(
        "--weights",
        type=Path,
        default=weights.DEFAULT,
        metavar="FILE",
        help=".keras or .h5; default %(default)s",
    )


def add_downsampling(command: argparse.ArgumentParser) -> None:
    """Add ``--downsampling``: a variant of the network."""
    command.add_argument(
        "--downsampling",
        choices=list(model.DOWNSAMPLING),
        default="max",
        help="default %(default)s",
    )


def add_seed(command: argparse.ArgumentParser) -> None:
    """Add ``--seed``."""
    command.add_argument("--seed", type=seed, default=1, help="default %(default)s")


def option(name: str) -> Callable[[str], float | int | str]:
    """Return the argparse type for the training option ``name``."""

    def parse(text: str) -> float | int | str:
        try:
            return RANGES[name].parse(name, text)
        except OptionsError as error:
            raise argparse.ArgumentTypeError(str(error)) from error

    return parse


def positive(text: str) -> int:
    """Parse a whole number of at least 1."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of at least 1")
    return int(text)


def seed(text: str) -> int:
    """Parse a seed: 0 to 2147483647."""
    if not text.isdecimal() or int(text) >= 2**31:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 0 to 2147483647")
    return int(text)
