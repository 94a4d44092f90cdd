"""The places of the page where a teacher can bring everybody: a view, and what the lesson shows."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

VIEWS = ("layers", "train", "lesson", "class")  # as in components/header/views.js
LESSON = "lesson"
CARD = re.compile(r"[a-z-]{1,32}")
SETTING = re.compile(r"[a-z][a-zA-Z0-9]{0,23}")  # what can be set in a chapter
VALUE = re.compile(r"[\w.,-]{1,80}", re.ASCII)  # a kernel is nine numbers
MAX_SETTINGS = 12
# What an address may name besides, as in components/classroom/place.js: nobody is brought into
# another language, into a frame, or to the door of another view.
RESERVED = frozenset(
    {"view", "chapter", "card", "present", "unit", "embed", "lang", "door", "teacher"}
)


class PlaceError(ValueError):
    """There is no such place. The message says what there is."""


@dataclass(frozen=True)
class Place:
    """A place of the page."""

    view: str
    chapter: str | None = None
    card: str | None = None  # of the chapter
    settings: Mapping[str, str] = field(default_factory=dict)  # what is set in the chapter

    @classmethod
    def parse(cls, given: Mapping[str, object], chapters: Collection[str]) -> Place:
        """Return the place of ``{"view", "chapter", "card", "settings"}``.

        Args:
            given: all but the view may be missing or null.
            chapters: the names of those there are.

        Raises:
            PlaceError: it is something else.
        """
        if unknown := given.keys() - {"view", "chapter", "card", "settings"}:
            raise PlaceError(f"A place has no {min(unknown)[:20]!r}.")
        view, chapter, card = (given.get(name) for name in ("view", "chapter", "card"))
        settings = given.get("settings")
        if settings is None:
            settings = {}
        if view not in VIEWS:
            raise PlaceError(f"The views are {', '.join(VIEWS)}.")
        if view != LESSON and (chapter or card or settings):
            raise PlaceError("Only the lesson has chapters.")
        if chapter is not None and chapter not in chapters:
            raise PlaceError("The lesson has no such chapter.")
        if card is not None and not (chapter and isinstance(card, str) and CARD.fullmatch(card)):
            raise PlaceError("A card is up to 32 small letters and hyphens, of a chapter.")
        if not (isinstance(settings, dict) and len(settings) <= MAX_SETTINGS):
            raise PlaceError(f"settings must be an object of at most {MAX_SETTINGS}.")
        for name, value in settings.items():
            if not SETTING.fullmatch(name) or name in RESERVED:
                raise PlaceError(f"Nothing called {name[:20]!r} can be set.")
            if not (isinstance(value, str) and VALUE.fullmatch(value)):
                raise PlaceError(f"{name} must be a text of up to 80 letters, digits, . , - and _.")
        return cls(view, chapter, card, settings)  # type: ignore[arg-type]  # checked above
