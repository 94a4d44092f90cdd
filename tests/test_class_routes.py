"""The class's routes: what they push, what they refuse, and that only the link makes a teacher."""

import base64
import contextlib
import json
import queue
import threading
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FuturesTimeoutError

import httpx
import numpy as np
import pytest
from websockets.exceptions import ConnectionClosedError
from websockets.sync.client import connect

from mnist_cnn.server.state.teachers import MAX_BROWSERS, Teachers
from tests.drawings import IMAGES
from tests.fake_worker import Workers
from tests.serving import PATIENCE, as_teacher, serve_class
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
    headers, url = as_teacher(school[0], school[1].token), f"{school[0]}/mnist_cnn"
    with httpx.Client(base_url=url, headers=headers, timeout=PATIENCE) as client:
        yield client
        rules = {"training": True, "wall": True, "network": ""}
        command(client, wall={}, rules=rules, broadcast={"drawing": None})


@pytest.fixture
def news(school):
    """A page's socket, and the first news on it."""
    with connect(f"{school[0].replace('http', 'ws')}/mnist_cnn/news") as socket:
        socket.send("{}")
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
    told = json.loads(socket.recv(PATIENCE))
    start = told["start"]
    assert told == {
        "broadcast": SHOWN | {"number": number},
        "start": start,
        "number": number,
    }
    id_ = put_up(pupil).json()["id"]
    with pytest.raises(TimeoutError):
        socket.recv(0.3)
    socket.send(json.dumps({"start": start, "since": number, "showsWall": True}))
    wall = json.loads(socket.recv(PATIENCE))["wall"]
    (added,) = wall["added"]
    assert (wall["ids"], added["read"], added["probability"]) == ([id_], 7, 0.75)
    assert base64.b64decode(added["image"]) == PICTURE
    assert wall["confusion"][7][7] == 1
    assert "session" not in added
    assert pupil.delete("/wall", params={"id": id_}).status_code == 200
    assert json.loads(socket.recv(PATIENCE))["wall"]["ids"] == []


def test_a_request_for_news_is_held_until_there_are_any(pupil, teacher):
    def ask(**heard):
        asked = {"heard": json.dumps(heard)}
        return pupil.get("/news", params=asked, timeout=PATIENCE).raise_for_status().json()

    first = ask()
    assert first["rules"]["wall"] is True
    assert "wall" not in first
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(ask, start=first["start"], since=first["number"])
        with pytest.raises(FuturesTimeoutError):
            waiting.result(0.5)
        number = command(teacher, broadcast=BEGUN).json()["number"]
        assert waiting.result(PATIENCE)["broadcast"] == SHOWN | {"number": number}
    assert ask(start=first["start"], since=number, showsWall=True)["wall"]["ids"] == []


NO_NUMBERS = [
    "",
    "[]",
    "x",
    '{"since": -1}',
    '{"since": "1"}',
    '{"wall": 1e99}',
    '{"since": 1000000000000000}',
    '{"session": 1}',
    '{"runs": [1]}',
    '{"runs": {"x": 1}}',
    '{"runs": {"x": [1]}}',
    json.dumps({"runs": {str(n): [0, 0] for n in range(65)}}),
]


@pytest.mark.parametrize("heard", NO_NUMBERS, ids=range(len(NO_NUMBERS)))
def test_what_a_page_cannot_have_heard_is_refused(pupil, school, heard):
    assert pupil.get("/news", params={"heard": heard}).status_code == 400
    with connect(f"{school[0].replace('http', 'ws')}/mnist_cnn/news") as socket:
        socket.send(heard)
        with pytest.raises(ConnectionClosedError, match="1008"):
            socket.recv(PATIENCE)


TEACHERS_ONLY = [
    ("POST", "/class"),
    ("GET", "/wall?format=npz"),
    ("GET", "/wall?format=csv"),
]


def body(verb):
    return b"{}" if verb == "POST" else b""


@pytest.mark.parametrize(("verb", "path"), TEACHERS_ONLY)
def test_only_the_cookie_makes_a_teacher(pupil, school, teacher, verb, path):
    teachers = school[1]
    for value in (None, "", "guess", "\xff", teachers.token, "x" * 10_000):
        cookie = f"{teachers.cookie}={value}".encode("latin-1")
        headers = {} if value is None else {"Cookie": cookie}
        assert pupil.request(verb, path, headers=headers).status_code == 403, value
    by_query = {"teacher": teachers.token, "format": "npz"}
    assert pupil.request(verb, path, params=by_query).status_code == 403
    by_header = {"X-Mnist-Cnn-Teacher": teachers.token}
    assert pupil.request(verb, path, headers=by_header).status_code == 403
    assert teacher.request(verb, path, content=body(verb)).status_code == 200


