"""The processes in which the app trains, for the tests that kill one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


def trainings() -> list[int]:
    """Return the numbers of the training processes of the apps that run in this process."""
    if not Path("/proc/self/cmdline").exists():
        pytest.skip("processes are found in /proc")
    return [
        int(folder.name)
        for folder in Path("/proc").glob("[0-9]*")
        if "spawn_main" in _command(folder) and _parent(folder) == os.getpid()
    ]


def _command(folder: Path) -> str:
    try:
        return Path(folder, "cmdline").read_text(errors="replace")
    except OSError:
        return ""  # it has just ended


def _parent(folder: Path) -> int:
    try:
        lines = Path(folder, "status").read_text().splitlines()
    except OSError:
        return 0  # it has just ended
    return next(int(line.split()[1]) for line in lines if line.startswith("PPid:"))
