"""Arguments that several commands share, and what their values may be."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from mnist_cnn import data, model, pens, weights
from mnist_cnn.options import RANGES, OptionsError

Commands = argparse._SubParsersAction  # what ``add_subparsers`` returns; it has no public name


def add_data(command: argparse.ArgumentParser, or_generated: bool = False) -> None:
    """Let MNIST be named, or generated digits."""
    generated_too = "; or the word generated: digits made without MNIST" if or_generated else ""
    command.add_argument(
        "--data",
        type=Path,
        metavar="PATH",
        help=f"mnist.npz or a folder of idx files; default ${data.ENVIRONMENT_VARIABLE}, "
        f"the Keras cache, then a download{generated_too}",
    )


def add_pens(command: argparse.ArgumentParser) -> None:
    """Let the file of pen strokes be named."""
    command.add_argument(
        "--pens",
        type=Path,
        metavar="FILE",
        help=f"pen strokes; default ${pens.ENVIRONMENT_VARIABLE}, the cache, then a download",
    )


def add_weights(command: argparse.ArgumentParser) -> None:
    """Let the network be named."""
    command.add_argument(
        "--weights",
        type=Path,
        default=weights.DEFAULT,
        metavar="FILE",
        help=".keras or .h5; default %(default)s",
    )


def add_downsampling(command: argparse.ArgumentParser) -> None:
    """Let a variant of the network be chosen."""
    command.add_argument(
        "--downsampling",
        choices=list(model.DOWNSAMPLING),
        default="max",
        help="default %(default)s",
    )


def add_seed(command: argparse.ArgumentParser) -> None:
    """Let the seed be chosen."""
    command.add_argument("--seed", type=seed, default=1, help="default %(default)s")


def option(name: str) -> Callable[[str], float | int | str]:
    """Return what argparse calls to check the text of an option of a training."""

    def check(text: str) -> float | int | str:
        try:
            return RANGES[name].parse(name, text)
        except OptionsError as error:
            raise argparse.ArgumentTypeError(str(error)) from error

    return check


def positive(text: str) -> int:
    """Return the text of an argument as a whole number of at least 1."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of at least 1")
    return int(text)


def seed(text: str) -> int:
    """Return the text of an argument as a seed."""
    if not text.isdecimal() or int(text) >= 2**31:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 0 to 2147483647")
    return int(text)
