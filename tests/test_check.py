"""What the page asks TensorFlow: to check its reading; woken once."""

import threading
from concurrent.futures import ThreadPoolExecutor

import httpx
import numpy as np
import pytest

from mnist_cnn.digits import strokes
from mnist_cnn.lesson import variants
from mnist_cnn.network import model, weights
from mnist_cnn.reading.reader import Reader
from mnist_cnn.reading.sandbox import Sandbox
from mnist_cnn.server.state.networks import Network, Networks
from mnist_cnn.server.state.readings import Readings
from tests.drawings import DRAWINGS
from tests.fake_worker import Workers
from tests.serving import people, serving
from tests.trainings import SHORT_CHOICES

SEVEN, WIDE = DRAWINGS["crossed 7"], DRAWINGS["1"][100:140]
TOGETHER = 4


@pytest.fixture(scope="module")
def served():
    """A page whose trainings do what they are told: its routes' address, and their workers."""
    workers = Workers()
    with serving(worker=workers) as (address, _):
        yield f"{address}/mnist_cnn", workers


@pytest.fixture(scope="module")
def client(served):
    with httpx.Client(base_url=served[0], timeout=60) as client:
        yield client


def check(client, drawing, **query):
    height, width = drawing.shape
    query = {"width": width, "height": height, **query}
    return client.post("/check", params=query, content=drawing.tobytes())


def assert_read(answer, read):
    """An answer holds the picture and all activations of a reading, in their order."""
    assert answer.status_code == 200, answer.text
    assert answer.content[:784] == read.stages.image.tobytes()
    expected = np.concatenate([*map(np.ravel, read.activations.layers.values())])
    got = np.frombuffer(answer.content[784:], "<f4")
    np.testing.assert_allclose(got, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("drawing", [SEVEN, WIDE, np.full((1, 1), 255, np.uint8)])
def test_a_check_is_all_that_python_and_tensorflow_make_of_a_drawing(client, reader, drawing):
    assert_read(check(client, drawing), reader.read(drawing))


def test_another_network_is_checked_by_its_own_weights(served, client, reader):
    read = Reader(variants.load("stride"), reader.judge).read(SEVEN)
    with people(served[0]) as person:
        file = variants.path("stride").read_bytes()
        mine = person("ann").post("/file", params={"name": "mine.keras"}, content=file).json()
    assert_read(check(client, SEVEN, network=mine["id"]), read)
    assert not np.allclose(read.activations.probabilities, 0.1, atol=0.01)


def test_a_network_in_training_is_checked_as_it_is(served, client):
    with people(served[0]) as person:
        run = person("ann").post("/trainings", json=SHORT_CHOICES).json()["id"]
        worker = served[1].made[-1]
        worker.load()
        answers = []
        for _ in range(2):
            answers.append(check(client, SEVEN, network=run).content)
            worker.step(1)
        assert answers[0] != answers[1]
        assert check(client, SEVEN, network=f"{run}.0").content == answers[0]


@pytest.mark.parametrize(
    ("query", "body", "sentence"),
    [
        ("width=28&height=28", b"\0" * 783, "Expected 28×28 = 784 bytes, got 783"),
        ("width=28&height=28", b"\0" * 785, "Expected 28×28 = 784 bytes, got 785"),
        ("width=0&height=28", b"", "width must be a whole number from 1 to 280, got '0'"),
        ("width=28&height=281", b"", "height must be"),
        ("width=nan&height=28", b"", "got 'nan'"),
        ("width=-5&height=28", b"", "got '-5'"),
        ("", b"", "width must be"),
        ("width=5&height=4", bytes(20), "There is no ink in the drawing"),
        ("width=1&height=1&network=gone", b"\xff", "no longer kept"),
    ],
)
def test_what_cannot_be_checked_gets_a_sentence(client, query, body, sentence):
    answer = client.post(f"/check?{query}", content=body)
    assert answer.status_code == 400
    assert sentence in answer.json()["error"]


def test_a_check_is_neither_kept_nor_compressed(client):
    headers = check(client, SEVEN).headers
    assert headers["content-encoding"] == "identity"
    assert headers["cache-control"] == "no-store"


# --- who asks first ------------------------------------------------------------------------


def together(ask):
    """Return what several get who ask at once."""
    meeting = threading.Barrier(TOGETHER)

    def asking(_):
        meeting.wait(30)
        return ask()

    with ThreadPoolExecutor(TOGETHER) as threads:
        return [*threads.map(asking, range(TOGETHER))]


def test_those_who_ask_first_wait_for_one_reader(monkeypatch, reader):
    loads, go_on = [], threading.Event()

    def load(path):
        loads.append(path)
        go_on.wait(0.3)  # so that the others come meanwhile
        return reader

    monkeypatch.setattr(Reader, "load", load)
    readings = Readings(weights.DEFAULT, None)
    assert together(readings.shipped) == [reader] * TOGETHER
    assert loads == [weights.DEFAULT]


def test_the_shipped_network_s_reader_is_made_once_and_shares_its_judge(monkeypatch, reader):
    monkeypatch.setattr(Reader, "load", lambda path: reader)
    networks = Networks(weights.DEFAULT, None, None, Sandbox())
    readings = Readings(weights.DEFAULT, networks.shipped)
    assert readings.of(networks.find("")) is reader
    stride = Network(model.variant("stride"), variants.load("stride").get_weights())
    other = readings.of(stride)
    assert other is not reader
    assert other.judge is reader.judge
    assert other.read(strokes.render([])) is None
