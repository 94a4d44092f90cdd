"""Export a network to a file of another program, or of the page: one format for each suffix.

In every format the input is float32 ``(n, 28, 28, 1)``, ink is 1, and the output ten probabilities
for each picture, named ``image`` and ``probabilities`` where the format has names. The card is
inside: Keras' files are zips, LiteRT's end with one, and ``card.json`` is its entry; ONNX' have
the property ``card``.
"""

from __future__ import annotations

import importlib.util
import json
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from mnist_cnn.network import keras_file, network_file
from mnist_cnn.network.architecture import Layer

SUFFIXES = {  # formats of other programs, and the optional package that writes each
    ".keras": None,
    ".onnx": "onnx",
    ".tflite": None,
}
PAGE_SUFFIX = ".bin"  # the page's own format, see ``network_file``


class FormatError(Exception):
    """A network cannot be written in a format. The message says why and what to do."""


def available() -> list[str]:
    """Return the suffixes in ``SUFFIXES`` whose package is installed, without importing it."""
    return [suffix for suffix, needed in SUFFIXES.items() if _is_installed(needed)]


def check(suffix: str) -> None:
    """Raise ``FormatError`` if files with this suffix cannot be written."""
    if suffix not in (*SUFFIXES, PAGE_SUFFIX):
        known, found = ", ".join([*SUFFIXES, PAGE_SUFFIX]), suffix or "a file without a suffix"
        raise FormatError(f"A network can be written as {known}, not as {found}.")
    if not _is_installed(needed := SUFFIXES.get(suffix)):
        raise FormatError(f"{suffix} needs another package: pip install {needed}")


def _is_installed(package: str | None) -> bool:
    return package is None or importlib.util.find_spec(package) is not None


def encode(
    suffix: str,
    layers: Sequence[Layer],
    weights: Sequence[np.ndarray],
    about: Mapping[str, object] | None = None,
) -> bytes:
    """Return the content of the file.

    Args:
        suffix: one of ``SUFFIXES``, or ``PAGE_SUFFIX``.
        layers: of the network.
        weights: float32, the arrays of these layers in order.
        about: its card, as plain JSON values.

    Raises:
        FormatError: as ``check``, or the package that writes the format does not load.
        ValueError: the format does not support a layer.
        OSError: the disk is full.
    """
    check(suffix)
    if suffix == PAGE_SUFFIX:
        return network_file.encode(layers, weights, about)
    card = json.dumps(about, indent=2, ensure_ascii=False) + "\n" if about else None
    if suffix == ".onnx":
        try:
            from mnist_cnn.network import onnx_graph  # imports the package
        except (ImportError, AttributeError) as error:  # AttributeError: ml_dtypes is too old
            sentence = f"The package onnx does not load ({error}). Upgrade it: pip install -U onnx"
            raise FormatError(sentence) from error
        return onnx_graph.encode(layers, weights, {"card": card} if card else {})
    from mnist_cnn.network import keras_model

    network = keras_model.build(layers, weights)
    with tempfile.TemporaryDirectory(prefix="mnist_cnn_") as folder:
        path = Path(folder, f"network{suffix}")
        if suffix == ".keras":
            network.save(path)
        else:
            from mnist_cnn.network import litert_file  # imports TensorFlow

            path.write_bytes(litert_file.encode(network))
        if card:
            keras_file.add_card(path, card)
        return path.read_bytes()
