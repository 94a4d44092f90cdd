"""Every language has every text, with the same values to fill in."""

import json
import re
import shutil

import pytest

from mnist_cnn.lesson import text
from mnist_cnn.ui import languages
from tests.serving import ROOT

UI = ROOT / "mnist_cnn" / "ui"
FOLDER = ROOT / "mnist_cnn" / "languages"
LANGUAGES = sorted(path.name for path in FOLDER.iterdir() if path.is_dir())


def texts(language):
    return json.loads((FOLDER / language / "page.json").read_text(encoding="utf-8"))


def test_english_and_chinese_are_there():
    assert LANGUAGES == ["en", "zh-CN"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_keys_and_values_match_english(language):
    def values(text):
        return sorted(re.findall(r"\{\w+\}", text))

    assert texts(language).keys() == texts("en").keys()
    assert {k: values(v) for k, v in texts(language).items()} == {
        k: values(v) for k, v in texts("en").items()
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_same_files(language):
    def files(tag):
        return {str(path.relative_to(FOLDER / tag)) for path in (FOLDER / tag).rglob("*.*")}

    assert files(language) == files("en")


def test_a_language_is_added_by_adding_a_folder(tmp_path, monkeypatch):
    shutil.copytree(FOLDER, tmp_path / "languages")
    shutil.copytree(FOLDER / "en", tmp_path / "languages" / "fr")
    monkeypatch.setattr(languages, "LANGUAGES", tmp_path / "languages")
    monkeypatch.setattr(text, "LANGUAGES", tmp_path / "languages")
    assert list(languages.words()) == ["en", "fr", "zh-CN"]
    assert text.languages() == ["en", "fr", "zh-CN"]
    assert text.chapter("fr", "failures", {"box": "20", "classes": "10"})


def test_every_text_is_used_and_every_used_text_exists():
    sources = "".join(
        path.read_text(encoding="utf-8")
        for path in (*UI.rglob("*"), UI.parent / "ink.py")
        if path.suffix in {".js", ".html"}
        or path.name in {"languages.py", "ink.py", "static_page.py"}
    )
    keys = texts("en").keys()
    assert {key for key in keys if not re.search(rf'"{key}"', sources)} == set()
    named = re.findall(r'data-(?:text|label|idle)="(\w+)"|\btext\("(\w+)"', sources)
    assert {a or b for a, b in named} <= keys
