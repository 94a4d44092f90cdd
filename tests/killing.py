"""Kill programs at random moments, and check what is left each time.

    python -m tests.killing [--times 100] [--seed 0]              # a training, killed
    python -m tests.killing --writing [--times 100] [--seed 0]    # whatever writes a file, killed
    python -m tests.killing --signals [--times 100] [--seed 0]    # a page, by two signals

A training that saves checkpoints after every short epoch is killed at a random moment and started
again. Each time, every file under its final name must be complete, the shipped weights must load,
and the next start must say what it discarded. It needs MNIST, found as training finds it.

A training seldom writes. With ``--writing``, what writes each kind of file is killed at a random
line of Python of all that it runs between the opening of the file and the end of its renaming.

With ``--signals``, a page gets two signals a tenth of a millisecond apart: while it starts, while
it is open, while a training in it starts, and while one runs. It must end cleanly, and leave no
process and no file behind.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mnist_cnn.system import quiet_tensorflow  # noqa: F401  first, before TensorFlow is imported

# isort: split
import keras

from mnist_cnn.__main__ import main as run_command
from mnist_cnn.network import model, weights
from mnist_cnn.optimization.checkpoint import Checkpoint
from mnist_cnn.system.atomic_files import UNFINISHED_MARK, discard_unfinished, write_atomically
from tests import processes
from tests.serving import ROOT

EPOCHS, DIGITS = 30, 200  # an epoch takes some hundredths of a second
PATIENCE = 120  # seconds for what is to be killed at a line to come there


@dataclass
class Tally:
    """What the kills found."""

    kills: int = 0
    half_written: int = 0  # files they left behind
    resumed: int = 0  # starts that resumed a killed training
    finished: int = 0  # trainings that finished before they were killed

    def __str__(self) -> str:
        return (
            f"{self.kills} kills: {self.half_written} files left half written and discarded, "
            f"{self.resumed} times gone on, {self.finished} trainings finished in between; "
            "every file that is read was whole, and the shipped weights loaded, each time"
        )


def main() -> None:
    """Kill as often as asked, and print what was met; an AssertionError tells what was not."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--times", type=int, default=100)
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--signals", action="store_true", help="end a page, by two signals")
    options.add_argument("--writing", action="store_true", help="kill what writes a file")
    chosen = options.parse_args()
    if chosen.signals:
        print(end_often(chosen.times, chosen.seed))
        return
    kill = kill_writers if chosen.writing else kill_often
    with tempfile.TemporaryDirectory() as folder:
        print(kill(Path(folder), chosen.times, chosen.seed))


def kill_often(folder: Path, times: int, seed: int, data: Path | None = None) -> Tally:
    """Kill trainings that write to ``folder``; ``data`` is MNIST, where it is not found."""
    chance, tally = random.Random(seed), Tally()
    output = folder / "net.keras"
    while tally.kills < times:
        left = sorted(folder.glob(f".*{UNFINISHED_MARK}*"))
        done = kill_once(output, chance, tally, left, data)
        check(folder)
        if done:
            for file in folder.iterdir():
                file.unlink()
    return tally


def kill_writers(folder: Path, times: int, seed: int) -> str:
    """Kill what writes each kind of file so often, while it writes; return in words what was met.

    The written file must be the one from before, the new one, or not there, and what is left of
    another must be found and deleted by ``discard_unfinished``.
    """
    chance, kills, half_written = random.Random(seed), Counter(), Counter()
    jobs = writers(folder)
    for write in jobs.values():
        run_until_line(write)  # what is made once is not made again
    lines = {name: run_until_line(write) for name, write in jobs.items()}
    complete = {file: file.read_bytes() for file in files_in(folder)}
    for _ in range(times):
        name = chance.choice(sorted(jobs))
        if chance.random() < 0.5:  # nothing was there before
            for file in files_in(folder):
                file.unlink()
        kills[name] += kill_at_line(jobs[name], chance.randint(1, lines[name]))
        left = {file for file in files_in(folder) if UNFINISHED_MARK in file.name}
        half_written[name] += len(left)
        for file in {*files_in(folder)} - left:
            assert file.read_bytes() == complete[file] or is_whole(file), f"{name}: {file}"
        assert {*discard_unfinished(folder)} == left, f"{name}: {left}"
    return "\n".join(
        f"{name}: {kills[name]} kills, {half_written[name]} left a file half-written, "
        "none under its name"
        for name in jobs
    )


def writers(folder: Path) -> dict[str, Callable[[], object]]:
    """Return what writes each kind of file that people keep, to ``folder``."""
    network, card = model.build(seed=1), weights.load_card()
    optimizer = keras.optimizers.Adam()
    optimizer.build(network.trainable_variables)
    checkpoint = Checkpoint(folder / "net.unfinished.npz", network, optimizer, "killed")
    shipped, exported = str(weights.DEFAULT), str(folder / "net.onnx")
    return {
        "checkpoint": lambda: checkpoint.save(1, 1.0),
        "network and card": lambda: weights.save(network, card, folder / "net.keras"),
        "exported network": lambda: run_command(["export", "--to", exported, shipped]),
        "page in one file": lambda: run_command(["site", "--single", str(folder / "page.html")]),
    }


