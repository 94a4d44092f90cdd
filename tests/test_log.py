"""The log: one line for each event, and no drawing, query or secret in any."""

import contextlib
import logging
import os
import re
import socket
import sys
import threading
import traceback
from urllib.parse import quote

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

from mnist_cnn.runs.runs import Runs
from mnist_cnn.server import log
from mnist_cnn.server.gate import gate
from mnist_cnn.training.options import Options
from tests.fake_worker import Workers
from tests.serving import serve_process
from tests.waiting import until


@pytest.fixture
def client():
    """Return a visitor of a page that has nothing but its gate, and the health route behind it."""
    health = Route("/health", lambda request: Response("well"))
    return TestClient(Starlette(routes=[health], middleware=[Middleware(gate.Gate)]))


def test_what_is_refused_is_told_without_its_query(client, caplog):
    client.get("/gradio_api/file=/etc/passwd?secret=1")
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "GET '/gradio_api/file=/etc/passwd' refused: 404" in caplog.text
    assert "secret" not in caplog.text


@pytest.mark.parametrize(("level", "lines"), [(logging.INFO, 0), (logging.DEBUG, 1)])
def test_requests_are_told_of_only_when_asked_for(client, caplog, level, lines):
    caplog.set_level(level, "mnist_cnn")
    assert client.get("/health?secret=1").text == "well"
    told = [record.getMessage() for record in caplog.records if record.name.startswith("mnist")]
    assert len(told) == lines
    assert all(re.fullmatch(r"testclient GET '/health': 200 after \d+ ms", one) for one in told)


def test_trainings_are_told_of_by_what_nobody_can_ask_for_them_with(caplog):
    caplog.set_level(logging.INFO, "mnist_cnn")
    runs = Runs(worker=Workers())
    try:
        chosen = Options.parse({"data": "generated", "digits": 300, "epochs": 200})
        run = runs.start("a session", chosen)
        runs.stop(run)
        until(lambda: " ends: stopped" in caplog.text)
    finally:
        runs.close()
    assert f"training {run.id[:6]} begins: lesson, max, 300 digits, 200 epochs" in caplog.text
    assert run.id not in caplog.text
    assert "a session" not in caplog.text


TOP = logging.getLogger("mnist_cnn")


@pytest.fixture
def later(monkeypatch):
    """Undo what happens to the log; return the actions that were put off."""
    later = []
    loggers = [TOP, *map(logging.getLogger, log.OTHER_LOGGERS)]
    kept = [(one, one.handlers[:], one.level, one.propagate) for one in loggers]
    monkeypatch.setattr(log, "_later", lambda seconds, action: later.append(action))
    monkeypatch.setattr(log.signals, "on_exit", [])
    monkeypatch.setattr(log.atexit, "register", lambda action: None)
    monkeypatch.setattr(sys, "stdout", sys.stdout)
    monkeypatch.setattr(sys, "stderr", sys.stderr)
    yield later
    for one, handlers, level, propagate in kept:
        one.handlers[:], one.propagate = handlers, propagate
        one.setLevel(level)


DATED = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d "
HOSTILE = "a\r\n2026-01-01 00:00:00 INFO all is well\x1b[2J\x9b31m\x00\x7f\u2028\u202e\ud800"
ESCAPED = r"a\r\n2026-01-01 00:00:00 INFO all is well\x1b[2J\x9b31m\x00\x7f\u2028\u202e\ud800"


def test_no_visitor_begins_a_line_of_the_log_or_commands_the_terminal(later, capsys):
    log.configure(verbose=False)
    TOP.getChild("ui").info("asked for %s", HOSTILE)
    TOP.getChild("ui").debug("not asked for")
    line = capsys.readouterr().err
    assert re.fullmatch(f"{DATED}INFO asked for {re.escape(ESCAPED)}\n", line)


def test_words_of_all_languages_are_shown(later, capsys):
    log.configure(verbose=False)
    TOP.info("é 读数字 ∑ 😀")
    assert capsys.readouterr().err.endswith(" INFO é 读数字 ∑ 😀\n")


def test_a_flood_does_not_fill_the_disk_and_is_counted(later, capsys):
    log.configure(verbose=False)
    said = TOP.getChild("gate")
    for _ in range(3000):
        said.warning("refused")
    said.error("failed")  # is no part of the flood
    TOP.getChild("other").warning("another")
    lines = capsys.readouterr().err.splitlines()
    shown = len(lines) - 2
    assert 49 < shown < 80  # one a second on a slow machine
    assert [line.partition(" ")[2].partition(" ")[2] for line in lines[-2:]] == [
        "ERROR failed",
        "WARNING another",
    ]
    (tell,) = later
    tell()
    count = f"{3000 - shown} more lines were not shown (mnist_cnn.gate, WARNING)"
    assert capsys.readouterr().err.endswith(f" WARNING {count}\n")
    tell()
    assert capsys.readouterr().err == ""


def test_long_lines_are_shortened_and_fewer(later, capsys):
    log.configure(verbose=False)
    for _ in range(100):
        TOP.warning("begin %s end", "\x1b" * 10**6)
    lines = capsys.readouterr().err.splitlines()
    assert 1 < len(lines) < 10
    for line in lines:
        assert len(line) < 1.1 * log.LONGEST
        assert " WARNING begin " in line
        assert " … (shortened) … " in line
        assert line.endswith(" end")


def test_who_asks_for_every_request_gets_every_request(later, capsys):
    log.configure(verbose=True)
    for _ in range(200):
        TOP.debug("answered")
    assert capsys.readouterr().err.count("DEBUG answered") == 200


