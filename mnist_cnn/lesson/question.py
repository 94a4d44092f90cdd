"""A question of the lesson: its answer comes from the network, and a typed one is checked."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

DECIMALS = 2  # of numbers that are shown, to be worked with
ROUNDING = 0.5 * 10.0**-DECIMALS  # by so much at most each of them is off, and so is an answer


@dataclass(frozen=True)
class Question:
    """What a chapter asks about one drawing."""

    answer: float
    working: str  # the arithmetic, without words
    values: Mapping[str, str] = field(default_factory=dict)  # fill the holes of the text
    tolerance: float = 0.0  # how far off a typed answer may be: what is shown is rounded

    def accepts(self, typed: str) -> bool:
        """Decide whether ``typed`` is the answer; ``ValueError`` when it is no number."""
        return abs(number(typed) - self.answer) <= self.tolerance + 1e-9


def number(typed: str) -> float:
    """Return the number a person typed: full-width digits, either decimal mark, thousands.

    Raises:
        ValueError: it is no number.
    """
    text = unicodedata.normalize("NFKC", typed).replace("−", "-").strip()
    text = re.sub(r"(?<=\d)[\s'](?=\d{3}\b)", "", text)
    if re.fullmatch(r"-?[1-9]\d{0,2}(,\d{3})+(\.\d*)?", text):
        text = text.replace(",", "")
    value = float(text.replace(",", "."))
    if not math.isfinite(value):
        raise ValueError(f"{typed!r} is no number")
    return value


def rounding_of_products(ones: np.ndarray, others: np.ndarray) -> float:
    """Return the most by which Σ one × other + bias can be off when it is worked out as shown.

    All numbers shown and the answer are off by up to ``ROUNDING`` r, a product therefore by
    r (|one| + |other|) + r².
    """
    return float(ROUNDING * (np.abs(ones) + np.abs(others) + ROUNDING).sum()) + 2 * ROUNDING


def added(value: float, places: int = 2) -> str:
    """Write a number that is added to what stands before it: ``+ 0.50`` or ``− 0.50``."""
    return f"{'−' if value < 0 else '+'} {decimal(abs(value), places)}"


def factor(value: float, places: int = 2) -> str:
    """Write a number that something is multiplied by, in brackets when it is negative."""
    return f"({decimal(value, places)})" if value < 0 else decimal(value, places)


def decimal(value: float, places: int = 2) -> str:
    """Write a number with so many decimals, a true minus, and no minus zero."""
    text = f"{value:.{places}f}"
    return (text.lstrip("-") if float(text) == 0 else text).replace("-", "−")
