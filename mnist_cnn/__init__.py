"""Watch a convolutional network read a digit you drew yourself.

In Python: ``from mnist_cnn import DigitPad, Reader, layer_table, load, read, train``. These names
are imported when they are first used, and so is what they need: Gradio for ``DigitPad``, TensorFlow
for the others.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mnist_cnn.network.model import layer_table
    from mnist_cnn.network.weights import load
    from mnist_cnn.reading.reader import Reader, read
    from mnist_cnn.server.gradio_app.digit_pad import DigitPad
    from mnist_cnn.training.train import train

__version__ = "1.1.0"

__all__ = ["DigitPad", "Reader", "layer_table", "load", "read", "train"]

_HOMES = {
    "DigitPad": "server.gradio_app.digit_pad",
    "Reader": "reading.reader",
    "layer_table": "network.model",
    "load": "network.weights",
    "read": "reading.reader",
    "train": "training.train",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name != "DigitPad":
        importlib.import_module("mnist_cnn.system.quiet_tensorflow")  # before TensorFlow is
    return getattr(importlib.import_module(f"mnist_cnn.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
