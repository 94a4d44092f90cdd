"""Temporary files of a server lie in a folder of its own, and none is left when it is gone."""

import os
import subprocess
import sys
import tempfile
import time
import types

import pytest

from mnist_cnn import temporary
from mnist_cnn.ui import inbox
from mnist_cnn.ui.fairness import OverloadError
from tests.looping import run
from tests.serving import ROOT, serve_process

LIVES = """
import tempfile, time
from mnist_cnn import temporary
temporary.own_folder()
print(tempfile.gettempdir(), flush=True)
tempfile.NamedTemporaryFile(delete=False).write(b"forgotten")
print("written", flush=True)
time.sleep(60)
"""

pytestmark = pytest.mark.skipif(temporary.fcntl is None, reason="nothing tells who is gone here")


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
    assert temporary.sweep(tmp_path) == []
    process.kill()
    process.wait()
    assert [str(folder) for folder in temporary.sweep(tmp_path)] == [name]
    assert [file.name for file in tmp_path.iterdir()] == ["of somebody else"]


def test_uploads_have_so_much_room_of_one_address_and_in_all(monkeypatch):
    monkeypatch.setattr(inbox, "MOST", 250)
    monkeypatch.setattr(inbox, "MOST_OF_ONE", 100)
    room = inbox.Room()
    room.take("ann", 100)
    for who in ("ben", "cleo"):
        room.take(who, 70)
    for who, count in (("ann", 1), ("dan", 11)):
        with pytest.raises(OverloadError, match="Try again in a few minutes"):
            room.take(who, count)
    room.take("dan", 10)
    monkeypatch.setattr(inbox, "SECONDS", -1)  # all of that is deleted by now
    room.take("ann", 100)


@pytest.mark.parametrize(
    ("path", "counted"),
    [
        ("upload", True),
        ("mcp", True),
        ("mcp/", True),
        ("mcp/http", True),
        ("mcp/messages/", True),
        ("call/predict", False),
    ],
)
def test_whatever_may_bring_a_picture_is_counted(path, counted):
    taken = []

    async def app(scope, receive, send):
        taken.append((await receive())["body"])

    async def body():
        return {"type": "http.request", "body": b"picture"}

    counting = inbox.Inbox(app)
    scope = {"type": "http", "method": "POST", "path": f"/digits/gradio_api/{path}"}
    more = {"root_path": "/digits", "headers": [], "client": ("10.0.0.9", 5000)}
    run(counting(scope | more, body, None))
    assert taken == [b"picture"]
    assert counting.room._lying == ({"10.0.0.9": 7} if counted else {})


def test_old_pictures_of_tools_are_deleted_from_the_server_s_own_folder_only(tmp_path, monkeypatch):
    own, other = tmp_path / f"{temporary.MADE}1", tmp_path / "other"
    for folder in (own, other):
        (folder / "ab").mkdir(parents=True)
        for name, age in (("old.png", inbox.SECONDS + 1), ("new.png", 0)):
            (folder / "ab" / name).touch()
            os.utime(folder / "ab" / name, (time.time() - age,) * 2)
    monkeypatch.setattr(tempfile, "tempdir", str(own))
    for folder, left in ((other, {"old.png", "new.png"}), (own, {"new.png"})):
        monkeypatch.setenv("GRADIO_TEMP_DIR", str(folder))
        inbox.delete_old()
        assert {file.name for file in (folder / "ab").iterdir()} == left


def test_old_pictures_of_tools_are_looked_for_now_and_then(monkeypatch):
    looks = []
    monkeypatch.setattr(inbox, "delete_old", lambda: looks.append(1))

    async def app(scope, receive, send):
        pass

    async def body():
        return {"type": "http.request", "body": b""}

    counting = inbox.Inbox(app)
    began = counting._looked
    tool = {"type": "http", "method": "POST", "path": "/gradio_api/mcp", "root_path": ""}
    for later in (0, inbox.LOOK - 1, inbox.LOOK + 1, inbox.LOOK + 2):
        clock = types.SimpleNamespace(monotonic=lambda now=began + later: now)
        monkeypatch.setattr(inbox, "time", clock)
        run(counting(tool | {"headers": [], "client": ("10.0.0.9", 5000)}, body, None))
    assert len(looks) == 1


@pytest.mark.slow  # what a program leaves that is terminated is always looked at in test_app.py
@pytest.mark.parametrize("end", ["terminate", "kill"])
def test_nothing_is_left_when_a_server_is_gone(end, tmp_path):
    with serve_process(TMPDIR=str(tmp_path)) as (_, process):
        assert len(list(tmp_path.iterdir())) == 1  # all of it is in there
        getattr(process, end)()
        process.wait()
    if end == "kill":
        temporary.sweep(tmp_path)
    assert list(tmp_path.iterdir()) == []
