"""Serve the real app for tests over HTTP, in this process or in another."""

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

from mnist_cnn.network import keras_file

if TYPE_CHECKING:
    from mnist_cnn.server.serve import Served
    from mnist_cnn.server.state.teachers import Teachers

ROOT = Path(__file__).parent.parent
_ports = itertools.count(random.randrange(1000))  # not the ports of the last run, which may linger
PATIENCE = 120  # seconds: a loaded machine is slow to import TensorFlow


def free_port() -> int:
    """Return a port that is free, and that no client and no other test process will take.

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
    """Serve the app in this process; yield its address.

    Args:
        options: of the command line.
        settings: of ``serve.launch``.
    """
    with serve_class(*options, **settings) as (address, _):
        yield address


@contextlib.contextmanager
def serve_class(*options: str, **settings) -> Iterator[tuple[str, Teachers]]:
    """As ``serve``; yield the address and who is the teacher: whose ``token`` is the link's."""
    with serving(*options, **settings) as (address, served):
        yield address, served.state.teachers


def as_teacher(address: str, token: str) -> dict[str, str]:
    """Use the teacher's link to the page at ``address``; return a browser's headers then."""
    answer = httpx.put(f"{address}/mnist_cnn/class", json={"token": token}, timeout=PATIENCE)
    cookie = answer.raise_for_status().headers["set-cookie"].partition(";")[0]
    return {"Cookie": cookie, "X-Mnist-Cnn-Session": "the-teacher-s-browser"}


@contextlib.contextmanager
def serving(*options: str, **settings) -> Iterator[tuple[str, Served]]:
    """As ``serve``; yield the address and the ``Served``."""
    from mnist_cnn.server import command_line, serve
    from mnist_cnn.server.accounts import accounts

    chosen = command_line.parser().parse_args(["--port", str(free_port()), *options])
    command_line.check(chosen)
    users = accounts(chosen.auth, chosen.auth_file)
    served = serve.launch(chosen, chosen.weights or keras_file.DEFAULT, users, **settings)
    try:
        yield f"http://127.0.0.1:{chosen.port}", served
    finally:
        served.demo.server.config.timeout_graceful_shutdown = 1  # second, for what is open still
        served.demo.close(verbose=False)


@contextlib.contextmanager
def serve_process(
    *options: str, root: Path = ROOT, stderr: IO | None = None, **environment: str
) -> Iterator[tuple[str, subprocess.Popen]]:
    """Run ``app.py`` in another process; yield its address and the process.

    ``stderr`` is a file for its messages, instead of this process's stderr.
    """
    command = [sys.executable, "app.py", "--port", str(free_port()), *options]
    variables = {name: value for name, value in (os.environ | environment).items() if value}
    with subprocess.Popen(
        command, cwd=root, env=variables, stdout=subprocess.PIPE, stderr=stderr, text=True
    ) as process:
        try:
            # Printed when it serves, empty if it failed; with --mcp Gradio prints before it.
            line = next(
                (line for line in process.stdout if "--mcp" not in options or "Open" in line), ""
            )
            assert line.startswith("Open http"), f"app.py did not start: {line!r}"
            yield line.split()[1], process
        finally:
            process.terminate()


@contextlib.contextmanager
def people(address: str) -> Iterator[Callable[[str], httpx.Client]]:
    """Yield a function from a name to a client with its own session; leave all runs at the end.

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
