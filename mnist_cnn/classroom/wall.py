"""The wall of a class's digits: in memory, of limited size, downloadable, gone with the server.

The wall does not show who drew what. The session, any text that tells people apart, is only stored
so that people can take their own digits off.
"""

from __future__ import annotations

import csv
import io
import itertools
import secrets
from dataclasses import dataclass

import numpy as np

from mnist_cnn.network.architecture import CLASSES, IMAGE_SIZE

MAX_DIGITS = 600  # digits on the wall
MAX_PER_SESSION = 20  # of them by one session
MAX_PER_ADDRESS = 400  # of them from one address, which a whole class may share


class WallError(Exception):
    """A digit cannot be put on the wall, or taken off. The message says what to do."""

    def __init__(self, sentence: str, reason: str):
        super().__init__(sentence)
        # For translations: full, yours_full, place_full, too_fast, closed, gone.
        self.reason = reason


@dataclass(frozen=True)
class WallDigit:
    """A digit on the wall: the picture, the digit that was meant, and the network's answer."""

    id: int  # rises, and is never used again
    session: str  # of the person who drew it
    meant: int
    image: np.ndarray  # uint8 (28, 28), as the network read it
    probabilities: np.ndarray  # float32 (10,)
    address: str = ""  # of the browser it came from
    doubted: bool = False  # whether it may be no digit

    @property
    def read(self) -> int:
        """The digit that the network read."""
        return int(self.probabilities.argmax())


class Wall:
    """The digits, in the order they were put up. Not thread-safe."""

    def __init__(
        self,
        max_digits: int = MAX_DIGITS,
        max_per_session: int = MAX_PER_SESSION,
        max_per_address: int = MAX_PER_ADDRESS,
    ):
        self.max_digits = max_digits
        self.max_per_session = max_per_session
        self.max_per_address = max_per_address
        self._digits: dict[int, WallDigit] = {}
        self._counts = np.zeros((CLASSES, CLASSES), int)  # see ``confusion``
        # Pages survive a restart of the server, whose ids must then be others: with 600 digits they
        # are, but for one start in 10**9.
        self._ids = itertools.count(secrets.randbelow(2**40))

    @property
    def digits(self) -> list[WallDigit]:
        """All digits, the oldest first."""
        return list(self._digits.values())

    def add(
        self,
        session: str,
        meant: int,
        image: np.ndarray,
        probabilities: np.ndarray,
        address: str = "",
        doubted: bool = False,
    ) -> WallDigit:
        """Put a digit up and return it.

        Args:
            session: of the person who drew it.
            meant: the digit it should be, 0 to 9.
            image: uint8 ``(28, 28)``, as the network read it.
            probabilities: ``(10,)``, the network's answer.
            address: of the browser, which others may share.
            doubted: whether it may be no digit; then it counts neither as read rightly nor wrongly.

        Raises:
            WallError: the wall, or this session's or this address's part of it, is full.
        """
        if len(self._digits) >= self.max_digits:
            raise WallError(
                f"The wall is full: it holds {self.max_digits} digits. The teacher can clear it.",
                "full",
            )
        if sum(digit.session == session for digit in self._digits.values()) >= self.max_per_session:
            raise WallError(
                f"{self.max_per_session} of your digits are on the wall. Take one off first.",
                "yours_full",
            )
        if sum(digit.address == address for digit in self._digits.values()) >= self.max_per_address:
            raise WallError(
                f"{self.max_per_address} digits from your address are on the wall, and the rest of "
                "it is for others. The teacher can clear it.",
                "place_full",
            )
        digit = WallDigit(
            id=next(self._ids),
            session=session,
            meant=meant,
            image=image.copy(),
            probabilities=probabilities.copy(),
            address=address,
            doubted=doubted,
        )
        self._digits[digit.id] = digit
        self._counts[meant, digit.read] += not doubted
        return digit

    def remove(self, digit_id: int, session: str | None = None) -> None:
        """Take a digit off: one of this session's, or anybody's when ``session`` is None.

        Raises:
            WallError: there is no such digit, or it is somebody else's; both with the same message.
        """
        digit = self._digits.get(digit_id)
        if digit is None or session not in (None, digit.session):
            raise WallError("There is no such digit of yours on the wall any more.", "gone")
        del self._digits[digit_id]
        self._counts[digit.meant, digit.read] -= not digit.doubted

    def clear(self) -> None:
        """Take all digits off."""
        self._digits.clear()
        self._counts[:] = 0

    def confusion(self) -> np.ndarray:
        """Return int ``(10, 10)``: how many digits meant as ``i`` were read as ``j``.

        Those that may be no digits are left out.
        """
        return self._counts.copy()

    def npz(self) -> bytes:
        """Return an ``.npz`` file of what was drawn, meant and read.

        ``images`` uint8 ``(n, 28, 28)``, ink is 255; ``labels`` and ``read`` uint8 ``(n,)``;
        ``doubted`` bool ``(n,)``, whether it may be no digit; ``probabilities`` float32
        ``(n, 10)``.
        """
        digits = self.digits
        file = io.BytesIO()
        np.savez_compressed(
            file,
            images=np.array([d.image for d in digits], np.uint8).reshape(-1, *2 * (IMAGE_SIZE,)),
            labels=np.array([d.meant for d in digits], np.uint8),
            read=np.array([d.read for d in digits], np.uint8),
            doubted=np.array([d.doubted for d in digits], bool),
            probabilities=np.array([d.probabilities for d in digits], np.float32).reshape(
                -1, CLASSES
            ),
        )
        return file.getvalue()

    def csv(self) -> str:
        """Return a CSV table, a line for each digit: what is known of it, then 784 pixels.

        The probability is that of the digit read; ``doubted`` is 1 where it may be none; pixels are
        0 to 255, row by row.
        """
        text = io.StringIO()
        table = csv.writer(text, lineterminator="\n")
        levels = [f"pixel{i}" for i in range(IMAGE_SIZE**2)]
        table.writerow(["meant", "read", "probability", "doubted", *levels])
        for digit in self.digits:
            sure = f"{digit.probabilities[digit.read]:.4f}"
            told = [digit.meant, digit.read, sure, int(digit.doubted)]
            table.writerow([*told, *digit.image.ravel().tolist()])
        return text.getvalue()
