"""The ten questions before and after the lesson: their texts, and the answers of a class."""

import csv
import io
import re
import shutil

import pytest

from mnist_cnn.classroom.survey import Counts, Sheet, Survey, SurveyError
from mnist_cnn.lesson import lesson_file, survey
from mnist_cnn.lesson.chapters import TextError, languages
from mnist_cnn.lesson.figures import figures
from mnist_cnn.system.paths import LANGUAGES

KNOWN = figures(lesson_file.SUBJECT)
NAMES = ("one", "two")


def sheet(*right, form=0):
    return Sheet(form, tuple(0 if fine else 2 for fine in right), right)


@pytest.mark.parametrize("tag", languages())
def test_every_language_asks_the_same_in_two_forms(tag):
    asked, english = survey.read(tag, KNOWN), survey.read("en", KNOWN)
    assert asked.title
    for question, other in zip(asked.questions, english.questions, strict=True):
        assert question.name == other.name
        for form, same in zip(question.forms, other.forms, strict=True):
            assert form.asked
            assert "{" not in "".join([form.asked, *form.answers])
            assert (len(form.answers), form.right) == (len(same.answers), same.right)
            assert len(set(form.answers)) == len(form.answers)


@pytest.mark.parametrize("tag", languages())
def test_guessing_one_place_or_the_longest_answer_brings_no_more_than_luck(tag):
    forms = [
        form
        for question in survey.read(tag, KNOWN).questions
        for form in question.forms
        if form.answers
    ]
    for place in range(survey.ANSWERS):
        assert sum(form.right == place for form in forms) <= len(forms) / 2
    longest = sum(max(form.answers, key=len) == form.answers[form.right] for form in forms)
    assert longest <= len(forms) / 2


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (r"## storage", "## attic", "must be kernel, window"),
        (r"^= 2$", "= 4", "must have a title"),
        (r"\{conv1.channels\}", "{conv9.channels}", "no such figure"),
        (r"^- 99% .*\n", "", "must have a title"),
    ],
)
def test_a_file_of_another_form_is_refused(tmp_path, monkeypatch, old, new, sentence):
    shutil.copytree(LANGUAGES, tmp_path / "languages")
    monkeypatch.setattr(survey, "LANGUAGES", tmp_path / "languages")
    path = tmp_path / "languages" / "en" / "survey.md"
    spoiled = re.sub(old, new, path.read_text("utf-8"), count=1, flags=re.MULTILINE)
    path.write_text(spoiled, encoding="utf-8")
    with pytest.raises(TextError, match=sentence):
        survey.read("en", KNOWN)


def test_a_class_sees_its_normalised_gain_and_each_question():
    asked = Survey(NAMES)
    for name in "abc":
        asked.hand_in(name, "before", sheet(False, False))
    asked.hand_in("a", "before", sheet(True, False))  # the newest counts
    assert asked.results().gain is None
    asked.hand_in("a", "after", sheet(True, True, form=1))
    asked.hand_in("b", "after", sheet(True, False, form=1))
    asked.hand_in("d", "after", sheet(False, False, form=1))
    results = asked.results()
    assert (results.done, results.both) == ({"before": 3, "after": 3}, 2)
    # Of a and b: a quarter was right before, three quarters after.
    assert results.gain == pytest.approx((3 / 4 - 1 / 4) / (1 - 1 / 4))
    assert results.mean == {"before": pytest.approx(1 / 6), "after": pytest.approx(1 / 2)}
    assert results.questions["one"] == {"before": Counts(1, 3), "after": Counts(2, 3)}
    asked.clear()
    assert asked.results().done == {"before": 0, "after": 0}
    assert asked.results().mean == {"before": None, "after": None}


def test_who_knew_all_before_has_no_gain():
    asked = Survey(NAMES)
    asked.hand_in("a", "before", sheet(True, True))
    asked.hand_in("a", "after", sheet(True, True))
    assert asked.gain() is None


def test_the_table_has_a_line_a_page_and_nobody_in_it():
    asked = Survey(NAMES)
    asked.hand_in("secret", "before", sheet(True, False), "10.0.0.1")
    asked.hand_in("secret", "after", sheet(True, True, form=1), "10.0.0.1")
    asked.hand_in("other", "after", sheet(False, True, form=1))
    rows = list(csv.DictReader(io.StringIO(asked.csv())))
    assert "secret" not in asked.csv()
    assert "10.0.0.1" not in asked.csv()
    one = next(row for row in rows if row["form_before"] == "0")
    other = next(row for row in rows if row["form_before"] == "")
    assert (one["one_before"], one["two_before"], one["two_before_chosen"]) == ("1", "0", "2")
    assert (one["two_after"], one["form_after"], other["one_after"]) == ("1", "1", "0")


@pytest.mark.parametrize(
    "wrong",
    [
        ("during", sheet(True, True)),
        ("before", sheet(True)),
        ("before", sheet(True, True, form=2)),
        ("before", Sheet(0, (0, 3), (True, True))),
        ("before", Sheet(0, (0, 1), (True,))),
    ],
)
def test_what_does_not_fit_is_not_taken(wrong):
    asked = Survey(NAMES)
    with pytest.raises(SurveyError):
        asked.hand_in("a", *wrong)
    assert asked.results().done == {"before": 0, "after": 0}


def test_no_address_takes_all_the_room():
    asked = Survey(NAMES, max_pages=3, max_per_address=2)
    for name in "ab":
        asked.hand_in(name, "before", sheet(True, True), "there")
    with pytest.raises(SurveyError, match="clear"):
        asked.hand_in("c", "before", sheet(True, True), "there")
    asked.hand_in("a", "after", sheet(True, True), "there")  # whose page is known
    asked.hand_in("c", "before", sheet(True, True), "here")
    with pytest.raises(SurveyError):
        asked.hand_in("d", "before", sheet(True, True), "elsewhere")
