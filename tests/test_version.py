"""The version: one constant, told wherever somebody asks for it, and in the list of changes."""

import re
import subprocess
import sys

import httpx
import pytest
from gradio_client import Client

import mnist_cnn
from mnist_cnn.server.programs.predict import describe
from tests.serving import ROOT

HEADING = re.compile(r"^## \[(.+?)\] - (\d{4}-\d\d-\d\d)$", re.MULTILINE)


def test_the_newest_heading_of_the_changes_is_the_version():
    changes = (ROOT / ".github" / "CHANGELOG.md").read_text(encoding="utf-8")
    headings = HEADING.findall(changes)
    assert headings[0][0] == mnist_cnn.__version__
    numbers = [tuple(map(int, version.split("."))) for version, _ in headings]
    assert numbers == sorted(numbers, reverse=True)
    assert len(numbers) == len(re.findall(r"^## \[", changes, re.MULTILINE))


def test_balancers_and_programs_are_told(address):
    assert httpx.get(f"{address}/health").json() == {
        "status": "ok",
        "version": mnist_cnn.__version__,
    }
    assert describe(None)["version"] == mnist_cnn.__version__
    told = Client(address, verbose=False).view_api(return_format="dict")
    assert "version" in told["named_endpoints"]["/predict"]["description"]


@pytest.mark.parametrize("command", [["app.py"], ["-m", "mnist_cnn"]])
def test_a_command_line_says_it(command):
    asked = [sys.executable, *command, "--version"]
    outcome = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert (outcome.returncode, outcome.stdout) == (0, f"mnist_cnn {mnist_cnn.__version__}\n")
