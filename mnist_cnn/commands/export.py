"""Write a network as a file for other programs: Keras, ONNX, LiteRT; or as a page reads it."""

from __future__ import annotations

import argparse
import dataclasses
import sys
from pathlib import Path

from mnist_cnn import exchange_formats, importer, weights
from mnist_cnn.aside import write_aside
from mnist_cnn.commands import arguments
from mnist_cnn.weights_file import explained


def add(commands: arguments.Commands) -> None:
    """Add the command ``export``."""
    command = commands.add_parser("export", help="a network as a file for other programs")
    command.set_defaults(command=run)
    command.add_argument("network", type=Path, metavar="NETWORK", help="a .keras or .h5 file")
    command.add_argument(
        "--to",
        required=True,
        type=Path,
        metavar="FILE",
        help="the suffix says how: .keras (Keras 3), .onnx (ONNX; needs pip install onnx), "
        ".tflite (LiteRT) or .bin (as a page reads it)",
    )


def run(options: argparse.Namespace) -> int:
    """Write the file; what was there before stays until it is whole."""
    exchange_formats.check(options.to.suffix)
    with explained(options.network):
        layers, arrays = importer.network_in(options.network)
    about = _about(options.network)
    if options.to.exists():
        if options.to.samefile(options.network):
            print(f"{options.to} is the network itself. Name another file.", file=sys.stderr)
            return 1
        print(f"Will replace {options.to}", flush=True)
    content = exchange_formats.encode(options.to.suffix, layers, arrays, about)
    write_aside(options.to, lambda aside: aside.write_bytes(content))
    parameters = sum(layer.parameters for layer in layers)
    print(f"{options.to}: {parameters:,} parameters, {len(content):,} bytes")
    return 0


def _about(path: Path) -> dict[str, object]:
    try:
        return dataclasses.asdict(weights.load_card(path))
    except weights.WeightsError:  # weights from elsewhere have no card
        return {}