def test_what_others_say_is_a_line_each_and_not_without_end(later, capsys):
    terminal = log.configure(verbose=False)
    log.adopt(terminal)
    said = logging.getLogger("uvicorn.error")
    try:
        raise ValueError("one\ntwo")
    except ValueError:
        said.exception("It failed")
    for _ in range(2000):
        said.warning("Invalid HTTP request received.")
    lines = capsys.readouterr().err.splitlines()
    assert "ERROR It failed\\nTraceback" in lines[0]
    assert lines[0].endswith("one\\ntwo")
    assert 10 < len(lines) < 100


def test_what_others_print_is_a_line_of_the_log(later, capsys):
    terminal = log.configure(verbose=False)
    log.adopt(terminal)
    log.say("Open http://here\n█▀█")
    print("id=", HOSTILE)
    try:
        raise ValueError(HOSTILE)
    except ValueError:
        traceback.print_exc()
    printer = threading.Thread(target=lambda: print("of another thread", file=sys.stderr))
    printer.start()
    printer.join()
    assert capsys.readouterr() == ("Open http://here\n█▀█\n", "")
    for action in later:
        action()
    out, errors = capsys.readouterr()
    lines = errors.splitlines()
    assert out == ""
    assert len(lines) == 3
    assert all(re.match(f"{DATED}WARNING ", line) and line.isprintable() for line in lines)
    assert lines[0].endswith(f" WARNING id= {ESCAPED}")
    assert "Traceback" in lines[1]
    assert lines[1].endswith(f"ValueError: {ESCAPED}")
    assert lines[2].endswith(" WARNING of another thread")


def test_what_is_printed_is_bounded_in_memory_and_told_at_the_end(later, capsys):
    terminal = log.configure(verbose=False)
    log.adopt(terminal)
    for _ in range(1000):
        sys.stderr.write("x" * 10_000)
    assert sum(map(len, sys.stderr._texts.values())) <= 5 * log.LONGEST
    for action in log.signals.on_exit:
        action()
    assert "(shortened)" in capsys.readouterr().err


def test_a_terminal_that_is_gone_breaks_nothing():
    read, write = os.pipe()
    os.close(read)
    said = logging.LogRecord("gate", logging.WARNING, "", 0, "nobody reads this", None, None)
    with contextlib.suppress(OSError), open(write, "w") as stream:
        terminal = log.Terminal(stream)
        terminal.handle(said)
    terminal.handle(said)


def test_lines_are_written_while_tensorflow_is_imported(later, capfd):
    log.configure(verbose=False)
    kept, nothing = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 2)
    try:
        TOP.warning("meanwhile")
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nothing)
    assert capfd.readouterr().err.endswith(" WARNING meanwhile\n")


HOSTILE_PATH = quote("/a\n2026-01-01 00:00:00 INFO forged\x1b[2J\x9b\u202e\u2028")
REQUESTS = (  # down to the bytes
    b"GET /\xff\x1b[2J HTTP/1.1\r\nHost: \x1b[2J\r\n\r\n",
    b"\x1b[2J\x9b / HTTP/9\r\n\r\n",
    b"GET /nothing HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: \x1b[2J\xe2\x80\xae\r\n\r\n",
    b"GET /nothing HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: \x9b\xe2\x80\xa8 2026-01-01\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\x1b[2J\x9b\r\nX-Forwarded-Host: \x1b[2J\r\n\r\n",
)
VALUES = (  # of a call
    *([], [None], [1], [[1]], [{}], [{HOSTILE[:-1]: HOSTILE[:-1]}], HOSTILE[:-1], None, {"a": 1}),
    *(["x" * 60_000], [{"path": HOSTILE[:-1], "meta": {"_type": "gradio.FileData"}}]),
)


def test_whatever_visitors_send_is_a_line_of_the_log_each(tmp_path):
    """All of standard error, tracebacks of Gradio's among it: no line of another form."""
    users = ("--host", "127.0.0.1", "--auth", "ann:chalk")
    with (
        open(tmp_path / "log", "w+", encoding="utf-8") as errors,
        serve_process(*users, stderr=errors, TMPDIR=str(tmp_path)) as (address, _),
        httpx.Client(base_url=address, timeout=60) as visitor,
    ):
        for sent in REQUESTS:
            with socket.create_connection(("127.0.0.1", visitor.base_url.port), 30) as line:
                line.sendall(sent)
                line.recv(1000)
        for method in ("GET", "POST", "DELETE", "PUT"):
            visitor.request(method, HOSTILE_PATH)
        visitor.post("/login", data={"username": HOSTILE[:-1], "password": HOSTILE[:-1]})
        visitor.post("/login", data={"username": "ann", "password": "chalk"})
        visitor.post("/gradio_api/upload", files={"files": (HOSTILE[:-1], b"x")})
        for value in VALUES:
            for name in ("predict", "activations", "train"):
                visitor.post(
                    f"/gradio_api/call/{name}", json={"data": value, "event_data": HOSTILE[:-1]}
                )
        until(lambda: "Traceback" in (tmp_path / "log").read_text(encoding="utf-8"))
    lines = (tmp_path / "log").read_text(encoding="utf-8").splitlines()
    said = "\n".join(lines)
    for line in lines:
        assert re.match(f"{DATED}(INFO|WARNING|ERROR) ", line), line
        assert line.isprintable(), line
        assert len(line) < 1.1 * log.LONGEST
    assert len(lines) < 120
    assert r"wrong password for 'a\r\n2026-01-01 00:00:00" in said
    assert "chalk" not in said
