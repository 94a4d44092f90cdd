"""Load and save trained networks: ``.keras`` files, each with a card (JSON) beside it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from mnist_cnn.network import architecture, importer, keras_file
from mnist_cnn.network import card as cards
from mnist_cnn.network.card import Card
from mnist_cnn.network.keras_file import (
    DAMAGED_FILE_ERRORS,
    DEFAULT,
    WeightsError,
    explain_errors,
    restore_advice,
)
from mnist_cnn.system.atomic_files import write_atomically, write_text

if TYPE_CHECKING:
    import keras


def card_path(path: Path) -> Path:
    """Return the path of the card for the weights at ``path``."""
    return path.with_suffix(".json")


def prepare(path: str | os.PathLike, suffix: str = ".keras") -> Path:
    """Make the folder of ``path`` and return ``path``: check it before a long training, not after.

    Raises:
        WeightsError: the suffix is not ``suffix``, or the folder cannot be made or written to.
    """
    path = Path(path)
    if path.suffix != suffix:
        raise WeightsError(f"{path}: give the file a name that ends in {suffix}.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WeightsError(f"{path.parent} cannot be made ({error}). Choose another.") from error
    if not os.access(path.parent, os.W_OK):
        raise WeightsError(f"{path.parent} cannot be written to. Choose another folder.")
    return path


def save(network: keras.Model, card: Card, path: str | os.PathLike = DEFAULT) -> None:
    """Write weights and card, both atomically.

    The card is also inside the weights file, and an old card beside it is deleted first: whenever
    this is interrupted, ``load_card`` returns the card of the weights that are there.

    Raises:
        WeightsError: as ``prepare``.
        NotWrittenError: the disk is full. Either the old weights are still there, or the new ones
            with their card inside.
    """
    path = prepare(path)
    old_card = card_path(path)

    def write(temporary: Path) -> None:
        network.save(temporary)
        keras_file.add_card(temporary, card.to_json())

    write_atomically(path, write, ready=lambda: old_card.unlink(missing_ok=True))
    save_card(card, path)


def save_card(card: Card, path: str | os.PathLike = DEFAULT) -> None:
    """Write the card beside the weights at ``path``."""
    write_text(card_path(Path(path)), card.to_json())


def load(
    path: str | os.PathLike = DEFAULT,
    build: Callable[[], keras.Model] | None = None,
    command: str = "train",
) -> keras.Model:
    """Return the trained network in a file, which may come from anybody.

    The network is built here, and only its numbers come from the file: nothing in the file is
    executed, and a file saved by one version of Keras loads in another, although each version
    describes layers differently. A file larger than 64 MiB, packed or unpacked, or with anything
    but plain arrays, is refused.

    Args:
        path: a ``.keras`` or ``.h5`` file.
        build: returns the untrained network that the file must hold. Default: any network that
            ``importer.read`` accepts.
        command: of ``python -m mnist_cnn``, that trains the file anew, for the error message.

    Raises:
        WeightsError: the file is missing, damaged, hostile, or holds an unsupported network.
    """
    path = Path(path)
    with explain_errors(path, command):
        if build is None:
            from mnist_cnn.network import keras_model  # imports Keras

            return keras_model.build(*importer.read(path))
        network = build()
        expected, _ = importer.from_model(network)
        layers, arrays = importer.simplify(keras_file.read(path))
        if layers != expected:
            found, needed = map(architecture.outline, (layers, expected))
            raise keras_file.UnsupportedNetworkError("architecture", found=found, needed=needed)
        network.set_weights(arrays)
    return network


def load_card(path: str | os.PathLike = DEFAULT) -> Card:
    """Return the card beside the weights at ``path``, or else the one inside them.

    Raises:
        WeightsError: there is no card, or it cannot be read.
    """
    path = Path(path)
    card = card_path(path)
    try:
        inside = None if card.exists() else keras_file.read_card(path)
        return cards.from_json(inside or card.read_text(encoding="utf-8"))
    except DAMAGED_FILE_ERRORS as error:
        raise WeightsError(f"{card} cannot be read ({error}). {restore_advice(card)}") from error


def find_card(path: str | os.PathLike) -> Card | None:
    """Return the card of the weights at ``path``, or None if there is none that can be read."""
    try:
        return load_card(path)
    except WeightsError:
        return None
