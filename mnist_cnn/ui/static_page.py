"""The page without a server: a folder, a single file, and what a browser keeps of a served one.

All are the same page, of the same parts, in HTML of our own instead of Gradio's.
"""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterable, Mapping

from mnist_cnn.ui import languages, look, web
from mnist_cnn.ui.contents import Contents
from mnist_cnn.ui.structure import PAGE, Box

FOLDER = "files"  # below the page's own
INDEX, WORKER = "index.html", "sw.js"  # which keeps the page on a device
ONLY_SERVED = ("correction", "train", "teacher", "wall")
ELSEWHERE = {"view-train": "elsewhereTrain", "view-class": "elsewhereClass"}  # how to get that
ICONS = {"icon.svg": "image/svg+xml", "icon.png": "image/png"}


def folder(contents: Contents) -> dict[str, bytes]:
    """Return the files of a static site by their paths; all but two may be kept for ever."""
    files = _files(contents, FOLDER)
    addresses = web.addresses(files, FOLDER)
    index = _page(contents, addresses | {WORKER: WORKER})
    written = {addresses[name]: content for name, content in files.items()}
    return written | {INDEX: index, WORKER: _worker(INDEX, [*addresses.values()])}


def single(contents: Contents) -> bytes:
    """Return the page as one file, which needs no host."""
    inside = {"modules.js": web.MODULES} | contents.files
    told = contents.told(dict.fromkeys(inside, ""), served=False)
    icon = f"data:image/svg+xml;base64,{_base64(web.text('icon.svg').encode())}"
    head = [web.link("icon", icon), f"<style>{_style()}</style>", web.start(told)]
    packed = {name: _base64(gzip.compress(content, mtime=0)) for name, content in inside.items()}
    written = (
        f'<script type="text/plain" id="inside-{name}">{content}</script>'
        for name, content in packed.items()
    )
    old = "<br>".join(said["tooOld"] for said in languages.words().values())
    return _html(head, "\n".join([f'<p id="too-old" hidden>{old}</p>', *written]))


def beside(contents: Contents) -> dict[str, bytes]:
    """Return the files of a served page by their names, with all for when there is no server."""
    files = _files(contents, web.FILES[1:])
    files[INDEX] = _page(contents, web.addresses(files))
    addresses = web.addresses(files)
    return files | {WORKER: _worker(addresses[INDEX], [*addresses.values()])}


def _files(contents: Contents, folder: str) -> dict[str, bytes]:
    icons = {name: (web.HERE / name).read_bytes() for name in ICONS}
    manifest = _manifest(web.addresses(icons, folder))
    own = {"modules.js": web.MODULES, "static.css": _style().encode()}
    return own | contents.files | icons | {"page.webmanifest": manifest}


def _page(contents: Contents, addresses: Mapping[str, str]) -> bytes:
    told = contents.told(addresses, served=False)
    head = [
        web.link("modulepreload", addresses["modules.js"]),
        web.start(told),
        web.link("stylesheet", addresses["static.css"]),
        *(web.link("preload", addresses[name], 'as="fetch" crossorigin') for name in web.FIRST),
        *web.installed(addresses),
    ]
    return _html(head)


def _html(head: Iterable[str], inside: str = "") -> bytes:
    parts = "\n".join(_part(part) for part in PAGE)
    words = {"parts": parts, "inside": inside, "begin": web.text("begin.js")}
    return web.text("static.html").format(head="\n".join(head), **words).encode()


def _part(part: Box | str) -> str:
    """Return the HTML of a part, or of a box with all it holds."""
    if isinstance(part, str):
        return f'<div id="{part}" class="block">{web.part_of(part)}</div>'
    parts = [_part(inner) for inner in part.parts if inner not in ONLY_SERVED]
    style = f"flex-grow: {part.grow}; min-width: min({part.least}px, 100%)"
    kind = f'data-box="{part.kind}"' + (f' style="{style}"' if part.kind == "column" else "")
    empty = web.text("elsewhere.html").format(key=ELSEWHERE.get(part.name))
    return f'<div id="{part.name}" {kind}>{"".join(parts) or empty}</div>'


def _parts(parts: Iterable[Box | str]) -> Iterable[str]:
    """Return the names of all components in boxes."""
    for part in parts:
        yield from (part,) if isinstance(part, str) else _parts(part.parts)


def _style() -> str:
    names = [name for name in _parts(PAGE) if name not in ONLY_SERVED]
    own = (look.variables(), web.text("static.css"), web.text("page.css"))
    return "\n".join([*own, web.styles_of(names)])


def _manifest(icons: Mapping[str, str]) -> bytes:
    """Return what a device needs to know of the page to keep it as one of its programs.

    Its addresses are relative to its own, which has as many folders above it as an icon's.
    """
    top = "../" * next(iter(icons.values())).count("/")
    described = {
        "name": "Draw a digit, watch the network think",
        "short_name": "Digits",
        "start_url": top,
        "scope": top,
        "display": "standalone",
        "background_color": look.COLORS["body_background_fill"][0],
        "theme_color": look.ACCENT,
        "icons": [
            {"src": top + icons[name], "type": kind, "sizes": "any" if "svg" in kind else "512x512"}
            for name, kind in ICONS.items()
        ],
    }
    return json.dumps(described).encode()


def _worker(page: str, files: list[str]) -> bytes:
    """Return the script that keeps the page on a device; the addresses are below the page."""
    told = f"PAGE = {json.dumps(page)}, FILES = {json.dumps(files)}"
    return web.text(WORKER).replace('PAGE = "", FILES = []', told, 1).encode()


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()
