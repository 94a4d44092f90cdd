"""The words of the page: every folder of ``mnist_cnn/languages`` is a language."""

from __future__ import annotations

import json

from mnist_cnn.system.paths import LANGUAGES

PAGE = "page.json"  # every word of the page


def words() -> dict[str, dict[str, str]]:
    """Return the words of the page in every language, by its tag, English first."""
    files = sorted(LANGUAGES.glob(f"*/{PAGE}"))
    return {
        file.parent.name: json.loads(file.read_text(encoding="utf-8"))
        for file in sorted(files, key=lambda file: (file.parent.name != "en", file.parent.name))
    }
