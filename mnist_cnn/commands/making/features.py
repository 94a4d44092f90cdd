"""Make pictures of what excites each channel of the shipped network most, for the page."""

from __future__ import annotations

import argparse

from mnist_cnn.commands import arguments, outputs
from mnist_cnn.lesson import features_file
from mnist_cnn.making.excitation import maximize
from mnist_cnn.network import keras_model, weights
from mnist_cnn.network.importer import read
from mnist_cnn.network.keras_file import explain_errors

OUTPUT = "features.npz"


def add(commands: arguments.Commands) -> None:
    """Add the command ``features``."""
    command = commands.add_parser("features", help="pictures of what excites each channel most")
    command.set_defaults(command=run)
    outputs.add(command, OUTPUT, "FILE.npz")


def run(options: argparse.Namespace) -> int:
    """Make the pictures, layer after layer, and write them."""
    output = outputs.prepare(options.output, OUTPUT)
    with explain_errors(weights.DEFAULT):
        layers, arrays = read(weights.DEFAULT)
    network, pictures = keras_model.build(layers, arrays), {}
    for layer in layers:
        if layer.kind != "Flatten":  # its cells are those of the layer before
            print(f"{layer.name}: {layer.shape[-1]} channels", flush=True)
            pictures[layer.name] = maximize(network, layer.name)
    features_file.save(pictures, layers, arrays, output)
    print(f"Written: {output}")
    return 0
