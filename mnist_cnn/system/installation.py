"""Explain in one sentence that this Python is unsupported or that packages are missing.

Old versions of Python read this file too: it uses only the syntax and the library of 3.8.
"""

from __future__ import annotations

import importlib.util
import os
import sys

from mnist_cnn.system.paths import PROJECT

SUPPORTED_PYTHONS = ((3, 10), (3, 13))  # oldest and newest that TensorFlow supports
REQUIRED_MODULES = (  # those of requirements.txt, by the names they are imported by
    *("tensorflow", "keras", "h5py", "numpy", "PIL"),
    *("gradio", "starlette", "anyio", "h11", "uvicorn", "websockets", "segno"),
)
WINDOWS = os.name == "nt"


def check(program: str) -> None:
    """Exit with a sentence and status 1 if the program cannot run here.

    Args:
        program: what follows ``python`` on its command line, for the advice.
    """
    sentence = _wrong_python(program) or _missing(program)
    if sentence:
        sys.exit(sentence)


def _wrong_python(program: str) -> str | None:
    if SUPPORTED_PYTHONS[0] <= sys.version_info[:2] <= SUPPORTED_PYTHONS[1]:
        return None
    oldest, newest = (".".join(map(str, version)) for version in SUPPORTED_PYTHONS)
    return (
        f"This needs Python {oldest} to {newest}, and {sys.executable} is Python "
        f"{_version()}. Install one that fits, and type: {_install_command(program, newest)}"
    )


def _missing(program: str) -> str | None:
    missing = [name for name in REQUIRED_MODULES if importlib.util.find_spec(name) is None]
    if not missing:
        return None
    return (
        f"Not installed for {sys.executable} (Python {_version()}): {', '.join(missing)}. "
        f"Type: {_advice(program)}"
    )


def _advice(program: str) -> str:
    """Return the command that installs the packages, or that starts the Python that has them."""
    if sys.prefix != sys.base_prefix:  # in a virtual environment
        return f'"{sys.executable}" -m pip install -r requirements.txt'
    if (PROJECT / _venv_python()).exists():
        return f"{_venv_python()} {program}"
    return _install_command(program)


def _install_command(program: str, version: str = "") -> str:
    """Return the README's commands: make a virtual environment, install, start the program."""
    python = _venv_python()
    makes = f"py -{version or 3}" if WINDOWS else f"python{version or 3}"
    steps = [
        f"{makes} -m venv --clear .venv",
        f"{python} -m pip install -r requirements.txt",
        f"{python} {program}",
    ]
    return ("; " if WINDOWS else " && ").join(steps)  # PowerShell 5.1 has no &&


def _venv_python() -> str:
    """Return the path of Python in the README's virtual environment, for a shell."""
    return ".venv\\Scripts\\python.exe" if WINDOWS else ".venv/bin/python"


def _version() -> str:
    return ".".join(map(str, sys.version_info[:3]))
