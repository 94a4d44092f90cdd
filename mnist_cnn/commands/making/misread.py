"""Collect MNIST's test digits that the shipped network misreads, for the page."""

from __future__ import annotations

import argparse

import numpy as np

from mnist_cnn.commands import arguments, outputs
from mnist_cnn.digits import mnist_files
from mnist_cnn.evaluation import measures
from mnist_cnn.lesson import misread_file
from mnist_cnn.network import keras_model, weights
from mnist_cnn.network.importer import read
from mnist_cnn.network.keras_file import explain_errors
from mnist_cnn.optimization.events import Examined

OUTPUT = "misread.npz"


def add(commands: arguments.Commands) -> None:
    """Add the command ``misread``."""
    command = commands.add_parser("misread", help="the test digits the shipped network misreads")
    command.set_defaults(command=run)
    outputs.add(command, OUTPUT, "FILE.npz")
    arguments.add_data(command)


def run(options: argparse.Namespace) -> int:
    """Read MNIST's test digits, and write those that are misread."""
    output = outputs.prepare(options.output, OUTPUT)
    mnist = mnist_files.load(options.data)
    with explain_errors(weights.DEFAULT):
        layers, arrays = read(weights.DEFAULT)
    answers = measures.probabilities(keras_model.build(layers, arrays), mnist.test_images)
    rows = np.flatnonzero(answers.argmax(axis=1) != mnist.test_labels)
    misread = Examined(
        rows.astype(np.int32), mnist.test_images[rows], mnist.test_labels[rows], answers[rows]
    )
    misread_file.save(misread, layers, arrays, output)
    print(f"{len(rows)} of {len(answers):,} test digits are misread. Written: {output}")
    return 0
