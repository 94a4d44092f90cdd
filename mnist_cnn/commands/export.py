"""Write a network as one small file, as a page reads it."""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path

from mnist_cnn import network_file, weights
from mnist_cnn.aside import write_aside
from mnist_cnn.commands import arguments


def add(commands: arguments.Commands) -> None:
    """Add the command ``export``."""
    command = commands.add_parser("export", help="a network as one small file, as a page reads it")
    command.set_defaults(command=run)
    command.add_argument("network", type=Path, metavar="NETWORK.keras")
    command.add_argument("--to", required=True, type=Path, metavar="FILE")


def run(options: argparse.Namespace) -> int:
    """Write the file; what was there before stays until it is whole."""
    network = weights.load(options.network)
    layers = network_file.layers_of(network)
    content = network_file.encode(layers, network.get_weights(), _about(options.network))
    write_aside(options.to, lambda aside: aside.write_bytes(content))
    print(f"{options.to}: {network.count_params():,} parameters, {len(content):,} bytes")
    return 0


def _about(path: Path) -> dict:
    try:
        return dataclasses.asdict(weights.load_card(path))
    except weights.WeightsError:  # weights from elsewhere have no card
        return {}
