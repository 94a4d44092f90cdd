"""What is written is whole under its name or not there; what killed processes left is discarded."""

import os
import re
import subprocess
import sys

import pytest

from mnist_cnn.network import model, weights
from mnist_cnn.system.atomic_files import (
    UNFINISHED_MARK,
    NotWrittenError,
    discard_unfinished,
    write_atomically,
)
from tests.killing import kill_often
from tests.serving import ROOT

WRITER = """
import pathlib, sys, time
from mnist_cnn.system.atomic_files import write_atomically

def write(aside):
    aside.write_bytes(b"half")
    print("half", flush=True)
    time.sleep(60)

write_atomically(pathlib.Path(sys.argv[1]), write)
"""


@pytest.fixture
def writing(tmp_path):
    """A process that is in the middle of writing to a file in ``tmp_path``."""
    command = [sys.executable, "-c", WRITER, str(tmp_path / "net.keras")]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        yield process
        process.kill()


def test_what_another_process_is_writing_stays_until_it_is_killed(writing, tmp_path):
    assert discard_unfinished(tmp_path) == []
    (left,) = tmp_path.iterdir()
    assert left.name.startswith(f".net{UNFINISHED_MARK}")
    assert left.suffix == ".keras"
    writing.kill()
    writing.wait()
    assert discard_unfinished(tmp_path) == [left]
    assert list(tmp_path.iterdir()) == []


def test_other_files_are_never_discarded(tmp_path):
    for name in ("net.keras", ".hidden", "net.unfinished.npz", f"net{UNFINISHED_MARK}x.keras"):
        (tmp_path / name).write_bytes(b"x")
    assert discard_unfinished(tmp_path) == []
    assert len(list(tmp_path.iterdir())) == 4


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 200 kB: a real one, where that may be mounted, else a limit on a file's size."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", str(folder)]
    try:
        mounted = subprocess.run(mount, capture_output=True).returncode == 0
    except FileNotFoundError:
        mounted = False
    if mounted:
        yield folder
        subprocess.run(["umount", str(folder)], check=True)
        return
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, before[1]))
    yield folder
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_is_said_and_leaves_what_was_there(small_disk):
    path = small_disk / "net.keras"
    path.write_bytes(b"before")
    card = weights.load_card()
    with pytest.raises(NotWrittenError, match=r"net\.keras cannot be written \(.+\)\. Free some"):
        weights.save(model.build(seed=1), card, path)
    assert path.read_bytes() == b"before"
    assert [file.name for file in small_disk.iterdir()] == ["net.keras"]


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="no such rights here")
def test_a_folder_that_is_read_only_is_said(tmp_path):
    folder = tmp_path / "read only"
    folder.mkdir()
    if os.geteuid() == 0:  # whom no right keeps out, but a disk that is read-only does
        mount = ["mount", "-t", "tmpfs", "-o", "ro", "tmpfs", str(folder)]
        if subprocess.run(mount, capture_output=True).returncode:
            pytest.skip("root may write everywhere here")
    else:
        folder.chmod(0o500)
    try:
        with pytest.raises((NotWrittenError, weights.WeightsError), match="cannot be written"):
            weights.save(model.build(seed=1), weights.load_card(), folder / "net.keras")
    finally:
        if os.geteuid() == 0:
            subprocess.run(["umount", str(folder)], check=True)


def test_an_error_of_the_writer_s_own_is_passed_on(tmp_path):
    def write(_):
        raise ValueError("not of the disk")

    with pytest.raises(ValueError, match="not of the disk"):
        write_atomically(tmp_path / "file", write)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="no such processes here")
def test_what_is_killed_while_it_writes_leaves_nothing_half_written_under_a_name():
    command = [sys.executable, "-m", "tests.killing", "--writing", "--times", "16"]
    killing = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert killing.returncode == 0, killing.stderr
    met = [tuple(map(int, re.findall(r"\d+", line))) for line in killing.stdout.splitlines()]
    assert len(met) == 4
    assert sum(kills for kills, _ in met) >= 15
    assert sum(half_written for _, half_written in met) >= 8


@pytest.mark.slow
def test_trainings_killed_at_random_moments_lose_nothing(mnist, tmp_path):
    tally = kill_often(tmp_path, 4, seed=3, data=mnist.source)
    assert tally.kills == 4