@pytest.mark.parametrize(("verb", "path"), TEACHERS_ONLY)
def test_the_cookie_alone_as_another_site_s_page_would_send_it_is_not_enough(teacher, verb, path):
    del teacher.headers["X-Mnist-Cnn-Session"]
    refused = teacher.request(verb, path, content=body(verb))
    assert (refused.status_code, "The session" in refused.json()["error"]) == (400, True)


def test_a_command_of_another_origin_is_refused_though_the_browser_is_the_teacher_s(teacher):
    for headers in ({"Origin": "http://elsewhere.example"}, {"Sec-Fetch-Site": "same-site"}):
        for verb, path in (("POST", "/class"), ("PUT", "/class"), ("DELETE", "/class")):
            answer = teacher.request(verb, path, content=b"{}", headers=headers)
            assert answer.status_code == 403, (verb, path, headers)
            assert "other sites" in answer.json()["error"]


def use(client, token, **headers):
    return client.put("/class", json={"token": token}, headers=headers)


@pytest.fixture
def browsers(school):
    """A function that makes a browser of its own, without a cookie."""
    with contextlib.ExitStack() as open_:
        url = f"{school[0]}/mnist_cnn"
        yield lambda: open_.enter_context(
            httpx.Client(base_url=url, headers=OTHER, timeout=PATIENCE)
        )


def test_a_link_is_good_for_every_browser_until_one_of_them_leaves(school, browsers):
    teachers, announced = school[1], queue.Queue()
    teachers.announce = lambda: announced.put(teachers.token)
    token, one, other, late = teachers.token, browsers(), browsers(), browsers()
    assert (use(one, token).json(), use(other, token).json()) == ({}, {})
    values = {browser.cookies[teachers.cookie] for browser in (one, other)}
    assert len(values | {token}) == 3
    assert min(map(len, values)) >= 24
    assert (teachers.token, announced.empty()) == (token, True)
    again = use(one, token)
    assert (again.status_code, "set-cookie" in again.headers) == (200, False)
    assert one.delete("/class").status_code == 200
    renewed = announced.get(timeout=PATIENCE)
    assert renewed == teachers.token not in {token} | values
    for browser in (one, late):
        refused = use(browser, token)
        assert (refused.status_code, refused.json()["key"]) == (403, "notTeacher")
        assert browser.get("/class").json() == {"teacher": False}
    assert use(other, token).status_code == 200  # as from its history
    assert command(other).status_code == 200
    assert use(late, renewed).status_code == 200


def test_who_is_not_the_teacher_ends_no_link(school, browsers):
    teachers, announced = school[1], []
    teachers.announce = lambda: announced.append(teachers.token)
    token, stranger = teachers.token, browsers()
    for value in ("", token, "guess", "\xff"):
        cookie = f"{teachers.cookie}={value}".encode("latin-1")
        assert stranger.delete("/class", headers={"Cookie": cookie}).status_code == 200
    assert (teachers.token, announced) == (token, [])


def test_a_link_whose_answer_was_lost_is_used_again(school, browsers):
    token, browser = school[1].token, browsers()
    for _ in range(2):
        assert use(browser, token).status_code == 200
        browser.cookies.clear()  # as if it had got none


def test_a_terminal_that_blocks_holds_up_nobody_who_leaves(school, browsers):
    teachers, printed = school[1], threading.Event()
    teachers.announce = lambda: printed.wait(PATIENCE) or None
    browser = browsers()
    use(browser, teachers.token).raise_for_status()
    try:
        assert browser.delete("/class", timeout=PATIENCE / 4).status_code == 200
        asked = browser.get("/class", timeout=PATIENCE / 4)  # on the same connection
        assert asked.json() == {"teacher": False}
    finally:
        printed.set()


@pytest.mark.parametrize("origin", [None, "{here}", "https://{host}"])
def test_scripts_other_sites_and_other_paths_do_not_get_the_cookie(school, origin):
    address, teachers = school
    host = address.partition("//")[2]
    headers = {"Origin": origin.format(here=address, host=host)} if origin else {}
    if origin and "https" in origin:
        headers["Sec-Fetch-Site"] = "same-origin"  # as browsers say there
    with httpx.Client(base_url=f"{address}/mnist_cnn", headers=SESSION) as client:
        given = use(client, teachers.token, **headers).headers["set-cookie"]
        assert [cookie.path for cookie in client.cookies.jar] == ["/mnist_cnn"]
    _, *attributes = given.split("; ")
    secure = ["Secure"] if origin and "https" in origin else []
    assert sorted(attributes) == sorted(["HttpOnly", "SameSite=strict", *secure])


