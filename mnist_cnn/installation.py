"""Say in a sentence that this Python does not fit, or that packages are missing.

Old Pythons read this file too, so it keeps to what Python 3.8 knows, and imports nothing else.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path

FITTING = ((3, 10), (3, 13))  # the oldest and the newest Python that TensorFlow can be had for
MODULES = (  # all that is imported, by the names of requirements.txt but for Pillow's
    *("tensorflow", "keras", "h5py", "numpy", "PIL"),
    *("gradio", "starlette", "anyio", "h11", "websockets", "segno"),
)
WINDOWS = os.name == "nt"
ROOT = Path(__file__).resolve().parent.parent


def check(program: str) -> None:
    """End this process with a sentence and status 1 where the program cannot run.

    Args:
        program: what follows ``python`` on its command line.
    """
    sentence = _wrong_python(program) or _missing(program)
    if sentence:
        sys.exit(sentence)


def _wrong_python(program: str) -> str | None:
    if FITTING[0] <= sys.version_info[:2] <= FITTING[1]:
        return None
    oldest, newest = (".".join(map(str, version)) for version in FITTING)
    return (
        f"This needs Python {oldest} to {newest}, and {sys.executable} is Python "
        f"{_version()}. Install one that fits, and type: {_installing(program, newest)}"
    )


def _missing(program: str) -> str | None:
    missing = [name for name in MODULES if importlib.util.find_spec(name) is None]
    if not missing:
        return None
    return (
        f"Not installed for {sys.executable} (Python {_version()}): {', '.join(missing)}. "
        f"Type: {_way_out(program)}"
    )


def _way_out(program: str) -> str:
    """Return the command that gets the packages, or starts the Python that has them."""
    if sys.prefix != sys.base_prefix:  # in a virtual environment
        return f'"{sys.executable}" -m pip install -r requirements.txt'
    if (ROOT / _in_environment()).exists():
        return f"{_in_environment()} {program}"
    return _installing(program)


def _installing(program: str, version: str = "") -> str:
    """Return what makes the README's virtual environment, installs all, and starts the program."""
    python = _in_environment()
    makes = f"py -{version or 3}" if WINDOWS else f"python{version or 3}"
    steps = [
        f"{makes} -m venv --clear .venv",
        f"{python} -m pip install -r requirements.txt",
        f"{python} {program}",
    ]
    return ("; " if WINDOWS else " && ").join(steps)  # PowerShell 5.1 knows no &&


def _in_environment() -> str:
    """Return the Python of the README's virtual environment, as a shell takes it."""
    return ".venv\\Scripts\\python.exe" if WINDOWS else ".venv/bin/python"


def _version() -> str:
    return ".".join(map(str, sys.version_info[:3]))
