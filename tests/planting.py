"""Plant small faults in a copy of this checkout, one at a time, and see whether the tests notice.

    python -m tests.planting [--jobs 2] [--only WORDS] [--without PARTS] [--tests-of REVISION]

Each file in ``tests/faults`` is about a part of the product. A fault there is a paragraph: its
name, the file it is planted in, the lines that are there now (``- ``) and those that take their
place (``+ ``), and the tests that should notice. It is found when these tests pass without it and
fail with it. Exits with status 1 when one is not found. With more than one job, several parts are
looked at at the same time, each in a copy of its own.
"""

from __future__ import annotations

import argparse
import itertools
import multiprocessing
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import types
from collections import Counter
from collections.abc import Collection, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import IO, NoReturn

import pytest

ROOT = Path(__file__).resolve().parent.parent
FAULTS = ROOT / "tests" / "faults"
PATIENCE = 900  # seconds for the tests of one fault: a planted one may make them wait for ever
FAILED = re.compile(r"^(?:FAILED|ERROR) ([^\s\[]+)", re.MULTILINE)


@dataclass(frozen=True)
class Fault:
    """A small change that makes the product worse, and who should notice."""

    part: str  # the file's name in ``tests/faults``
    name: str  # a sentence: what is wrong then
    file: str  # where it is planted
    text: str  # what stands there once
    instead: str
    tests: tuple[str, ...]  # files, or tests in them, as pytest names them


def read(path: Path) -> list[Fault]:
    """Return the faults in a file of ``tests/faults``."""
    return [
        _fault(path.stem, paragraph.split("\n"))
        for paragraph in re.split(r"\n\n+", path.read_text(encoding="utf-8").strip())
        if not paragraph.startswith("#")
    ]


def _fault(part: str, lines: list[str]) -> Fault:
    name, file, *rest = lines
    text, instead = ("\n".join(line[2:] for line in rest if line.startswith(sign)) for sign in "-+")
    tests = tuple(line for line in rest if line.startswith("tests/"))
    return Fault(part, name, file, text, instead, tests)


def faults() -> list[Fault]:
    """Return all of them."""
    return [fault for path in sorted(FAULTS.glob("*.txt")) for fault in read(path)]


class Copy:
    """A copy of the checkout in which faults are planted, with its own tests or older ones."""

    def __init__(self, folder: Path, revision: str | None = None):
        self.folder = folder
        kept = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        for name in _output(kept).decode().strip("\0").split("\0"):
            if (ROOT / name).is_file() and not (revision and name.startswith("tests/")):
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / name, folder / name)
        if revision:
            archive = _output(["git", "archive", revision, "tests"])
            subprocess.run(["tar", "-x", "-C", folder], input=archive, check=True)

    def tests(self, named: Sequence[str]) -> list[str]:
        """Return those that are there; the whole file of a test whose name is no longer there."""
        found = []
        for test in named:
            file, _, function = test.partition("::")
            if (path := self.folder / file).is_file():
                known = f"def {function}(" in path.read_text(encoding="utf-8")
                found.append(test if known else file)
        return list(dict.fromkeys(found))

    def run(self, tests: Sequence[str], *options: str) -> tuple[int | None, list[str]]:
        """Run tests; return pytest's exit status, None when it takes too long, and what failed."""
        marks = [
            "-p",
            "no:cacheprovider",
            "-m",
            "",
        ]  # slow ones, too: they are named where no other would notice
        with tempfile.TemporaryFile() as output:
            child = os.fork()  # in a process that has imported TensorFlow: five seconds saved
            if not child:
                _test(self.folder, ["-q", *marks, *options, *tests], output)
            status = _wait(child)
            output.seek(0)
            return status, FAILED.findall(output.read().decode(errors="replace"))

    def plant(self, fault: Fault, failing: Collection[str] = ()) -> tuple[str, str]:
        """Return what became of a fault, in words, and the test that noticed.

        Args:
            fault: the one to plant, and to take out again.
            failing: tests that fail without any, and are left out.
        """
        path = self.folder / fault.file
        before = path.read_bytes()
        text = before.decode()
        if text.count(fault.text) != 1:
            return "text missing", ""
        named = self.tests(fault.tests)
        tests = [test for test in named if test not in failing]
        if not tests:
            return ("fails without it", named[0]) if named else ("not noticed", "no such test")
        path.write_text(text.replace(fault.text, fault.instead), encoding="utf-8", newline="")
        try:
            status, failed = self.run(tests, "-x", *(f"--deselect={test}" for test in failing))
        finally:
            path.write_bytes(before)
        words = {0: "not noticed", 1: "found", None: "waits for ever"}
        return words.get(status, f"status {status}"), next(iter(failed), "")


