"""Measure how well a network reads."""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path

from mnist_cnn import card, data, doubt, evaluation, pens, weights
from mnist_cnn.commands import arguments


def add(commands: arguments.Commands) -> None:
    """Add the command ``evaluate``."""
    command = commands.add_parser("evaluate", help="accuracy on the 10,000 test images of MNIST")
    command.set_defaults(command=run)
    command.add_argument("--full", action="store_true", help="measure pen drawings and doubt too")
    command.add_argument(
        "--card", action="store_true", help="as --full, and write it into the network's card"
    )
    arguments.add_weights(command)
    arguments.add_data(command)
    arguments.add_pens(command)


def run(options: argparse.Namespace) -> int:
    """Print the accuracy on MNIST's test images; with ``--full`` every figure of a card."""
    network = weights.load(options.weights)
    about = weights.load_card(options.weights) if options.card else None  # there is one to write to
    mnist = data.load(options.data)
    if options.full or options.card:
        written = pens.load(options.pens).by(pens.MEASURING_WRITERS)
        figures = evaluation.full(network, doubt.Judge(), mnist, written)
        print(card.table(figures, network.count_params(), _training_seconds(options.weights)))
        if about:
            weights.save_card(dataclasses.replace(about, figures=figures), options.weights)
        return 0
    score = evaluation.score(network, mnist.test_images, mnist.test_labels)
    print(in_words(score))
    for digit, share in enumerate(score.per_digit):
        print(f"  {digit}  {share:8.2%}")
    return 0


def _training_seconds(path: Path) -> float | None:
    """Return how long a network was trained, where its card tells."""
    try:
        return weights.load_card(path).training_seconds
    except weights.WeightsError:  # weights from elsewhere have no card
        return None


def in_words(score: evaluation.Score) -> str:
    """Return a score as a sentence begins with it."""
    return f"{score.accuracy:.2%} of {score.total:,} test images read right"
