"""Read digits in picture files."""

from __future__ import annotations

import argparse
import json
import sys

from mnist_cnn.commands import arguments
from mnist_cnn.reading import ink
from mnist_cnn.reading.reader import Reader, Reading


def add(commands: arguments.Commands) -> None:
    """Add the command ``predict``."""
    command = commands.add_parser("predict", help="read digits in picture files")
    command.set_defaults(command=run)
    command.add_argument("images", nargs="+", metavar="IMAGE")
    command.add_argument("--json", action="store_true", help="one JSON object a line")
    arguments.add_weights(command)


def run(options: argparse.Namespace) -> int:
    """Read every picture. If one cannot be used, continue, and return 1 at the end."""
    reader = Reader.load(options.weights)
    status = 0
    for name in options.images:
        try:
            reading = reader.read(ink.find_ink(ink.open_picture(name)))
        except ink.PictureError as error:
            print(error, file=sys.stderr)
            status = 1
            continue
        print(_json_line(name, reading) if options.json else _text_line(name, reading))
    return status


def _json_line(name: str, reading: Reading | None) -> str:
    found = reading and [round(float(p), 6) for p in reading.probabilities]
    doubt = reading.doubt if reading else "empty"
    answer = {
        "file": name,
        "digit": reading and reading.digit,
        "probabilities": found,
        "looks_like_digit": doubt is None,
        "doubt": doubt,
    }
    return json.dumps(answer, ensure_ascii=False)


def _text_line(name: str, reading: Reading | None) -> str:
    if reading is None:
        return f"{name}: nothing is drawn"
    activations = reading.activations
    line = f"{name}: {activations.digit}  {activations.probabilities.max():.1%}"
    return line if reading.doubt is None else f"{line}  may not be a digit ({reading.doubt})"