def test_each_start_names_its_cookie_so_that_two_classes_on_one_machine_keep_theirs(school):
    with serve_class() as (other, its), httpx.Client(headers=SESSION, timeout=PATIENCE) as browser:
        for address, teachers in (school, (other, its)):
            token = {"token": teachers.token}
            browser.put(f"{address}/mnist_cnn/class", json=token).raise_for_status()
        for address in (school[0], other):
            assert browser.post(f"{address}/mnist_cnn/class", json={}).status_code == 200


def test_a_browser_that_leaves_is_no_longer_the_teacher_s(school, pupil):
    token = school[1].token
    assert use(pupil, token).status_code == 200
    value = pupil.cookies[school[1].cookie]
    assert pupil.delete("/class").status_code == 200
    assert not pupil.cookies
    kept = {"Cookie": f"{school[1].cookie}={value}"}
    assert pupil.post("/class", json={}, headers=kept).status_code == 403
    assert use(pupil, token).status_code == 403
    assert use(pupil, token, **kept).status_code == 403


NO_LINKS = [b"", b"[]", b"{}", b'{"token": 1}', b'{"token": "\\ud800"}', b'{"token": ""}']


@pytest.mark.parametrize("body", NO_LINKS)
def test_what_is_no_link_is_refused(pupil, body):
    assert pupil.put("/class", content=body).status_code in (400, 403)


def test_a_server_has_few_teachers_and_the_first_of_them_goes():
    teachers = Teachers()
    values = [teachers.exchange(teachers.token) for _ in range(MAX_BROWSERS + 1)]
    assert [teachers.knows(value) for value in values] == [False] + [True] * MAX_BROWSERS
    for guess in ("", values[1][:-1], values[1] + " ", values[1].swapcase(), "粉笔", "\ud800"):
        assert not teachers.knows(guess)
        assert teachers.exchange(guess) is None


