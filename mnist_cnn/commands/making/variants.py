"""Train the networks the lesson compares."""

from __future__ import annotations

import argparse
import functools
from pathlib import Path

from mnist_cnn.commands import arguments, outputs
from mnist_cnn.digits import mnist_files
from mnist_cnn.making import variant_training
from mnist_cnn.training.progress_bar import ProgressBar

OUTPUT = "variants"


def add(commands: arguments.Commands) -> None:
    """Add the command ``variants``."""
    command = commands.add_parser("variants", help="train the networks the lesson compares")
    command.set_defaults(command=run)
    outputs.add(command, OUTPUT, "FOLDER")
    arguments.add_data(command)


def run(options: argparse.Namespace) -> int:
    """Train every variant several times; the same command continues an interrupted run."""
    mnist = mnist_files.load(options.data)
    folder = options.output or outputs.unused(Path(OUTPUT), taken=variant_training.finished)
    if variant_training.finished(folder):
        print(f"Will replace what is in {folder}", flush=True)
    bar = ProgressBar(variant_training.RECIPE.epochs)
    tell = functools.partial(print, flush=True)
    for about in variant_training.train_all(mnist, folder, tell=tell, show=bar.show):
        spread = f" ± {about.spread:.2%}" if about.spread is not None else ""
        print(f"{about.name:<8} {about.mean:.2%}{spread} of {len(about.trials)} runs")
    print(f"Written: {folder}")
    return 0
