"""Write the page as a folder of static files for any host, or as a single file for none."""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path

from mnist_cnn import importer, weights_file
from mnist_cnn.aside import write_aside
from mnist_cnn.commands import arguments, outputs
from mnist_cnn.weights_file import explained


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
        default=weights_file.DEFAULT,
        metavar="FILE",
        help="what reads the drawing, .keras or .h5; default %(default)s",
    )


def run(options: argparse.Namespace) -> int:
    """Write the files; whatever else is in the folder stays."""
    with explained(options.network):
        layers, weights = importer.network_in(options.network)
    from mnist_cnn.ui import contents, static_page

    output: Path = options.output
    index = outputs.prepare(output if options.single else output / static_page.INDEX, "page.html")
    found = contents.contents(layers, weights, contents.card_of(options.network))
    single = {index.name: static_page.single(found)} if options.single else None
    files = single or static_page.folder(found)
    for path, content in files.items():
        (index.parent / path).parent.mkdir(parents=True, exist_ok=True)
        write_aside(index.parent / path, partial(Path.write_bytes, data=content))
    size = sum(map(len, files.values())) / 2**20
    print(f"{output}: {size:.1f} MB")
    return 0
