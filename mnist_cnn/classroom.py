"""What a teacher decides for everybody, and what everybody is to hear of at once.

Changes are numbered, and each page asks for the news since the number it has seen: so one that was
away, or is slow, gets the newest of everything once, and nothing piles up for it.
"""

from __future__ import annotations

import hmac
import itertools
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from mnist_cnn.wall import Wall, WallDigit, WallError

SHIPPED = ""  # the name of the network that everyone starts with unless the teacher chooses
MOST_AT_ONCE = 8  # trainings
MOST_MINUTES = 60  # of one training
LONGEST_DRAWING = 16_000  # characters, as in pad/link.js
DRAWING = re.compile(rf"drawing=1\.[\w-]{{6,{LONGEST_DRAWING}}}", re.ASCII)


class ClassroomError(ValueError):
    """The teacher has asked for what cannot be. The message says what can."""


class BroadcastError(ClassroomError):
    """Somebody else's drawing is shown by now, or none."""


@dataclass(frozen=True)
class Rules:
    """What the teacher has decided."""

    training: bool = True  # whether anybody's network trains
    at_once: int = 1  # trainings
    minutes: int = MOST_MINUTES  # of one training
    wall: bool = True  # whether digits can be put on the wall
    network: str = SHIPPED  # that everyone starts with

    def changed(self, choices: dict[str, Any]) -> Rules:
        """Return the rules with some of them changed.

        Raises:
            ClassroomError: there is no such rule, or it cannot be so.
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
    "at_once": _whole(MOST_AT_ONCE),
    "minutes": _whole(MOST_MINUTES),
    "wall": _YES_OR_NO,
    "network": (lambda value: isinstance(value, str) and len(value) <= 40, "the name of a network"),
}


@dataclass(frozen=True)
class Broadcast:
    """The teacher's drawing, as everybody's pad is to show it now."""

    drawing: str | None  # as a link's fragment, see pad/link.js; "" when empty; None: it is over
    edition: int  # rises when it has become another drawing
    by: str = ""  # the page it is drawn on, by the name that page has made up for itself
    number: int = 0  # of this change


@dataclass(frozen=True)
class News:
    """What has changed since a number; None where nothing has."""

    number: int  # of the latest change, to be asked with the next time
    rules: Rules | None
    broadcast: Broadcast | None
    wall: WallNews | None


@dataclass(frozen=True)
class WallNews:
    """How the wall has changed."""

    ids: list[int]  # of all digits on it
    added: list[WallDigit]
    confusion: np.ndarray  # int (10, 10), see ``Wall.confusion``


class Classroom:
    """Call it from one thread, that of the server's event loop."""

    def __init__(
        self, token: str | None = None, rules: Rules | None = None, wall: Wall | None = None
    ):
        """Begin a lesson.

        Args:
            token: what the teacher's page has to know; a new one by default.
            rules: to begin with.
            wall: for the class's digits; an empty one by default.
        """
        self.token = token or secrets.token_urlsafe(18)
        self.rules = rules or Rules()
        self._wall = wall or Wall()
        # Pages outlive a restart of the server: its numbers are to be news to them.
        self._numbers = itertools.count(time.time_ns() // 1_000_000)
        first = next(self._numbers)
        self._rules_at = self._wall_at = first
        self._broadcast = Broadcast(None, 0, number=first)
        self._put_up_at: dict[int, int] = {}  # digit's id: the number of that change
        self._listeners: set[Callable[[], None]] = set()

    @property
    def latest(self) -> int:
        """The number of the latest change."""
        return max(self._rules_at, self._broadcast.number, self._wall_at)

    def is_teacher(self, token: str) -> bool:
        """Whether somebody knows the token; takes as long for a good guess as for a bad one."""
        return hmac.compare_digest(token.encode(), self.token.encode())

    def decide(self, choices: dict[str, object]) -> None:
        """Change some of the rules; raises ``ClassroomError``, see ``Rules.changed``."""
        self.rules = self.rules.changed(choices)
        self._rules_at = next(self._numbers)
        self._tell()

    def show(self, drawing: str, edition: int, by: str = "", begin: bool = True) -> int:
        """Show the teacher's drawing to everybody, and return the number of that change.

        Args:
            drawing, edition, by: see ``Broadcast``.
            begin: instead of whatever is shown; or else only where ``by`` is shown already.

        Raises:
            ClassroomError: it is not a drawing as a link holds it.
            BroadcastError: another page has begun to show its drawing, or this one's was ended.
        """
        if drawing and not DRAWING.fullmatch(drawing):
            raise ClassroomError(
                f"Only pen strokes can be shown, in at most {LONGEST_DRAWING} characters of a link."
            )
        shown = self._broadcast
        if not begin and (shown.drawing is None or shown.by != by):
            raise BroadcastError("This drawing is no longer shown. Show it anew.")
        self._broadcast = Broadcast(drawing, edition, by, next(self._numbers))
        self._tell()
        return self._broadcast.number

    def show_no_more(self, by: str | None = None) -> int:
        """Give everybody's pad back, and return the number of that change.

        Args:
            by: the page whose drawing is meant: if another's is shown by now, that stays.
        """
        if by in (None, self._broadcast.by):
            self._broadcast = Broadcast(None, 0, number=next(self._numbers))
            self._tell()
        return self._broadcast.number

    def put_up(
        self,
        session: str,
        meant: int,
        image: np.ndarray,
        probabilities: np.ndarray,
        place: str = "",
    ) -> WallDigit:
        """Put a digit on the wall; see ``Wall.add``, which may raise ``WallError``."""
        if not self.rules.wall:
            raise WallError("closed", "The teacher has closed the wall.")
        digit = self._wall.add(session, meant, image, probabilities, place)
        self._wall_at = self._put_up_at[digit.id] = next(self._numbers)
        self._tell()
        return digit

    def take_off(self, digit_id: int, session: str | None) -> None:
        """Take a digit off the wall; see ``Wall.remove``, which may raise ``WallError``."""
        self._wall.remove(digit_id, session)
        del self._put_up_at[digit_id]
        self._wall_at = next(self._numbers)
        self._tell()

    def clear_wall(self) -> None:
        """Take all digits off."""
        self._wall.clear()
        self._put_up_at.clear()
        self._wall_at = next(self._numbers)
        self._tell()

    def wall_as(self, kind: str) -> bytes:
        """Return the wall as a file, ``npz`` or ``csv``."""
        return self._wall.npz() if kind == "npz" else self._wall.csv().encode()

    def news(self, since: int = 0, wall_since: int | None = None) -> News:
        """Return what has changed since number ``since``, and on the wall since ``wall_since``."""
        return News(
            number=self.latest,
            rules=self.rules if self._rules_at > since else None,
            broadcast=self._broadcast if self._broadcast.number > since else None,
            wall=self._wall_news(wall_since),
        )

    def has_news(self, since: int, wall_since: int | None) -> bool:
        """Whether ``news`` would tell anything."""
        changed = max(self._rules_at, self._broadcast.number) > since
        return changed or (wall_since is not None and self._wall_at > wall_since)

    def digits_since(self, wall_since: int | None) -> int:
        """Return how many digits of the wall ``news`` would tell; one that has gone counts, too."""
        if wall_since is None or self._wall_at <= wall_since:
            return 0
        return max(1, sum(number > wall_since for number in self._put_up_at.values()))

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call ``listener`` after every change; return what ends that."""
        self._listeners.add(listener)
        return lambda: self._listeners.discard(listener)

    def _wall_news(self, since: int | None) -> WallNews | None:
        if since is None or self._wall_at <= since:
            return None
        digits = self._wall.digits
        added = [digit for digit in digits if self._put_up_at[digit.id] > since]
        return WallNews([digit.id for digit in digits], added, self._wall.confusion())

    def _tell(self) -> None:
        for listener in list(self._listeners):
            listener()
