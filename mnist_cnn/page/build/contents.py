"""The data files that the page loads: networks, and the lesson. They need no TensorFlow.

    network          what reads the drawing
    judge            tells digits from everything else
    features         pictures of what excites the lesson's network most, where they are known
    misread          MNIST's test digits that the network misreads, where they are known
    surest           drawings in two styles that the network misreads most surely, where known
    neighbours       training digits to compare drawings with, where there are any
    lesson.LANGUAGE  the lesson's words and figures
    units.LANGUAGE   plans, task sheets and answers of its units
    lesson-network   the network that the lesson is about, if another one reads the drawing
    variant-NAME     the networks that the lesson compares it with

``transport/contents.js`` fetches them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from mnist_cnn import __version__
from mnist_cnn.lesson import features_file, lesson_file, misread_file, neighbours_file, networks
from mnist_cnn.lesson.chapters import languages
from mnist_cnn.network import importer, keras_file, network_file
from mnist_cnn.network.architecture import Layer
from mnist_cnn.network.card import Card
from mnist_cnn.system.paths import WEIGHTS

DOUBT = WEIGHTS / "doubt.keras"


@dataclass(frozen=True)
class Contents:
    """The files, and what the page is told before it fetches them."""

    files: dict[str, bytes]  # by name
    layers: list[dict]  # of the network that reads, as ``network_file.describe`` has them
    mnist: float | None  # its accuracy on MNIST's test digits, where that is known

    def told(self, addresses: Mapping[str, str], served: bool) -> dict:
        """Return what ``shell/start.js`` tells every part of the page.

        Args:
            addresses: of the page's files by their names, relative to the page; "" for a file
                inside the page itself.
            served: whether there is a server, for trainings and a class.
        """
        about = {"layers": self.layers, "mnist": self.mnist, "version": __version__}
        return {"files": dict(addresses), "served": served} | about


def contents(
    layers: Sequence[Layer], weights: Sequence[np.ndarray], about: Card | None
) -> Contents:
    """Return the data files of a page that reads with this network.

    Args:
        layers, weights: of the network.
        about: its card, where there is one.
    """
    found = {
        "network": network_file.encode(layers, weights, asdict(about) if about else None),
        "judge": _judge(),
        **{f"lesson.{language}": lesson_file.encoded(language) for language in languages()},
        **{f"units.{language}": lesson_file.encoded_units(language) for language in languages()},
        **{f"variant-{name}": networks.encoded(name) for name in networks.COMPARED},
    }
    subject = layers, weights
    if list(layers) != lesson_file.SUBJECT:
        subject = importer.read(keras_file.DEFAULT)
        found["lesson-network"] = network_file.encode(*subject)
    known = {
        "features": features_file.encoded(*subject),
        "misread": misread_file.encoded(layers, weights),
        "surest": misread_file.encoded_styled(layers, weights, (about and about.sets) or {}),
        "neighbours": neighbours_file.encoded(*subject),
    }
    found |= {name: content for name, content in known.items() if content}
    return Contents(found, network_file.describe(layers), about.test_accuracy if about else None)


def _judge() -> bytes:
    about = json.loads(DOUBT.with_suffix(".json").read_text("utf-8"))
    return network_file.encode(*importer.simplify(keras_file.read(DOUBT)), about)
