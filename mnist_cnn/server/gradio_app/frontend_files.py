"""Which of Gradio's own scripts and styles the page needs at first.

Gradio's entry imports the app, the app its blocks, the blocks each component: a browser that learns
of each from the one before waits for four round trips. Vite has written the list of what each
dynamic import needs into the scripts. Where a Gradio has no such lists nothing is found, and the
page opens as slowly as any of Gradio's; a test compares with what a browser asks for.
"""

from __future__ import annotations

import functools
import re
import urllib.parse
from importlib.util import find_spec
from pathlib import Path


def _folder() -> Path:
    """Return Gradio's folder; raises ``ImportError`` where it is not installed."""
    spec = find_spec("gradio")
    if spec is None or spec.origin is None:
        raise ImportError("Gradio is not installed: pip install -r requirements.txt")
    return Path(spec.origin).parent


FRONTEND = _folder() / "templates" / "frontend"
ASSETS = FRONTEND / "assets"
COMPONENTS = ("html", "row", "column", "form")  # on the page, by Gradio's names

ENTRY = re.compile(r'<script type="module"[^>]* src="\./assets/([^"]+)"')
TABLE = re.compile(r"m\.f=\[([^\]]*)\]")  # of the files that dynamic imports need, by number
NEEDED = r"[^`]*`\)[^`]*?__vite__mapDeps\(\[([\d,]+)\]\)"  # and their numbers

SMALL = 4096  # bytes: a script that takes longer to ask for than to send
IMPORT = re.compile(r'"\./([\w.-]+\.js)"')
UNESCAPED = "!$&()*+,-./:;=?@[]^_`{|}~"  # in a data: address that stands in HTML


@functools.cache
def needed() -> list[str]:
    """Return the names in ``ASSETS`` of the scripts and styles, in the order of their use.

    The entry's own style is not among them: Gradio's page links it.
    """
    page = (FRONTEND / "index.html").read_text(encoding="utf-8")
    entry = ENTRY.search(page)
    if not entry:
        return []
    app = _behind(entry[1], r"import\(`\./Index-")
    found = [entry[1], *app]
    for script in app:
        if script.startswith("Index-"):
            found += _behind(script, r"import\(`\./Blocks-")
        if script.startswith("core-"):
            for name in COMPONENTS:
                found += _behind(script, rf"\b{name}:\{{[^{{}}]*\bcomponent:[^`]*`\./")
    return [name for name in dict.fromkeys(found) if name == entry[1] or name not in page]


@functools.cache
def inlined() -> dict[str, str]:
    """Return the small scripts by their names, each as a ``data:`` address of its text.

    They import others by bare names, since relative paths mean nothing in such an address.
    """
    texts = {
        name: (ASSETS / name).read_text(encoding="utf-8")
        for name in needed()
        if name.endswith(".js")
    }
    return {
        name: "data:text/javascript," + urllib.parse.quote(IMPORT.sub(r'"\1"', text), UNESCAPED)
        for name, text in texts.items()
        if len(text.encode()) <= SMALL and "import.meta" not in text  # it would be that address
    }


def import_map() -> dict[str, str]:
    """Return the import map: the address of each script's name, and of each small one's path."""
    names = {name: f"./assets/{name}" for name in needed() if name.endswith(".js")}
    return names | inlined() | {names[name]: text for name, text in inlined().items()}


def styles() -> str:
    """Return the needed styles as one."""
    names = [name for name in needed() if name.endswith(".css")]
    return "\n".join((ASSETS / name).read_text(encoding="utf-8") for name in names)


def _behind(script: str, start: str) -> list[str]:
    """Return what the dynamic import needs that begins with the pattern ``start``, itself first."""
    text = (ASSETS / script).read_text(encoding="utf-8")
    table, numbers = TABLE.search(text), re.search(start + NEEDED, text)
    if not table or not numbers:
        return []
    names = [name.strip('"').removeprefix("./") for name in table[1].split(",")]
    return [names[int(number)] for number in numbers[1].split(",")]
