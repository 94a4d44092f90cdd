"""Trained weights on disk: ``.keras`` files, each with a card (JSON) beside it."""

from __future__ import annotations

import json
import os
import tempfile
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import keras

from mnist_cnn import model

FOLDER = Path(__file__).resolve().parent.parent / "weights"
DEFAULT = FOLDER / "mnist_cnn.keras"

# The entries of a layer's configuration that make it what it is.
DEFINING = (
    *("name", "batch_shape", "filters", "units", "kernel_size", "pool_size"),
    *("strides", "padding", "dilation_rate", "groups", "activation", "use_bias"),
)


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

    The network is built here and only its numbers are read from the file: so nothing in the file
    is executed, and a file saved by one version of Keras loads in another, although each version
    describes layers with entries of its own.

    Raises:
        WeightsError: the file is missing, damaged, or holds another network.
    """
    path = Path(path)
    if not path.is_file():
        raise WeightsError(f"There are no weights at {path}. {_way_out(path)}")
    network = model.build()
    try:
        with zipfile.ZipFile(path) as archive:
            found = _architecture(archive.read("config.json"))
        difference = _first_difference(_architecture(network.to_json()), found)
        if not difference:
            network.load_weights(path)
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile, zlib.error) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise WeightsError(f"{path} is damaged ({reason}). {_way_out(path)}") from error
    if difference:
        raise WeightsError(f"{path} holds another network: {difference}. {_way_out(path)}")
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


def _architecture(config: str | bytes) -> list[dict]:
    """Return what defines each layer in Keras' JSON of a model, free of version-bound entries."""
    return [
        {"kind": layer["class_name"]}
        | {entry: layer["config"][entry] for entry in DEFINING if entry in layer["config"]}
        for layer in json.loads(config)["config"]["layers"]
    ]


def _first_difference(expected: list[dict], found: list[dict]) -> str | None:
    if len(expected) != len(found):
        return f"expected {len(expected)} layers, found {len(found)}"
    for wanted, layer in zip(expected, found, strict=True):
        for entry, value in wanted.items():
            if layer.get(entry) != value:
                return f"{wanted['name']} should have {entry} {value}, found {layer.get(entry)}"
    return None


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
