"""The state of a class: the teacher's rules, what is shown to everybody, the wall, and the votes.

Changes are numbered, and each page asks for the news since the number it has seen. A page that was
away or is slow gets the latest state once, and nothing is queued for it. Numbers are those of one
start of the server, which has a name: what a page has seen of another start says nothing.
"""

from __future__ import annotations

import itertools
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from mnist_cnn.classroom.places import Place
from mnist_cnn.classroom.survey import ROUNDS
from mnist_cnn.classroom.votes import Votes
from mnist_cnn.classroom.wall import Wall, WallDigit, WallError

SHIPPED = ""  # name of the network that the server was started with
NO_SURVEY = ""
MAX_AT_ONCE = 8  # trainings at once
MAX_MINUTES = 60  # of one training
CALL_SECONDS = 60.0  # in which a page that was asleep is still brought to where the class is
MAX_DRAWING = 16_000  # characters, as in components/pad/sources/link.js
DRAWING = re.compile(rf"drawing=1\.[\w-]{{6,{MAX_DRAWING}}}", re.ASCII)


class ClassroomError(ValueError):
    """The teacher's request is not possible. The message says what is."""


class BroadcastError(ClassroomError):
    """Another page's drawing is shown by now, or none."""


@dataclass(frozen=True)
class Rules:
    """The teacher's rules."""

    training: bool = True  # whether pupils may train networks
    at_once: int = 1  # trainings that run at the same time
    minutes: int = MAX_MINUTES  # of one training
    wall: bool = True  # whether pupils may put digits on the wall
    network: str = SHIPPED  # name of the one that everybody starts with
    survey: str = NO_SURVEY  # the round that everybody is asked

    def changed(self, choices: dict[str, Any]) -> Rules:
        """Return the rules with some of them changed.

        Raises:
            ClassroomError: there is no such rule, or its value is not possible.
        """
        for name, value in choices.items():
            if name not in RULES:
                raise ClassroomError(f"There is no rule {name[:40]!r}, only {', '.join(RULES)}.")
            fits, possible = RULES[name]
            if not fits(value):
                raise ClassroomError(f"{name} must be {possible}, not {str(value)[:40]!r}.")
        return replace(self, **choices)


def _whole(most: int) -> tuple[Callable[[object], bool], str]:
    fits = lambda value: type(value) is int and 1 <= value <= most  # noqa: E731
    return fits, f"a whole number from 1 to {most}"


_YES_OR_NO = (lambda value: isinstance(value, bool), "true or false")
RULES = {
    "training": _YES_OR_NO,
    "at_once": _whole(MAX_AT_ONCE),
    "minutes": _whole(MAX_MINUTES),
    "wall": _YES_OR_NO,
    "survey": (
        lambda value: value in (NO_SURVEY, *ROUNDS),
        f"empty or one of {', '.join(ROUNDS)}",
    ),
    "network": (lambda value: isinstance(value, str) and len(value) <= 40, "the name of a network"),
}


@dataclass(frozen=True)
class Broadcast:
    """The teacher's drawing, for everybody's pad."""

    # The fragment of a link, see components/pad/sources/link.js; "" if empty; None: not shown.
    drawing: str | None
    edition: int  # a higher number is another drawing
    by: str = ""  # random name of the page it is drawn on
    number: int = 0  # of this change


@dataclass(frozen=True)
class Call:
    """The teacher's call: everybody who is here comes to this place."""

    place: Place
    number: int  # of this change
    when: float  # ``time.monotonic()``


@dataclass(frozen=True)
class News:
    """The changes since a number; None for a part without changes."""

    number: int  # of the latest change, for the next request
    rules: Rules | None
    broadcast: Broadcast | None
    wall: WallNews | None


@dataclass(frozen=True)
class WallNews:
    """The changes of the wall."""

    ids: list[int]  # of all digits on it
    added: list[WallDigit]
    confusion: np.ndarray  # int (10, 10), see ``Wall.confusion``


