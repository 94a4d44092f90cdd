"""What the server tells whoever runs it: one line for each event, and no drawing in any.

    2026-11-24 10:14:07 INFO training 3f9a51 begins: lesson, max, 60000 digits

Trainings, what a teacher decides and what is refused are told of always; requests, without their
queries, with ``--verbose``. Lines go to standard error.
"""

from __future__ import annotations

import logging
import sys

FORMAT = "%(asctime)s %(levelname)s %(message)s"


def configure(verbose: bool) -> None:
    """Write the lines of all of ``mnist_cnn``."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_OneLine(FORMAT, "%Y-%m-%d %H:%M:%S"))
    top = logging.getLogger("mnist_cnn")
    top.handlers[:] = [handler]
    top.setLevel(logging.DEBUG if verbose else logging.INFO)
    top.propagate = False


class _OneLine(logging.Formatter):
    """Whatever a visitor has sent begins no line of its own."""

    def format(self, record: logging.LogRecord) -> str:
        return super().format(record).replace("\r", "\\r").replace("\n", "\\n")
