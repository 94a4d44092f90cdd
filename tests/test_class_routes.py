"""The class's routes: what they push, what they refuse, and that only the token makes a teacher."""

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FuturesTimeoutError

import httpx
import numpy as np
import pytest
from websockets.sync.client import connect

from tests.drawn import IMAGES
from tests.fake_worker import Workers
from tests.serving import PATIENCE, serve_class
from tests.test_network_file import parts

PICTURE = IMAGES["crossed 7"].tobytes()
PROBABILITIES = np.array([0, 0.25, 0, 0, 0, 0, 0, 0.75, 0, 0], "<f4")
READ = PICTURE + PROBABILITIES.tobytes()
SESSION = {"X-Mnist-Cnn-Session": "a-pupil-of-this-class"}
OTHER = {"X-Mnist-Cnn-Session": "some-body-else-entirely"}
SHOWN = {"drawing": "drawing=1.AbC_-0123", "edition": 3, "by": "one page"}
BEGUN = SHOWN | {"begin": True}
OTHER_SHOWN = {"drawing": "drawing=1.another_1", "edition": 1, "by": "another page"}


@pytest.fixture(scope="module")
def school():
    """A class of this module's own, that trains without learning anything."""
    with serve_class(worker=Workers(pace=0)) as both:
        yield both


@pytest.fixture
def pupil(school):
    with httpx.Client(
        base_url=f"{school[0]}/mnist_cnn", headers=SESSION, timeout=PATIENCE
    ) as client:
        yield client


@pytest.fixture
def teacher(school):
    headers, url = {"X-Mnist-Cnn-Teacher": school[1]}, f"{school[0]}/mnist_cnn"
    with httpx.Client(base_url=url, headers=headers, timeout=PATIENCE) as client:
        yield client
        rules = {"training": True, "wall": True, "network": ""}
        command(client, wall={}, rules=rules, broadcast={"drawing": None})


@pytest.fixture
def news(school):
    """A page's socket, and the first news on it."""
    with connect(f"{school[0].replace('http', 'ws')}/mnist_cnn/class") as socket:
        yield socket, json.loads(socket.recv(PATIENCE))


def command(client, **acts):
    return client.post("/class", json=acts)


def put_up(client, meant=7, content=READ, **more):
    return client.post("/wall", params={"meant": meant}, content=content, **more)


def test_a_page_hears_at_once_what_holds(news):
    _, first = news
    assert first["broadcast"].pop("number") > 0
    assert first["broadcast"] == {"drawing": None, "edition": 0, "by": ""}
    rules = first["rules"]
    assert (rules["training"], rules["wall"], rules["network"]) == (True, True, "")
    assert "wall" not in first


def test_what_changes_is_pushed_and_the_wall_to_those_who_show_it(news, teacher, pupil):
    socket, _ = news
    assert command(teacher, rules={"minutes": 5}).status_code == 200
    assert json.loads(socket.recv(PATIENCE))["rules"]["minutes"] == 5
    number = command(teacher, broadcast=BEGUN).json()["number"]
    assert json.loads(socket.recv(PATIENCE)) == {"broadcast": SHOWN | {"number": number}}
    number = put_up(pupil).json()["id"]
    with pytest.raises(TimeoutError):
        socket.recv(0.3)
    socket.send("wall")
    wall = json.loads(socket.recv(PATIENCE))["wall"]
    (added,) = wall["added"]
    assert (wall["ids"], added["read"], added["probability"]) == ([number], 7, 0.75)
    assert base64.b64decode(added["image"]) == PICTURE
    assert wall["confusion"][7][7] == 1
    assert "session" not in added
    assert pupil.delete("/wall", params={"id": number}).status_code == 200
    assert json.loads(socket.recv(PATIENCE))["wall"]["ids"] == []


def test_a_page_that_keeps_asking_for_the_wall_is_told_it_once(news, teacher, pupil):
    socket, _ = news
    put_up(pupil)
    for _ in range(20):
        socket.send("wall")
    assert len(json.loads(socket.recv(PATIENCE))["wall"]["added"]) == 1
    for asked in ("wall", "no wall", "wall"):
        socket.send(asked)
    with pytest.raises(TimeoutError):
        socket.recv(0.5)


def test_a_request_for_news_is_held_until_there_are_any(pupil, teacher):
    first = pupil.get("/class", params={"since": 0}).json()
    assert first["rules"]["wall"] is True
    assert "wall" not in first
    asked = {"since": first["number"], "wall": 0}
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(
            pupil.get, "/class", params={"since": first["number"]}, timeout=PATIENCE
        )
        with pytest.raises(FuturesTimeoutError):
            waiting.result(0.5)
        number = command(teacher, broadcast=BEGUN).json()["number"]
        assert waiting.result(PATIENCE).json()["broadcast"] == SHOWN | {"number": number}
    assert pupil.get("/class", params=asked).json()["wall"]["ids"] == []


