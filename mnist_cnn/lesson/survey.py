"""Read the ten questions that are asked before and after the lesson, in each language.

``languages/<tag>/survey.md`` has a title (``#``) and questions (``##``), each in two forms that are
equally hard: who is asked one before the lesson is asked the other one after it. A form is

    ? What is asked?
    - one answer
    - another
    - a third
    = 2

with the number of the right answer, from 1. The questions of DRAWN have no answers in the file: the
page makes them of digits that were drawn.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from mnist_cnn.lesson.chapters import TextError, filled_text
from mnist_cnn.system.paths import LANGUAGES

# The questions, in their order. The last six are what pupils misunderstand, after Marx, Witt and
# Leonhardt, WiPSCE 2024 (doi.org/10.1145/3677619.3678114); a card of the lesson is about each.
DRAWN = ("kernel", "window", "pooling")
MISCONCEPTIONS = ("exact", "programmed", "storage", "continuous", "yours", "people")
QUESTIONS = (*DRAWN, "depth", *MISCONCEPTIONS)
FORMS = 2
ANSWERS = 3


@dataclass(frozen=True)
class Form:
    """A question in one of its forms. The only markup in texts is `````code`````."""

    asked: str
    answers: list[str]  # ANSWERS of them; none if the page makes them
    right: int | None  # which of them, from 0


@dataclass(frozen=True)
class Question:
    """A question in both forms."""

    name: str  # in QUESTIONS
    forms: list[Form]


@dataclass(frozen=True)
class Survey:
    """All questions in one language."""

    title: str
    questions: list[Question]


def read(language: str, figures: Mapping[str, str]) -> Survey:
    """Return the questions in one language with their figures filled in.

    Args:
        language: a tag in ``chapters.languages()``.
        figures: name: text, of every figure.

    Raises:
        TextError: the file is missing, has another form, or names a figure that does not exist.
    """
    path = LANGUAGES / language / "survey.md"
    if not path.is_file():
        raise TextError(f"The questions are missing in {language}. Write them into {path}.")
    title, *sections = re.split(r"^## ", filled_text(path, figures), flags=re.MULTILINE)
    questions = []
    for section in sections:
        name, *forms = re.split(r"^\? ?", section, flags=re.MULTILINE)
        questions.append(Question(name.strip(), [_form(form) for form in forms]))
    if not title.startswith("# ") or not all(map(_is_whole, questions)):
        raise TextError(
            f"{path} must have a title (#) and questions (##), each {FORMS} times: what is asked "
            f"(?) and, but for {', '.join(DRAWN)}, {ANSWERS} answers (-) and the right one's "
            "number (=)."
        )
    if tuple(question.name for question in questions) != QUESTIONS:
        raise TextError(f"The questions in {path} must be {', '.join(QUESTIONS)}.")
    return Survey(title.removeprefix("# ").strip(), questions)


def _form(text: str) -> Form:
    asked, *lines = text.strip().splitlines()
    answers = [line.removeprefix("- ").strip() for line in lines if line.startswith("- ")]
    number = re.fullmatch(r"= *(\d)", lines[-1]) if lines else None
    return Form(asked.strip(), answers, int(number[1]) - 1 if number else None)


def _is_whole(question: Question) -> bool:
    def fits(form: Form) -> bool:
        if question.name in DRAWN:
            return not form.answers and form.right is None
        return len(form.answers) == ANSWERS and form.right in range(ANSWERS)

    return len(question.forms) == FORMS and all(map(fits, question.forms))
