"""What a person has set in a chapter: it comes out of a link, so it is checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

State = Mapping[str, str]


class StateError(ValueError):
    """A setting cannot be used. The message says what it may be."""


def whole(state: State, name: str, default: int, least: int, most: int) -> int:
    """Return the whole number ``name``, from ``least`` to ``most``."""
    text = state.get(name) or str(default)  # a setting may be there and empty
    if text.removeprefix("-").isdecimal() and len(text) < 6 and least <= int(text) <= most:
        return int(text)
    raise StateError(f"{name} must be a whole number from {least} to {most}, got {text[:40]!r}.")


def one_of(state: State, name: str, choices: Sequence[str]) -> str:
    """Return the choice ``name``; the first one where nothing is set."""
    text = state.get(name, choices[0])
    if text not in choices:
        raise StateError(f"{name} must be one of {', '.join(choices)}, got {text[:40]!r}.")
    return text
