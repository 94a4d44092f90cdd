"""Who may sign in: names and passwords from the command line or a file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

Account = tuple[str, str]  # name and password


class AccountsError(Exception):
    """Accounts cannot be used. The message says which and what to do."""


def accounts(given: Sequence[str] = (), file: Path | None = None) -> list[Account]:
    """Return the accounts ``given`` as ``user:password``, and those of a file.

    A file has one ``user:password`` a line; empty lines and lines that begin with ``#`` are
    skipped. A password may contain colons.

    Raises:
        AccountsError: one does not have this form, a name occurs twice, or the file cannot be read.
    """
    found = [_account(text, "--auth") for text in given]
    if file:
        found += [_account(line, f"{file}, line {number}") for number, line in _lines(file)]
        if not found:
            raise AccountsError(f"{file} holds no account. Write one user:password a line.")
    names = [name for name, _ in found]
    for name in names:
        if names.count(name) > 1:
            raise AccountsError(f"There are two passwords for {name}. Leave one.")
    return found


def _account(text: str, where: str) -> Account:
    name, colon, password = text.partition(":")
    if not (name and colon and password):  # the text is not shown: it may be a password
        raise AccountsError(f"{where}: write user:password, with a colon between them.")
    return name, password


def _lines(file: Path) -> list[tuple[int, str]]:
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not text"
        raise AccountsError(
            f"{file} cannot be read ({reason}). Name another --auth-file."
        ) from error
    lines = enumerate(text.splitlines(), 1)
    return [(number, line) for number, line in lines if line.strip() and not line.startswith("#")]
