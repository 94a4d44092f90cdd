"""The routes of the Train page: choices, runs, their events, what they lead to, and whose it is."""

import json
import struct

import httpx
import numpy as np
import pytest

from mnist_cnn.network import keras_file, model, weights
from mnist_cnn.optimization.recipes import RECIPES
from mnist_cnn.system.paths import WEIGHTS
from tests.fake_worker import SAMPLE, SECONDS, Workers
from tests.serving import people, serve
from tests.test_network_file import parts
from tests.trainings import LONG_CHOICES, SHORT_CHOICES, follow, start
from tests.waiting import until


@pytest.fixture(scope="module")
def address():
    """An app of this module's own, whose trainings are real: see ``trained``."""
    with serve() as address:
        yield f"{address}/mnist_cnn"


@pytest.fixture(scope="module")
def person(address):
    with people(address) as person:
        yield person


def plan_of(client, choices):
    return client.get("/trainings", params={"choices": json.dumps(choices)})


def steer(client, run, verb):
    return client.post(f"/trainings/{run['id']}", params={"verb": verb})


@pytest.fixture(scope="module")
def ann(person):
    return person("ann")


@pytest.fixture(scope="module")
def trained(ann):
    """A run that is over, and its events."""
    return follow(ann, start(ann, SHORT_CHOICES))


def test_without_a_session_nothing_is_told(address):
    for session in (None, "", "short", "a" * 65, "with spaces and such", "ü" * 20):
        headers = {} if session is None else {"X-Mnist-Cnn-Session": session.encode()}
        response = httpx.get(f"{address}/trainings", headers=headers)
        assert response.status_code == 400, session
        assert "16 to 64 letters" in response.json()["error"], session


