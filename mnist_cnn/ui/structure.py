"""Which parts the page has and how they stand, in Gradio's page and in the static one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Box:
    """A row or a column of parts."""

    name: str  # of its element
    kind: Literal["row", "column"]
    parts: tuple[Box | str, ...]  # boxes, and names of folders with a component each
    grow: int = 1  # its share of the room that is left
    least: int = 320  # pixels of width


def _view(name: str, *parts: str) -> Box:
    """What the right side may show below the answer, one at a time; header/views.js chooses."""
    return Box(f"view-{name}", "column", parts)


LEFT = ("pad", "timeline", "actions", "correction", "strokes")
RIGHT = (
    "network",
    "answer",
    _view("layers", "river", "maps"),
    _view("train", "train"),
    _view("lesson", "lesson"),
    _view("class", "teacher", "wall"),
)
PAGE = (
    "header",
    Box(
        "bench",
        "row",
        (Box("left", "column", LEFT, grow=0, least=200), Box("right", "column", RIGHT)),
    ),
    "lens",
    "share",
    "arriving",
)
EARLY = ("pad", "answer")  # what stands in the first HTML
OWN_BUTTONS = ("timeline", "actions", "lens")  # without those of ``buttons.css``
