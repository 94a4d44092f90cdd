"""Every language has every text, with the same values to fill in."""

import json
import re

import pytest

from tests.serving import ROOT

UI = ROOT / "mnist_cnn" / "ui"
LANGUAGES = sorted(path.stem for path in (UI / "locales").glob("*.json"))


def texts(language):
    return json.loads((UI / "locales" / f"{language}.json").read_text(encoding="utf-8"))


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


def test_every_text_is_used_and_every_used_text_exists():
    sources = "".join(
        path.read_text(encoding="utf-8")
        for path in UI.rglob("*")
        if path.suffix in {".js", ".html"}
    )
    keys = texts("en").keys()
    assert {key for key in keys if not re.search(rf'"{key}"', sources)} == set()
    named = re.findall(r'data-(?:text|label|idle)="(\w+)"|\btext\("(\w+)"', sources)
    assert {a or b for a, b in named} <= keys
