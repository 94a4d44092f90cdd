"""``python app.py``: what a person sees who starts it, and what goes wrong in a sentence."""

import os
import re
import socket
import subprocess
import sys

import pytest

from mnist_cnn import weights
from tests.serving import ROOT, free_port


def start(*options):
    command = [sys.executable, "app.py", *options]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)


def test_a_port_in_use_gives_a_sentence():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        outcome = start("--port", str(port))
    assert outcome.returncode == 1
    assert outcome.stdout == ""
    assert outcome.stderr.startswith(f"Port {port} on 0.0.0.0 cannot be used")
    assert f"python app.py --port {port + 1}" in outcome.stderr
    assert outcome.stderr.count("\n") == 1


@pytest.mark.parametrize("port", ["0", "65536", "-1"])
def test_an_impossible_port_gives_a_sentence(port):
    outcome = start(f"--port={port}")
    assert outcome.returncode == 1
    assert outcome.stderr == f"--port must be a number from 1 to 65535, not {port}.\n"


@pytest.mark.parametrize("workers", ["0", "9", "-1"])
def test_an_impossible_number_of_trainings_gives_a_sentence(workers):
    outcome = start("--port", str(free_port()), f"--train-workers={workers}")
    assert outcome.returncode == 1
    assert outcome.stderr == f"--train-workers must be a number from 1 to 8, not {workers}.\n"


def test_an_impossible_host_gives_a_sentence():
    outcome = start("--host", "no.such.host.invalid", "--port", str(free_port()))
    assert outcome.returncode == 1
    assert outcome.stderr == "--host no.such.host.invalid is not an address of this machine.\n"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(None, "There are no weights at"), (b"rubbish", "is damaged")],
)
def test_missing_or_corrupt_weights_give_a_sentence(tmp_path, content, sentence):
    file = tmp_path / "mine.keras"
    if content is not None:
        file.write_bytes(content)
    outcome = start("--weights", str(file), "--port", str(free_port()))
    assert outcome.returncode == 1
    assert sentence in outcome.stderr
    assert str(file) in outcome.stderr
    assert "python -m mnist_cnn train" in outcome.stderr
    assert "Traceback" not in outcome.stderr


def test_a_person_sees_the_address_how_to_share_and_how_to_stop_and_nothing_else(tmp_path):
    port = free_port()
    command = [sys.executable, "app.py", "--host", "127.0.0.1", "--port", str(port)]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command,
        cwd=ROOT,
        stdout=pipe,
        stderr=pipe,
        text=True,
        env=os.environ | {"TMPDIR": str(tmp_path)},  # where no killed server has left anything
    ) as process:
        lines = [process.stdout.readline() for _ in range(4)]
        process.terminate()
        _, errors = process.communicate(timeout=30)
    teacher = lines.pop(1)
    assert re.fullmatch(rf"Teacher: http://127\.0\.0\.1:{port}/\?teacher=[\w-]{{24}}\n", teacher)
    assert lines == [
        f"Open http://127.0.0.1:{port}\n",
        "Only this machine can open it; --host 0.0.0.0 lets phones of this network in\n",
        "Stop with Ctrl+C\n",
    ]
    assert errors == ""


def test_shipped_weights_have_a_card():
    assert weights.load_card().test_accuracy >= 0.99
