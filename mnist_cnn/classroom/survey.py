"""What a class knows before the lesson and after it: anonymous, in memory only.

A page hands in a sheet of ten answers for each round. Whose page it is is only remembered so that a
page's two sheets belong together, and nobody hands in twice.
"""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

ROUNDS = ("before", "after")
FORMS = 2  # that are equally hard; a page has another one in each round
ANSWERS = 3  # to each question
MAX_PAGES = 1000
MAX_PER_ADDRESS = 400  # of them from one address, which a whole class may share


class SurveyError(ValueError):
    """A sheet cannot be handed in. The message says why."""


class FullError(SurveyError):
    """There is no room for another page."""


@dataclass(frozen=True)
class Sheet:
    """The answers of one page in one round."""

    form: int  # 0 to FORMS - 1
    chosen: tuple[int, ...]  # for every question, 0 to ANSWERS - 1
    right: tuple[bool, ...]  # for every question, whether that is the right one

    @property
    def share(self) -> float:
        """The share of questions that were answered rightly, 0 to 1."""
        return sum(self.right) / len(self.right)


@dataclass(frozen=True)
class Counts:
    """How one question was answered in one round."""

    right: int
    sheets: int


@dataclass(frozen=True)
class Results:
    """What a teacher sees while the sheets come in."""

    done: dict[str, int]  # round: sheets
    both: int  # pages that have handed in two
    mean: dict[str, float | None]  # round: share of right answers; None without a sheet
    gain: float | None  # normalised, of the pages that have handed in two; see ``Survey.gain``
    questions: dict[str, dict[str, Counts]]  # question: round: how it was answered


@dataclass
class _Page:
    address: str
    sheets: dict[str, Sheet] = field(default_factory=dict)  # round: what was handed in


class Survey:
    """The sheets of a class. Not thread-safe: call it from the server's event loop."""

    def __init__(
        self,
        questions: Sequence[str],
        max_pages: int = MAX_PAGES,
        max_per_address: int = MAX_PER_ADDRESS,
    ):
        """Args are the names of the questions, and how many pages may answer, in all and from one
        address.
        """
        self.questions = tuple(questions)
        self.max_pages, self.max_per_address = max_pages, max_per_address
        self._pages: dict[str, _Page] = {}  # by their random names

    def hand_in(self, by: str, when: str, sheet: Sheet, address: str = "") -> None:
        """Take a page's answers; what it has handed in before in this round counts no longer.

        Args:
            by: any text that tells pages apart.
            when: one of ROUNDS.
            sheet: answers to all questions.
            address: of the browser, which others may share.

        Raises:
            SurveyError: there is no such round, the sheet does not fit the questions, or there is
                no room for another page, ``FullError``.
        """
        if when not in ROUNDS:
            raise SurveyError(f"There is no round {when[:20]!r}, only {' and '.join(ROUNDS)}.")
        fits = (
            sheet.form in range(FORMS)
            and len(sheet.chosen) == len(sheet.right) == len(self.questions)
            and all(answer in range(ANSWERS) for answer in sheet.chosen)
        )
        if not fits:
            raise SurveyError(
                f"A sheet has a form from 0 to {FORMS - 1} and, for each of {len(self.questions)} "
                f"questions, an answer from 0 to {ANSWERS - 1} and whether it is right."
            )
        if by not in self._pages:
            theirs = sum(page.address == address for page in self._pages.values())
            if len(self._pages) >= self.max_pages or theirs >= self.max_per_address:
                raise FullError("No more answers can be taken. The teacher can clear them.")
            self._pages[by] = _Page(address)
        self._pages[by].sheets[when] = sheet

    def clear(self) -> None:
        """Forget all sheets."""
        self._pages.clear()

    def results(self) -> Results:
        """Return how the class has answered so far."""
        rounds = {when: self._sheets(when) for when in ROUNDS}
        return Results(
            done={when: len(sheets) for when, sheets in rounds.items()},
            both=len(self._pairs()),
            mean={when: _mean(sheet.share for sheet in sheets) for when, sheets in rounds.items()},
            gain=self.gain(),
            questions={
                name: {
                    when: Counts(sum(sheet.right[i] for sheet in sheets), len(sheets))
                    for when, sheets in rounds.items()
                }
                for i, name in enumerate(self.questions)
            },
        )

    def gain(self) -> float | None:
        """Return the normalised gain of the pages that have handed in two sheets, or None.

        That is the part of what could still be learned that was learned, (after - before) /
        (1 - before) of the class's means: Hake, Am. J. Phys. 66, 64 (1998). It is negative when
        fewer answers are right than before, and None where nothing could be learned.
        """
        pairs = self._pairs()
        before, after = (_mean(pair[i].share for pair in pairs) for i in range(2))
        if before is None or after is None or before == 1:
            return None
        return (after - before) / (1 - before)

    def csv(self) -> str:
        """Return a CSV table with a line for each page.

        Its columns are ``form_before`` and, for each question, ``NAME_before``, 1 where the answer
        was right, and ``NAME_before_chosen``, the answer from 0; then the same after. What a page
        has not handed in is empty. The order of the lines says nothing of who answered first.
        """
        text = io.StringIO()
        table = csv.writer(text, lineterminator="\n")
        heads = [_heads(when, self.questions) for when in ROUNDS]
        table.writerow(itertools.chain.from_iterable(heads))
        rows = [
            [value for when in ROUNDS for value in _cells(page.sheets.get(when), len(heads[0]))]
            for page in self._pages.values()
        ]
        table.writerows(sorted(rows, key=str))
        return text.getvalue()

    def _sheets(self, when: str) -> list[Sheet]:
        return [page.sheets[when] for page in self._pages.values() if when in page.sheets]

    def _pairs(self) -> list[tuple[Sheet, Sheet]]:
        before, after = ROUNDS
        return [
            (page.sheets[before], page.sheets[after])
            for page in self._pages.values()
            if len(page.sheets) == len(ROUNDS)
        ]


def _heads(when: str, questions: Sequence[str]) -> list[str]:
    of_questions = ([f"{name}_{when}", f"{name}_{when}_chosen"] for name in questions)
    return [f"form_{when}", *itertools.chain.from_iterable(of_questions)]


def _cells(sheet: Sheet | None, count: int) -> list[int | str]:
    if sheet is None:
        return [""] * count
    answers = zip(sheet.right, sheet.chosen, strict=True)
    return [sheet.form, *(value for right, chosen in answers for value in (int(right), chosen))]


def _mean(shares: Iterable[float]) -> float | None:
    found = list(shares)
    return sum(found) / len(found) if found else None
