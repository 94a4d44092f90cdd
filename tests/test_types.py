"""The types of mnist_cnn and app.py fit together, as .mypy.ini asks for."""

import subprocess
import sys

from tests.serving import ROOT


def test_types(tmp_path):
    command = [sys.executable, "-m", "mypy", "--cache-dir", str(tmp_path)]
    outcome = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr


def test_the_types_are_for_others_too():
    assert (ROOT / "mnist_cnn" / "py.typed").is_file()
