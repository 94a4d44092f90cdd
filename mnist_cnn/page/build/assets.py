"""The page's own files: its modules as one script, and the HTML and CSS of its components.

A file's address holds a hash of its content, so a browser asks for it once, until it changes.
"""

from __future__ import annotations

import hashlib
import html
import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from mnist_cnn.page.build.bundle import bundle
from mnist_cnn.page.build.languages import words

FIRST = ("network", "judge")  # what a page asks for at once, besides its modules and styles
PREFIX = "/mnist_cnn"  # of the page's own routes
FILES = f"{PREFIX}/files"
PAGE = Path(__file__).parent.parent
NOT_MODULES = ("build", "shell")  # scripts in the page's HTML, or around its modules
SCOPES = {  # of the shared sheets in this page, and inside the style of one component
    "body.dark": "body.dark &",
    "body": "&",
    ":root :where(#early, .block)": "&",
}
WORDS = "locales/words.js"  # the module that gets the words of all languages


def sources() -> dict[str, str]:
    """Return the text of every module by its name, such as ``components/pad/pad.js``."""
    written = {
        path.relative_to(PAGE).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(PAGE.glob("*/**/*.js"))
        if path.relative_to(PAGE).parts[0] not in NOT_MODULES
    }
    every = json.dumps(words(), ensure_ascii=False)
    return written | {WORDS: written[WORDS].replace("WORDS = {}", f"WORDS = {every}", 1)}


def text(name: str) -> str:
    """Return the text of a file of the page, by its path in ``page``."""
    return (PAGE / name).read_text(encoding="utf-8")


def component_style(name: str) -> str:
    """Return the style of a component, to be nested in a selector for it.

    The sheet named like its folder comes first.
    """
    folder = PAGE / "components" / name
    own = folder / f"{name}.css"
    parts = sorted(set(folder.rglob("*.css")) - {own})
    return "\n".join(path.read_text(encoding="utf-8") for path in (own, *parts))


def page_style() -> str:
    """Return the styles that belong to no component."""
    names = ("tokens", "shared", "page", "views/lesson")
    return "\n".join(text(f"shell/{name}.css") for name in names)


def standalone_style(name: str) -> str:
    """Return the style of a component in another app: the shared sheets, and its own."""
    shared = text("shell/tokens.css") + text("shell/shared.css")
    for scope, inside in SCOPES.items():
        shared = shared.replace(f"{scope} {{", f"{inside} {{")
    return shared + text(f"components/{name}/{name}.css")


def component_html(name: str) -> str:
    """Return the HTML of a component, in an element that ``components/mount.js`` finds."""
    return f'<div id="part-{name}">{text(f"components/{name}/{name}.html")}</div>'


def component_styles(names: Iterable[str]) -> str:
    """Return the styles of components whose HTML is that of ``component_html``."""
    return "\n".join(f"#part-{name} {{ {component_style(name)} }}" for name in names)


MODULES = bundle(sources(), text("shell/modules.js")).encode()


def hashed(name: str, content: bytes) -> str:
    """Return the end of a file's address: the hash of its content, and its name."""
    return f"{hashlib.sha256(content).hexdigest()[:12]}/{name}"


def addresses(files: Mapping[str, bytes], folder: str = FILES[1:]) -> dict[str, str]:
    """Return the addresses of files by their names, relative to the page's own."""
    return {name: f"{folder}/{hashed(name, content)}" for name, content in files.items()}


def start(told: Mapping) -> str:
    """Return the script that starts the page; ``told`` is from ``Contents.told``."""
    script = text("shell/link.js") + text("shell/start.js")
    return f'<script data-page="{html.escape(json.dumps(told))}">{script}</script>'


def sign_in() -> str:
    """Return the script for where one signs in before the page starts."""
    return f"<script>{text('shell/link.js')}</script>"


def installed(files: Mapping[str, str]) -> list[str]:
    """Return the links that a device needs to install the page as an app."""
    return [
        link("icon", files["icon.svg"], 'type="image/svg+xml"'),
        link("apple-touch-icon", files["icon.png"]),
        link("manifest", files["page.webmanifest"], 'crossorigin="use-credentials"'),
    ]


def link(relation: str, path: str, more: str = "") -> str:
    """Return a ``<link>`` for the page's head."""
    return f'<link rel="{relation}" href="{path}" {more}>'
