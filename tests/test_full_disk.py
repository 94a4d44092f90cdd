"""A server whose disk is full: it says so, goes on, and trains when there is space again.

The disk is as full as the system can make it for one process: no file may grow past a limit.
"""

import marshal
import sys

import pytest

from tests.serving import ROOT, people, serve_process
from tests.trainings import LONG_CHOICES, SHORT_CHOICES, follow, start
from tests.waiting import until

if not sys.platform.startswith("linux"):
    pytest.skip("limits another process", allow_module_level=True)

import resource

ROOM = 500_000  # bytes: for one snapshot, and not for two


@pytest.fixture(scope="module")
def served():
    # What Python compiles would be cut, too, and break every start after this.
    with serve_process(PYTHONDONTWRITEBYTECODE="1") as (address, process):
        yield f"{address}/mnist_cnn", process.pid


@pytest.fixture
def fill(served):
    """Fill the server's disk, so that no more than so many bytes fit in a file; then free it."""
    usual = resource.prlimit(served[1], resource.RLIMIT_FSIZE)

    def fill(room):
        resource.prlimit(served[1], resource.RLIMIT_FSIZE, (room, usual[1]))

    yield fill
    resource.prlimit(served[1], resource.RLIMIT_FSIZE, usual)


@pytest.fixture
def person(served):
    with people(served[0]) as person:
        yield person


def state(client, run):
    return client.get(f"/trainings/{run['id']}").json()["state"]


@pytest.mark.slow
def test_a_run_ends_with_a_sentence_and_the_next_one_starts(person, fill):
    ann, ben = person("ann"), person("ben")
    first, second = start(ann, LONG_CHOICES), start(ben, LONG_CHOICES)
    until(lambda: state(ann, first) == "training")
    fill(ROOM)
    ended, events = follow(ann, first)
    assert (ended["state"], ended["failure"]) == ("failed", "disk")
    assert events[-1]["kind"] == "failed"
    assert ann.get(f"/network/{first['id']}").status_code == 200  # what it had learned is there
    until(lambda: state(ben, second) == "starting")


@pytest.mark.slow
def test_a_file_is_written_when_there_is_space_and_taken_without(person, fill):
    ann = person("cleo")
    run, _ = follow(ann, start(ann, SHORT_CHOICES))
    whole = ann.get("/file", params={"network": run["id"]}).content
    fill(1000)
    refused = ann.get("/file", params={"network": run["id"]})
    assert refused.status_code == 400
    assert refused.json()["key"] == "run disk"
    assert "no space for a file" in refused.json()["error"]
    brought = ann.post("/file", params={"name": "mine.keras"}, content=whole)
    assert brought.json()["card"]["accuracy"] == run["result"]["accuracy"]
    fill(10 * len(whole))
    assert len(ann.get("/file", params={"network": run["id"]}).content) > 0
    for compiled in (ROOT / "mnist_cnn").rglob("*.pyc"):  # or nothing starts any more
        assert marshal.loads(compiled.read_bytes()[16:])
