"""``python app.py``: what a person sees who starts it, and what goes wrong in a sentence."""

import io
import os
import re
import socket
import subprocess
import sys
import zipfile

import h5py
import numpy as np
import pytest

import app
from mnist_cnn.network import keras_file, weights
from mnist_cnn.server import command_line, serve
from mnist_cnn.system import temporary_folder
from tests.serving import ROOT, free_port


def test_a_port_in_use_gives_a_sentence_and_ends_the_program():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        command = [sys.executable, "app.py", "--port", str(port)]
        outcome = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert outcome.returncode == 1
    assert outcome.stdout == ""
    assert outcome.stderr.startswith(f"Port {port} on 0.0.0.0 cannot be used")
    assert f"python app.py --port {port + 1}" in outcome.stderr
    assert outcome.stderr.count("\n") == 1


@pytest.fixture
def start(monkeypatch, capsys):
    """Return what starts the program in this process; its status, and what it prints."""

    def start(*options):
        monkeypatch.setattr(sys, "argv", ["app.py", "--port", str(free_port()), *options])
        return app.main(), *capsys.readouterr()

    monkeypatch.setattr(temporary_folder, "create", list)  # of the tests, not of the program
    monkeypatch.setattr(serve, "serve", lambda *_: "it serves")
    return start


def test_a_program_whose_options_can_be_used_serves(start):
    assert start() == ("it serves", "", "")


NO_COLON = "--auth: write user:password, with a colon between them."
REFUSED = {
    "--port=0": "--port must be a number from 1 to 65535, not 0.",
    "--port=65536": "--port must be a number from 1 to 65535, not 65536.",
    "--port=-1": "--port must be a number from 1 to 65535, not -1.",
    "--train-workers=0": "--train-workers must be a number from 1 to 8, not 0.",
    "--train-workers=9": "--train-workers must be a number from 1 to 8, not 9.",
    "--train-workers=-1": "--train-workers must be a number from 1 to 8, not -1.",
    "--host=no.such.host.invalid": "--host no.such.host.invalid is not an address of this machine.",
    "--auth=teacher": NO_COLON,
    "--share-server=nowhere": "--share-server must be host:port, not nowhere.",
    "--root-path=digits/": "--root-path must begin with a slash and not end with one, as in "
    "/digits, or be a whole address, not digits/.",
}


def test_options_that_cannot_be_used_are_refused_at_once_in_a_sentence(start):
    answers = {option: start(option) for option in REFUSED}
    assert answers == {option: (1, "", f"{said}\n") for option, said in REFUSED.items()}


def test_tools_that_nobody_could_call_are_not_offered(start, monkeypatch, tmp_path):
    monkeypatch.setattr(command_line.importlib.util, "find_spec", lambda name: name)  # of mcp
    (tmp_path / "accounts").write_text("ann:chalk")
    for option in ("--auth=ann:chalk", f"--auth-file={tmp_path / 'accounts'}"):
        status, printed, complaint = start("--mcp", option)
        assert (status, printed) == (1, "")
        assert complaint.startswith("--mcp has no login: a language model could call nothing.")
    assert start("--mcp") == ("it serves", "", "")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(None, "There are no weights at"), (b"rubbish", "is not a Keras file")],
)
def test_missing_or_corrupt_weights_give_a_sentence(start, tmp_path, content, sentence):
    file = tmp_path / "mine.keras"
    if content is not None:
        file.write_bytes(content)
    status, printed, complaint = start("--weights", str(file))
    assert (status, printed) == (1, "")
    assert sentence in complaint
    assert str(file) in complaint
    assert "python -m mnist_cnn train" not in complaint  # it is a person's own file


WITHOUT_CARDS = """
import functools, sys
import app
from mnist_cnn.lesson import variants
variants.load_card = functools.partial(variants.load_card, folder=sys.argv.pop())
sys.exit(app.main())
"""


def test_a_file_of_the_lesson_that_is_missing_is_named_and_ends_the_program(tmp_path):
    command = [sys.executable, "-c", WITHOUT_CARDS, "--port", str(free_port()), str(tmp_path)]
    outcome = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert (outcome.returncode, outcome.stdout) == (1, "")
    assert f"{tmp_path / 'max.json'} cannot be read" in outcome.stderr
    assert "Traceback" not in outcome.stderr


@pytest.mark.parametrize("biases", [None, np.zeros(65, np.float32)], ids=["none", "one more"])
def test_weights_that_do_not_fit_their_layers_give_a_sentence(start, tmp_path, biases):
    file = tmp_path / "mine.keras"
    with zipfile.ZipFile(weights.DEFAULT) as ours, zipfile.ZipFile(file, "w") as altered:
        numbers = io.BytesIO(ours.read(keras_file.NUMBERS))
        with h5py.File(numbers, "r+") as content:
            del content["layers/dense/vars/1"]
            if biases is not None:
                content["layers/dense/vars/1"] = biases
        for name in ours.namelist():
            altered.writestr(
                name, numbers.getvalue() if name == keras_file.NUMBERS else ours.read(name)
            )
    status, printed, complaint = start("--weights", str(file))
    assert (status, printed) == (1, "")
    assert f"{file} is damaged" in complaint


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
    assert re.fullmatch(rf"Teacher: http://127\.0\.0\.1:{port}/#teacher=[\w-]{{24}}\n", teacher)
    assert lines == [
        f"Open http://127.0.0.1:{port}\n",
        "Only this machine can open it; --host 0.0.0.0 lets phones of this network in\n",
        "Stop with Ctrl+C\n",
    ]
    assert errors == ""
    assert list(tmp_path.iterdir()) == []


def test_shipped_weights_have_a_card():
    assert weights.load_card().test_accuracy >= 0.99
