"""Trained weights on disk: ``.keras`` files, each with a card (JSON) beside it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import keras

from mnist_cnn import architecture, importer, keras_model, weights_file
from mnist_cnn import card as cards
from mnist_cnn.aside import write_aside
from mnist_cnn.card import Card
from mnist_cnn.weights_file import DEFAULT, UNREADABLE, WeightsError, explained, way_out


def card_path(path: Path) -> Path:
    """Return where the card of the weights at ``path`` lies."""
    return path.with_suffix(".json")


def prepare(path: str | os.PathLike, suffix: str = ".keras") -> Path:
    """Return ``path`` with its folder made, before hours are spent on what goes there.

    Raises:
        WeightsError: the name does not end in ``suffix``, or the folder cannot be written to.
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
    """Write weights and card, each aside first and then renamed: never half a file.

    The card is inside the weights too, and the one beside those that were there before goes first:
    whenever this is interrupted, ``load_card`` returns the card of the weights that are there.

    Raises:
        WeightsError: see ``prepare``.
        NotWrittenError: the disk is full; the weights that were there before are still there, or
            the new ones are, with their card inside.
    """
    path = prepare(path)
    old = card_path(path)

    def write(aside: Path) -> None:
        network.save(aside)
        weights_file.pack(aside, card.to_json())

    write_aside(path, write, ready=lambda: old.unlink(missing_ok=True))
    save_card(card, path)


def save_card(card: Card, path: str | os.PathLike = DEFAULT) -> None:
    """Write the card beside the weights at ``path``."""
    text = card.to_json()
    write_aside(card_path(Path(path)), lambda aside: aside.write_text(text, encoding="utf-8"))


def load(
    path: str | os.PathLike = DEFAULT,
    build: Callable[[], keras.Model] | None = None,
    command: str = "train",
) -> keras.Model:
    """Return the trained network, built of the layers that are known here.

    The network is built here and only its numbers are read from the file: so nothing in the file
    is executed, and a file saved by one version of Keras loads in another, although each version
    describes layers with entries of its own. A file of more than 64 MiB, packed or unpacked, and
    one with anything but plain arrays in it is refused, so it may come from anybody.

    Args:
        path: a ``.keras`` or ``.h5`` file.
        build: returns the untrained network that the file must hold. Default: any that
            ``importer.network_in`` takes.
        command: of ``python -m mnist_cnn``, makes the file anew; named when it cannot be used.

    Raises:
        WeightsError: the file is missing, damaged, hostile, or holds another network.
    """
    path = Path(path)
    with explained(path, command):
        if build is None:
            return keras_model.of(*importer.network_in(path))
        network = build()
        expected, _ = importer.of_model(network)
        layers, arrays = importer.chain(weights_file.saved_in(path))
        if layers != expected:
            found, needed = map(architecture.outline, (layers, expected))
            raise weights_file.OtherNetworkError("architecture", found=found, needed=needed)
        network.set_weights(arrays)
    return network


def load_card(path: str | os.PathLike = DEFAULT) -> Card:
    """Return the card beside the weights at ``path``, or the one packed into them.

    Raises:
        WeightsError: the card is missing or not a card.
    """
    path = Path(path)
    card = card_path(path)
    try:
        packed = None if card.exists() else weights_file.card_in(path)
        return cards.from_json(packed or card.read_text(encoding="utf-8"))
    except UNREADABLE as error:
        raise WeightsError(f"{card} cannot be read ({error}). {way_out(card)}") from error
