"""Train the generator of digits."""

from __future__ import annotations

import argparse
import json

from mnist_cnn.commands import arguments, outputs
from mnist_cnn.digits import mnist_files
from mnist_cnn.making import generator_training
from mnist_cnn.network import weights
from mnist_cnn.system.atomic_files import write_text
from mnist_cnn.training.pipeline import libraries

OUTPUT = "generator.npz"


def add(commands: arguments.Commands) -> None:
    """Add the command ``generator``."""
    command = commands.add_parser("generator", help="train the generator of digits")
    command.set_defaults(command=run)
    epochs = generator_training.EPOCHS
    default = "default %(default)s"
    command.add_argument("--epochs", type=arguments.positive, default=epochs, help=default)
    arguments.add_seed(command)
    outputs.add(command, OUTPUT, "FILE.npz")
    arguments.add_data(command)


def run(options: argparse.Namespace) -> int:
    """Train the generator, write it, test it with a fresh network, and write its card."""
    output = outputs.prepare(options.output, OUTPUT)
    mnist = mnist_files.load(options.data)
    generator = generator_training.fit(
        mnist.train_images, mnist.train_labels, options.seed, options.epochs
    )
    generator.save(output)
    weights.card_path(output).unlink(missing_ok=True)  # of an old generator
    with outputs.report_written(output, "It can be used."):
        accuracy, seconds = generator_training.trial(
            generator, mnist.test_images, mnist.test_labels, options.seed
        )
    about = {
        "seed": options.seed,
        "epochs": options.epochs,
        "data_checksum": mnist.checksum,
        "fresh_network_accuracy": accuracy,  # 0 to 1, learning from generated digits alone
        "fresh_network_seconds": round(seconds, 1),
        "bytes": output.stat().st_size,
        "libraries": libraries(),
    }
    write_text(weights.card_path(output), json.dumps(about, indent=2) + "\n")
    print(f"A fresh network reads {accuracy:.2%} after {seconds:.0f} s. Written: {output}")
    return 0
