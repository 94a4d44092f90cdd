"""Serve the real app, for the tests that talk to it over HTTP: here, or in a process of its own."""

from __future__ import annotations

import contextlib
import itertools
import os
import random
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING

import httpx

from mnist_cnn import weights_file

if TYPE_CHECKING:
    from mnist_cnn.ui.server import Served

ROOT = Path(__file__).parent.parent
_ports = itertools.count(random.randrange(1000))  # not those of the run before, that linger
PATIENCE = 120  # seconds: a loaded machine takes long to import TensorFlow


def free_port() -> int:
    """Return a free port that no client and no other test process takes before it is used.

    Systems give clients ports from 32768 on, and each test process has a thousand of its own.
    """
    process = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:])
    for _ in range(100):
        port = 20_000 + 1000 * (process % 12) + next(_ports) % 1000
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise RuntimeError("100 ports in a row are in use")


@contextlib.contextmanager
def serve(*options: str, **settings) -> Iterator[str]:
    """Serve the app in this process with ``options``, yield its address, end it.

    ``serve_process`` is for what only the program itself does. ``settings`` are those of
    ``server.launch``.
    """
    with serve_class(*options, **settings) as (address, _):
        yield address


@contextlib.contextmanager
def serve_class(*options: str, **settings) -> Iterator[tuple[str, str]]:
    """As ``serve``; yield the address and the teacher's token."""
    with serving(*options, **settings) as (address, served):
        yield address, served.classroom.token


@contextlib.contextmanager
def serving(*options: str, **settings) -> Iterator[tuple[str, Served]]:
    """As ``serve``; yield the address and what is served."""
    from mnist_cnn.ui import command_line, server
    from mnist_cnn.ui.accounts import accounts

    chosen = command_line.parser().parse_args(["--port", str(free_port()), *options])
    command_line.check(chosen)
    users = accounts(chosen.auth, chosen.auth_file)
    served = server.launch(chosen, chosen.weights or weights_file.DEFAULT, users, **settings)
    try:
        yield f"http://127.0.0.1:{chosen.port}", served
    finally:
        served.close()
        served.demo.server.config.timeout_graceful_shutdown = 1  # second, for what is open still
        served.demo.close(verbose=False)


@contextlib.contextmanager
def serve_process(
    *options: str, root: Path = ROOT, stderr: IO | None = None, **environment: str
) -> Iterator[tuple[str, subprocess.Popen]]:
    """Serve the app in a process of its own; yield its address and that process.

    ``stderr`` is a file for what it complains of, instead of this process's own.
    """
    command = [sys.executable, "app.py", "--port", str(free_port()), *options]
    variables = {name: value for name, value in (os.environ | environment).items() if value}
    with subprocess.Popen(
        command, cwd=root, env=variables, stdout=subprocess.PIPE, stderr=stderr, text=True
    ) as process:
        try:
            # Comes when it serves, or is empty when it failed; with --mcp Gradio has a word before.
            line = next(
                (line for line in process.stdout if "--mcp" not in options or "Open" in line), ""
            )
            assert line.startswith("Open http"), f"app.py did not start: {line!r}"
            yield line.split()[1], process
        finally:
            process.terminate()


@contextlib.contextmanager
def people(address: str) -> Iterator[Callable[[str], httpx.Client]]:
    """Yield what makes a client of a name, with a session of its own; at the end its runs are left.

    ``address`` is that of the page's own routes.
    """
    clients = []

    def person(name: str) -> httpx.Client:
        headers = {"X-Mnist-Cnn-Session": f"{name}-{'0' * 16}"}
        clients.append(httpx.Client(base_url=address, headers=headers, timeout=PATIENCE))
        return clients[-1]

    yield person
    for client in clients:
        for run in client.get("/trainings").json()["runs"]:
            client.post(f"/trainings/{run['id']}?verb=leave")
        client.close()
