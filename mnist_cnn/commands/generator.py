"""Train what makes digits without a network connection."""

from __future__ import annotations

import argparse

from mnist_cnn import data, generated, generator_training, weights
from mnist_cnn.commands import arguments, outputs
from mnist_cnn.training_run import libraries

OUTPUT = "generator.npz"


def add(commands: arguments.Commands) -> None:
    """Add the command ``generator``."""
    command = commands.add_parser("generator", help="train what makes digits without a network")
    command.set_defaults(command=run)
    epochs = generator_training.EPOCHS
    default = "default %(default)s"
    command.add_argument("--epochs", type=arguments.positive, default=epochs, help=default)
    arguments.add_seed(command)
    outputs.add(command, OUTPUT, "FILE.npz")
    arguments.add_data(command)


def run(options: argparse.Namespace) -> int:
    """Train the generator of digits, write it, try it on a fresh network, write its card."""
    output = outputs.prepare(options.output, OUTPUT)
    mnist = data.load(options.data)
    made = generator_training.fit(
        mnist.train_images, mnist.train_labels, options.seed, options.epochs
    )
    made.save(output)
    weights.card_path(output).unlink(missing_ok=True)  # of the one that was there before
    with outputs.kept(output, "It can be used."):
        accuracy, seconds = generator_training.trial(
            made, mnist.test_images, mnist.test_labels, options.seed
        )
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
