"""The route of networks: their files, how long a browser may keep them, and what is gone."""

import contextlib
import time

import httpx
import keras
import numpy as np
import pytest

from mnist_cnn.lesson import variants
from mnist_cnn.network import weights
from mnist_cnn.reading.sandbox import Sandbox
from mnist_cnn.runs.runs import Runs
from mnist_cnn.server.http.requests import RequestError
from mnist_cnn.server.state.networks import MAX_KEPT, Networks
from tests.fake_worker import Workers
from tests.serving import as_teacher, people, serving
from tests.test_network_file import parts
from tests.trainings import SHORT, SHORT_CHOICES


@pytest.fixture(scope="module")
def served():
    """A page whose trainings do what they are told: address, what is served, and their workers."""
    workers = Workers()
    with serving(worker=workers) as (address, served):
        yield f"{address}/mnist_cnn", served, workers


@pytest.fixture(scope="module")
def client(served):
    with httpx.Client(base_url=served[0]) as client:
        yield client


@pytest.fixture
def ann(served):
    with people(served[0]) as person:
        yield person("ann")


@contextlib.contextmanager
def training(served, ann):
    """A training that waits before its first step: its id, and its worker."""
    run = ann.post("/trainings", json=SHORT_CHOICES).json()["id"]
    worker = served[2].made[-1]
    worker.load()
    yield run, worker
    worker.end()


def numbers(answer):
    assert answer.status_code == 200, answer.text
    return parts(answer.content)[1]


def flat(arrays):
    return np.concatenate([*map(np.ravel, arrays)])


def kept_for_ever(answer):
    return "immutable" in answer.headers["cache-control"]


def test_a_training_is_sent_as_it_is_and_kept_when_it_is_over(served, client, ann):
    runs = served[1].state.runs
    with training(served, ann) as (run, worker):
        seen = []
        for _ in range(2):
            answer = client.get(f"/network/{run}")
            assert not kept_for_ever(answer)
            seen.append(numbers(answer)[0])
            np.testing.assert_array_equal(numbers(answer), flat(runs.weights(run)[1]))
            worker.step(1)
        assert seen[0] != seen[1]
        begun = client.get(f"/network/{run}.0")
        assert kept_for_ever(begun)
        assert numbers(begun)[0] == seen[0]
        worker.finish()
        over = client.get(f"/network/{run}")
        assert kept_for_ever(over)
        np.testing.assert_array_equal(numbers(over), flat(runs.find(run).result.weights))


def test_what_ends_while_it_is_read_is_not_kept():
    workers = Workers()
    runs = Runs(worker=workers)
    try:
        networks = Networks(weights.DEFAULT, None, runs, Sandbox())
        run = runs.start("ann", SHORT).id
        workers.made[0].load()
        read = runs.weights

        def ending(*given):
            found = read(*given)
            workers.made[0].finish()
            return found

        runs.weights = ending
        before = networks.find(run)
        assert runs.find(run).over
        runs.weights = read
        after = networks.find(run)
        assert (before.final, after.final) == (False, True)
        assert (before.weights[0] != after.weights[0]).any()
    finally:
        runs.close()


def test_a_network_from_a_file_is_sent_and_kept(client, ann):
    content = (variants.FOLDER / "average.keras").read_bytes()
    brought = ann.post("/file", params={"name": "mine.keras"}, content=content).json()
    answer = client.get(f"/network/{brought['id']}")
    assert kept_for_ever(answer)
    head, values = parts(answer.content)
    network = keras.saving.load_model(variants.FOLDER / "average.keras", compile=False)
    assert [layer["kind"] for layer in head["layers"]] == [
        type(layer).__name__ for layer in network.layers[1:]
    ]
    np.testing.assert_array_equal(values, flat(network.get_weights()))


def test_what_the_class_was_given_stays_when_its_run_is_forgotten(served, client, ann):
    page = served[0].removesuffix("/mnist_cnn")
    teacher = as_teacher(page, served[1].state.teachers.token)
    with training(served, ann) as (run, worker):
        worker.step(4)
        client.post("/class", json={"rules": {"network": run}}, headers=teacher)
        given = served[1].state.classroom.rules.network
        answer = client.get(f"/network/{given}")
        assert kept_for_ever(answer)
        np.testing.assert_array_equal(numbers(answer), numbers(client.get(f"/network/{run}")))
        worker.finish()
        served[1].state.runs.sweep(time.monotonic() + 10**6)  # long after
        assert client.get(f"/network/{run}").json()["key"] == "networkGone"
        assert client.get(f"/network/{given}").content == answer.content


def test_of_those_the_class_was_given_the_oldest_go():
    runs = Runs(worker=Workers())
    try:
        networks = Networks(weights.DEFAULT, None, runs, Sandbox())
        names = [networks.keep("shipped") for _ in range(MAX_KEPT + 1)]
        assert [networks.find(name).layers for name in names[1:]] == [
            networks.shipped.layers
        ] * MAX_KEPT
        with pytest.raises(RequestError, match="no longer kept"):
            networks.find(names[0])
    finally:
        runs.close()


GONE = ("nothing", "a.b", "a.1", "judge", "variant-max", "x" * 64)


def test_a_network_that_is_gone_is_said_by_its_key(served, client, ann):
    with training(served, ann) as (run, _):
        for name in (*GONE, f"{run}.1", f"{run}.99", f"{run}.-1", f"{run}.0.0"):
            answer = client.get(f"/network/{name}")
            assert (answer.status_code, answer.json()["key"]) == (400, "networkGone"), name


def test_what_the_browser_has_already_is_not_sent_again(client):
    tag = client.get("/network/shipped").headers["etag"]
    for asked in (tag, f'W/{tag}, "other"'):
        again = client.get("/network/shipped", headers={"If-None-Match": asked})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    other = client.get("/network/shipped", headers={"If-None-Match": '"other"'})
    assert (other.status_code, other.headers["etag"]) == (200, tag)


def test_another_moment_of_a_training_has_another_tag(served, client, ann):
    with training(served, ann) as (run, worker):
        tag = client.get(f"/network/{run}").headers["etag"]
        same = client.get(f"/network/{run}", headers={"If-None-Match": tag})
        assert same.status_code == 304
        worker.step(1)
        other = client.get(f"/network/{run}", headers={"If-None-Match": tag})
        assert (other.status_code, other.headers["etag"] == tag) == (200, False)
