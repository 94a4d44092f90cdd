"""Files made to do harm: each is answered, nothing of it stays, and nobody else waits for it."""

import contextlib
import gc
import http.client
import itertools
import json
import threading
import tracemalloc
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from mnist_cnn.network.keras_file import WeightsError
from mnist_cnn.reading.ink import PictureError
from tests.hostile_files import NETWORKS, PICTURES
from tests.malformed_requests import SESSION
from tests.serving import serving
from tests.waiting import until

QUICK = (
    *("png of gigabytes by its head", "png of packed texts", "png of a packed profile"),
    *("gif of many frames", "gif of a large frame in a small picture", "ico of many sizes"),
    *("ico of a large bitmap", "jpeg that says its height late", "jpeg of an endless exif"),
    *("tiff in a circle", "jpeg that is a zip", "png of tiny chunks"),
)


@pytest.fixture(scope="module")
def served():
    with serving() as (address, served):
        yield f"{address}/mnist_cnn", served


@pytest.fixture(scope="module")
def visitor(served):
    """A function that returns a client from another address each time."""
    numbers = itertools.count(1)
    with contextlib.ExitStack() as stack:

        def visitor():
            number = next(numbers)
            headers = {"X-Forwarded-For": f"10.9.0.{number}", SESSION: f"hostile-{number:010}"}
            client = httpx.Client(base_url=served[0], headers=headers, timeout=60)
            return stack.enter_context(client)

        yield visitor


def strictly(answer):
    """The JSON of an answer, as browsers read it."""

    def refuse(constant):
        raise AssertionError(f"{constant} is no JSON: {answer.text[:200]}")

    return json.loads(answer.text, parse_constant=refuse)


@pytest.mark.parametrize("name", NETWORKS)
def test_a_hostile_network_gets_a_sentence_or_works(name, visitor):
    client = visitor()
    answer = client.post("/file", content=NETWORKS[name]())
    assert answer.status_code in (200, 400), answer.text
    if answer.status_code == 400:
        sentence = strictly(answer)["error"]
        assert sentence.startswith("network.keras ")
        assert len(sentence) < 400
        return
    (upload,) = strictly(client.get("/trainings"))["uploads"]
    assert upload["id"] == strictly(answer)["id"]
    assert client.get(f"/network/{upload['id']}").status_code == 200
    for kind in ("onnx", "bin"):
        taken = client.get("/file", params={"network": upload["id"], "format": kind})
        assert taken.status_code == 200, taken.text


@pytest.mark.parametrize("name", QUICK)
def test_a_hostile_picture_gets_a_sentence_or_is_read(name, visitor):
    answer = visitor().post("/ink", content=PICTURES[name]())
    assert answer.status_code in (200, 400)
    if answer.status_code == 400:
        assert strictly(answer)["error"].startswith("The picture ")


# --- nobody waits for another address's files ---------------------------------------------


class Reader:
    """A sandbox that reads nothing before it may, and notes in which order it was asked."""

    def __init__(self):
        self.asked, self.go_on = [], threading.Event()

    def ink(self, content):
        self.asked.append(content)
        self.go_on.wait(60)
        raise PictureError("The picture is hostile.")

    def network(self, content):
        self.asked.append(content)
        self.go_on.wait(60)
        raise WeightsError("is hostile", "damaged", "hostile")


@pytest.fixture
def reader(served, monkeypatch):
    reader, state = Reader(), served[1].state
    monkeypatch.setattr(state.decoding, "sandbox", reader)
    monkeypatch.setattr(state.networks.uploads, "_sandbox", reader)
    yield reader
    reader.go_on.set()


def picture(client, content):
    client.post("/ink", content=content)


def network(client, content):
    client.post("/file", content=content)


def predicted(client, content):
    gradio = str(client.base_url).replace("/mnist_cnn", "/gradio_api")
    (path,) = client.post(f"{gradio}upload", files={"files": ("a.png", content)}).json()
    call = {"data": [{"path": path, "meta": {"_type": "gradio.FileData"}}]}
    event = client.post(f"{gradio}call/predict", json=call).json()["event_id"]
    client.get(f"{gradio}call/predict/{event}")


@pytest.mark.parametrize("flood", [picture, network, predicted])
@pytest.mark.parametrize("ask", [picture, network, predicted])
def test_one_file_waits_for_one_of_an_address_that_floods(flood, ask, visitor, served, reader):
    present = served[1].state.decoding._line._present._open
    eve, ann = visitor(), visitor()
    with ThreadPoolExecutor(20) as pool:
        try:
            for _ in range(16):
                pool.submit(flood, eve, b"eve")
            until(lambda: reader.asked, patience=60)
            pool.submit(ask, ann, b"ann")
            until(lambda: len(present) == 2, patience=60)
        finally:
            reader.go_on.set()
    assert reader.asked.index(b"ann") <= 2
    assert reader.asked.count(b"eve") == 16


# --- nothing of a refused file stays ------------------------------------------------------


@pytest.mark.parametrize("path", ["ink", "file"])
def test_a_refused_file_leaves_memory_without_the_garbage_collector(path, served):
    """An error's traceback holds every frame it came through, with the file in it."""

    def refused(content):
        """Ask as nobody does who keeps what was sent."""
        connection = http.client.HTTPConnection(served[0].split("/")[2], timeout=60)
        connection.request("POST", f"/mnist_cnn/{path}", content, {SESSION: "s" * 16})
        status = connection.getresponse().status
        connection.close()
        return status == 400

    assert refused(b"x")  # everything is imported
    gc.collect()
    gc.disable()
    tracemalloc.start()
    try:
        assert all(refused(bytes(2**20)) for _ in range(10))
        until(lambda: tracemalloc.get_traced_memory()[0] < 2**21, patience=20)
    finally:
        tracemalloc.stop()
        gc.enable()
