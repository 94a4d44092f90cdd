"""The words of the lesson: Markdown files, one a chapter and language, with figures filled in.

A file is read by the order of its parts, so that its headings may be in its own language: the
title (``#``), paragraphs, then three sections (``##``): what the button does, the question, the
answer. ``{conv1.parameters}`` stands for a figure. Names without a dot that are none are filled in
by the question itself, ``{row}`` for instance.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

LANGUAGES = Path(__file__).resolve().parent.parent / "languages"  # a folder for each

CHAPTERS = (  # in the order they are taught; also their names in links
    "convolution",
    "network",
    "filters",
    "translation",
    "hierarchy",
    "why-downsample",
    "how-to-downsample",
    "flatten",
    "training",
    "failures",
)
HOLE = re.compile(r"\{([\w.]+)\}")
SECTIONS = 3  # after the paragraphs: the button, the question, the answer


class TextError(ValueError):
    """A chapter cannot be shown. The message names its file and what to do."""


@dataclass(frozen=True)
class Chapter:
    """One chapter in one language. Texts hold `````code````` and nothing else."""

    name: str  # in CHAPTERS
    title: str
    paragraphs: list[str]
    action: str  # on the button that sets everything up
    question: str  # with the holes that only the question itself can fill
    answer: str  # with the hole {working}


def languages() -> list[str]:
    """Return the languages the lesson is written in, by their tags."""
    return sorted(folder.parent.name for folder in LANGUAGES.glob("*/lesson"))


def chapters(language: str, figures: Mapping[str, str]) -> list[Chapter]:
    """Return all chapters in one language, in their order, with the figures filled in.

    Args:
        language: a tag in ``languages()``.
        figures: name of a figure: how it is written.

    Raises:
        TextError: see ``chapter``.
    """
    return [chapter(language, name, figures) for name in CHAPTERS]


def chapter(language: str, name: str, figures: Mapping[str, str]) -> Chapter:
    """Return one chapter with its figures filled in.

    Raises:
        TextError: the file is missing, has other parts, or names a figure that does not exist.
    """
    path = LANGUAGES / language / "lesson" / f"{name}.md"
    if not path.is_file():
        raise TextError(f"The chapter {name} is missing in {language}. Write it into {path}.")
    text = path.read_text(encoding="utf-8")
    unknown = {hole for hole in HOLE.findall(text) if "." in hole} - set(figures)
    if unknown:
        raise TextError(
            f"{path} asks for {{{min(unknown)}}}, and there is no such figure. "
            "Compute it in mnist_cnn/lesson/figures.py."
        )
    filled = HOLE.sub(lambda hole: figures.get(hole[1], hole[0]), text)
    head, *sections = re.split(r"^## .*$", filled, flags=re.MULTILINE)
    title, *paragraphs = (part.strip() for part in re.split(r"\n\s*\n", head.strip()))
    if not title.startswith("# ") or len(sections) != SECTIONS or not paragraphs:
        raise TextError(
            f"{path} must have a title (#), paragraphs, and {SECTIONS} sections (##): "
            "what the button does, the question, the answer."
        )
    action, question, answer = (section.strip() for section in sections)
    return Chapter(name, title.removeprefix("# "), paragraphs, action, question, answer)
