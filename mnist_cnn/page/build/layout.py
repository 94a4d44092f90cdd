"""The layout of the page: rows and columns of components, for Gradio and for the static page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Box:
    """A row or a column of components and other boxes."""

    name: str  # of its element
    kind: Literal["row", "column"]
    parts: tuple[Box | str, ...]  # boxes, and names of folders with a component each
    grow: int = 1  # its share of the free width
    least: int = 320  # pixels of width


def _view(name: str, *parts: str) -> Box:
    """Return a view of the right side, below the answer; ``header/views.js`` chooses one."""
    return Box(f"view-{name}", "column", parts)


LEFT = ("pad", "timeline", "actions", "entrance", "correction", "strokes")
RIGHT = (
    "network",
    "answer",
    _view("layers", "river", "maps"),
    _view("train", "train"),
    _view("lesson", "lesson"),
    _view("class", "teacher", "survey-results", "jury", "wall"),
)
PAGE = (
    "header",
    "classroom",
    Box(
        "bench",
        "row",
        (Box("left", "column", LEFT, grow=0, least=200), Box("right", "column", RIGHT)),
    ),
    "lens",
    "share",
    "onboarding",
    "doors",
    "survey",
)
EARLY = ("pad", "answer")  # components that are in the first HTML, and work before Gradio does
