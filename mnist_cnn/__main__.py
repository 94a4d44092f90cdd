"""The command line: ``python -m mnist_cnn train`` and twelve more commands, see ``--help``."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Callable

from mnist_cnn.system import installation, signals

if __name__ == "__main__":
    signals.exit_immediately()  # first: importing TensorFlow takes seconds
    installation.check("-m mnist_cnn")

# isort: split
from mnist_cnn.system import quiet_tensorflow  # noqa: F401  before anything imports TensorFlow

# isort: split
from mnist_cnn import __version__
from mnist_cnn.commands import evaluate, export, notebook, predict, site, summary, train
from mnist_cnn.commands.making import features, generator, judge, misread, neighbours, variants
from mnist_cnn.digits import mnist_files
from mnist_cnn.network import exchange_formats, weights
from mnist_cnn.optimization.checkpoint import CheckpointError
from mnist_cnn.optimization.loop import DivergedError
from mnist_cnn.reading import ink
from mnist_cnn.system.atomic_files import NotWrittenError
from mnist_cnn.training.options import OptionsError
from mnist_cnn.training.tensorboard_log import LogError

COMMANDS = (
    *(train, variants, judge, generator, features, misread, neighbours),
    *(evaluate, predict, export, site, summary, notebook),
)
REPORTED_ERRORS = (  # their messages say what to do
    *(mnist_files.DataError, weights.WeightsError, ink.PictureError, OptionsError),
    *(CheckpointError, DivergedError, LogError, NotWrittenError, exchange_formats.FormatError),
)


def main(
    arguments: list[str] | None = None, catch_signals: Callable[[], None] | None = None
) -> int:
    """Run one command; return the exit status.

    Args:
        arguments: those of the command line. Default: ``sys.argv``.
        catch_signals: is called first, and sets the signal handlers. Default: none are set.

    Returns:
        0; 1 after a message on standard error; 128 + the number of the signal that ended it.
    """
    try:
        try:
            if catch_signals:
                catch_signals()
            return _run(parser().parse_args(arguments))
        finally:
            signals.ignore()
    except KeyboardInterrupt as stop:
        signals.ignore()
        print("\nStopped.", file=sys.stderr)
        return 128 + (stop.args or (signal.SIGINT,))[0]


def _run(options: argparse.Namespace) -> int:
    try:
        return options.command(options)
    except REPORTED_ERRORS as error:
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
    sys.exit(main(catch_signals=signals.raise_keyboard_interrupt))
