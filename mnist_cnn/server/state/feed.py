"""What each page has not heard yet: of the class, and of its own trainings.

Every change has a number, and a page is told what is newer than the numbers it has heard. So a page
that was away catches up, a slow one skips what has been overtaken, and nothing piles up for either.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import functools
from collections.abc import Callable
from dataclasses import dataclass, field

from starlette.concurrency import run_in_threadpool

from mnist_cnn.classroom.rules import Classroom, WallNews
from mnist_cnn.classroom.wall import WallDigit
from mnist_cnn.runs.run import Run, RunsError
from mnist_cnn.runs.runs import Runs
from mnist_cnn.server.http.fairness import OverloadError, Places, Rate, Rates
from mnist_cnn.server.http.requests import RequestError, checked_session, object_of
from mnist_cnn.server.state import as_json
from mnist_cnn.server.state.presence import Presence
from mnist_cnn.system.strict_json import encode

MAX_RUNS = 64  # that one page follows
MAX_NUMBER = 10**15
MAX_START = 20  # characters
MAX_HELD, MAX_HELD_PER_CLIENT = 1000, 300  # requests; each keeps a socket open
# Digits of the wall told to the pages of one client, 1.1 kB each: 60 pages of a class open a full
# wall at once, and hear of 30 digits a second.
DIGITS = Rate(60 * 600, 2000)
OVERLOAD_DELAY = 1.0  # seconds until a page that has asked for more than that is told
# Runs are ended when their session is silent for ``Limits.grace_seconds``; listening is not silent.
SESSION_REMINDER = 15.0  # seconds
CACHED_NEWS = 8  # texts about the class: many pages have heard the same


@dataclass
class Heard:
    """What a page has heard so far: it is told nothing up to these numbers again."""

    session: str = ""
    start: str = ""  # of the server, whose numbers the next two are
    since: int = 0  # of the class's rules and broadcast
    wall: int = 0  # of the wall
    shows_wall: bool = False
    votes: int = 0  # of the votes, which a teacher's page is told
    here: int | None = None  # how many pages are here, which it is told too
    runs: dict[str, tuple[int, int]] = field(default_factory=dict)  # id: event, place in line

    @classmethod
    def parse(cls, text: str | bytes) -> Heard:
        """Read ``{"session", "start", "since", "wall", "showsWall", "votes", "here", "runs"}``.

        ``runs`` are ``{id: [event, place]}``; ``here`` may be null.

        Raises:
            RequestError: it is something else.
        """
        said = object_of(text, "message")
        session = checked_session(said["session"]) if "session" in said else ""
        runs, since, wall = said.get("runs", {}), said.get("since", 0), said.get("wall", 0)
        votes, here = said.get("votes", 0), said.get("here")
        if not _are_numbers([since, wall, votes, 0 if here is None else here]):
            raise RequestError("since, wall, votes and here must be whole numbers.")
        start = said.get("start", "")
        if not (isinstance(start, str) and len(start) <= MAX_START):
            raise RequestError(f"start must be a text of at most {MAX_START} characters.")
        if not (isinstance(runs, dict) and len(runs) <= MAX_RUNS):
            raise RequestError(f"runs must be an object of at most {MAX_RUNS} trainings.")
        if not all(_are_numbers(heard) and len(heard) == 2 for heard in runs.values()):
            raise RequestError("Each of runs must be the numbers of an event and a place in line.")
        heard = {run: (event, place) for run, (event, place) in runs.items()}
        shows_wall = said.get("showsWall") is True
        return cls(session, start, since, wall, shows_wall, votes, here, heard)


class Page:
    """One page that listens."""

    def __init__(self, client: str, heard: Heard, is_teacher: Callable[[], bool] = lambda: False):
        """Args are where it is, as ``fairness`` names it; and whether it is the teacher's still."""
        self.client, self.heard, self.is_teacher = client, heard, is_teacher
        self.changed = asyncio.Event()

    def listen_for(self, heard: Heard) -> None:
        """Tell it from now on what is newer than ``heard``.

        What is on its way to the page at that moment is told twice, and it leaves that out.
        """
        self.heard = heard
        self.changed.set()


