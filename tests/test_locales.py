"""Every language has every text, with the same values to fill in."""

import ast
import json
import re
import shutil

import pytest

from mnist_cnn.lesson import chapters
from mnist_cnn.page.build import languages
from tests.serving import ROOT

PACKAGE = ROOT / "mnist_cnn"
FOLDER = ROOT / "mnist_cnn" / "languages"
LANGUAGES = sorted(path.name for path in FOLDER.iterdir() if path.is_dir())


def texts(language):
    return json.loads((FOLDER / language / "page.json").read_text(encoding="utf-8"))


def test_english_and_chinese_are_there():
    assert {"en", "zh-CN"} <= set(LANGUAGES)


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
    shutil.copytree(FOLDER / "en", tmp_path / "languages" / "qaa")
    monkeypatch.setattr(languages, "LANGUAGES", tmp_path / "languages")
    monkeypatch.setattr(chapters, "LANGUAGES", tmp_path / "languages")
    tags = sorted([*LANGUAGES, "qaa"])  # ISO 639: for private use
    assert list(languages.words()) == ["en", *(tag for tag in tags if tag != "en")]
    assert chapters.languages() == tags
    assert chapters.read("qaa", "failures", {"box": "20", "classes": "10"})


def test_every_text_is_used_and_every_used_text_exists():
    sources = "".join(
        path.read_text(encoding="utf-8")
        for path in PACKAGE.rglob("*")
        if path.suffix in {".js", ".html", ".py"}
    )
    keys = texts("en").keys()
    # Keys of two words are put together of a kind and a name: "run gone", "recipe fast".
    words = {key: key.split()[-1] for key in keys}
    assert {
        key for key, word in words.items() if not re.search(rf'"{re.escape(word)}"', sources)
    } == set()
    named = re.findall(r'data-(?:text|label|idle)="(\w+)"|\btext\("([\w ]+)"', sources)
    assert {a or b for a, b in named} <= keys


REASONS = {"RunsError": "run", "WallError": "wall", "VoteError": "vote"}


def test_every_refusal_has_its_sentence():
    refused = {
        f"{REASONS[kind]} {reason}"
        for path in PACKAGE.rglob("*.py")
        for kind, arguments in re.findall(
            r"raise (RunsError|WallError|VoteError)\((.*?)\n? *\)(?: from error)?\n",
            path.read_text(encoding="utf-8"),
            re.DOTALL,
        )
        for reason in re.findall(r'"([a-z_]+)"', arguments)
    }
    assert len(refused) > 10
    assert refused <= texts("en").keys()


SAID_OTHERWISE = {"notTeacher", "broadcast over"}  # the page knows them, and says what it means


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_key_that_a_route_answers_with_has_its_sentence(language):
    trees = {path: ast.parse(path.read_text("utf-8")) for path in PACKAGE.rglob("*.py")}
    errors = subclasses("RequestError", trees.values())
    keys = {
        argument.value
        for tree in trees.values()
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") in errors
        for argument in [*call.args[1:2], *(one.value for one in call.keywords if one.arg == "key")]
        if isinstance(argument, ast.Constant)
    }
    keys |= {
        part.value
        for answer in ast.walk(trees[PACKAGE / "server/routes/refusals.py"])
        if isinstance(answer, ast.Return) and isinstance(answer.value, ast.Tuple)
        for part in answer.value.elts[:1]
        if isinstance(part, ast.Constant) and part.value
    }
    assert {"digitsNotLoaded", "placeUnknown"} <= keys
    assert keys - SAID_OTHERWISE <= texts(language).keys()


def subclasses(name, trees):
    """The names of a class and of those that are made of it, directly, and as it is."""
    bases = {
        one.name: {getattr(base, "id", "") for base in one.bases}
        for tree in trees
        for one in ast.walk(tree)
        if isinstance(one, ast.ClassDef)
        and not any(getattr(part, "name", "") == "__init__" for part in one.body)
    }
    return {name, *(one for one, its in bases.items() if name in its)}
