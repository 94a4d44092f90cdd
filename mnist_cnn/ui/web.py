"""Where a browser finds the page's own scripts: the folders of its components, below a version.

The version is in the address, so that a browser asks for a script once and never again until it
has changed. Scripts name each other by relative paths, and so stay in one version.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

PREFIX = "/mnist_cnn"  # of the page's own routes
FILES = f"{PREFIX}/files"
HERE = Path(__file__).parent
SCRIPTS = {path.relative_to(HERE).as_posix(): path for path in sorted(HERE.glob("*/**/*.js"))}


def _version() -> str:
    content = hashlib.sha256()
    for name, path in SCRIPTS.items():
        content.update(name.encode() + b"\0" + path.read_bytes())
    return content.hexdigest()[:12]


VERSION = _version()


def address_of(script: str) -> str:
    """Return the path on the server of ``pad/pad.js``, below ``--root-path``."""
    return f"{FILES}/{VERSION}/{script}"


def preloads() -> str:
    """Return what tells a browser, in the page's head, to fetch all scripts at once.

    Without it, it hears of each from the one that imports it, three deep. Chapters of the lesson
    are left out: they are fetched when they are opened; and so is the reader, which the page does
    not use yet. The paths are relative to the page, which may stand below a prefix.
    """
    scripts = [name for name in SCRIPTS if name.count("/") == 1 and not name.startswith("reader/")]
    return "\n".join(
        f'<link rel="modulepreload" href="{address_of(script)[1:]}">' for script in scripts
    )
