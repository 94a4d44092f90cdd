"""The units of one lesson each: whole in every language, and true to the lesson."""

import json
import re
import shutil

import pytest

from mnist_cnn.lesson import chapters, lesson_file, units
from mnist_cnn.lesson.chapters import TextError, languages
from mnist_cnn.lesson.figures import figures
from mnist_cnn.system.paths import LANGUAGES

KNOWN = figures(lesson_file.SUBJECT)
EACH = [(tag, at) for tag in languages() for at in range(len(units.UNITS))]


def source(tag, name):
    return (LANGUAGES / tag / "units" / f"{name}.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def read():
    return {tag: units.read_all(tag, KNOWN) for tag in languages()}


@pytest.mark.parametrize(("tag", "at"), EACH)
def test_a_unit_has_the_parts_of_the_english_one(read, tag, at):
    unit, english = read[tag][at], read["en"][at]
    assert unit.name == english.name == units.UNITS[at]
    assert len(unit.material) == len(english.material)
    assert len(unit.questions) == len(english.questions) > 2
    for step, other in zip(unit.steps, english.steps, strict=True):
        assert (step.minutes, step.places) == (other.minutes, other.places)
    for task, other in zip(unit.tasks, english.tasks, strict=True):
        assert (task.drawn, task.lines) == (other.drawn, other.lines)
        assert len(re.findall("_+", task.words)) == len(re.findall("_+", other.words))
        assert task.drawn or task.lines or "_" in task.words  # there is room for an answer


@pytest.mark.parametrize(("tag", "at"), EACH)
def test_a_unit_is_one_lesson(read, tag, at):
    assert sum(step.minutes for step in read[tag][at].steps) == units.LESSON
    assert all(step.places for step in read[tag][at].steps)


def test_the_units_use_what_the_drawing_gives_and_what_a_class_has(read):
    drawn = [[task.drawn for task in unit.tasks if task.drawn] for unit in read["en"]]
    assert drawn == [["convolution"], ["pooling", "softmax"], []]
    places = [place for unit in read["en"] for step in unit.steps for place in step.places]
    assert {place.view for place in places} == set(units.VIEWS)
    assert {place.chapter for place in places} >= {"convolution", "what-it-keeps", "what-it-is"}
    assert {place.door for place in places} >= {"fool", "lie"}
    first, last = read["en"][0].steps[0], read["en"][-1].steps[-1]
    assert first.places == last.places == [units.Place("class")]  # the questions before and after


@pytest.mark.parametrize(("tag", "at"), EACH)
def test_no_figure_is_typed_but_minutes(tag, at):
    told = re.sub(
        r"\{[\w.]+\}|`\w+`|^### \d+|^@ .+$", "", source(tag, units.UNITS[at]), flags=re.MULTILINE
    )
    assert re.findall(r"\d+", told) == []


@pytest.mark.parametrize("tag", languages())
def test_the_units_are_mapped_to_the_same_frameworks(tag):
    mapped, english = (units.read_curriculum(one, KNOWN) for one in (tag, "en"))
    assert [one.address for one in mapped.frameworks] == [one.address for one in english.frameworks]
    codes = r"\d-[A-C]-[ivx]+"
    for one, other in zip(mapped.frameworks, english.frameworks, strict=True):
        assert [re.findall(codes, told) for told in one.units] == [
            re.findall(codes, told) for told in other.units
        ]


@pytest.mark.parametrize("tag", languages())
def test_the_page_gets_them_with_their_figures(tag):
    told = lesson_file.encoded_units(tag).decode()
    assert "{conv1" not in told
    assert set(json.loads(told)) == {"units", "curriculum"}
    assert KNOWN["weights.room"] in told


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (r"^### 6 Ten", "### 7 Ten", "add up to 41"),
        (r"^@ lesson/convolution/slide", "@ lesson/convolution/slope", "names the place"),
        (r"^@ class", "@ attic", "names the place"),
        (r"^## questions", "## doubts", "must have the sections"),
        (r"^T: Opens", "Opens", "must be its minutes and title"),
        (r"^= No\. ", "No. ", "must be a question"),
        (r"^! convolution", "! flatten", "must be a task"),
        (r"\{conv1.map\}", "{conv9.map}", "no such figure"),
        (r"\A# ", "", "must begin with a title"),
    ],
)
def test_a_file_of_another_form_is_refused(tmp_path, monkeypatch, old, new, sentence):
    shutil.copytree(LANGUAGES, tmp_path / "languages")
    monkeypatch.setattr(units, "LANGUAGES", tmp_path / "languages")
    path = tmp_path / "languages" / "en" / "units" / "1-convolution.md"
    text = path.read_text("utf-8")
    spoiled = re.sub(old, new, text, count=1, flags=re.MULTILINE)
    assert spoiled != text
    path.write_text(spoiled, encoding="utf-8")
    with pytest.raises(TextError, match=sentence) as refused:
        units.read_all("en", KNOWN)
    assert str(path) in str(refused.value)


def test_a_missing_file_and_a_framework_of_another_form_are_refused(tmp_path, monkeypatch):
    shutil.copytree(LANGUAGES, tmp_path / "languages")
    monkeypatch.setattr(units, "LANGUAGES", tmp_path / "languages")
    path = tmp_path / "languages" / "en" / "units" / "curriculum.md"
    path.write_text(re.sub(r"^<.+>$", "", source("en", "curriculum"), count=1, flags=re.M), "utf-8")
    with pytest.raises(TextError, match="must have what it says"):
        units.read_curriculum("en", KNOWN)
    path.unlink()
    with pytest.raises(TextError, match="is missing in en"):
        units.read_curriculum("en", KNOWN)


def test_every_card_of_the_plans_is_a_card_of_the_lesson(read):
    cards = {
        (chapter.name, card.name)
        for chapter in chapters.read_all("en", KNOWN)
        for card in chapter.cards
    }
    named = {
        (place.chapter, place.card)
        for unit in read["en"]
        for step in unit.steps
        for place in step.places
        if place.chapter
    }
    assert named <= cards
