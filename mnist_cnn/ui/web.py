"""What the page is made of, wherever it stands: all of its own modules in one file, its parts.

An address has a hash of the content, so that a browser asks once and never again until it changes.
"""

from __future__ import annotations

import hashlib
import html
import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from mnist_cnn.ui.bundle import bundle
from mnist_cnn.ui.languages import words
from mnist_cnn.ui.structure import OWN_BUTTONS

FIRST = ("network", "judge")  # what every page asks for at once, besides its modules and styles
PREFIX = "/mnist_cnn"  # of the page's own routes
FILES = f"{PREFIX}/files"
HERE = Path(__file__).parent
WORDS = "locales/words.js"  # a module that the languages are put into


def sources() -> dict[str, str]:
    """Return the text of every module by its name, as ``pad/pad.js``."""
    written = {
        path.relative_to(HERE).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(HERE.glob("*/**/*.js"))
    }
    every = json.dumps(words(), ensure_ascii=False)
    return written | {WORDS: written[WORDS].replace("WORDS = {}", f"WORDS = {every}", 1)}


def text(name: str) -> str:
    """Return the text of one of the page's files."""
    return (HERE / name).read_text(encoding="utf-8")


def style_of(name: str) -> str:
    """Return the style of a component, for a scope of its own.

    The style named as the folder comes before those of its parts, and that of the usual buttons
    before it.
    """
    folder = HERE / name
    own = folder / f"{name}.css"
    parts = sorted(set(folder.glob("*.css")) - {own})
    styles = [*([] if name in OWN_BUTTONS else [HERE / "buttons.css"]), own, *parts]
    return "\n".join(path.read_text(encoding="utf-8") for path in styles)


def part_of(name: str) -> str:
    """Return a component's HTML, as an element that ``early/early.js`` finds."""
    return f'<div id="part-{name}">{text(f"{name}/{name}.html")}</div>'


def styles_of(names: Iterable[str]) -> str:
    """Return the styles of such elements."""
    return "\n".join(f"#part-{name} {{ {style_of(name)} }}" for name in names)


MODULES = bundle(sources()).encode()


def hashed(name: str, content: bytes) -> str:
    """Return the end of a file's address, which changes with its content."""
    return f"{hashlib.sha256(content).hexdigest()[:12]}/{name}"


def addresses(files: Mapping[str, bytes], folder: str = FILES[1:]) -> dict[str, str]:
    """Return the addresses of files by their names, below the page, which may stand anywhere."""
    return {name: f"{folder}/{hashed(name, content)}" for name, content in files.items()}


def start(told: Mapping) -> str:
    """Return the script that begins everything, with what the page is told, see ``Contents``."""
    return f'<script data-page="{html.escape(json.dumps(told))}">{text("start.js")}</script>'


def installed(files: Mapping[str, str]) -> list[str]:
    """Return the links to what a device needs to keep the page as one of its programs."""
    return [
        link("icon", files["icon.svg"], 'type="image/svg+xml"'),
        link("apple-touch-icon", files["icon.png"]),
        link("manifest", files["page.webmanifest"], 'crossorigin="use-credentials"'),
    ]


def link(relation: str, path: str, more: str = "") -> str:
    """Return a link of the page's head."""
    return f'<link rel="{relation}" href="{path}" {more}>'
