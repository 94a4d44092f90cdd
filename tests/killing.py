"""End programs at random moments, again and again, and look at what is left each time.

    python -m tests.killing [--times 100] [--seed 0]              # a training, killed
    python -m tests.killing --signals [--times 100] [--seed 0]    # a page, by two signals

The same command trains, keeps its state after every short epoch, tests and writes its weights. It
is killed without a warning at a random moment and started again. Whatever lies under a name that
is read must be whole each time, the shipped weights must load, and the next start has to say what
it discarded. It needs MNIST, found as training finds it.

With ``--signals``, a page is ended by two signals a tenth of a millisecond apart: while it starts,
while it is open, while a training in it starts, and while one goes on. It has to end in order, and
to leave no process and no file behind.
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
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mnist_cnn import quiet  # noqa: F401  first, before TensorFlow is imported

# isort: split
from mnist_cnn import weights
from mnist_cnn.aside import MARK
from tests import ends
from tests.serving import ROOT

EPOCHS, DIGITS = 30, 200  # an epoch takes some hundredths of a second, most of it to be kept


@dataclass
class Tally:
    """What the kills met."""

    kills: int = 0
    half_written: int = 0  # files left behind by them
    resumed: int = 0  # starts that went on where another was killed
    finished: int = 0  # trainings that came to their end before they were killed

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
    chosen = options.parse_args()
    if chosen.signals:
        print(end_often(chosen.times, chosen.seed))
        return
    with tempfile.TemporaryDirectory() as folder:
        print(kill_often(Path(folder), chosen.times, chosen.seed))


def kill_often(folder: Path, times: int, seed: int, data: Path | None = None) -> Tally:
    """Kill trainings that write to ``folder``; ``data`` is MNIST, where it is not found."""
    chance, tally = random.Random(seed), Tally()
    output = folder / "net.keras"
    while tally.kills < times:
        left = sorted(folder.glob(f".*{MARK}*"))
        done = kill_once(output, chance, tally, left, data)
        check(folder)
        if done:
            for file in folder.iterdir():
                file.unlink()
    return tally


def end_often(times: int, seed: int) -> str:
    """End a page by two signals so often; return what became of it, in words."""
    chance, became = random.Random(seed), Counter()
    for _ in range(times):
        with tempfile.TemporaryDirectory() as folder:
            moment, status = end_once(Path(folder), chance)
            left = ends.left_in(Path(folder))
        became[f"{moment}: status {status}, left {left or 'nothing'}"] += 1
    return "\n".join(f"{count} {words}" for words, count in sorted(became.items()))


def end_once(folder: Path, chance: random.Random) -> tuple[str, int]:
    """End a page at a random moment; return the moment and the status."""
    pair = chance.choices([signal.SIGINT, signal.SIGTERM, signal.SIGHUP], k=2)
    moment = chance.choice([None, *ends.MOMENTS])
    with ends.page(folder) as process, contextlib.ExitStack() as stack:
        if moment:
            stack.push(moment(ends.opened(process)))
        time.sleep(chance.uniform(0, 1 if moment else 4))
        everybody = ends.family(process.pid)
        ends.ask(process, *pair)
        status, complaints = ends.end(process, everybody)
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
        assert f"Discarded {file}, half written" in complaints, (file, complaints)
    assert "Traceback" not in complaints, complaints
    tally.half_written += len(left)
    tally.resumed += "Going on with the interrupted run" in "".join(said)
    tally.finished += finished
    tally.kills += not finished
    return finished


def check(folder: Path) -> None:
    """Load everything that has a name that is read, and the shipped weights."""
    for file in folder.iterdir():
        if file.name.startswith("."):
            assert MARK in file.name, file
        elif file.suffix == ".keras":
            weights.load(file)
        elif file.suffix == ".json":
            weights.load_card(file.with_suffix(".keras"))
        else:
            assert file.name == "net.unfinished.npz", file
            with np.load(file) as arrays:
                assert {"fingerprint", "epoch", "seconds", "v0"} <= {*arrays}
                assert all(arrays[name] is not None for name in arrays)
    weights.load()


if __name__ == "__main__":
    main()