def plant_all(alike: Sequence[Fault], revision: str | None) -> Counter[str]:
    """Plant the faults of a part, one at a time; print a line for each; count what became of them.

    Args:
        alike: the faults.
        revision: of the tests, or None for those that are here.
    """
    became = Counter()
    # Tests that run at the same time have ports of their own by this name.
    os.environ["PYTEST_XDIST_WORKER"] = f"gw{os.getpid() % 12}"
    with tempfile.TemporaryDirectory() as folder:
        copy = Copy(Path(folder), revision)
        tests = copy.tests([test for fault in alike for test in fault.tests])
        status, failing = copy.run(tests, "-r", "fE")
        print(f"{alike[0].part} without a fault: status {status}", *failing, flush=True)
        for fault in alike:
            words, noticed = copy.plant(fault, failing)
            became[words] += 1
            print(f"{words:16} {fault.name}  {noticed}", flush=True)
    return became


def _test(folder: Path, arguments: list[str], output: IO[bytes]) -> NoReturn:
    """Be a process that tests the copy in ``folder``, and that nothing here has touched."""
    os.setsid()  # with all that it starts
    for stream in (1, 2):
        os.dup2(output.fileno(), stream)
    os.chdir(folder)
    sys.path[0] = str(folder)
    sys.dont_write_bytecode = True  # or a fault may live on in it
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    for name in [name for name in sys.modules if name.split(".")[0] in ("mnist_cnn", "tests")]:
        del sys.modules[name]
    sys.modules["__main__"] = types.ModuleType("__main__")  # processes it spawns import that
    status = pytest.main(arguments)
    sys.stdout.flush()
    os._exit(status)


def _wait(child: int) -> int | None:
    """Return the exit status of a process; None when it had to be killed."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.05)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


def _import_libraries() -> None:
    """Import what takes long, and start no thread: none would survive a fork."""
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    import gradio  # noqa: F401
    import keras  # noqa: F401

    del os.environ["TF_CPP_MIN_LOG_LEVEL"]


def _output(command: list[str]) -> bytes:
    return subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout


def main() -> None:
    """Plant the faults that are asked for, and print a line for each."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--only", default="", help="faults whose part or name has these words")
    options.add_argument("--without", default="", help="parts to leave out, with commas")
    options.add_argument("--tests-of", metavar="REVISION", help="the tests of another revision")
    options.add_argument("--jobs", type=int, default=1, help="parts at the same time (default 1)")
    chosen = options.parse_args()
    planted = [
        fault
        for fault in faults()
        if chosen.only in f"{fault.part}: {fault.name}"
        and fault.part not in chosen.without.split(",")
    ]
    _import_libraries()
    parts = [list(alike) for _, alike in itertools.groupby(planted, key=lambda fault: fault.part)]
    with ProcessPoolExecutor(chosen.jobs, multiprocessing.get_context("fork")) as jobs:
        counts = jobs.map(plant_all, parts, itertools.repeat(chosen.tests_of))
        became = sum(counts, Counter())
    print(", ".join(f"{count} {words}" for words, count in became.most_common()))
    sys.exit(became["found"] < len(planted))


if __name__ == "__main__":
    main()
