"""The lesson is whole in every language, and no figure is typed into it."""

import re
import shutil

import pytest

from mnist_cnn.lesson import chapters
from mnist_cnn.lesson import lesson_file as lesson
from mnist_cnn.lesson.chapters import CHAPTERS, Card, Prediction, TextError
from mnist_cnn.lesson.figures import figures
from mnist_cnn.system.paths import LANGUAGES

TAGS = sorted(folder.name for folder in LANGUAGES.iterdir() if folder.is_dir())
EACH = [(tag, name) for tag in TAGS for name in CHAPTERS]
NAMES = {"ReLU", "softmax", "logit", "e", "MNIST"}  # that Chinese has no other words for
CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")


def source(tag, name):
    return chapters.file_of(tag, name).read_text(encoding="utf-8")


def words(tag, name):
    """The text without names of layers and of cards, and without holes."""
    return re.sub(r"\{[\w.]+\}|`\w+`|^## .+$", "", source(tag, name), flags=re.MULTILINE)


def test_the_lesson_is_written_in_both_languages():
    assert chapters.languages() == TAGS
    assert {"en", "zh-CN"} <= set(TAGS)


@pytest.mark.parametrize("tag", TAGS)
def test_every_language_has_every_chapter_and_no_other(tag):
    files = (LANGUAGES / tag / "lesson").iterdir()
    assert {file.name for file in files} == {chapters.file_of(tag, name).name for name in CHAPTERS}


@pytest.mark.parametrize(("tag", "name"), EACH)
def test_a_chapter_has_the_cards_and_the_figures_of_the_english_one(tag, name):
    known = figures(lesson.SUBJECT)
    read, english = (chapters.read(one, name, known) for one in (tag, "en"))
    assert len(read.cards) <= chapters.MOST_CARDS
    for card, other in zip(read.cards, english.cards, strict=True):
        assert card.name == other.name
        for part in ("action", "prediction", "answer"):
            assert (getattr(card, part) is None) == (getattr(other, part) is None), (
                card.name,
                part,
            )
        if card.answer:
            assert "{working}" in card.answer
    holes = (set(chapters.PLACEHOLDER.findall(source(one, name))) for one in (tag, "en"))
    assert len(set(map(frozenset, holes))) == 1


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
    monkeypatch.setattr(chapters, "LANGUAGES", tmp_path / "languages")
    return tmp_path / "languages" / "en" / "lesson"


def test_a_missing_chapter_is_named(folder):
    (folder / chapters.file_of("en", "flatten").name).unlink()
    with pytest.raises(TextError, match=r"flatten is missing in en.*flatten\.md"):
        chapters.read("en", "flatten", {})


CARD = "# T\n\n## a\n\nb"
ASKED = f"{CARD}\n\n? what\n- x\n- y"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("# T\n\n## a\n\np {conv9.field}", "has {conv9.field}"),
        ("T\n\n## a\n\nb", "must have a title"),
        ("# T\n\nno card", "up to 5 cards"),
        (CARD + "".join(f"\n\n## {name}\n\nb" for name in "bcdef"), "up to 5 cards"),
        ("# T\n\n## A B\n\nb", "must have a name of small letters"),
        (f"{CARD}\n\n> one\n\n> two", "each once"),
        (f"{CARD}\n\nmore words", "each once"),
        (f"{ASKED}\n= it is", "must be a question (?), 3 choices (-)"),
        (f"{ASKED}\n- z", "must be a question (?), 3 choices (-)"),
        ("# T\n\n## question\n\nb", "must end with its answer"),
        (f"{CARD}\n\n= answer", "must end with its answer"),
        (f"{CARD}\n\n## a\n\nc", "of their own"),
        ("# T\n\n## question\n\nb\n\n= c\n\n## a\n\nb", "question the last"),
    ],
)
def test_a_chapter_of_another_form_is_refused(folder, content, sentence):
    (folder / chapters.file_of("en", "flatten").name).write_text(content, encoding="utf-8")
    with pytest.raises(TextError, match=re.escape(sentence)):
        chapters.read("en", "flatten", {})


def test_a_chapter_is_read_card_by_card(folder):
    (folder / chapters.file_of("en", "flatten").name).write_text(
        "# T\n\n## one\n\nfirst {a.b},\nand more\n\n> go\n\n? what\nthen?\n- x\n- y\n- z\n"
        "= It is {value}.\n\n## question\n\nwhat {row}?\n\n= {working}\n",
        encoding="utf-8",
    )
    read = chapters.read("en", "flatten", {"a.b": "7"})
    assert read.title == "T"
    assert read.cards == [
        Card(
            "one",
            "first 7, and more",
            "go",
            Prediction("what then?", ["x", "y", "z"], "It is {value}."),
        ),
        Card("question", "what {row}?", answer="{working}"),
    ]
