"""What a browser gets of the page besides its HTML: all of its own modules in one answer.

Its address has a version, so that a browser asks for it once and never again until it has changed.
"""

from __future__ import annotations

import hashlib
import html
import json
from collections.abc import Sequence
from pathlib import Path

from mnist_cnn.ui import gradio_files
from mnist_cnn.ui.bundle import bundle
from mnist_cnn.ui.languages import words

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


STYLE = HERE / "page.css"  # of the frame around the components
EARLY = ("pad", "answer")  # what stands in the first HTML


def _text(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")


def style_of(name: str, buttons: bool) -> str:
    """Return the style of a component, for a scope of its own.

    The style named as the folder comes before those of its parts, and with ``buttons`` those of
    ``buttons.css`` before it.
    """
    folder = HERE / name
    own = folder / f"{name}.css"
    parts = sorted(set(folder.glob("*.css")) - {own})
    styles = [*([HERE / "buttons.css"] if buttons else ()), own, *parts]
    return "\n".join(path.read_text(encoding="utf-8") for path in styles)


def early() -> str:
    """Return what the page's body begins with: the parts that work before Gradio has come."""
    parts = {name: _text(f"{name}/{name}.html") for name in EARLY}
    return _text("early/early.html").format(**parts, script=_text("begin.js"))


OWN = {  # by name
    "modules.js": bundle(sources()),
    "page.css": "\n".join(
        [
            gradio_files.styles(),
            STYLE.read_text(encoding="utf-8"),
            *(f"#part-{name} {{ {style_of(name, buttons=True)} }}" for name in EARLY),
        ]
    ),
}
VERSION = hashlib.sha256("\0".join(OWN.values()).encode()).hexdigest()[:12]


def address_of(name: str) -> str:
    """Return the path on the server of one of ``OWN``, below ``--root-path``."""
    return f"{FILES}/{VERSION}/{name}"


def head(networks: dict[str, str], layers: Sequence[dict], theme: str) -> str:
    """Return what the page's head begins with: all that it needs is asked for at once.

    The paths are relative to the page, which may stand below a prefix.

    Args:
        networks: the addresses of the network files that it reads with from its start, by their
            names, below the page's own routes.
        layers: of the first of them, as ``telling.layers`` has them.
        theme: the hash by which Gradio asks for its theme.
    """
    small = gradio_files.inlined()
    scripts = [name for name in gradio_files.needed() if name.endswith(".js")]
    modules = address_of("modules.js")[1:]
    files = [f"{PREFIX[1:]}/{address}" for address in networks.values()]
    start = _text("start.js")
    reader = html.escape(json.dumps({"layers": layers, "files": networks}))
    lines = [
        # Before any module. Six requests at a time are under way: each that is saved counts.
        f'<script type="importmap">{json.dumps({"imports": gradio_files.import_map()})}</script>',
        *(_link("", f"assets/{name}") for name in small),  # not fetched, see styles()
        _link("modulepreload", modules),
        f'<script data-modules="{modules}" data-reader="{reader}">{start}</script>',
        _link("preload", address_of("page.css")[1:], 'as="style"'),
        _link("stylesheet", f"theme.css?v={theme}"),
        *(_link("modulepreload", f"assets/{name}") for name in scripts if name not in small),
        # Last: they come while Gradio puts the page together.
        *(_link("preload", path, 'as="fetch" crossorigin') for path in files),
    ]
    return "\n".join([*lines, ""])


def styles() -> str:
    """Return what the page's head ends with, behind Gradio's first style: its others, as one.

    Gradio finds the links to them and does not ask for them, nor does a browser.
    """
    others = [name for name in gradio_files.needed() if name.endswith(".css")]
    lines = [
        _link("stylesheet", address_of("page.css")[1:]),
        *(_link("stylesheet", f"assets/{name}", "disabled") for name in others),
    ]
    return "\n".join([*lines, ""])


def _link(relation: str, path: str, more: str = "") -> str:
    return f'<link rel="{relation}" href="{path}" {more}>'