@pytest.mark.parametrize("downsampling", model.DOWNSAMPLING)
def test_a_plan_has_the_model_s_own_layers(ann, downsampling):
    plan = plan_of(ann, {"downsampling": downsampling}).json()
    table = model.layer_table(model.build(downsampling=downsampling))
    rows = [(row["name"], tuple(row["shape"]), row["parameters"]) for row in plan["layers"]]
    assert rows == [(row.name, row.shape, row.parameters) for row in table]
    batch = plan["options"]["batch_size"]
    assert plan["steps"] == 5 * -(-60_000 // batch)


@pytest.mark.parametrize(
    ("recipe", "steps", "seen"),
    [("lesson", 5 * 938, 60_000), ("fast", 240, 15_600), ("best", 40 * 586, 75_000)],
)
def test_a_plan_fills_in_what_the_recipe_says(ann, recipe, steps, seen):
    plan = plan_of(ann, {"recipe": recipe}).json()
    assert plan["options"]["epochs"] == RECIPES[recipe].epochs
    assert plan["options"]["optimizer"] == RECIPES[recipe].optimizer
    assert (plan["steps"], plan["seen"]) == (steps, seen)


@pytest.mark.parametrize("asked", ["plan", "start"])
@pytest.mark.parametrize(
    ("choices", "key", "values"),
    [
        (
            {"epochs": "many"},
            "option whole",
            {"name": "epochs", "low": "1", "high": "200", "value": "'many'"},
        ),
        (
            {"learning_rate": 2},
            "option number",
            {"name": "learning_rate", "low": "0.000001", "high": "1", "value": "2"},
        ),
        (
            {"downsampling": "none", "batch_size": 500},
            "option batch",
            {"name": "batch_size", "largest": 128, "value": 500},
        ),
        ({"weights": "/etc"}, "option unknown", {"name": "weights"}),
        (
            {"data": "soup", "seed": -1},
            "option choice",
            {
                "names": "mnist, generated, mnist+pens",
                "value": "'soup'",
                "name": "data",
                "others": [
                    {
                        "key": "option whole",
                        "values": {
                            "low": "0",
                            "high": "2,147,483,646",
                            "value": "-1",
                            "name": "seed",
                        },
                    }
                ],
            },
        ),
    ],
)
def test_bad_choices_get_a_sentence_and_its_parts(ann, asked, choices, key, values):
    plans = asked == "plan"
    response = plan_of(ann, choices) if plans else ann.post("/trainings", json=choices)
    assert response.status_code == 400
    refusal = response.json()
    assert (refusal["key"], refusal["values"]) == (key, values)
    assert refusal["error"].endswith(".")


def test_choices_that_are_none_get_a_sentence(ann):
    for body in (b"", b"[]", b"nonsense", b"[" * 4000, b"\xff"):
        response = ann.post("/trainings", content=body)
        assert response.status_code == 400, body
        assert response.json()["error"], body


def test_a_run_tells_all_that_happens(trained):
    run, events = trained
    kinds = [event["kind"] for event in events]
    assert run["state"] == "done"
    assert kinds[0] == "starting"
    assert kinds[-1] == "finished"
    assert {"prepared", "step", "kept", "validated", "evaluating"} <= {*kinds}
    numbers = [event["number"] for event in events]
    assert numbers == sorted(set(numbers))
    confusion = np.array(events[-1]["confusion"])
    assert confusion.sum() == 10_000
    assert run["result"]["wrong"] == 10_000 - np.trace(confusion)
    assert run["result"]["accuracy"] == pytest.approx(np.trace(confusion) / 10_000, abs=1e-4)
    assert "weights" not in json.dumps(events)


def test_the_network_and_its_snapshots_are_had_as_files(ann, trained):
    run, events = trained
    kept = [event["index"] for event in events if event["kind"] == "kept"]
    files = [ann.get(f"/network/{run['id']}{at}").content for at in ("", *(f".{i}" for i in kept))]
    assert len({*files}) >= 3
    for head, _ in map(parts, files):
        names = [layer["name"] for layer in head["layers"]]
        assert names == ["conv1", "conv2", "conv3", "flatten", "dense1", "softmax"]
    untrained = np.concatenate([*map(np.ravel, model.build(1, "stride").get_weights())])
    np.testing.assert_array_equal(parts(files[1])[1], untrained)


def test_digits_of_a_cell_and_the_worst(ann, trained):
    run, events = trained
    confusion = np.array(events[-1]["confusion"])
    worst = decode_digits(ann.get(f"/trainings/{run['id']}/digits").content)
    assert (worst.labels != worst.answers).all()
    assert 0 < len(worst.labels) <= 40
    label, answer = (int(i) for i in np.argwhere(confusion > 0)[0])
    query = {"label": label, "answer": answer}
    cell = decode_digits(ann.get(f"/trainings/{run['id']}/digits", params=query).content)
    assert len(cell.labels) == min(confusion[label, answer], 24)
    assert {*cell.labels} == {label}
    assert {*cell.answers} == {answer}
    assert cell.images.max() > 200
    odds = {"label": "x", "answer": "1"}, {"label": "3"}, {"label": "33", "answer": "1"}
    for odd in (*odds, {"forgotten": "1"}):  # it is no correction
        assert ann.get(f"/trainings/{run['id']}/digits", params=odd).status_code == 400


def test_a_network_is_taken_away_brought_back_and_reads_the_same(ann, trained, tmp_path):
    run, _ = trained
    file = ann.get("/file", params={"network": run["id"]})
    assert "mnist_cnn.keras" in file.headers["content-disposition"]
    path = tmp_path / "mine.keras"
    path.write_bytes(file.content)
    assert weights.load_card(path).options["downsampling"] == "stride"
    brought = ann.post("/file", params={"name": "mine.keras"}, content=file.content).json()
    assert brought["card"]["accuracy"] == run["result"]["accuracy"]
    assert brought in ann.get("/trainings").json()["uploads"]
    files = [ann.get(f"/network/{name}").content for name in (brought["id"], run["id"])]
    assert files[0] == files[1]


@pytest.mark.parametrize("format", ["keras", "onnx", "tflite"])
def test_every_network_is_taken_away_in_every_format_that_is_told(ann, trained, format):
    assert f".{format}" in ann.get("/trainings").json()["formats"]
    file = keras_file.DEFAULT.read_bytes()
    brought = ann.post("/file", params={"name": "mine.keras"}, content=file).json()
    sizes = {}
    for reference in ("", brought["id"], trained[0]["id"]):
        answer = ann.get("/file", params={"network": reference, "format": format})
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-disposition"].endswith(f"mnist_cnn.{format}")
        sizes[reference] = len(answer.content)
    # The card beside the shipped weights tells more than the one within them.
    assert sizes[""] == pytest.approx(sizes[brought["id"]], abs=8192)
    assert sizes[""] > 4 * 93_322  # with all its numbers
    assert sizes[trained[0]["id"]] > 4 * 121_994


def test_other_formats_are_refused_with_those_there_are(ann):
    for odd in ("pt", "../keras", "", "x" * 1000):
        refused = ann.get("/file", params={"format": odd})
        assert refused.status_code == 400, odd
        assert ".keras, .onnx, .tflite" in refused.json()["error"]


def test_a_network_in_training_is_taken_away_when_it_is_over_and_not_before(ann):
    run = start(ann, LONG_CHOICES)
    followed, network = f"/trainings/{run['id']}", f"/network/{run['id']}"
    until(lambda: ann.get(followed) and ann.get(network).status_code == 200)
    refused = ann.get("/file", params={"network": run["id"]})
    assert (refused.status_code, refused.json()["key"]) == (400, "run untested")
    moment = ann.get("/file", params={"network": f"{run['id']}.0", "format": "onnx"})
    assert moment.status_code == 200  # one that it was, and stays
    steer(ann, run, "leave")


def test_a_moment_of_a_training_has_no_card(ann, trained):
    run = trained[0]["id"]
    last, first = (
        ann.get("/file", params={"network": reference, "format": "onnx"}).content
        for reference in (run, f"{run}.0")
    )
    assert b"test_accuracy" in last
    assert b"test_accuracy" not in first


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (b"", "file damaged"),
        (b"PK\3\4", "file damaged"),
        ((WEIGHTS / "doubt.keras").read_bytes(), "file ending"),
    ],
    ids=["empty", "cut", "another network"],
)
def test_other_files_are_refused(ann, content, key):
    response = ann.post("/file", params={"name": "/etc/odd.keras"}, content=content)
    assert response.status_code == 400
    assert response.json()["key"] == key
    assert "/etc" not in response.json()["error"]


