"""Read the three units of one lesson each, and how they meet curricula, in each language.

``languages/<tag>/units/1-convolution.md`` is a unit: a title (``#``), its aim, and four sections,
``material``, ``minutes``, ``questions`` and ``tasks``, which are called so in every language.

    ## material
    - One thing.

    ## minutes
    ### 5 Title of a step
    @ lesson/convolution/slide
    T: What the teacher does.
    C: What the class does.

    ## questions
    ? What the class may ask?
    = What to answer.

    ## tasks
    ! convolution
    ? A task with a blank: ____
    ______
    = The answer.

Minutes add up to LESSON. A place (``@``) is a view, a card of the lesson, or a door. ``!`` stands
where the page makes a task of the drawing, one of DRAWN; a line of nothing but underscores is a
line to write on. ``curriculum.md`` has a title, an introduction, and for each framework (``##``)
what it says, its address in angle brackets, and a line (``-``) for each unit. ``{conv1.map}`` is
replaced by a figure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mnist_cnn.lesson import chapters
from mnist_cnn.lesson.chapters import TextError, filled_text
from mnist_cnn.system.paths import LANGUAGES

UNITS = ("1-convolution", "2-answer", "3-training")
CURRICULUM = "curriculum"
LESSON = 40  # minutes
SECTIONS = ("material", "minutes", "questions", "tasks")
DRAWN = ("convolution", "pooling", "softmax")  # tasks that the page makes of the drawing
VIEWS = ("layers", "train", "lesson", "class")
DOORS = ("choice", "fool", "lie", "beat")


@dataclass(frozen=True)
class Place:
    """Where in the page something is done; ``chapter`` and ``card`` in the lesson only."""

    view: str  # in VIEWS
    chapter: str | None = None
    card: str | None = None
    door: str | None = None  # in DOORS, in the view ``layers``


@dataclass(frozen=True)
class Step:
    """Some minutes of the lesson."""

    minutes: int
    title: str
    places: list[Place]
    teacher: str
    pupils: str


@dataclass(frozen=True)
class Question:
    """What pupils are likely to ask, and what to say then."""

    asked: str
    answer: str


@dataclass(frozen=True)
class Task:
    """A task of the task sheet; ``drawn`` alone where the page makes it of the drawing."""

    drawn: str | None = None  # in DRAWN
    words: str = ""  # underscores are a blank
    lines: int = 0  # to write on
    answer: str = ""


@dataclass(frozen=True)
class Unit:
    """One lesson of LESSON minutes."""

    name: str  # in UNITS
    title: str
    aim: str
    material: list[str]
    steps: list[Step]
    questions: list[Question]
    tasks: list[Task]


@dataclass(frozen=True)
class Framework:
    """A curriculum, and what each unit has to do with it."""

    title: str
    says: str
    address: str
    units: list[str]  # one for each of UNITS


@dataclass(frozen=True)
class Curriculum:
    """The page that maps the units to curricula."""

    title: str
    introduction: str
    frameworks: list[Framework]


def read_all(language: str, figures: Mapping[str, str]) -> list[Unit]:
    """Return all units in one language, in order, with the figures filled in.

    Args:
        language: a tag in ``chapters.languages()``.
        figures: name: text, of every figure.

    Raises:
        TextError: a file is missing, has another form, or names a figure or place that does not
            exist.
    """
    cards = {
        chapter.name: [card.name for card in chapter.cards]
        for chapter in chapters.read_all(language, figures)
    }
    return [_unit(language, name, figures, cards) for name in UNITS]


def read_curriculum(language: str, figures: Mapping[str, str]) -> Curriculum:
    """Return the mapping to curricula in one language.

    Raises:
        TextError: the file is missing, has another form, or names a figure that does not exist.
    """
    path, text = _text(language, CURRICULUM, figures)
    head, *sections = re.split(r"^## ", text, flags=re.MULTILINE)
    title, introduction = _head(path, head)
    return Curriculum(title, introduction, [_framework(path, section) for section in sections])


def _text(language: str, name: str, figures: Mapping[str, str]) -> tuple[Path, str]:
    path = LANGUAGES / language / "units" / f"{name}.md"
    if not path.is_file():
        raise TextError(f"The unit {name} is missing in {language}. Write it into {path}.")
    return path, filled_text(path, figures)


def _unit(
    language: str, name: str, figures: Mapping[str, str], cards: Mapping[str, list[str]]
) -> Unit:
    path, text = _text(language, name, figures)
    head, *sections = re.split(r"^## ", text, flags=re.MULTILINE)
    title, aim = _head(path, head)
    parts = {heading.strip(): body for heading, _, body in (s.partition("\n") for s in sections)}
    if tuple(parts) != SECTIONS:
        raise TextError(f"{path} must have the sections (##) {', '.join(SECTIONS)}, in this order.")
    steps = [
        _step(path, one, cards)
        for one in re.split(r"^### ", parts["minutes"], flags=re.MULTILINE)[1:]
    ]
    minutes = sum(step.minutes for step in steps)
    if minutes != LESSON:
        raise TextError(f"The minutes in {path} add up to {minutes}. Change them to make {LESSON}.")
    return Unit(
        name,
        title,
        aim,
        [line.removeprefix("- ") for line in parts["material"].strip().splitlines()],
        steps,
        [_question(path, block) for block in _blocks(parts["questions"])],
        [_task(path, block) for block in _blocks(parts["tasks"])],
    )


def _head(path: Path, text: str) -> tuple[str, str]:
    title, _, rest = text.strip().partition("\n")
    if not title.startswith("# ") or not rest.strip():
        raise TextError(f"{path} must begin with a title (#) and a paragraph below it.")
    return title.removeprefix("# ").strip(), rest.strip()


def _blocks(text: str) -> list[str]:
    return [block.strip() for block in re.split(r"\n\s*\n", text.strip())]


def _step(path: Path, text: str, cards: Mapping[str, list[str]]) -> Step:
    found = re.fullmatch(r"(\d+) (.+)\n((?:@ .+\n)*)T: (.+)\nC: (.+)", text.strip())
    if not found:
        raise TextError(
            f"The step {text.partition(chr(10))[0]!r} in {path} must be its minutes and title, "
            "places (@), what the teacher does (T:) and what the class does (C:), each in a line."
        )
    places = [_place(path, line.removeprefix("@ "), cards) for line in found[3].splitlines()]
    return Step(int(found[1]), found[2], places, found[4], found[5])


def _place(path: Path, text: str, cards: Mapping[str, list[str]]) -> Place:
    kind, *names = text.strip().split("/")
    if kind == "door" and len(names) == 1 and names[0] in DOORS:
        return Place("layers", door=names[0])
    if kind == "lesson" and len(names) == 2 and names[1] in cards.get(names[0], []):
        return Place(kind, *names)
    if kind in VIEWS and not names:
        return Place(kind)
    raise TextError(
        f"{path} names the place {text!r}, and there is none. Write a view ({', '.join(VIEWS)}), "
        f"lesson/CHAPTER/CARD, or door/NAME ({', '.join(DOORS)})."
    )


def _question(path: Path, block: str) -> Question:
    found = re.fullmatch(r"\? (.+)\n= (.+)", block)
    if not found:
        raise TextError(f"{block!r} in {path} must be a question (?) and its answer (=).")
    return Question(found[1], found[2])


def _task(path: Path, block: str) -> Task:
    drawn = block.removeprefix("! ")
    if drawn in DRAWN:
        return Task(drawn=drawn)
    found = re.fullmatch(r"\? (.+)\n((?:_+\n)*)= (.+)", block)
    if not found:
        raise TextError(
            f"{block!r} in {path} must be a task (?), lines of underscores to write on, and its "
            f"answer (=); or ! and one of {', '.join(DRAWN)}."
        )
    return Task(None, found[1], len(found[2].splitlines()), found[3])


def _framework(path: Path, section: str) -> Framework:
    found = re.fullmatch(r"(.+)\n\n(.+)\n<(https?://.+)>\n\n((?:- .+\n?)+)", section.strip())
    units = [line.removeprefix("- ") for line in found[4].strip().splitlines()] if found else []
    if not found or len(units) != len(UNITS):
        raise TextError(
            f"The framework {section.partition(chr(10))[0]!r} in {path} must have what it says, "
            f"its <address>, and {len(UNITS)} lines (-), one for each unit."
        )
    return Framework(found[1], found[2], found[3], units)
