"""Write the lesson as a Jupyter notebook, which explores the network with this package."""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path

from mnist_cnn.commands import arguments
from mnist_cnn.lesson import chapters
from mnist_cnn.system.atomic_files import NotWrittenError, write_text
from mnist_cnn.system.paths import LANGUAGES, PROJECT

TEXT = "notebook.md"  # of each language: Markdown with code blocks
CODE = re.compile(r"^```python\n(.*?)\n```$", re.MULTILINE | re.DOTALL)


def add(commands: arguments.Commands) -> None:
    """Add the command ``notebook``."""
    command = commands.add_parser("notebook", help="the lesson as a Jupyter notebook")
    command.set_defaults(command=run)
    default = "default %(default)s"
    command.add_argument("--language", choices=chapters.languages(), default="en", help=default)
    output = Path("mnist_cnn.ipynb")
    command.add_argument("--output", type=Path, default=output, metavar="FILE.ipynb", help=default)


def run(options: argparse.Namespace) -> int:
    """Write the notebook, but never over a file, in which a person may have worked."""
    path: Path = options.output
    if path.exists():
        raise NotWrittenError(
            0, f"{path} already exists. Name another with --output, or move it away."
        )
    content = json.dumps(notebook(options.language, path.name), indent=1, ensure_ascii=False)
    write_text(path, content + "\n")
    print(f"Written: {path}. Open it with: jupyter notebook {path}")
    return 0


def notebook(language: str, name: str) -> dict[str, object]:
    """Return the notebook in a language, in nbformat 4.4.

    Args:
        language: a tag in ``chapters.languages()``.
        name: of the file.
    """
    template = (LANGUAGES / language / TEXT).read_text(encoding="utf-8")
    whole = template.replace("{name}", name).replace("{project}", repr(str(PROJECT)))
    parts = [part.strip("\n") for part in CODE.split(whole)]  # prose and code in turn
    cells = [_code(part) if place % 2 else _prose(part) for place, part in enumerate(parts)]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return {
        "cells": [cell for cell, part in zip(cells, parts, strict=True) if part],
        "metadata": {"kernelspec": kernel, "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 4,
    }


def _prose(markdown: str) -> dict[str, object]:
    return {"cell_type": "markdown", "metadata": {}, "source": markdown}


def _code(program: str) -> dict[str, object]:
    return {
        "cell_type": "code",
        "metadata": {},
        "source": program,
        "execution_count": None,
        "outputs": [],
    }
