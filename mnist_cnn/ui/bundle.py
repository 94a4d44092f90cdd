"""The page's own modules as one, which a browser gets in one answer.

Each module becomes a function of the same lines, which imports what it needs when it is first run
and returns what it exports. Of JavaScript's ways to import and export those are known that the
page's modules use; of any other the browser says that it is no place for it.
"""

from __future__ import annotations

import json
import posixpath
import re
from pathlib import Path

IMPORT = re.compile(r'^(import|export) (\{[^}]*\}|\* as \w+) from "(\.[^"]+)";', re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:async )?(?:function\*?|class|const) (\w+))", re.MULTILINE)
DYNAMIC = re.compile(r"\bimport\(")


def bundle(sources: dict[str, str]) -> str:
    """Return one module that leaves ``mnistCnnLoad``, which returns a module by its name.

    Args:
        sources: the text of every module by its name, as ``pad/pad.js``, from which the paths in
            it lead to others. No two may import each other.
    """
    functions = "".join(_function(name, text) for name, text in sources.items())
    runtime = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
    return runtime.replace("functions = {}", f"functions = {{{functions}}}", 1)


def _function(name: str, text: str) -> str:
    folder = posixpath.dirname(name)
    exported: list[str] = EXPORT.findall(text)

    def constants(found: re.Match) -> str:
        keyword, names, path = found.groups()
        if keyword == "export":
            exported.extend(re.findall(r"(\w+)\s*[,}]", names))
        pattern = names.removeprefix("* as ").replace(" as ", ": ")
        return f"const {pattern} = $load({json.dumps(posixpath.normpath(f'{folder}/{path}'))});"

    text = EXPORT.sub("", IMPORT.sub(constants, text))
    text = DYNAMIC.sub(f"$import({json.dumps(folder)}, ", text)
    return f"\n{json.dumps(name)}() {{ {text}\nreturn {{ {', '.join(exported)} }}; }},"
