"""What a browser gets of the page besides its HTML: all of its own modules in one answer.

Its address has a version, so that a browser asks for it once and never again until it has changed.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from mnist_cnn.ui import gradio_files
from mnist_cnn.ui.bundle import bundle
from mnist_cnn.ui.languages import words

PREFIX = "/mnist_cnn"  # of the page's own routes
FILES = f"{PREFIX}/files"
HERE = Path(__file__).parent
WORDS = "locales/words.js"  # a module that is made of the languages


def sources() -> dict[str, str]:
    """Return the text of every module by its name, as ``pad/pad.js``."""
    written = {
        path.relative_to(HERE).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(HERE.glob("*/**/*.js"))
    }
    return written | {WORDS: f"export const WORDS = {json.dumps(words(), ensure_ascii=False)};\n"}


OWN = {"modules.js": bundle(sources()), "gradio.css": gradio_files.styles()}  # by name
VERSION = hashlib.sha256("\0".join(OWN.values()).encode()).hexdigest()[:12]


def address_of(name: str) -> str:
    """Return the path on the server of one of ``OWN``, below ``--root-path``."""
    return f"{FILES}/{VERSION}/{name}"


def head(networks: list[str], theme: str) -> str:
    """Return what the page's head begins with: all that it needs is asked for at once.

    The paths are relative to the page, which may stand below a prefix.

    Args:
        networks: paths on the server of the network files that it reads with from its start.
        theme: the hash by which Gradio asks for its theme.
    """
    scripts = [name for name in gradio_files.needed() if name.endswith(".js")]
    styles = [name for name in gradio_files.needed() if name.endswith(".css")]
    modules = address_of("modules.js")[1:]
    start = (HERE / "start.js").read_text(encoding="utf-8")
    # The large ones first: the small ones then wait for the line's delay and not for its width.
    lines = [
        _link("modulepreload", modules),
        *(_link("preload", path[1:], 'as="fetch" crossorigin') for path in networks),
        *(_link("modulepreload", f"assets/{name}") for name in scripts[:1]),
        f'<script data-modules="{modules}">{start}</script>',
        _link("stylesheet", address_of("gradio.css")[1:]),
        _link("preload", f"theme.css?v={theme}", 'as="style"'),
        *(_link("modulepreload", f"assets/{name}") for name in scripts[1:]),
        # Not fetched, but found by Gradio, which then does not ask for it.
        *(_link("stylesheet", f"assets/{name}", "disabled") for name in styles),
        "",
    ]
    return "\n".join(lines)


def _link(relation: str, path: str, more: str = "") -> str:
    return f'<link rel="{relation}" {more} href="{path}">'
