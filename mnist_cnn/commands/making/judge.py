"""Train the judge, which tells digits from everything else."""

from __future__ import annotations

import argparse
import sys

import numpy as np

from mnist_cnn.commands import arguments, outputs
from mnist_cnn.digits import mnist_files, nondigits, pen_digits, pen_drawings
from mnist_cnn.making import judge_training
from mnist_cnn.network import weights

OUTPUT = "judge.keras"
VARIANTS = 5  # of each pen drawing
NONDIGITS = 60_000  # to learn from
HELD_BACK = 5_000  # training digits to set the threshold with


def add(commands: arguments.Commands) -> None:
    """Add the command ``judge``."""
    command = commands.add_parser(
        "judge", help="train the judge, which tells digits from everything else"
    )
    command.set_defaults(command=run)
    arguments.add_seed(command)
    outputs.add(command, OUTPUT, "FILE.keras")
    arguments.add_data(command)
    arguments.add_pens(command)


def run(options: argparse.Namespace) -> int:
    """Train the judge, set its threshold, and write both."""
    output = outputs.prepare(options.output, OUTPUT)
    mnist = mnist_files.load(options.data)
    written = _pens(options)
    print("Drawing digits and non-digits", flush=True)
    digits, unseen = [mnist.train_images[HELD_BACK:]], [mnist.train_images[:HELD_BACK]]
    if written:
        learned, measured = pen_digits.TRAINING_WRITERS, pen_digits.CALIBRATION_WRITERS
        drawn = pen_drawings.for_training(written.by(learned), VARIANTS, options.seed)
        digits.append(drawn.images)
        unseen.append(pen_drawings.for_measuring(written.by(measured), pen_drawings.NORMAL).images)
    others = nondigits.pictures(NONDIGITS, mnist.train_images, options.seed)
    network = judge_training.fit(np.concatenate(digits), others, options.seed)
    judge_training.save(network, unseen, options.seed, output)
    print(f"Written: {output}, {weights.card_path(output)}")
    return 0


def _pens(options: argparse.Namespace) -> pen_digits.PenDigits | None:
    try:
        return pen_digits.load(options.pens)
    except mnist_files.DataError as error:
        if options.pens:
            raise
        print(f"{error} Going on with MNIST alone.", file=sys.stderr)
        return None
