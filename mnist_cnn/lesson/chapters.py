"""Read the chapters of the lesson: a Markdown file for each chapter and language.

A chapter is a title (``#``) and cards (``##``), at most MOST_CARDS. A card's heading is its name,
the same in every language, as it stands in links. Below it, with an empty line between its parts:

    One sentence or two.

    > What the card's button says; it plays what the sentence tells.

    ? What do you expect?
    - one thing
    - another
    - a third
    = It is {value}.

The button and the prediction may be missing. The last card may be ``## question``: the question,
and after ``=`` how it is worked out. ``{conv1.parameters}`` is replaced by a figure; names without
a dot, such as ``{row}``, are filled in later, by the page.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from mnist_cnn.system.paths import LANGUAGES

# Name: file, in the order of the numbers, ``010-convolution.md`` first. English has every chapter.
_FILES = {
    file.stem.partition("-")[2]: file.name
    for file in sorted((LANGUAGES / "en" / "lesson").glob("*.md"))
}
CHAPTERS = tuple(_FILES)  # also their names in links
MOST_CARDS = 5
CHOICES = 3  # of a prediction
QUESTION = "question"  # the card whose answer is worked out and typed
PLACEHOLDER = re.compile(r"\{([\w.]+)\}")
NAME = re.compile(r"[a-z]+(-[a-z]+)*")


class TextError(ValueError):
    """A chapter cannot be shown. The message names its file and says what to do."""


@dataclass(frozen=True)
class Prediction:
    """What one expects before an experiment, and what it is."""

    question: str
    choices: list[str]  # CHOICES of them
    outcome: str  # with placeholders that the page fills in


@dataclass(frozen=True)
class Card:
    """What is said at a time, beside its picture. The only markup in texts is `````code`````."""

    name: str
    words: str  # of ``question``: the question, with placeholders that the page fills in
    action: str | None = None  # text of the button that plays it
    prediction: Prediction | None = None
    answer: str | None = None  # of ``question`` only, with the placeholder {working}


@dataclass(frozen=True)
class Chapter:
    """A chapter in one language."""

    name: str  # in CHAPTERS
    title: str
    cards: list[Card]


def languages() -> list[str]:
    """Return the tags of the languages of the lesson."""
    return sorted(folder.parent.name for folder in LANGUAGES.glob("*/lesson"))


def file_of(language: str, name: str) -> Path:
    """Return where a chapter is written in a language."""
    return LANGUAGES / language / "lesson" / _FILES[name]


def read_all(language: str, figures: Mapping[str, str]) -> list[Chapter]:
    """Return all chapters in one language, in order, with the figures filled in.

    Args:
        language: a tag in ``languages()``.
        figures: name: text, of every figure.

    Raises:
        TextError: as ``read``.
    """
    return [read(language, name, figures) for name in CHAPTERS]


def read(language: str, name: str, figures: Mapping[str, str]) -> Chapter:
    """Return one chapter with its figures filled in.

    Raises:
        TextError: the file is missing, has another form, or names a figure that does not exist.
    """
    path = file_of(language, name)
    if not path.is_file():
        raise TextError(f"The chapter {name} is missing in {language}. Write it into {path}.")
    filled = filled_text(path, figures, later=lambda hole: "." not in hole)
    title, *sections = re.split(r"^## ", filled, flags=re.MULTILINE)
    if not title.startswith("# ") or not 1 <= len(sections) <= MOST_CARDS:
        raise TextError(f"{path} must have a title (#) and up to {MOST_CARDS} cards (##).")
    cards = [_card(path, one) for one in sections]
    names = [card.name for card in cards]
    if len(set(names)) < len(names) or QUESTION in names[:-1]:
        raise TextError(
            f"The cards in {path} must have a name (##) of their own each, {QUESTION} the last."
        )
    return Chapter(name, title.removeprefix("# ").strip(), cards)


def filled_text(
    path: Path, figures: Mapping[str, str], later: Callable[[str], bool] = lambda hole: False
) -> str:
    """Return the text of a file with its figures filled in.

    Args:
        path: of a file that is there.
        figures: name: text, of every figure.
        later: whether a placeholder is left to be filled in by the page, by its name.

    Raises:
        TextError: the file names a figure that does not exist.
    """
    text = path.read_text(encoding="utf-8")
    unknown = {hole for hole in PLACEHOLDER.findall(text) if not later(hole)} - set(figures)
    if unknown:
        raise TextError(
            f"{path} has {{{min(unknown)}}}, and there is no such figure. "
            "Compute it in mnist_cnn/lesson/figures.py."
        )
    return PLACEHOLDER.sub(lambda hole: figures.get(hole[1], hole[0]), text)


def _card(path: Path, section: str) -> Card:
    heading, _, rest = section.partition("\n")
    name = heading.strip()
    words, *others = (part.strip() for part in re.split(r"\n\s*\n", rest.strip()))
    parts = {part[0]: part for part in others if part}
    is_odd = len(parts) != len(others) or set(parts) - set(">?=")
    if not NAME.fullmatch(name) or not words or is_odd:
        raise TextError(
            f"The card {name!r} in {path} must have a name of small letters and, with empty lines "
            "between them, its words, a button (>), a prediction (?) or an answer (=), each once."
        )
    if (name == QUESTION) != ("=" in parts):
        raise TextError(
            f"In {path}, the card {QUESTION}, and no other, must end with its answer (=)."
        )
    action, asked, answer = (parts.get(sign) for sign in ">?=")
    return Card(
        name,
        _joined(words),
        _joined(action[1:]) if action else None,
        _prediction(path, name, asked) if asked else None,
        _joined(answer[1:]) if answer else None,
    )


def _prediction(path: Path, name: str, part: str) -> Prediction:
    found = re.fullmatch(r"\?(.+?)((?:\n- .+)+)\n=(.+)", part, flags=re.DOTALL)
    choices = [line.strip() for line in re.split(r"\n- ", found[2])[1:]] if found else []
    if not found or len(choices) != CHOICES:
        raise TextError(
            f"The prediction of the card {name!r} in {path} must be a question (?), {CHOICES} "
            "choices (-), and what it is (=)."
        )
    return Prediction(_joined(found[1]), choices, _joined(found[3]))


def _joined(text: str) -> str:
    """Return a text of several lines in one; between two Chinese characters is no space."""
    return re.sub(r"(?<=[^\x00-\u2fff])\n(?=[^\x00-\u2fff])", "", text.strip()).replace("\n", " ")
