"""The page without a server: a folder, a single file, and the copy that a browser keeps offline.

All are the same page, of the same components, in HTML of our own instead of Gradio's.
"""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterable, Mapping

from mnist_cnn.page.build import assets, languages, theme
from mnist_cnn.page.build.contents import Contents
from mnist_cnn.page.build.layout import PAGE, Box

FOLDER = "files"  # beside the page
INDEX, WORKER = "index.html", "sw.js"  # the service worker keeps the page on a device
ONLY_SERVED = ("classroom", "correction", "train", "teacher", "survey-results", "jury", "wall")
# The words that stand in place of a view.
ELSEWHERE = {"view-train": "elsewhereTrain", "view-class": "elsewhereClass"}
ICONS = {"icon.svg": "image/svg+xml", "icon.png": "image/png"}


def folder(contents: Contents) -> dict[str, bytes]:
    """Return the files of a static site by their paths; only two of them ever change content."""
    files = _files(contents, FOLDER)
    addresses = assets.addresses(files, FOLDER)
    index = _page(contents, addresses | {WORKER: WORKER})
    written = {addresses[name]: content for name, content in files.items()}
    return written | {INDEX: index, WORKER: _worker(INDEX, [*addresses.values()])}


def single(contents: Contents) -> bytes:
    """Return the page as one file, which opens from a disk."""
    inside = {"modules.js": assets.MODULES} | contents.files
    told = contents.told(dict.fromkeys(inside, ""), served=False)
    icon = f"data:image/svg+xml;base64,{_base64(assets.text('shell/icon.svg').encode())}"
    head = [assets.link("icon", icon), f"<style>{_style()}</style>", assets.start(told)]
    packed = {name: _base64(gzip.compress(content, mtime=0)) for name, content in inside.items()}
    written = (
        f'<script type="text/plain" id="inside-{name}">{content}</script>'
        for name, content in packed.items()
    )
    old = "<br>".join(said["tooOld"] for said in languages.words().values())
    return _html(head, "\n".join([f'<p id="too-old" hidden>{old}</p>', *written]))


def beside(contents: Contents) -> dict[str, bytes]:
    """Return the files of a served page by their names, and those of its offline copy."""
    files = _files(contents, assets.FILES[1:])
    files[INDEX] = _page(contents, assets.addresses(files))
    addresses = assets.addresses(files)
    return files | {WORKER: _worker(addresses[INDEX], [*addresses.values()])}


def _files(contents: Contents, folder: str) -> dict[str, bytes]:
    icons = {name: (assets.PAGE / "shell" / name).read_bytes() for name in ICONS}
    manifest = _manifest(assets.addresses(icons, folder))
    own = {"modules.js": assets.MODULES, "static.css": _style().encode()}
    return own | contents.files | icons | {"page.webmanifest": manifest}


def _page(contents: Contents, addresses: Mapping[str, str]) -> bytes:
    told = contents.told(addresses, served=False)
    head = [
        assets.link("modulepreload", addresses["modules.js"]),
        assets.start(told),
        assets.link("stylesheet", addresses["static.css"]),
        *(
            assets.link("preload", addresses[name], 'as="fetch" crossorigin')
            for name in assets.FIRST
        ),
        *assets.installed(addresses),
    ]
    return _html(head)


def _html(head: Iterable[str], inside: str = "") -> bytes:
    parts = "\n".join(_part(part) for part in PAGE if part not in ONLY_SERVED)
    words = {"parts": parts, "inside": inside, "begin": assets.text("shell/mount-all.js")}
    return assets.text("shell/offline/static.html").format(head="\n".join(head), **words).encode()


def _part(part: Box | str) -> str:
    """Return the HTML of a component, or of a box with all it holds."""
    if isinstance(part, str):
        return f'<div id="{part}" class="block">{assets.component_html(part)}</div>'
    parts = [_part(inner) for inner in part.parts if inner not in ONLY_SERVED]
    style = f"flex-grow: {part.grow}; min-width: min({part.least}px, 100%)"
    kind = f'data-box="{part.kind}"' + (f' style="{style}"' if part.kind == "column" else "")
    empty = assets.text("shell/offline/needs-server.html").format(key=ELSEWHERE.get(part.name))
    return f'<div id="{part.name}" {kind}>{"".join(parts) or empty}</div>'


def _parts(parts: Iterable[Box | str]) -> Iterable[str]:
    """Return the names of all components in boxes."""
    for part in parts:
        yield from (part,) if isinstance(part, str) else _parts(part.parts)


def _style() -> str:
    names = [name for name in _parts(PAGE) if name not in ONLY_SERVED]
    own = (theme.variables(), assets.text("shell/offline/static.css"), assets.page_style())
    return "\n".join([*own, assets.component_styles(names)])


def _manifest(icons: Mapping[str, str]) -> bytes:
    """Return the web app manifest, by which a device installs the page as an app.

    Its addresses are relative to its own, which is as many folders deep as an icon's.
    """
    top = "../" * next(iter(icons.values())).count("/")
    described = {
        "name": "Draw a digit, watch the network think",
        "short_name": "Digits",
        "start_url": top,
        "scope": top,
        "display": "standalone",
        "background_color": theme.COLORS["body_background_fill"][0],
        "theme_color": theme.ACCENT,
        "icons": [
            {"src": top + icons[name], "type": kind, "sizes": "any" if "svg" in kind else "512x512"}
            for name, kind in ICONS.items()
        ],
    }
    return json.dumps(described).encode()


def _worker(page: str, files: list[str]) -> bytes:
    """Return the service worker, which keeps these files on a device; addresses are relative."""
    told = f"PAGE = {json.dumps(page)}, FILES = {json.dumps(files)}"
    return assets.text(f"shell/offline/{WORKER}").replace('PAGE = "", FILES = []', told, 1).encode()


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()
