"""Python and JavaScript are linted, and Python is formatted, with the settings in the project."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.serving import ROOT


@pytest.mark.parametrize(
    "command",
    [
        [sys.executable, "-m", "ruff", "check", "."],
        [sys.executable, "-m", "ruff", "format", "--check", "."],
        [str(Path(sys.executable).with_name("oxlint")), "mnist_cnn"],
    ],
    ids=["ruff check", "ruff format", "oxlint"],
)
def test_style(command):
    outcome = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