BAD_COMMANDS = (
    (b"[]", "must be a JSON object"),
    (b"{", "must be a JSON object"),
    (b"[" * 9000, "must be a JSON object"),
    (b"\xff", "must be a JSON object"),
    (b'{"rules": []}', "for some of rules, broadcast, bring, votes, jury, line, wall"),
    (b'{"doors": {}}', "for some of rules, broadcast, bring, votes, jury, line, wall"),
    (b'{"rules": {"training": 7}}', "training must be true or false"),
    (b'{"rules": {"fun": 7}}', "There is no rule 'fun'"),
    (b'{"rules": {"network": "nobody-s"}}', "no longer kept"),
    (b'{"rules": {"network": 3}}', "no longer kept"),
    (b'{"rules": {"network": "judge"}}', "no longer kept"),
    (b'{"bring": {"view": "home"}}', "The views are layers, train, lesson, class"),
    (b'{"bring": {"view": "lesson", "chapter": "judge"}}', "no such chapter"),
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


CARD = {"chapter": "convolution", "card": "slide"}


@pytest.fixture
def teachers_news(school):
    """The socket of a teacher's page, whose session is not the pupil's."""
    headers = as_teacher(school[0], school[1].token)
    address = f"{school[0].replace('http', 'ws')}/mnist_cnn/news"
    with connect(address, additional_headers={"Cookie": headers["Cookie"]}) as socket:
        socket.send(json.dumps({"session": headers["X-Mnist-Cnn-Session"]}))
        yield socket


def told_of(socket, true):
    """Receive news until one of them is what is waited for, and return it."""
    while not true(one := json.loads(socket.recv(PATIENCE))):
        pass
    return one


def vote(client, **said):
    return client.put("/votes", json=said)


def test_votes_are_told_the_teacher_alone_as_they_come(news, teachers_news, teacher, pupil):
    command(teacher, votes={})
    assert vote(pupil, **CARD, choice=2).json() == {}
    assert vote(pupil, **CARD, choice=1).status_code == 200
    assert vote(pupil, chapter="convolution", right=True).status_code == 200
    told = told_of(teachers_news, lambda one: one.get("votes", {}).get("answers"))
    assert told["votes"]["predictions"] == {"convolution": {"slide": [0, 1, 0]}}
    assert told["votes"]["answers"] == {"convolution": [0, 1]}
    command(teacher, votes={})
    told_of(teachers_news, lambda one: "votes" in one and not one["votes"]["predictions"])
    with pytest.raises(TimeoutError):
        news[0].recv(0.3)


def test_the_teacher_hears_how_many_pages_are_here_besides_its_own(school, teachers_news):
    address = f"{school[0].replace('http', 'ws')}/mnist_cnn/news"
    told_of(teachers_news, lambda one: one.get("here") == 0)
    with connect(address) as first, connect(address) as second:
        for page in (first, second):
            page.send(json.dumps({"session": f"a-page-of-a-pupil-{page.id}"}))
        told_of(teachers_news, lambda one: one.get("here") == 2)
        with connect(address) as again:  # the same page, whose connection broke
            again.send(json.dumps({"session": f"a-page-of-a-pupil-{first.id}"}))
            first.close()
            command_of(school, votes={})
            assert "here" not in told_of(teachers_news, lambda one: "votes" in one)
    told_of(teachers_news, lambda one: one.get("here") == 0)


def command_of(school, **acts):
    headers, url = as_teacher(school[0], school[1].token), f"{school[0]}/mnist_cnn/class"
    return httpx.post(url, json=acts, headers=headers, timeout=PATIENCE)


def test_all_are_brought_to_a_place_but_who_comes_later(school, news, teacher):
    place = CARD | {"view": "lesson", "settings": {"kernel": "left_edge"}}
    assert command(teacher, bring=place).json()["brought"] >= 1
    assert json.loads(news[0].recv(PATIENCE))["call"] == place
    with connect(f"{school[0].replace('http', 'ws')}/mnist_cnn/news") as late:
        late.send("{}")
        assert "call" not in json.loads(late.recv(PATIENCE))


NO_VOTES = [
    b"",
    b"[]",
    b"{}",
    b'{"chapter": "convolution"}',
    b'{"chapter": "judge", "card": "slide", "choice": 1}',
    b'{"chapter": "convolution", "card": "Slide!", "choice": 1}',
    b'{"chapter": "convolution", "card": "slide", "choice": 3}',
    b'{"chapter": "convolution", "card": "slide", "choice": -1}',
    b'{"chapter": "convolution", "card": "slide", "choice": true}',
    b'{"chapter": "convolution", "card": "slide", "choice": false}',
    b'{"chapter": "convolution", "card": "window", "choice": 1}',
    b'{"chapter": "what-it-keeps", "right": true}',
    b'{"chapter": "convolution", "card": "slide", "choice": 1.5}',
    b'{"chapter": "convolution", "card": "slide", "choice": 1, "name": "Ann"}',
    b'{"chapter": "convolution", "right": 1}',
    b'{"chapter": "judge", "right": true}',
    b'{"chapter": "convolution", "right": true, "name": "Ann"}',
    b'{"chapter": ["convolution"], "right": true}',
]


@pytest.mark.parametrize("body", NO_VOTES)
def test_what_is_no_vote_is_refused(pupil, body):
    assert pupil.put("/votes", content=body).status_code == 400


def test_who_votes_names_a_session(school):
    assert httpx.put(f"{school[0]}/mnist_cnn/votes", json=CARD | {"choice": 1}).status_code == 400


def test_the_jury_is_the_newest_tested_network_of_every_page(school, teacher, pupil):
    choices = {"data": "generated", "digits": 1000, "epochs": 1, "batch_size": 500}
    trained = []
    for session in (SESSION, SESSION, OTHER):
        run = pupil.post("/trainings", json=choices, headers=session).raise_for_status().json()
        with connect(f"{school[0].replace('http', 'ws')}/mnist_cnn/news") as socket:
            name = session["X-Mnist-Cnn-Session"]
            socket.send(json.dumps({"session": name, "runs": {run["id"]: [0, 0]}}))
            told_of(socket, lambda one, run=run: one["runs"][run["id"]]["state"] == "done")
        trained.append(run["id"])
    assert command(teacher, jury={}).json()["jury"][:2] == [trained[2], trained[1]]
    assert trained[0] not in command(teacher, jury={}).json()["jury"]
    assert pupil.get(f"/network/{trained[2]}").status_code == 200
    assert pupil.post("/class", json={"jury": {}}).status_code == 403


def test_whether_a_drawing_is_doubted_is_0_or_1(pupil, teacher):
    for doubted, status in (("0", 200), ("1", 200), ("2", 400), ("", 400), ("yes", 400)):
        answer = pupil.post("/wall", params={"meant": 7, "doubted": doubted}, content=READ)
        assert answer.status_code == status, doubted
    rows = teacher.get("/wall", params={"format": "csv"}).text.splitlines()
    assert [row.split(",")[3] for row in rows] == ["doubted", "0", "1"]


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


def test_a_guess_takes_nobody_s_digit_off(school, pupil):
    number = put_up(pupil).json()["id"]
    guess = OTHER | {"Cookie": f"{school[1].cookie}=guess"}
    assert pupil.delete("/wall", params={"id": number}, headers=guess).status_code == 400
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
    with serve_class() as (address, its), httpx.Client(timeout=PATIENCE) as client:
        client.base_url = f"{address}/mnist_cnn"
        yield client, as_teacher(address, its.token)


def test_who_guesses_tokens_does_not_lock_out_the_teacher_at_the_same_address(another_school):
    client, teacher = another_school
    ways = [lambda: use(client, "guess"), lambda: client.post("/class", json={}, headers=SESSION)]
    answers = [ways[n % 2]() for n in range(200)]
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
