"""Temporary files of a server lie in a folder of its own, and none is left when it is gone."""

import os
import signal
import subprocess
import sys
import tempfile
import time
import types

import pytest

from mnist_cnn.server.gate import upload_quota
from mnist_cnn.server.http.fairness import OverloadError
from mnist_cnn.system import temporary_folder
from tests import processes
from tests.event_loop import run
from tests.serving import ROOT, free_port, serve_process
from tests.waiting import until

LIVES = """
import tempfile, time
from mnist_cnn.system import temporary_folder
temporary_folder.create()
print(tempfile.gettempdir(), flush=True)
tempfile.NamedTemporaryFile(delete=False).write(b"forgotten")
print("written", flush=True)
time.sleep(60)
"""

pytestmark = pytest.mark.skipif(
    temporary_folder.fcntl is None, reason="nothing tells who is gone here"
)


@pytest.fixture
def alive(tmp_path, monkeypatch):
    """A process with a folder of its own in ``tmp_path``, and that folder's name."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with subprocess.Popen(
        [sys.executable, "-c", LIVES], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        name = process.stdout.readline().strip()
        assert process.stdout.readline() == "written\n"
        yield process, name
        process.kill()


def test_the_folder_of_a_process_is_swept_when_it_is_gone_and_not_before(alive, tmp_path):
    process, name = alive
    (tmp_path / "of somebody else").touch()
    assert temporary_folder.sweep(tmp_path) == []
    process.kill()
    process.wait()
    assert [str(folder) for folder in temporary_folder.sweep(tmp_path)] == [name]
    assert [file.name for file in tmp_path.iterdir()] == ["of somebody else"]


def test_uploads_have_so_much_room_of_one_client_and_in_all(monkeypatch):
    monkeypatch.setattr(upload_quota, "MAX_STORED", 250)
    monkeypatch.setattr(upload_quota, "MAX_STORED_PER_CLIENT", 100)
    clock = types.SimpleNamespace(now=0.0, monotonic=lambda: clock.now)
    monkeypatch.setattr(upload_quota, "time", clock)
    monkeypatch.setattr(upload_quota, "delete_old", lambda: None)

    async def crowd():
        quota = upload_quota.UploadQuota()
        for client, size in (("ann", 60), ("ann", 40), ("ben", 100), ("cleo", 50)):
            await quota.take(client, size)
        for client in ("ann", "cleo"):  # of one, and in all
            with pytest.raises(OverloadError, match="Try again in a few minutes"):
                await quota.take(client, 1)
        clock.now = upload_quota.SECONDS
        with pytest.raises(OverloadError):
            await quota.take("ann", 1)
        clock.now += 1
        for client in ("ann", "ben"):
            await quota.take(client, 100)

    run(crowd())


def test_old_pictures_of_tools_are_deleted_from_the_server_s_own_folder_only(tmp_path, monkeypatch):
    own, other = tmp_path / f"{temporary_folder.PREFIX}1", tmp_path / "other"
    for folder in (own, other):
        (folder / "ab").mkdir(parents=True)
        for name, age in (("old.png", upload_quota.SECONDS + 1), ("new.png", 0)):
            (folder / "ab" / name).touch()
            os.utime(folder / "ab" / name, (time.time() - age,) * 2)
    monkeypatch.setattr(tempfile, "tempdir", str(own))
    for folder, left in ((other, {"old.png", "new.png"}), (own, {"new.png"})):
        monkeypatch.setenv("GRADIO_TEMP_DIR", str(folder))
        upload_quota.delete_old()
        assert {file.name for file in (folder / "ab").iterdir()} == left


def test_old_pictures_of_tools_are_looked_for_now_and_then(monkeypatch):
    sweeps = []
    monkeypatch.setattr(upload_quota, "delete_old", lambda: sweeps.append(1))
    quota = upload_quota.UploadQuota()
    began, seconds = time.monotonic(), upload_quota.SWEEP_SECONDS
    for later in (0, seconds - 1, seconds + 1, seconds + 2):
        clock = types.SimpleNamespace(monotonic=lambda now=began + later: now)
        monkeypatch.setattr(upload_quota, "time", clock)
        run(quota.take("ann", 1))
    assert len(sweeps) == 1


def test_nothing_is_left_when_a_terminal_is_closed(tmp_path):
    pty = pytest.importorskip("pty")
    process, terminal = pty.fork()
    if not process:  # with a terminal of its own, which signals it and takes no word any more
        os.chdir(ROOT)
        processes.reset_handlers()
        os.environ["TMPDIR"] = str(tmp_path)
        page = ("app.py", "--host", "127.0.0.1", "--port", str(free_port()))
        os.execv(sys.executable, [sys.executable, *page])
    said = b""
    while b"Stop with" not in said:
        said += os.read(terminal, 4096)
    assert processes.left_in(tmp_path) != []
    os.close(terminal)
    try:
        until(lambda: not processes.alive(process), processes.PATIENCE)
    finally:
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
    assert processes.left_in(tmp_path) == []


FAILS_AT_ITS_END = """
import signal, sys, time
from mnist_cnn.system import signals, temporary_folder
sys.stderr = open("/dev/full", "w", buffering=1)  # takes no word, as a terminal that is closed
signals.on_exit.append(lambda: 1 / 0)
signals.exit_gracefully()
temporary_folder.create()
signal.raise_signal(signal.SIGTERM)
time.sleep(600)
"""


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="what takes no word")
def test_nothing_is_left_when_what_fails_at_the_end_cannot_be_said(tmp_path):
    command = [sys.executable, "-c", FAILS_AT_ITS_END]
    variables = os.environ | {"TMPDIR": str(tmp_path)}
    assert subprocess.run(command, cwd=ROOT, env=variables, timeout=60).returncode == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow  # what a program leaves that is terminated is always looked at in test_app.py
@pytest.mark.parametrize("end", ["terminate", "kill"])
def test_nothing_is_left_when_a_server_is_gone(end, tmp_path):
    with serve_process(TMPDIR=str(tmp_path)) as (_, process):
        assert len(list(tmp_path.iterdir())) == 1  # all of it is in there
        getattr(process, end)()
        process.wait()
    if end == "kill":
        temporary_folder.sweep(tmp_path)
    assert list(tmp_path.iterdir()) == []
