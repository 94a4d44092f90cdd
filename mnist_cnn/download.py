"""Fetch a file whole or not at all, and put a damaged one aside."""

from __future__ import annotations

import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

TIMEOUT = 20  # seconds without a byte before a host is given up
CHUNK = 1 << 16  # bytes

Progress = Callable[[str, int, int], None]
"""Called with file name, bytes so far and bytes in all (0 when the host does not say)."""


def download(url: str, target: Path, progress: Progress) -> None:
    """Fetch ``url`` into ``target`` through ``target.part``, resuming a part that is there.

    Raises:
        OSError: the host does not answer, refuses, or ends the connection early; what came so
            far is kept in ``target.part``.
    """
    part = target.with_name(target.name + ".part")
    start = part.stat().st_size if part.exists() else 0
    request = urllib.request.Request(url, headers={"Range": f"bytes={start}-"} if start else {})
    try:
        response = urllib.request.urlopen(request, timeout=TIMEOUT)
    except urllib.error.HTTPError as error:
        if error.code == 416 and start:  # the part is as long as the file, or longer: restart
            part.unlink()
            return download(url, target, progress)
        raise
    with response:
        resumed = response.status == 206
        done = start if resumed else 0
        length = response.headers.get("Content-Length", "")
        total = done + int(length) if length.isdecimal() else 0
        with part.open("ab" if resumed else "wb") as file:
            while chunk := response.read(CHUNK):
                file.write(chunk)
                done += len(chunk)
                progress(target.name, done, total)
    if total and done < total:
        raise OSError(f"the connection ended after {done} of {total} bytes; run again to resume.")
    part.replace(target)


def put_aside(place: Path) -> str:
    """Rename a damaged file or folder to ``….damaged``; return the sentence that says so."""
    aside = place.with_name(place.name + ".damaged")
    number = 1
    while aside.exists():
        number += 1
        aside = place.with_name(f"{place.name}.damaged-{number}")
    try:
        place.rename(aside)
    except OSError as error:
        return f"It is left where it is ({error}) and not used."
    return f"It is put aside as {aside} and not used."


def print_progress(name: str, done: int, total: int) -> None:
    """Show progress as one line on standard error."""
    of = f" of {total / 1e6:.1f}" if total else ""
    end = "\n" if total and done >= total else ""
    print(f"\r{name}: {done / 1e6:.1f}{of} MB", end=end, file=sys.stderr, flush=True)
