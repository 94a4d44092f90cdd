"""Train what makes digits without a network connection."""

from __future__ import annotations

import argparse
from pathlib import Path

from mnist_cnn import data, generated, generator_training, weights
from mnist_cnn.commands import arguments
from mnist_cnn.training_run import libraries


def add(commands: arguments.Commands) -> None:
    """Add the command ``generator``."""
    command = commands.add_parser("generator", help="train what makes digits without a network")
    command.set_defaults(command=run)
    epochs = generator_training.EPOCHS
    command.add_argument("--epochs", type=arguments.positive, default=epochs)
    command.add_argument("--seed", type=arguments.seed, default=1)
    command.add_argument("--output", type=Path, default=generated.DEFAULT, metavar="FILE.npz")
    arguments.add_data(command)


def run(options: argparse.Namespace) -> int:
    """Train the generator of digits, try it on a fresh network, write it with its card."""
    output = weights.prepare(options.output, ".npz")
    mnist = data.load(options.data)
    made = generator_training.fit(
        mnist.train_images, mnist.train_labels, options.seed, options.epochs
    )
    accuracy, seconds = generator_training.trial(
        made, mnist.test_images, mnist.test_labels, options.seed
    )
    made.save(output)
    about = generated.Card(
        seed=options.seed,
        epochs=options.epochs,
        data_checksum=mnist.checksum,
        fresh_network_accuracy=accuracy,
        fresh_network_seconds=round(seconds, 1),
        bytes=output.stat().st_size,
        libraries=libraries(),
    )
    generated.save_card(about, output)
    print(f"A fresh network reads {accuracy:.2%} after {seconds:.0f} s. Written: {output}")
    return 0