def run_until_line(write: Callable[[], object], fatal: int | None = None) -> int:
    """Run it, killed at this line of what ``write_atomically`` runs; return how many it has."""
    lines, inside = 0, False

    def trace(frame, event: str, _):
        nonlocal lines, inside
        if frame.f_code is write_atomically.__code__:
            inside = event != "return"
        if not inside:
            return None
        lines += event == "line"
        if lines == fatal:
            os.kill(os.getpid(), signal.SIGKILL)
        return trace

    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):
        sys.settrace(trace)
        try:
            write()
        finally:
            sys.settrace(None)
    return lines


def kill_at_line(write: Callable[[], object], fatal: int) -> bool:
    """Run it in a process of its own, killed at this line; return whether it came there."""
    child = os.fork()
    if not child:
        try:
            signal.alarm(PATIENCE)
            run_until_line(write, fatal)
            os._exit(0)
        finally:
            traceback.print_exc()
            os._exit(1)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert status in (0, -signal.SIGKILL), status
    return status != 0


def files_in(folder: Path) -> list[Path]:
    """Return all files in it, those left half-written too."""
    return [file for file in folder.iterdir() if file.is_file()]


def end_often(times: int, seed: int) -> str:
    """End a page by two signals so often; return what became of it, in words."""
    chance, became = random.Random(seed), Counter()
    for _ in range(times):
        with tempfile.TemporaryDirectory() as folder:
            moment, status = end_once(Path(folder), chance)
            left = processes.left_in(Path(folder))
        became[f"{moment}: status {status}, left {left or 'nothing'}"] += 1
    return "\n".join(f"{count} {words}" for words, count in sorted(became.items()))


def end_once(folder: Path, chance: random.Random) -> tuple[str, int]:
    """End a page at a random moment; return the moment and the status."""
    pair = chance.choices([signal.SIGINT, signal.SIGTERM, signal.SIGHUP], k=2)
    moment = chance.choice([None, *processes.MOMENTS])
    with processes.start_page(folder) as process, contextlib.ExitStack() as stack:
        if moment:
            stack.push(moment(processes.address_of(process)))
        time.sleep(chance.uniform(0, 1 if moment else 4))
        everybody = processes.family(process.pid)
        processes.send_signals(process, *pair)
        status, complaints = processes.wait_for_end(process, everybody)
        assert "Traceback" not in complaints, complaints
    return moment.__name__ if moment else "while_it_starts", status


def kill_once(
    output: Path, chance: random.Random, tally: Tally, left: list[Path], data: Path | None
) -> bool:
    """Start a training, kill it at a random moment; return whether it had finished before."""
    command = [sys.executable, "-m", "mnist_cnn", "train", "--epochs", str(EPOCHS)]
    command += ["--digits", str(DIGITS), "--output", str(output)]
    command += ["--data", str(data)] if data else []
    with (
        tempfile.TemporaryFile("w+") as errors,
        subprocess.Popen(
            command,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env=os.environ | {"PYTHONUNBUFFERED": "1"},
        ) as process,
    ):
        began, said = time.monotonic(), []
        for line in process.stdout:
            said.append(line)
            if line.startswith("Recipe"):  # data is loaded; it trains from here
                break
        starting = time.monotonic() - began
        time.sleep(chance.uniform(0, starting))  # as slow as this machine is now
        finished = process.poll() is not None
        process.kill()
        said.append(process.stdout.read())
        errors.seek(0)
        complaints = errors.read()
    for file in left:
        assert f"Discarded {file}, left half written" in complaints, (file, complaints)
    assert "Traceback" not in complaints, complaints
    tally.half_written += len(left)
    tally.resumed += "Continuing the interrupted training" in "".join(said)
    tally.finished += finished
    tally.kills += not finished
    return finished


def check(folder: Path) -> None:
    """Load everything that has a name that is read, and the shipped weights."""
    for file in folder.iterdir():
        assert is_whole(file) or UNFINISHED_MARK in file.name, file
    weights.load()


def is_whole(file: Path) -> bool:
    """Load what a training writes; return whether it is such a file, under a name that is read."""
    if file.name.startswith("."):
        return False
    if file.suffix == ".keras":
        weights.load(file)
    elif file.suffix == ".json":
        weights.load_card(file.with_suffix(".keras"))
    elif file.suffix == ".npz":
        with np.load(file) as arrays:
            assert {"fingerprint", "epoch", "seconds", "v0"} <= {*arrays}
            assert all(arrays[name] is not None for name in arrays)
    else:
        return False
    return True


if __name__ == "__main__":
    main()
