"""The command line: ``python -m mnist_cnn train``, and ten more; see ``--help``."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Callable

from mnist_cnn import ending, installation

if __name__ == "__main__":
    ending.at_once()  # first: TensorFlow takes seconds
    installation.check("-m mnist_cnn")

# isort: split
from mnist_cnn import quiet  # noqa: F401  first, before anything imports TensorFlow

# isort: split
from mnist_cnn import __version__, data, exchange_formats, ink, weights
from mnist_cnn.aside import NotWrittenError
from mnist_cnn.checkpoint import CheckpointError
from mnist_cnn.commands import (
    evaluate,
    export,
    features,
    generator,
    judge,
    notebook,
    predict,
    site,
    summary,
    train,
    variants,
)
from mnist_cnn.options import OptionsError
from mnist_cnn.tensorboard_log import LogError
from mnist_cnn.training import DivergedError

COMMANDS = (
    *(train, variants, judge, generator, features),
    *(evaluate, predict, export, site, summary, notebook),
)
SENTENCES = (
    *(data.DataError, weights.WeightsError, ink.PictureError, OptionsError),
    *(CheckpointError, DivergedError, LogError, NotWrittenError, exchange_formats.FormatError),
)


def main(arguments: list[str] | None = None, hear: Callable[[], None] | None = None) -> int:
    """Run one command; return the exit status.

    Args:
        arguments: of the command line.
        hear: lets signals interrupt the command from now on.

    Returns:
        0, 1 after a message on standard error, or 128 and the number of the signal that ended it.
    """
    try:
        try:
            if hear:
                hear()
            return _run(parser().parse_args(arguments))
        finally:
            ending.deafen()
    except KeyboardInterrupt as stop:
        ending.deafen()
        print("\nStopped.", file=sys.stderr)
        return 128 + (stop.args or (signal.SIGINT,))[0]


def _run(options: argparse.Namespace) -> int:
    try:
        return options.command(options)
    except SENTENCES as error:
        print(error, file=sys.stderr)
        return 1


def parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    top = argparse.ArgumentParser(prog="python -m mnist_cnn", description=__doc__)
    top.add_argument("--version", action="version", version=f"mnist_cnn {__version__}")
    commands = top.add_subparsers(required=True, metavar="command")
    for command in COMMANDS:
        command.add(commands)
    return top


if __name__ == "__main__":
    sys.exit(main(hear=ending.interrupt))
