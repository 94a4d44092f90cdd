"""Trained weights on disk: ``.keras`` files, each with a card (JSON) beside it."""

from __future__ import annotations

import json
import os
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import keras

from mnist_cnn import model

FOLDER = Path(__file__).resolve().parent.parent / "weights"
DEFAULT = FOLDER / "mnist_cnn.keras"


@dataclass(frozen=True)
class Card:
    """What is known about a set of weights."""

    recipe: str
    seed: int
    epochs: int
    data_checksum: str  # data.Mnist.checksum
    test_accuracy: float  # 0 to 1, on the 10,000 test images of MNIST
    training_seconds: float
    libraries: dict[str, str]  # name: version


class WeightsError(Exception):
    """Weights cannot be used. The message names the file and the way out."""


def card_path(path: Path) -> Path:
    """Return where the card of the weights at ``path`` lies."""
    return path.with_suffix(".json")


def save(network: keras.Model, card: Card, path: str | os.PathLike = DEFAULT) -> None:
    """Write weights and card, each aside first and then renamed: never half a file."""
    path = Path(path)
    if path.suffix != ".keras":
        raise WeightsError(f"{path}: give the weights file a name that ends in .keras.")
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(asdict(card), indent=2) + "\n"
    _write_aside(path, lambda aside: network.save(aside))
    _write_aside(card_path(path), lambda aside: aside.write_text(text, encoding="utf-8"))


def load(path: str | os.PathLike = DEFAULT) -> keras.Model:
    """Return the trained network, checked to be this project's architecture.

    Raises:
        WeightsError: the file is missing, damaged, or holds another network.
    """
    path = Path(path)
    if not path.is_file():
        raise WeightsError(f"There are no weights at {path}. {_way_out(path)}")
    try:
        network = keras.saving.load_model(path, compile=False, safe_mode=True)
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise WeightsError(f"{path} is damaged ({reason}) {_way_out(path)}") from error
    expected, found = model.layer_table(model.build()), model.layer_table(network)
    if found != expected:
        raise WeightsError(
            f"{path} holds another network: {_first_difference(expected, found)}. {_way_out(path)}"
        )
    return network


def load_card(path: str | os.PathLike = DEFAULT) -> Card:
    """Return the card beside the weights at ``path``.

    Raises:
        WeightsError: the card is missing or not a card.
    """
    card = card_path(Path(path))
    try:
        return Card(**json.loads(card.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise WeightsError(f"{card} cannot be read ({error}). {_way_out(card)}") from error


def _way_out(path: Path) -> str:
    if path.parent == FOLDER:
        return (
            f"Restore it with: git checkout -- weights/{path.name}    "
            "or train anew with: python -m mnist_cnn train"
        )
    return f"Train anew with: python -m mnist_cnn train --output {path.with_suffix('.keras')}"


def _first_difference(expected: list[model.LayerRow], found: list[model.LayerRow]) -> str:
    for wanted, row in zip(expected, found, strict=False):
        if wanted != row:
            return (
                f"expected {wanted.name} {wanted.shape} with {wanted.parameters:,} parameters, "
                f"found {row.name} {row.shape} with {row.parameters:,}"
            )
    return f"expected {len(expected)} layers, found {len(found)}"


def _write_aside(path: Path, write: Callable[[Path], object]) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=path.suffix)
    os.close(handle)
    aside = Path(name)
    try:
        write(aside)
        aside.chmod(0o644)  # mkstemp makes files only their owner can read
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
