"""The wall of a class's digits: in memory, bounded, to be kept as a file, gone with the server.

Nothing on it says who drew what. A session, any text that tells people apart, is known here only
so that people can take their own digits off again.
"""

from __future__ import annotations

import csv
import io
import itertools
import time
from dataclasses import dataclass

import numpy as np

from mnist_cnn.preprocess import IMAGE_SIZE

CLASSES = 10
MOST = 600  # digits on the wall
MOST_OF_ONE = 20  # of them by one session
MOST_OF_PLACE = 400  # of them from one address, which a whole class may share


class WallError(Exception):
    """A digit cannot be put on the wall, or taken off. The message says what to do."""

    def __init__(self, reason: str, sentence: str):
        super().__init__(sentence)
        self.reason = reason  # in a word: full, yours_full, place_full, too_fast, closed, gone


@dataclass(frozen=True)
class WallDigit:
    """A digit somebody drew, what it was meant to be, and what the network made of it."""

    id: int  # rises, and is never used again, not after a restart either
    session: str  # of who drew it
    meant: int
    image: np.ndarray  # uint8 (28, 28), as the network read it
    probabilities: np.ndarray  # float32 (10,)
    place: str = ""  # where it came from

    @property
    def read(self) -> int:
        """What the network read."""
        return int(self.probabilities.argmax())


class Wall:
    """Digits in the order they were put up. Call it from one thread."""

    def __init__(
        self,
        most: int = MOST,
        most_of_one: int = MOST_OF_ONE,
        most_of_place: int = MOST_OF_PLACE,
    ):
        """Begin with none; ``most`` in all, ``most_of_one`` session and ``most_of_place``."""
        self.most, self.most_of_one, self.most_of_place = most, most_of_one, most_of_place
        self._digits: dict[int, WallDigit] = {}
        self._counts = np.zeros((CLASSES, CLASSES), int)  # see ``confusion``
        # Pages outlive a restart of the server: its digits are to be others to them.
        self._ids = itertools.count(time.time_ns() // 1_000_000)

    @property
    def digits(self) -> list[WallDigit]:
        """All of them, the oldest first."""
        return list(self._digits.values())

    def add(
        self,
        session: str,
        meant: int,
        image: np.ndarray,
        probabilities: np.ndarray,
        place: str = "",
    ) -> WallDigit:
        """Put a digit up and return it.

        Args:
            session: of who drew it.
            meant: what it was meant to be, 0 to 9.
            image: uint8 ``(28, 28)``, as the network read it.
            probabilities: ``(10,)``, what the network made of it.
            place: where it comes from: an address that others may share.

        Raises:
            WallError: the wall is full, or this session's part of it, or this place's.
        """
        if len(self._digits) >= self.most:
            raise WallError(
                "full", f"The wall is full: it holds {self.most} digits. The teacher can clear it."
            )
        if sum(digit.session == session for digit in self._digits.values()) >= self.most_of_one:
            raise WallError(
                "yours_full",
                f"{self.most_of_one} of your digits are on the wall. Take one of them off first.",
            )
        if sum(digit.place == place for digit in self._digits.values()) >= self.most_of_place:
            raise WallError(
                "place_full",
                f"{self.most_of_place} digits from your address are on the wall, and the rest of "
                "it is for others. The teacher can clear it.",
            )
        digit = WallDigit(
            next(self._ids), session, meant, image.copy(), probabilities.copy(), place
        )
        self._digits[digit.id] = digit
        self._counts[meant, digit.read] += 1
        return digit

    def remove(self, digit_id: int, session: str | None = None) -> None:
        """Take a digit off: one of this session's, or anybody's when ``session`` is None.

        Raises:
            WallError: there is none, or it is somebody else's, which reads the same.
        """
        digit = self._digits.get(digit_id)
        if digit is None or session not in (None, digit.session):
            raise WallError("gone", "There is no such digit of yours on the wall any more.")
        del self._digits[digit_id]
        self._counts[digit.meant, digit.read] -= 1

    def clear(self) -> None:
        """Take all off."""
        self._digits.clear()
        self._counts[:] = 0

    def confusion(self) -> np.ndarray:
        """Return int ``(10, 10)``: how many digits meant as ``i`` were read as ``j``."""
        return self._counts.copy()

    def npz(self) -> bytes:
        """Return a NumPy file, named as MNIST's own: what was drawn, meant and read.

        ``images`` uint8 ``(n, 28, 28)``, ink is 255; ``labels`` and ``read`` uint8 ``(n,)``;
        ``probabilities`` float32 ``(n, 10)``.
        """
        digits = self.digits
        file = io.BytesIO()
        np.savez_compressed(
            file,
            images=np.array([d.image for d in digits], np.uint8).reshape(-1, *2 * (IMAGE_SIZE,)),
            labels=np.array([d.meant for d in digits], np.uint8),
            read=np.array([d.read for d in digits], np.uint8),
            probabilities=np.array([d.probabilities for d in digits], np.float32).reshape(
                -1, CLASSES
            ),
        )
        return file.getvalue()

    def csv(self) -> str:
        """Return a table, a digit a line: ``meant,read,probability``, then 784 levels of ink.

        The probability is that of what was read; levels are 0 to 255, row by row.
        """
        text = io.StringIO()
        table = csv.writer(text, lineterminator="\n")
        levels = [f"pixel{i}" for i in range(IMAGE_SIZE**2)]
        table.writerow(["meant", "read", "probability", *levels])
        for digit in self.digits:
            sure = f"{digit.probabilities[digit.read]:.4f}"
            table.writerow([digit.meant, digit.read, sure, *digit.image.ravel().tolist()])
        return text.getvalue()
