"""Collect what the shipped network misreads, for the page: test digits, and two styles."""

from __future__ import annotations

import argparse

import keras
import numpy as np

from mnist_cnn.commands import arguments, outputs
from mnist_cnn.digits import mnist_files
from mnist_cnn.digits.styles import pictures
from mnist_cnn.evaluation import measures, yardsticks
from mnist_cnn.lesson import misread_file, neighbours_file
from mnist_cnn.network import keras_model, weights
from mnist_cnn.network.importer import read
from mnist_cnn.network.keras_file import explain_errors
from mnist_cnn.network.model import as_input
from mnist_cnn.optimization.events import Examined

OUTPUT = "misread.npz"
MOST = 6  # drawings of a style


def add(commands: arguments.Commands) -> None:
    """Add the command ``misread``."""
    command = commands.add_parser("misread", help="what the shipped network misreads")
    command.set_defaults(command=run)
    outputs.add(command, OUTPUT, "FILE.npz")
    arguments.add_data(command)


def run(options: argparse.Namespace) -> int:
    """Read MNIST's test digits and the drawings of each style, and write what is misread.

    The two styles are those of which the network's card says that most is misread surely.
    """
    output = outputs.prepare(options.output, OUTPUT)
    mnist = mnist_files.load(options.data)
    with explain_errors(weights.DEFAULT):
        layers, arrays = read(weights.DEFAULT)
    network = keras_model.build(layers, arrays)
    answers = measures.probabilities(network, mnist.test_images)
    rows = np.flatnonzero(answers.argmax(axis=1) != mnist.test_labels)
    misread = Examined(
        rows.astype(np.int32), mnist.test_images[rows], mnist.test_labels[rows], answers[rows]
    )
    kinds = misread_file.surest_styles(weights.load_card(weights.DEFAULT).sets or {})
    misread_file.save(misread, _styled(network, kinds), layers, arrays, output)
    print(f"{len(rows)} of {len(answers):,} test digits are misread. Written: {output}")
    return 0


def _styled(network: keras.Model, kinds: list[str]) -> misread_file.Styled:
    """Return the drawings that are misread, the surest first, of those that are measured."""
    inside = keras.Model(network.input, network.get_layer(neighbours_file.FEATURES).output)
    styles, drawings, answers = [], [], []
    for kind in kinds:
        drawn = pictures(kind, yardsticks.DRAWN, yardsticks.DRAWN_SEED)
        found = measures.probabilities(network, drawn.images)
        wrong = np.flatnonzero(found.argmax(axis=1) != drawn.labels)
        rows = wrong[np.argsort(-found[wrong].max(axis=1), kind="stable")][:MOST]
        styles += [kind] * len(rows)
        drawings.append(drawn.images[rows])
        answers.append(found[rows])
    shown = np.concatenate(drawings)
    return misread_file.Styled(
        np.array(styles), shown, np.concatenate(answers), np.asarray(inside(as_input(shown)))
    )
