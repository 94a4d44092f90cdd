"""Plant small faults in a copy of this checkout, one at a time, and see whether the tests notice.

    python -m tests.planting [--only WORDS] [--without PARTS] [--tests-of REVISION]

Each file in ``tests/faults`` is about a part of the product. A fault there is a paragraph: its
name, the file it is planted in, the lines that are there now (``- ``) and those that take their
place (``+ ``), and the tests that should notice. It is found when these tests pass without it and
fail with it. Exits with status 1 when one is not found.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.serving import ROOT

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

    def run(self, tests: Iterable[str], *options: str) -> tuple[int | None, list[str]]:
        """Run tests; return pytest's exit status, None when it takes too long, and what failed."""
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
        marks = ["-m", ""]  # slow ones, too: they are named where no other would notice
        process = subprocess.Popen(
            [*command, *marks, *options, *tests],
            cwd=self.folder,
            env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},  # or a fault may live on in it
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            text=True,
        )
        try:
            said, _ = process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            return None, []
        return process.returncode, FAILED.findall(said)

    def plant(self, fault: Fault, failing: Iterable[str] = ()) -> tuple[str, str]:
        """Return what became of a fault, in words, and the test that noticed.

        Args:
            fault: the one to plant, and to take out again.
            failing: the tests that fail without any.
        """
        path = self.folder / fault.file
        before = path.read_bytes()
        text = before.decode()
        if text.count(fault.text) != 1:
            return "text missing", ""
        tests = self.tests(fault.tests)
        if broken := [test for test in failing if any(_names(one, test) for one in tests)]:
            return "fails without it", broken[0]
        if not tests:
            return "not noticed", "no such test"
        path.write_text(text.replace(fault.text, fault.instead), encoding="utf-8", newline="")
        try:
            status, failed = self.run(tests, "-x")
        finally:
            path.write_bytes(before)
        words = {0: "not noticed", 1: "found", None: "waits for ever"}
        return words.get(status, f"status {status}"), next(iter(failed), "")


def _names(named: str, test: str) -> bool:
    """Whether ``test`` is the one that is named, or is in the file that is."""
    return test == named or test.startswith(f"{named}::")


def _output(command: list[str]) -> bytes:
    return subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout


def main() -> None:
    """Plant the faults that are asked for, and print a line for each."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--only", default="", help="faults whose part or name has these words")
    options.add_argument("--without", default="", help="parts to leave out, with commas")
    options.add_argument("--tests-of", metavar="REVISION", help="the tests of another revision")
    chosen = options.parse_args()
    planted = [
        fault
        for fault in faults()
        if chosen.only in f"{fault.part}: {fault.name}"
        and fault.part not in chosen.without.split(",")
    ]
    became = Counter()
    with tempfile.TemporaryDirectory() as folder:
        copy = Copy(Path(folder), chosen.tests_of)
        tests = copy.tests([test for fault in planted for test in fault.tests])
        _, failing = copy.run(tests, "-r", "fE")
        for fault in planted:
            words, noticed = copy.plant(fault, failing)
            became[words] += 1
            print(f"{words:16} {fault.part}: {fault.name}  {noticed}", flush=True)
    print(", ".join(f"{count} {words}" for words, count in became.most_common()))
    sys.exit(became["found"] < len(planted))


if __name__ == "__main__":
    main()