class Feed:
    """Tells pages what is new; all but ``_run_changed`` belongs to the event loop's thread."""

    def __init__(self, classroom: Classroom, runs: Runs, digits: Rate = DIGITS):
        """Listen to ``classroom`` and ``runs``; tell a client of so many ``digits`` of the wall."""
        self.held = Places(MAX_HELD, MAX_HELD_PER_CLIENT, "Too many pages wait for news.")
        self._classroom, self._runs = classroom, runs
        self._rates = Rates(digits)
        self._pages: set[Page] = set()  # that wait
        self._teachers: set[Page] = set()  # of them; a vote asks nobody else
        self._loop: asyncio.AbstractEventLoop | None = None
        self._number = 0  # of the change that ``_class_json`` knows
        self._class_json = functools.lru_cache(CACHED_NEWS)(self._make_class_json)
        self.presence = Presence(self._teachers_news)
        classroom.listen(self._class_changed)
        classroom.votes.listen(self._teachers_news)
        runs.listen(self._run_changed)

    async def next(self, page: Page, wait: bool = True) -> str:
        """Wait until there is something a page has not heard, and return it as a JSON object.

        Without ``wait``, return ``{}`` where there is nothing.

        ``{"start", "number", "rules", "broadcast", "call", "wall", "here", "votes", "runs"}``, of
        which only the new is there, and ``here`` and ``votes`` only for the teacher. ``runs`` has
        for each id the run as ``as_json.run`` with its ``place`` in line and new ``events``, or
        null when there is no such run any more.
        """
        self._loop = asyncio.get_running_loop()
        self._pages.add(page)
        if page.is_teacher():
            self._teachers.add(page)
        try:
            while True:
                page.changed.clear()
                seconds = SESSION_REMINDER if page.heard.runs else None
                news: list[str] = []
                try:
                    news += self._class_news(page)
                except OverloadError:  # its trainings are told all the same
                    seconds = OVERLOAD_DELAY
                news += self._teacher_news(page)
                if news := news + await self._run_news(page):
                    return f"{{{','.join(news)}}}"
                if not wait:
                    return "{}"
                with contextlib.suppress(asyncio.TimeoutError):
                    await asyncio.wait_for(page.changed.wait(), seconds)
        finally:
            self._pages.discard(page)
            self._teachers.discard(page)

    def _class_news(self, page: Page) -> list[str]:
        """Return members of a JSON object; raises ``OverloadError``."""
        heard, number, start = page.heard, self._classroom.latest, self._classroom.start
        if heard.start != start and (heard.start or not heard.since):
            # A page of the version before names no start, and asks at once when it has been told.
            heard.start, heard.since, heard.wall, heard.votes = start, 0, 0, 0
        wall = heard.wall if heard.shows_wall else None
        if not self._classroom.has_news(heard.since, wall):
            return []
        if digits := self._classroom.digits_since(wall):
            self._rates.spend(page.client, digits)
        if number != self._number:
            self._number = number
            self._class_json.cache_clear()
        words = [self._class_json(heard.since, wall)]
        if call := self._classroom.call_since(heard.since):
            words.append(f'"call":{encode(vars(call.place))}')
        heard.since = number
        if heard.shows_wall:
            heard.wall = number
        return [*filter(None, words), f'"start":"{start}","number":{number}']

    def _teacher_news(self, page: Page) -> list[str]:
        """Return members of a JSON object: how many are here, and how they vote."""
        if not page.is_teacher():
            return []
        words, heard, votes = [], page.heard, self._classroom.votes
        if heard.here != (here := self.presence.count()):
            heard.here = here
            words.append(f'"here":{here}')
        if heard.votes != votes.number:
            heard.votes = votes.number
            words.append(f'"votes":{encode(votes.counted() | {"number": votes.number})}')
        return words

    def _make_class_json(self, since: int, wall: int | None) -> str:
        news = self._classroom.news(since, wall)
        words = [
            f'"{name}":{encode(vars(part))}'
            for name, part in (("rules", news.rules), ("broadcast", news.broadcast))
            if part
        ]
        if news.wall:
            words.append(f'"wall":{_wall_json(news.wall)}')
        return ",".join(words)

    async def _run_news(self, page: Page) -> list[str]:
        """Return members of a JSON object; a session that listens counts as heard of."""
        heard = page.heard
        runs = {run_id: self._find(heard.session, run_id) for run_id in heard.runs}
        new = {
            run_id: run
            for run_id, run in runs.items()
            if run is None or (run.sequence, self._runs.position(run)) != heard.runs[run_id]
        }
        if not new:
            return []
        # A long history takes a while to become JSON.
        words, numbers = await run_in_threadpool(self._runs_json, new, dict(heard.runs))
        for run_id in heard.runs.keys() & new.keys():
            if new[run_id]:
                heard.runs[run_id] = numbers[run_id]
            else:
                del heard.runs[run_id]
        return [f'"runs":{words}']

    def _runs_json(
        self, runs: dict[str, Run | None], heard: dict[str, tuple[int, int]]
    ) -> tuple[str, dict[str, tuple[int, int]]]:
        """Return the runs as JSON, and the numbers a page has heard then.

        A run may go on meanwhile: the event that has changed what is said of it here comes next.
        """
        told: dict[str, dict | None] = {}
        numbers = {}
        for run_id, run in runs.items():
            if run is None:
                told[run_id] = None
                continue
            latest = run.sequence
            described, place = as_json.run(run), self._runs.position(run)
            events = [one for one in run.events(heard[run_id][0]) if one[0] <= latest]
            numbers[run_id] = latest, place
            told[run_id] = described | {
                "sequence": latest,
                "place": place,
                "events": [as_json.event(*one) for one in events],
            }
        return encode(told), numbers

    def _find(self, session: str, run_id: str) -> Run | None:
        try:
            return self._runs.run(session, run_id)
        except RunsError:
            return None

    def _class_changed(self) -> None:
        for page in self._pages:
            page.changed.set()

    def _teachers_news(self) -> None:
        for page in self._teachers:
            page.changed.set()

    def _run_changed(self, run: Run | None) -> None:
        """Wake the pages that follow a run, or any where the line has moved; from any thread."""
        if self._loop and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._wake, run)

    def _wake(self, run: Run | None) -> None:
        for page in self._pages:
            if page.heard.runs and (run is None or run.id in page.heard.runs):
                page.changed.set()


def _wall_json(wall: WallNews) -> str:
    added = ",".join(map(_digit_json, wall.added))
    confusion = encode(wall.confusion.tolist())
    return f'{{"ids":{encode(wall.ids)},"added":[{added}],"confusion":{confusion}}}'


def _digit_json(digit: WallDigit) -> str:
    return encode(
        {
            "id": digit.id,
            "meant": digit.meant,
            "read": digit.read,
            "probability": round(float(digit.probabilities[digit.read]), 4),
            "doubted": digit.doubted,
            "image": base64.b64encode(digit.image.tobytes()).decode(),
        }
    )


def _are_numbers(values: object) -> bool:
    return isinstance(values, list) and all(
        type(value) is int and 0 <= value < MAX_NUMBER for value in values
    )
