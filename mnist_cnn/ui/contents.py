"""What the page may load besides its own modules and styles, by name. Nothing needs TensorFlow.

    network          what reads the drawing
    judge            tells digits from everything else
    features         what excites the lesson's network most, where that is known
    lesson.LANGUAGE  the lesson's words and figures
    lesson-network   the network that the lesson is about, where another one reads
    variant-NAME     those that the lesson compares it with

``ui/transport/contents.js`` asks for them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from mnist_cnn import __version__, card, features_file, importer, network_file, weights_file
from mnist_cnn.architecture import Layer
from mnist_cnn.card import Card
from mnist_cnn.lesson import networks, words
from mnist_cnn.lesson.text import languages
from mnist_cnn.ui import telling
from mnist_cnn.weights_file import UNREADABLE, card_in

DOUBT = weights_file.FOLDER / "doubt.keras"


@dataclass(frozen=True)
class Contents:
    """All of them, and what the page is told at once."""

    files: dict[str, bytes]  # by name
    layers: list[dict]  # of the network that reads, as ``telling.layers`` has them
    mnist: float | None  # the share of MNIST's test digits it reads right, where that is known

    def told(self, addresses: Mapping[str, str], served: bool) -> dict:
        """Return what ``start.js`` tells the page.

        Args:
            addresses: of its files by their names, below the page; "" for what is inside of it.
            served: whether there is a server that trains, and knows of the class.
        """
        about = {"layers": self.layers, "mnist": self.mnist, "version": __version__}
        return {"files": dict(addresses), "served": served} | about


def contents(
    layers: Sequence[Layer], weights: Sequence[np.ndarray], about: Card | None
) -> Contents:
    """Return what a page has that reads with this network.

    Args:
        layers, weights: of the network.
        about: what is known of it.
    """
    found = {
        "network": network_file.encode(layers, weights, asdict(about) if about else None),
        "judge": _judge(),
        **{f"lesson.{language}": words.encoded(language) for language in languages()},
        **{f"variant-{name}": networks.encoded(name) for name in networks.COMPARED},
    }
    subject = layers, weights
    if list(layers) != words.SUBJECT:
        subject = importer.network_in(weights_file.DEFAULT)
        found["lesson-network"] = network_file.encode(*subject)
    features = features_file.encoded(*subject)
    if features:
        found["features"] = features
    return Contents(found, telling.layers(layers), about.test_accuracy if about else None)


def card_of(weights: Path) -> Card | None:
    """Return the card of a ``.keras`` or ``.h5`` file, or None where it comes without one."""
    beside = weights.with_suffix(".json")
    try:
        text = beside.read_text("utf-8") if beside.exists() else card_in(weights)
        return card.from_json(text) if text else None
    except UNREADABLE:
        return None


def _judge() -> bytes:
    about = json.loads(DOUBT.with_suffix(".json").read_text("utf-8"))
    return network_file.encode(*importer.chain(weights_file.saved_in(DOUBT)), about)
