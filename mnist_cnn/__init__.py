"""Watch a convolutional network read a digit you drew yourself.

In Python: ``from mnist_cnn import Reader, layer_table, load, read, train``. These names are
imported when they are asked for, and TensorFlow with them.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mnist_cnn.model import layer_table
    from mnist_cnn.reading import Reader, read
    from mnist_cnn.trained import train
    from mnist_cnn.weights import load

__version__ = "1.0.0"

__all__ = ["Reader", "layer_table", "load", "read", "train"]

_HOMES = {
    "Reader": "reading",
    "layer_table": "model",
    "load": "weights",
    "read": "reading",
    "train": "trained",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    importlib.import_module("mnist_cnn.quiet")  # first: before TensorFlow is imported
    return getattr(importlib.import_module(f"mnist_cnn.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
