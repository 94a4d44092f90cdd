"""What a class expects, answers and reads: counted, without names, in memory only.

A page has one vote on each card, of which the newest counts. Who has voted is only remembered so
that nobody counts twice.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from mnist_cnn.network.architecture import CLASSES

CHOICES = 3  # of a prediction
MAX_VOTERS = 1000  # on a card
MAX_PER_ADDRESS = 400  # of them from one address, which a whole class may share


class VoteError(ValueError):
    """A vote cannot be counted. The message says why."""

    def __init__(self, sentence: str, reason: str):
        super().__init__(sentence)
        self.reason = reason  # for translations: unknown, full


@dataclass
class Ballot:
    """The votes on one card."""

    options: int  # one can choose from, numbered from 0
    chosen: dict[str, int] = field(default_factory=dict)  # voter: what
    addresses: dict[str, str] = field(default_factory=dict)  # voter: where from

    def counts(self) -> list[int]:
        """Return how many have chosen each option."""
        chosen = list(self.chosen.values())
        return [chosen.count(option) for option in range(self.options)]


class Votes:
    """All votes. Not thread-safe: call it from the server's event loop."""

    def __init__(
        self,
        predictions: Collection[tuple[str, str]] = (),
        questions: Collection[str] = (),
        misread: Collection[int] = (),
        max_voters: int = MAX_VOTERS,
        max_per_address: int = MAX_PER_ADDRESS,
    ):
        """Take votes on what the lesson asks.

        Args:
            predictions: the chapter and the name of each card with one.
            questions: the chapters that end with one.
            misread: which of MNIST's test digits people read before they see what the network says.
            max_voters, max_per_address: on a card, in all and from one address.
        """
        self._asked, self._questions = frozenset(predictions), frozenset(questions)
        self._misread = {index: Ballot(CLASSES) for index in misread}
        self.max_voters, self.max_per_address = max_voters, max_per_address
        self._predictions: dict[str, dict[str, Ballot]] = {}  # chapter: card: votes
        self._answers: dict[str, Ballot] = {}  # chapter: votes
        self._numbers = itertools.count(2)
        self.number = 1  # of the latest change
        self._listeners: list[Callable[[], None]] = []

    def predict(self, voter: str, chapter: str, card: str, choice: int, address: str = "") -> None:
        """Count what somebody expects.

        Args:
            voter: any text that tells pages apart.
            chapter, card: of the lesson.
            choice: 0 to ``CHOICES`` - 1.
            address: of the browser, which others may share.

        Raises:
            VoteError: there is no such card or choice, or no room for another voter.
        """
        if (chapter, card) not in self._asked:
            raise VoteError("The lesson has no such card on which one predicts.", "unknown")
        if not 0 <= choice < CHOICES:
            raise VoteError(f"choice must be a whole number from 0 to {CHOICES - 1}.", "unknown")
        ballot = self._predictions.get(chapter, {}).get(card) or Ballot(CHOICES)
        self._count(ballot, voter, choice, address)
        self._predictions.setdefault(chapter, {})[card] = ballot
        self._tell()

    def answer(self, voter: str, chapter: str, right: bool, address: str = "") -> None:
        """Count an answer to a chapter's question; args and errors as of ``predict``."""
        if chapter not in self._questions:
            raise VoteError("The lesson has no such question.", "unknown")
        ballot = self._answers.get(chapter) or Ballot(2)
        self._count(ballot, voter, int(right), address)
        self._answers[chapter] = ballot
        self._tell()

    def read(self, voter: str, index: int, digit: int, address: str = "") -> list[int]:
        """Count what somebody reads a misread test digit as; return how many have read each digit.

        The first word of a voter holds: who has seen what others say is not asked again.
        """
        ballot = self._misread.get(index)
        if ballot is None or digit not in range(CLASSES):
            raise VoteError("There is no such digit to read.", "unknown")
        if voter not in ballot.chosen:
            self._count(ballot, voter, digit, address)
        return ballot.counts()

    def clear(self) -> None:
        """Forget all votes."""
        self._predictions.clear()
        self._answers.clear()
        self._misread = {index: Ballot(CLASSES) for index in self._misread}
        self._tell()

    def counted(self) -> dict[str, dict]:
        """Return ``{"predictions": {chapter: {card: counts}}, "answers": {chapter: counts}}``.

        Counts of predictions are of each choice, those of answers of wrong and right ones.
        """
        return {
            "predictions": {
                chapter: {card: ballot.counts() for card, ballot in cards.items()}
                for chapter, cards in self._predictions.items()
            },
            "answers": {chapter: ballot.counts() for chapter, ballot in self._answers.items()},
        }

    def listen(self, listener: Callable[[], None]) -> None:
        """Call ``listener`` after every change."""
        self._listeners.append(listener)

    def _count(self, ballot: Ballot, voter: str, option: int, address: str) -> None:
        if voter not in ballot.chosen:
            crowded = sum(one == address for one in ballot.addresses.values())
            if len(ballot.chosen) >= self.max_voters or crowded >= self.max_per_address:
                raise VoteError("No more votes are counted on this card.", "full")
        ballot.chosen[voter], ballot.addresses[voter] = option, address

    def _tell(self) -> None:
        self.number = next(self._numbers)
        for listener in self._listeners:
            listener()
