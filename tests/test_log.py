"""The log: one line for each event, and no drawing, query or secret in any."""

import logging
import re

import pytest
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

from mnist_cnn.options import Options
from mnist_cnn.runs import Runs
from mnist_cnn.ui import gate, log
from mnist_cnn.ui.gate import REFUSALS_TOLD
from tests.fake_worker import Workers
from tests.listening import until


@pytest.fixture
def client():
    """Return a visitor of a page that has nothing but its gate, and the health route behind it."""
    health = Route("/health", lambda request: Response("well"))
    return TestClient(Starlette(routes=[health], middleware=gate.middleware()))


def test_what_is_refused_is_told_without_its_query(client, caplog):
    client.get("/gradio_api/file=/etc/passwd?secret=1")
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "GET '/gradio_api/file=/etc/passwd' refused: 404" in caplog.text
    assert "secret" not in caplog.text


def test_a_flood_does_not_fill_the_disk_with_its_refusals(client, caplog):
    for _ in range(3 * REFUSALS_TOLD.burst):
        client.get("/nothing")
    assert len(caplog.records) <= REFUSALS_TOLD.burst + 10


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
        run_id = runs.start("a session", chosen)
        runs.stop("a session", run_id)
        until(lambda: " ends: stopped" in caplog.text)
    finally:
        runs.close()
    assert f"training {run_id[:6]} begins: lesson, max, 300 digits, 200 epochs" in caplog.text
    assert run_id not in caplog.text
    assert "a session" not in caplog.text


@pytest.fixture
def configured():
    top = logging.getLogger("mnist_cnn")
    kept = top.handlers[:], top.level, top.propagate
    log.configure(verbose=False)
    yield top
    top.handlers[:], top.level, top.propagate = kept


def test_no_visitor_begins_a_line_of_the_log(configured, capsys):
    log.configure(verbose=False)  # standard error is another in a test
    configured.getChild("ui").info("asked for %s", "a\r\n2026-01-01 00:00:00 INFO all is well")
    configured.getChild("ui").debug("not asked for")
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    assert re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d INFO asked for a\\r\\n2026", lines[0])


def test_what_others_say_is_a_line_each_and_not_without_end(capsys):
    log.configure(verbose=False)
    log.adopt()
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
