"""Print the layer table."""

from __future__ import annotations

import argparse

from mnist_cnn.commands import arguments
from mnist_cnn.network import model


def add(commands: arguments.Commands) -> None:
    """Add the command ``summary``."""
    command = commands.add_parser("summary", help="the layer table")
    arguments.add_downsampling(command)
    command.set_defaults(command=run)


def run(options: argparse.Namespace) -> int:
    """Print the layer table."""
    rows = model.layer_table(model.build(downsampling=options.downsampling))
    print(f"{'layer':<9}{'kind':<18}{'output':<14}{'parameters':>10}")
    for row in rows:
        shape = "×".join(map(str, row.shape))
        print(f"{row.name:<9}{row.kind:<18}{shape:<14}{row.parameters:>10,}")
    print(f"{'in all':<41}{sum(row.parameters for row in rows):>10,}")
    return 0
