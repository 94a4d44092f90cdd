"""JSON as RFC 8259 has it: Python also reads and writes NaN and infinity, and no browser does."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from typing import Any, NoReturn

# Half of a pair that stands for one character, as it is or escaped: UTF-8 cannot hold it alone.
SURROGATE = re.compile(r"[\ud800-\udfff]|\\u[dD][89a-fA-F]")


def parse(text: str | bytes) -> Any:
    """Return the value that ``text`` is; bytes are UTF-8.

    Raises:
        ValueError: it is no JSON, or holds a number that is not finite, half a character, or lists
            and objects nested too deeply.
    """
    words = text.decode() if isinstance(text, bytes) else text
    try:
        value = json.loads(words, parse_constant=_refuse, parse_float=_finite)
        if SURROGATE.search(words):
            json.dumps(value, ensure_ascii=False).encode()
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    return value


def encode(value: object, default: Callable[[Any], object] | None = None) -> str:
    """Return ``value`` as ASCII; ``default`` turns what JSON does not know into what it knows.

    Raises:
        ValueError: a number is not finite.
    """
    return json.dumps(value, default=default, allow_nan=False, separators=(",", ":"))


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not a number that JSON has")


def _finite(figures: str) -> float:
    number = float(figures)
    if not math.isfinite(number):
        raise ValueError(f"{figures[:20]} is too large a number")
    return number
