"""Choose the training digits that the lesson compares drawings with, for the page."""

from __future__ import annotations

import argparse

from mnist_cnn.commands import arguments, outputs
from mnist_cnn.digits import mnist_files
from mnist_cnn.lesson import neighbours_file
from mnist_cnn.making.neighbour_selection import select
from mnist_cnn.network import keras_model, weights
from mnist_cnn.network.importer import read
from mnist_cnn.network.keras_file import explain_errors

OUTPUT = "neighbours.npz"


def add(commands: arguments.Commands) -> None:
    """Add the command ``neighbours``."""
    command = commands.add_parser(
        "neighbours", help="training digits that drawings are compared with"
    )
    command.set_defaults(command=run)
    outputs.add(command, OUTPUT, "FILE.npz")
    arguments.add_data(command)


def run(options: argparse.Namespace) -> int:
    """Choose the digits from MNIST and write them."""
    output = outputs.prepare(options.output, OUTPUT)
    with explain_errors(weights.DEFAULT):
        layers, arrays = read(weights.DEFAULT)
    mnist = mnist_files.load(options.data)
    network = keras_model.build(layers, arrays)
    neighbours = select(network, mnist.train_images, mnist.train_labels)
    neighbours_file.save(neighbours, layers, arrays, output)
    print(f"{len(neighbours.labels)} of {len(mnist.train_labels)} digits. Written: {output}")
    return 0