def test_nobody_else_sees_or_moves_a_run(person, trained):
    run, _ = trained
    ben = person("ben")
    mine = ben.get("/trainings").json()
    assert (mine["runs"], mine["uploads"]) == ([], [])
    for verb in ("pause", "resume", "stop", "leave"):
        response = steer(ben, run, verb)
        assert (response.status_code, response.json()["key"]) == (400, "run gone")
    for path in ("", "/digits"):
        assert ben.get(f"/trainings/{run['id']}{path}").json()["key"] == "run gone"


def test_how_long_it_takes_is_told_once_a_process_is_ready():
    workers = Workers()
    with serve(worker=workers) as address, people(f"{address}/mnist_cnn") as person:
        ann, ben = person("ann"), person("ben")
        told = plan_of(ann, {"recipe": "fast"}).json()
        assert (told["seconds"], told["tried"]) == (None, False)
        assert workers.made == []  # who only opens the page starts nothing
        for one in (ann, ben):
            assert one.put("/trainings").status_code == 200
        assert len(workers.made) == 1
        assert plan_of(ann, {"recipe": "fast"}).json()["tried"]
        told = plan_of(ben, {"recipe": "fast"}).json()
        assert (told["seconds"], told["tried"]) == (pytest.approx(240 * SECONDS), False)


def test_whoever_names_no_session_starts_nothing():
    workers = Workers()
    with serve(worker=workers) as address, people(f"{address}/mnist_cnn") as person:
        assert httpx.put(f"{address}/mnist_cnn/trainings").status_code == 400
        assert workers.made == []
        assert person("ann").put("/trainings").status_code == 200
        asked = {"choices": json.dumps({"recipe": "fast"})}
        assert httpx.get(f"{address}/mnist_cnn/trainings", params=asked).status_code == 400
        assert workers.made[0].trials == []


def test_a_few_test_digits_are_told_while_it_learns():
    workers = Workers()
    with serve(worker=workers) as address, people(f"{address}/mnist_cnn") as person:
        ann = person("ann")
        run = start(ann, SHORT_CHOICES)
        path = f"/trainings/{run['id']}/digits?sample"
        assert ann.get(path).json()["key"] == "digitsNotLoaded"
        workers.made[0].load()
        content = ann.get(path).content
        (count,) = struct.unpack_from("<I", content)
        labels = np.frombuffer(content, np.uint8, count, 4)
        images = np.frombuffer(content, np.uint8, offset=4 + count).reshape(count, 28, 28)
        np.testing.assert_array_equal(labels, SAMPLE.labels)
        np.testing.assert_array_equal(images, SAMPLE.images)
        assert person("ben").get(path).json()["key"] == "run gone"


def test_the_line_is_seen_left_and_moves_on():
    workers = Workers()  # none takes a step before it is told to
    with serve(worker=workers) as address, people(f"{address}/mnist_cnn") as person:
        carl, dora, erin = person("carl"), person("dora"), person("erin")
        first, second, third = (
            start(carl, LONG_CHOICES),
            start(dora, LONG_CHOICES),
            start(erin, LONG_CHOICES),
        )
        assert (first["state"], first["place"]) == ("starting", 0)
        assert [(run["state"], run["place"]) for run in (second, third)] == [
            ("queued", 1),
            ("queued", 2),
        ]
        assert steer(dora, second, "pause").json()["key"] == "run queued"
        assert steer(dora, second, "leave").json()["state"] == "stopped"
        stopped = steer(carl, first, "stop").json()
        assert stopped["id"] == first["id"]
        assert follow(carl, first)[0]["state"] == "stopped"
        assert steer(carl, first, "dance").status_code == 400
        until(lambda: len(workers.made) == 2)
        news = erin.get(f"/trainings/{third['id']}").json()
        assert (news["state"], news["place"]) == ("starting", 0)


class Digits:
    """Test digits as ``trained.encode_examined`` lays them out."""

    def __init__(self, content):
        (count,) = struct.unpack_from("<I", content)
        self.sureness = np.frombuffer(content, "<f4", count, 4)
        at = 4 + 8 * count
        self.labels = np.frombuffer(content, np.uint8, count, at)
        self.answers = np.frombuffer(content, np.uint8, count, at + count)
        self.images = np.frombuffer(content, np.uint8, offset=at + 2 * count)
        assert self.images.size == 784 * count


decode_digits = Digits
