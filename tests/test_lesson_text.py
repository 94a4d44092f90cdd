"""The lesson is whole in every language, and no figure is typed into it."""

import re
import shutil

import pytest

from mnist_cnn.lesson import text
from mnist_cnn.lesson import words as lesson
from mnist_cnn.lesson.figures import figures
from mnist_cnn.lesson.text import CHAPTERS, LANGUAGES, TextError

TAGS = sorted(folder.name for folder in LANGUAGES.iterdir() if folder.is_dir())
EACH = [(tag, name) for tag in TAGS for name in CHAPTERS]
NAMES = {"ReLU", "softmax", "logit", "e", "MNIST"}  # that Chinese has no other words for
CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")


def source(tag, name):
    return (LANGUAGES / tag / "lesson" / f"{name}.md").read_text(encoding="utf-8")


def words(tag, name):
    """The text without names of layers and without holes."""
    return re.sub(r"\{[\w.]+\}|`\w+`", "", source(tag, name))


def test_the_lesson_is_written_in_both_languages():
    assert text.languages() == TAGS
    assert {"en", "zh-CN"} <= set(TAGS)


@pytest.mark.parametrize("tag", TAGS)
def test_every_language_has_every_chapter_and_no_other(tag):
    files = (LANGUAGES / tag / "lesson").iterdir()
    assert {file.name for file in files} == {f"{name}.md" for name in CHAPTERS}


@pytest.mark.parametrize(("tag", "name"), EACH)
def test_a_chapter_has_two_or_three_paragraphs_and_the_figures_of_the_english_one(tag, name):
    holes = text.HOLE.findall(source(tag, name))
    known = figures(lesson.SUBJECT)
    read = text.chapter(tag, name, known)
    assert 2 <= len(read.paragraphs) <= 3
    assert read.action
    assert "{working}" in read.answer
    assert not set(text.HOLE.findall("".join([*read.paragraphs, read.action]))) - {"working"}
    assert set(holes) == set(text.HOLE.findall(source("en", name)))


@pytest.mark.parametrize(("tag", "name"), EACH)
def test_no_figure_is_typed(tag, name):
    assert re.findall(r"\d+", words(tag, name)) == []


@pytest.mark.parametrize("name", CHAPTERS)
def test_chinese_has_no_english_left_and_english_no_chinese(name):
    assert set(re.findall(r"[A-Za-z]+", words("zh-CN", name))) <= NAMES
    assert CHINESE.search(source("en", name)) is None


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A copy of the languages that a test may spoil."""
    shutil.copytree(LANGUAGES, tmp_path / "languages")
    monkeypatch.setattr(text, "LANGUAGES", tmp_path / "languages")
    return tmp_path / "languages" / "en" / "lesson"


def test_a_missing_chapter_is_named(folder):
    (folder / "flatten.md").unlink()
    with pytest.raises(TextError, match=r"flatten is missing in en.*flatten\.md"):
        text.chapter("en", "flatten", {})


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("# T\n\np {conv9.field}\n\n## a\nb\n\n## c\nd\n\n## e\nf", "asks for {conv9.field}"),
        ("T\n\np\n\n## a\nb\n\n## c\nd\n\n## e\nf", "must have a title"),
        ("# T\n\n## a\nb\n\n## c\nd\n\n## e\nf", "paragraphs"),
        ("# T\n\np\n\n## a\nb\n\n## c\nd", "3 sections"),
    ],
)
def test_a_chapter_of_another_form_is_refused(folder, content, sentence):
    (folder / "flatten.md").write_text(content, encoding="utf-8")
    with pytest.raises(TextError, match=re.escape(sentence)):
        text.chapter("en", "flatten", {})


def test_a_chapter_is_read_by_the_order_of_its_parts(folder):
    (folder / "flatten.md").write_text(
        "# T\n\none {a.b}\n\ntwo\n\n## 动手\ngo\n\n## 问\nwhat {row}?\n\n## 答\n{working}\n",
        encoding="utf-8",
    )
    read = text.chapter("en", "flatten", {"a.b": "7"})
    assert (read.title, read.paragraphs) == ("T", ["one 7", "two"])
    assert (read.action, read.question, read.answer) == ("go", "what {row}?", "{working}")
