"""The processes in which the app trains, for the tests that kill one."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import pytest


def trainings(address: str) -> list[int]:
    """Return the numbers of the training processes of the app at ``address``."""
    if not Path("/proc/self/cmdline").exists():
        pytest.skip("processes are found in /proc")
    port = str(urlsplit(address).port)
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        if "spawn_main" in _command(folder):
            parent = _parent(folder)
            if port in _command(parent).split("\0"):
                found.append(int(folder.name))
    return found


def _command(folder: Path) -> str:
    try:
        return Path(folder, "cmdline").read_text(errors="replace")
    except OSError:
        return ""  # it has just ended


def _parent(folder: Path) -> Path:
    try:
        lines = Path(folder, "status").read_text().splitlines()
    except OSError:
        return folder
    number = next(line.split()[1] for line in lines if line.startswith("PPid:"))
    return Path("/proc", number)