def test_news_since_no_number_are_refused(pupil):
    for since in ("", "x", "-1", "1" * 16):
        assert pupil.get("/class", params={"since": since}).status_code == 400, since


TEACHERS_ONLY = [
    ("POST", "/class"),
    ("GET", "/wall?format=npz"),
    ("GET", "/wall?format=csv"),
]


@pytest.mark.parametrize(("verb", "path"), TEACHERS_ONLY)
def test_only_the_token_makes_a_teacher(pupil, school, verb, path):
    for token in (None, "", "guess", "\xff"):
        headers = {} if token is None else {"X-Mnist-Cnn-Teacher": token.encode("latin-1")}
        assert pupil.request(verb, path, headers=headers).status_code == 403, token
    assert (
        pupil.request(verb, path, params={"teacher": school[1], "format": "npz"}).status_code == 403
    )
    endless = {"X-Mnist-Cnn-Teacher": "x" * 10_000}  # too long for the server's reader of headers
    assert pupil.request(verb, path, headers=endless).status_code in (403, 400)


BAD_COMMANDS = (
    (b"[]", "must be a JSON object"),
    (b"{", "must be a JSON object"),
    (b"[" * 9000, "must be a JSON object"),
    (b"\xff", "must be a JSON object"),
    (b'{"rules": []}', "an object each for some of rules, broadcast, line, wall"),
    (b'{"doors": {}}', "an object each for some of rules, broadcast, line, wall"),
    (b'{"rules": {"training": 7}}', "training must be true or false"),
    (b'{"rules": {"fun": 7}}', "There is no rule 'fun'"),
    (b'{"rules": {"network": "nobody-s"}}', "no longer kept"),
    (b'{"rules": {"network": 3}}', "no longer kept"),
    (b'{"rules": {"network": "judge"}}', "no longer kept"),
    (b'{"broadcast": {"drawing": "<b>", "edition": 1}}', "Only pen strokes"),
    (b'{"broadcast": {"drawing": "", "edition": "1"}}', "edition a whole number"),
    (b'{"broadcast": {"drawing": 7, "edition": 1}}', "drawing must be a text"),
    (b'{"broadcast": {"drawing": "", "edition": 1, "by": 7}}', "by must be a text"),
    (
        b'{"broadcast": {"drawing": "", "edition": 1, "begin": true, "by": "%b"}}' % (65 * b"x"),
        "by must be a text of at most 64 characters",
    ),
    (b'{"broadcast": {"drawing": "", "edition": 1}}', "no longer shown"),
)


def test_a_bad_command_gets_a_sentence(teacher):
    for body, sentence in BAD_COMMANDS:
        response = teacher.post("/class", content=body)
        assert response.status_code == 400, body
        assert sentence in response.json()["error"], body


def test_what_is_no_digit_goes_on_no_wall(pupil):
    for meant in ("", "x", "10", "-1", "７"):
        response = put_up(pupil, meant)
        assert response.status_code == 400, meant
        assert "meant must be a digit" in response.json()["error"], meant


def test_people_take_off_their_own_only_and_the_teacher_any(pupil, teacher):
    number = put_up(pupil).json()["id"]
    refused = pupil.delete("/wall", params={"id": number}, headers=OTHER)
    assert (refused.status_code, refused.json()["key"]) == (400, "wall gone")
    assert pupil.delete("/wall", params={"id": "1;2"}).status_code == 400
    assert teacher.delete("/wall", params={"id": number}).status_code == 200


def test_a_guess_takes_nobody_s_digit_off(pupil):
    number = put_up(pupil).json()["id"]
    guess = {"X-Mnist-Cnn-Teacher": "guess"}
    assert pupil.delete("/wall", params={"id": number}, headers=guess).status_code == 403
    assert pupil.delete("/wall", params={"id": number}).status_code == 200


def test_a_wall_without_a_session_or_ink_is_refused(pupil):
    assert put_up(pupil, headers={"X-Mnist-Cnn-Session": "short"}).status_code == 400
    blank = put_up(pupil, content=bytes(784) + PROBABILITIES.tobytes())
    assert (blank.status_code, "no ink" in blank.json()["error"]) == (400, True)


