"""A network as a file for other programs, or for a page: one format for each suffix.

Every file reads float32 ``(n, 28, 28, 1)``, ink is 1, and answers ten probabilities for each
picture; where the format has names, ``image`` and ``probabilities``. What is known of the network
is inside: in Keras' and LiteRT's files as ``card.json`` of the zip that they are or that they end
with, in ONNX' as the property ``card``.
"""

from __future__ import annotations

import importlib.util
import json
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from mnist_cnn import network_file, weights_file
from mnist_cnn.architecture import Layer

SUFFIXES = {  # what other programs read, and the package that writes it, beside those needed anyway
    ".keras": None,
    ".onnx": "onnx",
    ".tflite": None,
}
OWN = ".bin"  # as a page reads it, see ``network_file``


class FormatError(Exception):
    """A network cannot be written in a format. The message says why, and the way out."""


def available() -> list[str]:
    """Return those of ``SUFFIXES`` that can be written; nothing is imported."""
    return [suffix for suffix, needed in SUFFIXES.items() if _is_here(needed)]


def check(suffix: str) -> None:
    """Raise ``FormatError`` unless files of this suffix can be written."""
    if suffix not in (*SUFFIXES, OWN):
        known = ", ".join([*SUFFIXES, OWN])
        raise FormatError(f"A network is written as {known}, not as {suffix or 'no suffix'}.")
    if not _is_here(needed := SUFFIXES.get(suffix)):
        raise FormatError(f"{suffix} needs another package: pip install {needed}")


def _is_here(package: str | None) -> bool:
    return package is None or importlib.util.find_spec(package) is not None


def encode(
    suffix: str,
    layers: Sequence[Layer],
    weights: Sequence[np.ndarray],
    about: Mapping[str, object] | None = None,
) -> bytes:
    """Return the file.

    Args:
        suffix: of its name, one of ``SUFFIXES`` or ``OWN``.
        layers: as ``architecture`` describes them.
        weights: of these layers, float32.
        about: what else is known of the network, as JSON has it: its card.

    Raises:
        FormatError: see ``check``; or the package that writes it does not load.
        ValueError: a layer is of a kind that is not known here.
        OSError: the disk is full.
    """
    check(suffix)
    if suffix == OWN:
        return network_file.encode(layers, weights, about)
    card = json.dumps(about, indent=2, ensure_ascii=False) + "\n" if about else None
    if suffix == ".onnx":
        try:
            from mnist_cnn import onnx_graph  # imports the package
        except (ImportError, AttributeError) as error:  # the second, where it met an old ml_dtypes
            sentence = f"The package onnx does not load ({error}). Upgrade it: pip install -U onnx"
            raise FormatError(sentence) from error
        return onnx_graph.encode(layers, weights, {"card": card} if card else {})
    from mnist_cnn import keras_model

    network = keras_model.of(layers, weights)
    with tempfile.TemporaryDirectory(prefix="mnist_cnn_") as folder:
        path = Path(folder, f"network{suffix}")
        if suffix == ".keras":
            network.save(path)
        else:
            from mnist_cnn import litert_file  # imports TensorFlow

            path.write_bytes(litert_file.encode(network))
        if card:
            weights_file.pack(path, card)
        return path.read_bytes()
