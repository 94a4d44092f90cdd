"""Joins JavaScript modules into one script, which a browser gets in one answer.

Each module becomes a function of the same lines, which imports what it needs when it first runs
and returns what it exports. Only those ways to import and export are known that the page's modules
use; any other is a syntax error in the browser.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Mapping
from pathlib import Path

IMPORT = re.compile(r'^(import|export) (\{[^}]*\}|\* as \w+) from "(\.[^"]+)";', re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:async )?(?:function\*?|class|const) (\w+))", re.MULTILINE)
DYNAMIC = re.compile(r"\bimport\(")


def bundle(sources: Mapping[str, str], start: str) -> str:
    """Return one script of all modules.

    Args:
        sources: the text of each module by its name, such as ``reader/ink.js``, from which the
            paths in it lead to others. No two may import each other.
        start: runs after them; in it ``$load(name)`` returns what a module exports.
    """
    functions = "".join(_function(name, text) for name, text in sources.items())
    runtime = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
    return runtime.replace("functions = {}", f"functions = {{{functions}}}", 1) + start


def needed(sources: Mapping[str, str], name: str) -> dict[str, str]:
    """Return the module ``name`` and all it imports, directly or through others."""
    found: dict[str, str] = {}
    waiting = [name]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = sources[name]
            waiting += [_path(name, path) for *_, path in IMPORT.findall(sources[name])]
    return found


def _path(name: str, path: str) -> str:
    """Return the name of the module at a path that the module ``name`` imports."""
    return posixpath.normpath(f"{posixpath.dirname(name)}/{path}")


def _function(name: str, text: str) -> str:
    exported: list[str] = EXPORT.findall(text)

    def constants(found: re.Match) -> str:
        keyword, names, path = found.groups()
        if keyword == "export":
            exported.extend(re.findall(r"(\w+)\s*[,}]", names))
        pattern = names.removeprefix("* as ").replace(" as ", ": ")
        return f"const {pattern} = $load({json.dumps(_path(name, path))});"

    text = EXPORT.sub("", IMPORT.sub(constants, text))
    text = DYNAMIC.sub(f"$import({json.dumps(posixpath.dirname(name))}, ", text)
    return f"\n{json.dumps(name)}() {{ {text}\nreturn {{ {', '.join(exported)} }}; }},"
