"""The page is there before the network is; and nothing is left when the server ends."""

import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import numpy as np
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from mnist_cnn import model, strokes
from tests.serving import ROOT, free_port, start, until_awake

SEVEN = strokes.render([np.array([(70.0, 60), (210, 56), (168, 140), (126, 238)])], size=28)

TRAINING = {"data": "generated", "digits": 1000, "epochs": 200}


def read(address):
    query = "width=28&height=28&layers="
    return httpx.post(f"{address}/mnist_cnn/read?{query}", content=SEVEN.tobytes())


def test_the_page_is_served_while_the_network_wakes_and_drawings_are_answered_then():
    with start() as (address, _):
        health = httpx.get(f"{address}/health")
        assert (health.status_code, health.json()) == (503, {"status": "waking"})
        assert health.headers["retry-after"] == "1"
        early = read(address)
        assert (early.status_code, early.json()) == (503, {"error": "waking"})
        with pytest.raises(InvalidStatus, match="403"):
            connect(f"{address.replace('http', 'ws')}/mnist_cnn/live")
        assert "gradio-app" in httpx.get(address).text
        assert httpx.get(f"{address}/mnist_cnn/files/any/pad/pad.js").status_code == 200
        until_awake(address)
        assert httpx.get(f"{address}/health").json() == {"status": "ok"}
        assert read(address).status_code == 200
        assert httpx.get(f"{address}/mnist_cnn/nothing").status_code in (404, 503)


def test_starting_to_serve_imports_no_tensorflow():
    program = (
        "import sys\n"
        "from mnist_cnn.ui import server\n"
        "assert not {'keras', 'tensorflow'} & sys.modules.keys()\n"
        "import gradio\n"
        "print(gradio.HTML.__name__, hasattr(gradio.File, 'upload'), server.serve.__name__)"
    )
    outcome = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert outcome.stdout == "HTML True serve\n", outcome.stderr


def test_weights_that_turn_out_to_be_of_another_network_end_it_with_a_sentence(tmp_path):
    import keras

    image = keras.Input((28, 28, 1))
    flat = keras.layers.Flatten(name="flatten")(image)
    other = keras.Model(image, keras.layers.Dense(10, "softmax", name="softmax")(flat))
    other.save(tmp_path / "other.keras")
    command = [sys.executable, "app.py", "--weights", str(tmp_path / "other.keras")]
    outcome = subprocess.run(
        [*command, "--port", str(free_port())],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert outcome.returncode == 1
    assert "other.keras holds another network" in outcome.stderr
    assert "Traceback" not in outcome.stderr


@pytest.mark.parametrize("downsampling", ["average", "stride"])
def test_the_page_knows_the_layers_of_other_weights(tmp_path, downsampling):
    network = model.build(seed=1, downsampling=downsampling)
    network.save(tmp_path / "mine.keras")
    with start("--weights", str(tmp_path / "mine.keras")) as (address, _):
        config = httpx.get(f"{address}/config").json()
        (maps,) = [c for c in config["components"] if c["props"].get("elem_id") == "maps"]
        layers = [
            (layer["name"], tuple(layer["shape"])) for layer in maps["props"]["props"]["layers"]
        ]
        assert layers == [(row.name, row.shape) for row in model.layer_table(network)]


# --- the end -------------------------------------------------------------------------------


def family(process: int) -> set[int]:
    """The process and all its descendants, as the system lists them."""
    parents = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except OSError:  # it has just ended
            continue
        parents[int(status.parent.name)] = int(fields[1])
    found = {process}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def alive(process: int) -> bool:
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return False
    return fields[0] != "Z"


on_linux = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs Linux' /proc")


def while_it_wakes(address):
    return []


def with_open_sockets(address):
    until_awake(address)
    live = f"{address.replace('http', 'ws')}/mnist_cnn/live"
    return [connect(live) for _ in range(3)]


def while_a_page_trains(address):
    """A training that has saved a snapshot, and does so again and again; no sockets."""
    until_awake(address)
    routes, session = f"{address}/mnist_cnn/train", {"X-Mnist-Cnn-Session": "0" * 16}
    with httpx.Client(headers=session, timeout=120) as client:
        run = client.post(f"{routes}/start", json=TRAINING).json()["id"]
        after = 0
        while True:
            news = client.get(f"{routes}/events", params={"run": run, "after": after}).json()
            assert news["state"] in ("queued", "starting", "training"), news
            if any(event["kind"] == "kept" for event in news["events"]):
                return []
            after = news["events"][-1]["number"] if news["events"] else after


def until_gone(everybody):
    end = time.monotonic() + 10
    while left := set(filter(alive, everybody)):
        assert time.monotonic() < end, left
        time.sleep(0.02)


@on_linux
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl+C", "kill"])
@pytest.mark.parametrize("moment", [while_it_wakes, with_open_sockets, while_a_page_trains])
def test_the_end_leaves_no_process_and_no_file_behind(number, moment, tmp_path):
    with start(TMPDIR=str(tmp_path)) as (address, process):
        sockets = moment(address)
        everybody = family(process.pid)
        os.kill(process.pid, number)
        assert process.wait(timeout=30) == 0
        until_gone(everybody)
        for socket in sockets:
            socket.close()
    assert [path for path in tmp_path.iterdir() if path.name.startswith("mnist_cnn")] == []


@on_linux
def test_a_server_killed_while_a_page_trains_leaves_no_process_and_the_next_says_what_it_left(
    tmp_path,
):
    with start(TMPDIR=str(tmp_path)) as (address, process):
        while_a_page_trains(address)
        everybody = family(process.pid)
        process.kill()
        until_gone(everybody)
    (left,) = tmp_path.glob("mnist_cnn_*")
    assert any(left.rglob("*"))
    with (tmp_path / "errors").open("w+") as errors:
        with start(stderr=errors, TMPDIR=str(tmp_path)) as (address, _):
            until_awake(address)
            assert read(address).status_code == 200
            assert not left.exists()
        errors.seek(0)
        assert errors.read() == f"Discarded {left}, which a server that was killed has left\n"


@on_linux
def test_a_class_has_as_many_sockets_as_it_needs_where_the_system_begins_with_few():
    usual = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, usual[1]))
    try:
        with start() as (_, process):
            soft, _ = resource.prlimit(process.pid, resource.RLIMIT_NOFILE)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, usual)
    assert soft == min(4096, usual[1])
