"""Train what tells digits from everything else."""

from __future__ import annotations

import argparse
import sys

import numpy as np

from mnist_cnn import data, doubt, drawings, nondigits, pens, weights
from mnist_cnn.commands import arguments, outputs

OUTPUT = "judge.keras"
VARIANTS = 5  # of each pen drawing
OTHERS = 60_000  # non-digits the judge learns from
HELD_BACK = 5_000  # training digits that set the judge's threshold instead


def add(commands: arguments.Commands) -> None:
    """Add the command ``judge``."""
    command = commands.add_parser("judge", help="train what tells digits from everything else")
    command.set_defaults(command=run)
    arguments.add_seed(command)
    outputs.add(command, OUTPUT, "FILE.keras")
    arguments.add_data(command)
    arguments.add_pens(command)


def run(options: argparse.Namespace) -> int:
    """Train the judge of ``mnist_cnn.doubt``, set its threshold, write both."""
    output = outputs.prepare(options.output, OUTPUT)
    mnist = data.load(options.data)
    written = _pens(options)
    print("Drawing digits and non-digits", flush=True)
    digits, unseen = [mnist.train_images[HELD_BACK:]], [mnist.train_images[:HELD_BACK]]
    if written:
        learned, measured = pens.TRAINING_WRITERS, pens.CALIBRATION_WRITERS
        drawn = drawings.for_training(written.by(learned), VARIANTS, options.seed)
        digits.append(drawn.images)
        unseen.append(drawings.for_measuring(written.by(measured), drawings.NORMAL).images)
    others = nondigits.pictures(OTHERS, mnist.train_images, options.seed)
    network = doubt.fit(np.concatenate(digits), others, options.seed)
    doubt.save(network, unseen, options.seed, output)
    print(f"Written: {output}, {weights.card_path(output)}")
    return 0


def _pens(options: argparse.Namespace) -> pens.PenDigits | None:
    try:
        return pens.load(options.pens)
    except data.DataError as error:
        if options.pens:
            raise
        print(f"{error} Going on with MNIST alone.", file=sys.stderr)
        return None
