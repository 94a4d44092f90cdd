"""Write the page as static files: a folder for any web host, or a single file."""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path

from mnist_cnn.commands import arguments, outputs
from mnist_cnn.network import importer, keras_file
from mnist_cnn.network.keras_file import explain_errors
from mnist_cnn.network.weights import find_card
from mnist_cnn.system.atomic_files import write_atomically


def add(commands: arguments.Commands) -> None:
    """Add the command ``site``."""
    command = commands.add_parser("site", help="the page as files that need no server")
    command.set_defaults(command=run)
    command.add_argument("output", type=Path, metavar="OUT", help="a folder, for any web host")
    single = "all in one file, OUT.html, which opens from a disk, too"
    command.add_argument("--single", action="store_true", help=single)
    command.add_argument(
        "--network",
        type=Path,
        default=keras_file.DEFAULT,
        metavar="FILE",
        help="what reads the drawing, .keras or .h5; default %(default)s",
    )


def run(options: argparse.Namespace) -> int:
    """Write the files; other files in the folder stay."""
    with explain_errors(options.network):
        layers, weights = importer.read(options.network)
    from mnist_cnn.page.build import contents, site

    output: Path = options.output
    index = outputs.prepare(output if options.single else output / site.INDEX, "page.html")
    found = contents.contents(layers, weights, find_card(options.network))
    single = {index.name: site.single(found)} if options.single else None
    files = single or site.folder(found)
    for path, content in files.items():
        (index.parent / path).parent.mkdir(parents=True, exist_ok=True)
        write_atomically(index.parent / path, partial(Path.write_bytes, data=content))
    size = sum(map(len, files.values())) / 2**20
    print(f"{output}: {size:.1f} MB")
    return 0