@pytest.mark.parametrize("length", [0, 783, 784, 823, 825, 1024])
def test_a_wall_takes_a_picture_with_ten_probabilities_and_nothing_else(pupil, length):
    content = (READ + bytes(300))[:length]
    refused = put_up(pupil, content=content)
    assert refused.status_code == 400
    assert refused.json()["error"] == f"Expected 824 bytes, got {length}"


NO_PROBABILITIES = {
    "nan": [np.nan, 1, *[0] * 8],
    "endless": [np.inf, -np.inf, 1, *[0] * 7],
    "large": [3e38] * 10,
    "negative": [-0.5, 1.5, *[0] * 8],
    "too much": [0.11] * 10,
    "too little": [0] * 10,
}


@pytest.mark.parametrize("numbers", NO_PROBABILITIES.values(), ids=NO_PROBABILITIES)
def test_what_are_no_probabilities_goes_on_no_wall(pupil, numbers):
    refused = put_up(pupil, content=PICTURE + np.array(numbers, "<f4").tobytes())
    assert refused.status_code == 400
    assert refused.json()["error"] == "Ten probabilities are 0 to 1, and together 1"


def test_probabilities_may_be_off_by_their_rounding(pupil, teacher):
    assert put_up(pupil, content=PICTURE + (PROBABILITIES * 1.0004).tobytes()).status_code == 200


def test_the_wall_is_no_other_kind_of_file(teacher):
    for kind in ("exe", "npz.py", "NPZ"):
        assert teacher.get("/wall", params={"format": kind}).status_code == 400, kind


def test_a_correction_that_cannot_be_learned_is_refused(school):
    with httpx.Client(base_url=f"{school[0]}/mnist_cnn", headers=SESSION) as client:
        for body in (b"", bytes(785), bytes([11]) + bytes([9]) * 784, bytes(785 * 51)):
            assert client.post("/corrections", content=body).status_code == 400
        digit = bytes([7]) + bytes([9]) * 784
        gone = client.post("/corrections", params={"network": "nobody-s"}, content=digit)
        assert gone.json()["key"] == "networkGone"
        assert client.get("/trainings/x").json()["key"] == "run gone"


def test_everybody_can_be_given_another_network(teacher, news, school):
    socket, _ = news
    made = httpx.post(
        f"{school[0]}/mnist_cnn/trainings",
        json={"data": "generated", "digits": 100, "epochs": 1, "downsampling": "stride"},
        headers=SESSION,
        timeout=PATIENCE,
    ).json()
    with httpx.Client(base_url=f"{school[0]}/mnist_cnn", headers=SESSION) as client:
        while (run := client.get("/trainings").json()["runs"][-1])["state"] not in (
            "done",
            "failed",
        ):
            after = {"after": run["sequence"]}
            client.get(f"/trainings/{made['id']}", params=after, timeout=PATIENCE)
    assert command(teacher, rules={"network": made["id"]}).status_code == 200
    rules = json.loads(socket.recv(PATIENCE))["rules"]
    assert rules["network"] not in ("", made["id"])
    kept = httpx.get(f"{school[0]}/mnist_cnn/network/{rules['network']}")
    assert "pool1" not in [layer["name"] for layer in parts(kept.content)[0]["layers"]]


# --- that leave their address out of breath ------------------------------------------------


@pytest.fixture
def another_school():
    with serve_class() as (address, token), httpx.Client(timeout=PATIENCE) as client:
        client.base_url = f"{address}/mnist_cnn"
        yield client, {"X-Mnist-Cnn-Teacher": token}


def test_who_guesses_tokens_does_not_lock_out_the_teacher_at_the_same_address(another_school):
    client, teacher = another_school
    guess = {"X-Mnist-Cnn-Teacher": "guess"}
    answers = [client.post("/class", json={}, headers=guess) for _ in range(200)]
    assert {answer.status_code for answer in answers} == {403, 429}
    refused = [answer for answer in answers if answer.status_code == 429]
    assert {answer.headers["retry-after"] for answer in refused} == {"1"}
    assert client.post("/class", json={"rules": {"wall": True}}, headers=teacher).status_code == 200


def test_a_teacher_draws_for_as_long_as_it_takes(another_school):
    client, teacher = another_school
    answers = [
        client.post("/class", json={"broadcast": BEGUN}, headers=teacher) for _ in range(300)
    ]
    assert {answer.status_code for answer in answers} == {200}


def test_one_address_cannot_fill_the_wall_in_seconds(another_school):
    client, _ = another_school
    sessions = ({"X-Mnist-Cnn-Session": f"made-up-session-{n:03}"} for n in range(200))
    answers = (put_up(client, headers=session) for session in sessions)
    refused = next(answer for answer in answers if answer.status_code != 200)
    assert refused.json()["key"] == "wall too_fast"
