"""Measure how well a network reads."""

from __future__ import annotations

import argparse
import dataclasses
import http.client
import sys
from pathlib import Path

import keras

from mnist_cnn.commands import arguments
from mnist_cnn.digits import mnist_files, pen_digits
from mnist_cnn.digits.download import WaitingTime, print_progress
from mnist_cnn.digits.mnist_files import DamagedError, DataError, Mnist
from mnist_cnn.digits.pen_digits import PenDigits
from mnist_cnn.digits.public import catalogue, sets
from mnist_cnn.evaluation import measures, sets_table, yardsticks
from mnist_cnn.network import card, weights
from mnist_cnn.reading import judge


def add(commands: arguments.Commands) -> None:
    """Add the command ``evaluate``."""
    command = commands.add_parser("evaluate", help="accuracy on the 10,000 test images of MNIST")
    command.set_defaults(command=run)
    command.add_argument("--full", action="store_true", help="measure pen drawings and doubt too")
    command.add_argument(
        "--sets",
        action="store_true",
        help="measure styles of writing and the public sets that are here; say how to get others",
    )
    command.add_argument(
        "--sets-folder",
        type=Path,
        metavar="FOLDER",
        help=f"with a folder for each set; default {sets.default_folder()}",
    )
    command.add_argument(
        "--download",
        action="store_true",
        help="with --sets: first fetch those that are not here (EMNIST alone: 562 MB)",
    )
    command.add_argument(
        "--card",
        action="store_true",
        help="write it into the network's card; without --sets: what --full measures",
    )
    arguments.add_weights(command)
    arguments.add_data(command)
    arguments.add_pens(command)


def run(options: argparse.Namespace) -> int:
    """Print the accuracy on MNIST's test images, or the figures of a card, or of public sets.

    Returns:
        1 if a public set is damaged, else 0.
    """
    network = weights.load(options.weights)
    about = weights.load_card(options.weights) if options.card else None  # raises if there is none
    mnist = mnist_files.load(options.data)
    if options.sets:
        return _measure_sets(options, network, mnist, about)
    if options.full or options.card:
        figures = measures.measure_all(network, judge.Judge(), mnist, _unseen(options))
        known = weights.find_card(options.weights)
        seconds = known.training_seconds if known else None
        print(card.table(figures, network.count_params(), seconds))
        if about:
            weights.save_card(dataclasses.replace(about, figures=figures), options.weights)
        return 0
    score = measures.score(network, mnist.test_images, mnist.test_labels)
    print(in_words(score))
    for digit, share in enumerate(score.per_digit):
        print(f"  {digit}  {share:8.2%}")
    return 0


def _unseen(options: argparse.Namespace) -> PenDigits:
    return pen_digits.load(options.pens).by(pen_digits.MEASURING_WRITERS)


def _measure_sets(
    options: argparse.Namespace, network: keras.Model, mnist: Mnist, about: card.Card | None
) -> int:
    folder = options.sets_folder or sets.default_folder()
    problems: list[DataError] = []
    if options.download:
        _fetch(folder)
    figures = {}
    unseen = _unseen(options)
    for name, found in yardsticks.measure(
        network, judge.Judge(), mnist, unseen, folder, problems.append
    ):
        print(f"{name} is measured.", file=sys.stderr)
        figures[name] = found
    print(sets_table.table(figures))
    for problem in problems:
        print(problem)
    if about:
        weights.save_card(dataclasses.replace(about, sets=figures), options.weights)
    return int(any(isinstance(problem, DamagedError) for problem in problems))


def _fetch(folder: Path) -> None:
    """Fetch what is not in the folder; what cannot be fetched is said, and the rest goes on."""
    waiting = WaitingTime()
    for public in (*catalogue.DIGITS, catalogue.PEN_TEST, *catalogue.NO_DIGITS):
        try:
            sets.fetch(public, folder, print_progress, waiting)
        except (OSError, http.client.HTTPException, DamagedError) as error:
            print(f"{public.title}: {error}", file=sys.stderr)


def in_words(score: measures.Score) -> str:
    """Return a score for the beginning of a sentence."""
    return f"{score.accuracy:.2%} of {score.total:,} test images read right"
