"""Start the real app as a person does, for the tests that talk to it over HTTP."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent


def free_port() -> int:
    """Return a port nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def serve(*options: str, **environment: str) -> Iterator[str]:
    """Run ``python app.py`` with ``options``, yield its address, end it.

    The variables of ``environment`` are set besides; one that is "" is not there at all.
    """
    with serve_class(*options, **environment) as (address, _):
        yield address


@contextlib.contextmanager
def serve_class(*options: str, **environment: str) -> Iterator[tuple[str, str]]:
    """The same; yield the address and the teacher's token."""
    command = [sys.executable, "app.py", "--port", str(free_port()), *options]
    variables = {name: value for name, value in (os.environ | environment).items() if value}
    with subprocess.Popen(
        command, cwd=ROOT, env=variables, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            line = process.stdout.readline()  # comes when it serves, or is empty when it failed
            assert line.startswith("Open http"), f"app.py did not start: {line!r}"
            teacher = process.stdout.readline()
            yield line.split()[1], teacher.strip().partition("?teacher=")[2]
        finally:
            process.terminate()
