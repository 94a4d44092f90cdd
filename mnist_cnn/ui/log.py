"""What the server tells whoever runs it: one line for each event, and no drawing in any.

    2026-11-24 10:14:07 INFO training 3f9a51 begins: lesson, max, 60000 digits

What uvicorn says of malformed requests, and asyncio of forgotten errors, is told alike, a line a
second at most. Trainings, what a teacher decides and what is refused are told of always; requests,
without their queries, with ``--verbose``. Lines go to standard error.
"""

from __future__ import annotations

import logging
import sys

from mnist_cnn.ui.fairness import OverloadError, Rate, Rates

OTHERS = ("uvicorn", "uvicorn.error", "asyncio")  # loggers that are not ours
TOLD = Rate(50, 1)  # of their lines: who floods the server does not flood the disk
FORMAT = "%(asctime)s %(levelname)s %(message)s"


def configure(verbose: bool) -> None:
    """Write the lines of all of ``mnist_cnn``."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_OneLine(FORMAT, "%Y-%m-%d %H:%M:%S"))
    top = logging.getLogger("mnist_cnn")
    top.handlers[:] = [handler]
    top.setLevel(logging.DEBUG if verbose else logging.INFO)
    top.propagate = False


def adopt() -> None:
    """Tell what uvicorn and asyncio have to say in the same form; after the launch."""
    ours = logging.getLogger("mnist_cnn").handlers
    for name in OTHERS:
        logger = logging.getLogger(name)
        logger.handlers[:] = ours
        logger.propagate = False
        logger.filters[:] = [_Seldom()]


class _Seldom:
    """Lets a few lines through, and then one a second."""

    def __init__(self) -> None:
        self._rates = Rates(TOLD)

    def filter(self, record: logging.LogRecord) -> bool:
        try:
            self._rates.spend("everybody")
        except OverloadError:
            return False
        return True


class _OneLine(logging.Formatter):
    """Whatever a visitor has sent begins no line of its own."""

    def format(self, record: logging.LogRecord) -> str:
        return super().format(record).replace("\r", "\\r").replace("\n", "\\n")
