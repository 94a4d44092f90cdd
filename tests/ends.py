"""Programs that are ended by signals, at the moments at which that is hard; looks into /proc."""

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
from websockets.sync.client import connect

from mnist_cnn import ending
from tests.serving import ROOT, free_port

TRAINING = {"data": "generated", "digits": 1000, "epochs": 200}
APART = 1e-4  # seconds between two signals
SOON = 30  # seconds for a program to end


def hear() -> None:
    """Ignore no signal, whatever the process before did: shells let those in the background."""
    for number in ending.SIGNALS:
        signal.signal(number, signal.SIG_DFL)


@contextlib.contextmanager
def begun(*command: str, folder: Path, **variables: str) -> Iterator[subprocess.Popen]:
    """Start a Python program that keeps temporary files in ``folder``; it hears signals already."""
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [sys.executable, *command],
        cwd=ROOT,
        stdout=pipe,
        stderr=pipe,
        text=True,
        env=os.environ | {"TMPDIR": str(folder), "PYTHONUNBUFFERED": "1"} | variables,
        preexec_fn=hear,
        start_new_session=True,  # as in a terminal of its own, which tells all its processes
    ) as process:
        try:
            late = time.monotonic() + SOON
            while not hears(process.pid, signal.SIGTERM):
                assert process.poll() is None, process.stderr.read()
                assert time.monotonic() < late, "it hears of no signals"
                time.sleep(0.001)
            yield process
        finally:
            process.kill()


def page(folder: Path, *options: str, **variables: str):
    """As ``begun``: a page for this machine only."""
    command = ("app.py", "--host", "127.0.0.1", "--port", str(free_port()), *options)
    return begun(*command, folder=folder, **variables)


def opened(process: subprocess.Popen) -> str:
    """Return the address of a page, when it is served."""
    line = process.stdout.readline()
    assert line.startswith("Open "), process.stderr.read()
    return line.split()[1]


def hears(process: int, number: int) -> bool:
    """Whether a process has a handler of its own for a signal."""
    with contextlib.suppress(OSError):  # it has just ended
        for line in Path(f"/proc/{process}/status").read_text().splitlines():
            if line.startswith("SigCgt:"):
                return bool(int(line.split()[1], 16) >> (number - 1) & 1)
    return False


def ask(process: subprocess.Popen, *numbers: int, apart: float = APART) -> None:
    """Send signals to all processes of a program, as a terminal does."""
    for number in numbers:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        time.sleep(apart)


def end(process: subprocess.Popen, everybody: Collection[int] = ()) -> tuple[int, str]:
    """Wait until a program and ``everybody`` have gone; return its status and complaints."""
    _, complaints = process.communicate(timeout=SOON)
    until_gone(everybody)
    return process.returncode, complaints


def left_in(folder: Path) -> list[str]:
    """Return what programs have left in a folder for temporary files."""
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
    """Wait until none of these processes lives."""
    late = time.monotonic() + 10
    while left := set(filter(_alive, everybody)):
        assert time.monotonic() < late, left
        time.sleep(0.02)


def _alive(process: int) -> bool:
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return False
    return fields[0] != "Z"


# --- moments: each brings a page that is served to one, and returns what keeps it there ---


def at_once(address: str) -> contextlib.ExitStack:
    """Nothing has happened."""
    return contextlib.ExitStack()


def with_open_sockets(address: str) -> contextlib.ExitStack:
    """Three pages are open."""
    news = f"{address.replace('http', 'ws')}/mnist_cnn/class"
    pages = contextlib.ExitStack()
    for _ in range(3):
        pages.enter_context(connect(news))
    return pages


def while_a_training_starts(address: str) -> contextlib.ExitStack:
    """The process of a training has only just begun."""
    with _visitor(address) as visitor:
        visitor.post("/trainings", json=TRAINING)
    return contextlib.ExitStack()


def while_a_page_trains(address: str) -> contextlib.ExitStack:
    """A training has saved a snapshot, and does so again and again."""
    with _visitor(address) as visitor:
        run, after = visitor.post("/trainings", json=TRAINING).json()["id"], 0
        while True:
            news = visitor.get(f"/trainings/{run}", params={"after": after}).json()
            assert news["state"] in ("queued", "starting", "training"), news
            if any(event["kind"] == "kept" for event in news["events"]):
                return contextlib.ExitStack()
            after = news["events"][-1]["number"] if news["events"] else after


def _visitor(address: str) -> httpx.Client:
    headers = {"X-Mnist-Cnn-Session": "0" * 16}
    return httpx.Client(base_url=f"{address}/mnist_cnn", headers=headers, timeout=120)


MOMENTS = (at_once, with_open_sockets, while_a_training_starts, while_a_page_trains)