class Classroom:
    """The state of a class. Not thread-safe: call it from the server's event loop."""

    def __init__(
        self, rules: Rules | None = None, wall: Wall | None = None, votes: Votes | None = None
    ):
        """Args are the first rules, the wall, and the votes; by default, nothing is asked."""
        self.rules = rules or Rules()
        self._wall = wall or Wall()
        # Pages survive a restart of the server, and no clock rises for ever: it may be set back.
        self.start = secrets.token_urlsafe(9)
        self._numbers = itertools.count(1)
        first = next(self._numbers)
        self._rules_at = self._wall_at = first
        self._broadcast = Broadcast(None, 0, number=first)
        self._call: Call | None = None
        self.votes = votes or Votes()
        self._put_up_at: dict[int, int] = {}  # digit's id: the number of that change
        self._listeners: list[Callable[[], None]] = []

    @property
    def latest(self) -> int:
        """The number of the latest change."""
        called_at = self._call.number if self._call else 0
        return max(self._rules_at, self._broadcast.number, self._wall_at, called_at)

    def decide(self, choices: dict[str, object]) -> None:
        """Change some of the rules; raises ``ClassroomError`` as ``Rules.changed``."""
        self.rules = self.rules.changed(choices)
        self._rules_at = next(self._numbers)
        self._tell()

    def show(self, drawing: str, edition: int, by: str = "", begin: bool = True) -> int:
        """Show the teacher's drawing to everybody, and return the number of this change.

        Args:
            drawing, edition, by: see ``Broadcast``.
            begin: whether to replace another page's drawing; if not, ``by`` must be shown already.

        Raises:
            ClassroomError: it is not a drawing in the form of a link.
            BroadcastError: another page shows its drawing by now, or this one was ended.
        """
        if drawing and not DRAWING.fullmatch(drawing):
            raise ClassroomError(
                f"Only pen strokes can be shown, in at most {MAX_DRAWING} characters of a link."
            )
        shown = self._broadcast
        if not begin and (shown.drawing is None or shown.by != by):
            raise BroadcastError("This drawing is no longer shown. Show it anew.")
        self._broadcast = Broadcast(drawing, edition, by, next(self._numbers))
        self._tell()
        return self._broadcast.number

    def show_no_more(self, by: str | None = None) -> int:
        """Stop showing the drawing, and return the number of this change.

        Args:
            by: the page whose drawing is meant; another page's stays. Default: any.
        """
        if by in (None, self._broadcast.by):
            self._broadcast = Broadcast(None, 0, number=next(self._numbers))
            self._tell()
        return self._broadcast.number

    def bring(self, place: Place) -> None:
        """Bring all pages that are connected to a place."""
        self._call = Call(place, next(self._numbers), time.monotonic())
        self._tell()

    def call_since(self, since: int, now: float | None = None) -> Call | None:
        """Return the call that a page which has heard everything up to ``since`` still follows.

        A page that has just been opened, ``since`` 0, follows none; nor does one that was asleep
        when the call was made, after ``CALL_SECONDS``.
        """
        call, now = self._call, time.monotonic() if now is None else now
        if call is None or not 0 < since < call.number or now - call.when > CALL_SECONDS:
            return None
        return call

    def put_up(
        self,
        session: str,
        meant: int,
        image: np.ndarray,
        probabilities: np.ndarray,
        address: str = "",
        doubted: bool = False,
    ) -> WallDigit:
        """Put a digit on the wall; see ``Wall.add``. Raises ``WallError``."""
        if not self.rules.wall:
            raise WallError("The teacher has closed the wall.", "closed")
        digit = self._wall.add(
            session, meant, image, probabilities, address=address, doubted=doubted
        )
        self._wall_at = self._put_up_at[digit.id] = next(self._numbers)
        self._tell()
        return digit

    def take_off(self, digit_id: int, session: str | None) -> None:
        """Take a digit off the wall; see ``Wall.remove``. Raises ``WallError``."""
        self._wall.remove(digit_id, session)
        del self._put_up_at[digit_id]
        self._wall_at = next(self._numbers)
        self._tell()

    def clear_wall(self) -> None:
        """Take all digits off the wall."""
        self._wall.clear()
        self._put_up_at.clear()
        self._wall_at = next(self._numbers)
        self._tell()

    def wall_as(self, kind: str) -> bytes:
        """Return the content of a file of the wall; ``kind`` is ``npz`` or ``csv``."""
        return self._wall.npz() if kind == "npz" else self._wall.csv().encode()

    def news(self, since: int = 0, wall_since: int | None = None) -> News:
        """Return the changes since ``since``, and those of the wall since ``wall_since``."""
        return News(
            number=self.latest,
            rules=self.rules if self._rules_at > since else None,
            broadcast=self._broadcast if self._broadcast.number > since else None,
            wall=self._wall_news(wall_since),
        )

    def has_news(self, since: int, wall_since: int | None) -> bool:
        """Whether ``news`` would contain a change."""
        changed = max(self._rules_at, self._broadcast.number) > since
        wall_changed = wall_since is not None and self._wall_at > wall_since
        return changed or wall_changed or self.call_since(since) is not None

    def digits_since(self, wall_since: int | None) -> int:
        """Return how many digits of the wall ``news`` would contain; at least 1 after a change."""
        if wall_since is None or self._wall_at <= wall_since:
            return 0
        return max(1, sum(number > wall_since for number in self._put_up_at.values()))

    def listen(self, listener: Callable[[], None]) -> None:
        """Call ``listener`` after every change."""
        self._listeners.append(listener)

    def _wall_news(self, since: int | None) -> WallNews | None:
        if since is None or self._wall_at <= since:
            return None
        digits = self._wall.digits
        added = [digit for digit in digits if self._put_up_at[digit.id] > since]
        return WallNews([digit.id for digit in digits], added, self._wall.confusion())

    def _tell(self) -> None:
        for listener in self._listeners:
            listener()
