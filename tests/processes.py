"""Start programs, send them signals at difficult moments, and watch their processes in /proc."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Collection, Iterator
from pathlib import Path

import httpx
import pytest
from websockets.sync.client import connect

from mnist_cnn.system import signals
from tests.serving import ROOT, free_port
from tests.trainings import LONG_CHOICES
from tests.waiting import until

APART = 1e-4  # seconds between two signals
PATIENCE = 30  # seconds for a program to end


def reset_handlers() -> None:
    """Reset all signal handlers: shells make programs in the background ignore some."""
    for number in signals.SIGNALS:
        signal.signal(number, signal.SIG_DFL)


@contextlib.contextmanager
def start_program(*command: str, folder: Path, **variables: str) -> Iterator[subprocess.Popen]:
    """Run a Python program with temporary files in ``folder``; yield it when it handles SIGTERM."""
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [sys.executable, *command],
        cwd=ROOT,
        stdout=pipe,
        stderr=pipe,
        text=True,
        env=os.environ | {"TMPDIR": str(folder), "PYTHONUNBUFFERED": "1"} | variables,
        preexec_fn=reset_handlers,
        start_new_session=True,  # as a terminal, which sends its signals to the whole group
    ) as process:
        try:
            until(
                lambda: process.poll() is not None or handles(process.pid, signal.SIGTERM),
                PATIENCE,
                every=0.001,
            )
            assert process.poll() is None, process.stderr.read()
            yield process
        finally:
            process.kill()


def start_page(folder: Path, *options: str, **variables: str):
    """As ``start_program``: the page, for this machine only."""
    command = ("app.py", "--host", "127.0.0.1", "--port", str(free_port()), *options)
    return start_program(*command, folder=folder, **variables)


def address_of(process: subprocess.Popen) -> str:
    """Wait until a page is served; return its address."""
    line = process.stdout.readline()
    assert line.startswith("Open "), process.stderr.read()
    return line.split()[1]


def handles(process: int, number: int) -> bool:
    """Whether a process has a handler of its own for a signal."""
    with contextlib.suppress(OSError):  # it has just ended
        for line in Path(f"/proc/{process}/status").read_text().splitlines():
            if line.startswith("SigCgt:"):
                return bool(int(line.split()[1], 16) >> (number - 1) & 1)
    return False


def send_signals(process: subprocess.Popen, *numbers: int, apart: float = APART) -> None:
    """Send signals to all processes of a program, as a terminal does."""
    for number in numbers:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        time.sleep(apart)


def wait_for_end(process: subprocess.Popen, everybody: Collection[int] = ()) -> tuple[int, str]:
    """Wait until a program and the processes ``everybody`` end; return its status and stderr."""
    _, complaints = process.communicate(timeout=PATIENCE)
    until_gone(everybody)
    return process.returncode, complaints


def left_in(folder: Path) -> list[str]:
    """Return the names of what programs left in a folder for temporary files."""
    return [path.name for path in folder.iterdir() if path.name.startswith("mnist_cnn")]


def family(process: int) -> set[int]:
    """The process and all its descendants, as the system lists them."""
    parents = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except OSError:  # it has just ended
            continue
        parents[int(status.parent.name)] = int(fields[1])
    found = {process}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def until_gone(everybody: Collection[int]) -> None:
    """Wait until none of these processes is alive."""
    until(lambda: not any(map(alive, everybody)), PATIENCE)


def alive(process: int) -> bool:
    """Whether a process runs: it exists and is no zombie."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return False
    return fields[0] != "Z"


def trainings() -> list[int]:
    """Return the processes that train for the apps in this process."""
    if not Path("/proc/self/cmdline").exists():
        pytest.skip("processes are found in /proc")
    return [process for process in family(os.getpid()) if "spawn_main" in _command(process)]


def _command(process: int) -> str:
    try:
        return Path(f"/proc/{process}/cmdline").read_text(errors="replace")
    except OSError:
        return ""  # it has just ended


# --- difficult moments: each brings a page there, and returns what keeps it there ---


def at_once(address: str) -> contextlib.ExitStack:
    """Nothing has happened."""
    return contextlib.ExitStack()


def with_open_sockets(address: str) -> contextlib.ExitStack:
    """Three pages are open."""
    news = f"{address.replace('http', 'ws')}/mnist_cnn/news"
    pages = contextlib.ExitStack()
    for _ in range(3):
        pages.enter_context(connect(news))
    return pages


def while_a_training_starts(address: str) -> contextlib.ExitStack:
    """The process of a training has just started."""
    with _visitor(address) as visitor:
        visitor.post("/trainings", json=LONG_CHOICES)
    return contextlib.ExitStack()


def while_a_page_trains(address: str) -> contextlib.ExitStack:
    """A training has saved a snapshot, and will save more."""
    with _visitor(address) as visitor:
        run, after = visitor.post("/trainings", json=LONG_CHOICES).json()["id"], 0
        while True:
            news = visitor.get(f"/trainings/{run}", params={"after": after}).json()
            assert news["state"] in ("queued", "starting", "training"), news
            if any(event["kind"] == "kept" for event in news["events"]):
                return contextlib.ExitStack()
            after = news["events"][-1]["number"] if news["events"] else after
            time.sleep(0.2)  # so many requests are allowed, however quick the machine is


def _visitor(address: str) -> httpx.Client:
    headers = {"X-Mnist-Cnn-Session": "0" * 16}
    return httpx.Client(base_url=f"{address}/mnist_cnn", headers=headers, timeout=120)


MOMENTS = (at_once, with_open_sockets, while_a_training_starts, while_a_page_trains)
