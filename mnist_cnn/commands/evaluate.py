"""Measure how well a network reads."""

from __future__ import annotations

import argparse
import dataclasses

from mnist_cnn import card, data, doubt, evaluation, pens, weights
from mnist_cnn.commands import arguments


def add(commands: arguments.Commands) -> None:
    """Add the command ``evaluate``."""
    command = commands.add_parser("evaluate", help="accuracy on the 10,000 test images of MNIST")
    command.set_defaults(command=run)
    command.add_argument(
        "--full", action="store_true", help="measure pen drawings and doubt too; write the card"
    )
    arguments.add_weights(command)
    arguments.add_data(command)
    arguments.add_pens(command)


def run(options: argparse.Namespace) -> int:
    """Print the accuracy on MNIST's test images; with ``--full`` every figure of the card."""
    network = weights.load(options.weights)
    mnist = data.load(options.data)
    if options.full:
        written = pens.load(options.pens).by(pens.MEASURING_WRITERS)
        figures = evaluation.full(network, doubt.Judge(), mnist, written)
        about = dataclasses.replace(weights.load_card(options.weights), figures=figures)
        weights.save_card(about, options.weights)
        print(card.table(about))
        return 0
    score = evaluation.score(network, mnist.test_images, mnist.test_labels)
    print(in_words(score))
    for digit, share in enumerate(score.per_digit):
        print(f"  {digit}  {share:8.2%}")
    return 0


def in_words(score: evaluation.Score) -> str:
    """Return a score as a sentence begins with it."""
    return f"{score.accuracy:.2%} of {score.total:,} test images read right"
