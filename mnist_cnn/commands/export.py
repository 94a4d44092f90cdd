"""Export a network for other programs (Keras, ONNX, LiteRT) or for the page."""

from __future__ import annotations

import argparse
import dataclasses
import sys
from pathlib import Path

from mnist_cnn.commands import arguments
from mnist_cnn.network import exchange_formats, importer, weights
from mnist_cnn.network.keras_file import explain_errors
from mnist_cnn.system.atomic_files import write_atomically


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
        ".tflite (LiteRT) or .bin (the format of the page)",
    )


def run(options: argparse.Namespace) -> int:
    """Write the file, atomically; an old one stays until then."""
    exchange_formats.check(options.to.suffix)
    with explain_errors(options.network):
        layers, arrays = importer.read(options.network)
    known = weights.find_card(options.network)  # weights from elsewhere have none
    about = dataclasses.asdict(known) if known else {}
    if options.to.exists():
        if options.to.samefile(options.network):
            print(f"{options.to} is the network itself. Name another file.", file=sys.stderr)
            return 1
        print(f"Will replace {options.to}", flush=True)
    content = exchange_formats.encode(options.to.suffix, layers, arrays, about)
    write_atomically(options.to, lambda temporary: temporary.write_bytes(content))
    parameters = sum(layer.parameters for layer in layers)
    print(f"{options.to}: {parameters:,} parameters, {len(content):,} bytes")
    return 0
