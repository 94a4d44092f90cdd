"""Signing in and out with ``--auth``: cookies, wrong passwords, and what a browser has open."""

import contextlib
import itertools
import json
import logging
import re
import threading
from types import SimpleNamespace

import anyio
import httpx
import pytest
from starlette.responses import PlainTextResponse
from websockets.exceptions import ConnectionClosedError, InvalidStatus
from websockets.sync.client import connect

from mnist_cnn.server.gate.sign_in import Answer, Answers, SignIn
from mnist_cnn.server.http.fairness import OverloadError
from mnist_cnn.server.state.passwords import WRONG_EVERYWHERE, WRONG_HERE, Passwords
from tests.event_loop import run
from tests.serving import serve
from tests.waiting import until

USERS = ("--host", "127.0.0.1", "--auth", "ann:chalk", "--auth", "bo:sponge")
ANN = {"username": "ann", "password": "chalk"}
WRONG = {"username": "ann", "password": "a\n2026-01-01 00:00:00 INFO guess"}
BEHIND = "/mnist_cnn/trainings"  # a route that asks for signing in
SESSION = {"X-Mnist-Cnn-Session": "s" * 16}


@pytest.fixture(scope="module")
def served():
    with serve(*USERS) as address:
        yield address


@pytest.fixture
def browser(served):
    with browser_at(served) as client:
        yield client


_last = iter(range(1, 250))


def browser_at(address):
    """A browser at an address of its own, so that no test counts for another."""
    headers = SESSION | {"X-Forwarded-For": f"198.51.100.{next(_last)}"}
    return httpx.Client(base_url=address, headers=headers, timeout=20, trust_env=False)


def is_in(client):
    return client.get(BEHIND).status_code == 200


# --- in ----------------------------------------------------------------------------------


def test_signing_in_opens_the_page_and_a_wrong_password_does_not(browser):
    for wrong in ({}, {"username": "ann"}, WRONG, ANN | {"username": "anna"}):
        assert browser.post("/login", data=wrong).status_code == 400
        assert not is_in(browser)
    assert browser.post("/login", data=ANN).json() == {"success": True}
    assert is_in(browser)


@pytest.mark.parametrize("slash", ["", "/"])
def test_gradio_s_form_sends_multipart(browser, slash):
    parts = {name: (None, value) for name, value in ANN.items()}
    assert browser.post(f"/login{slash}", files=parts).status_code == 200
    assert is_in(browser)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data; boundary=b", b"--b\r\nnothing"),
        ("multipart/form-data", b""),
        (
            "multipart/form-data; boundary=b; charset=idna",
            b'--b\r\nContent-Disposition: form-data; name="username"\r\n\r\nxn--\xff.\r\n--b--\r\n',
        ),
        (
            "multipart/form-data; boundary=b",
            b"--b\r\nContent-Disposition: form-data; "
            b'name="username"; filename="f"\r\n\r\nann\r\n--b--\r\n',
        ),
        ("application/x-www-form-urlencoded", b"username=%ff%ed%a0%80&password=%00"),
        ("application/x-www-form-urlencoded", b"&" * 3000),
        ("application/json", b"{}"),
    ],
)
def test_what_is_no_form_is_refused(browser, kind, body):
    answer = browser.post("/login", content=body, headers={"Content-Type": kind})
    assert answer.status_code == 400


def test_a_cookie_is_for_this_browser_s_requests_only(browser):
    cookies = set_cookies(browser.post("/login", data=ANN))
    assert len(cookies) == 3  # Gradio's for https and for http, and what makes the browser known
    for cookie in cookies:
        assert "httponly" in cookie
        assert "path=/" in cookie
        assert "secure" in cookie or "samesite=lax" in cookie
    https = {"X-Forwarded-Proto": "https"}
    cookies = set_cookies(browser.post("/login", data=ANN, headers=https))
    assert len(cookies) == 2
    assert all("secure" in cookie for cookie in cookies)


def set_cookies(answer):
    return [cookie.lower() for cookie in answer.headers.get_list("set-cookie")]


def tokens(client):
    return {name: value for name, value in client.cookies.items() if "access-token" in name}


def test_a_token_that_somebody_else_has_chosen_lets_nobody_in(browser):
    browser.post("/login", data=ANN)
    names = tokens(browser)
    with httpx.Client(base_url=browser.base_url, headers=browser.headers) as fixed:
        fixed.cookies.update(dict.fromkeys(names, "chosen"))
        assert not is_in(fixed)
        assert fixed.post("/login", data=ANN).status_code == 200
        assert "chosen" not in set(fixed.cookies.jar._cookies["127.0.0.1"]["/"]) | {
            cookie.value for cookie in fixed.cookies.jar if cookie.domain == "127.0.0.1"
        }


def test_signing_in_again_ends_the_token_before(browser):
    browser.post("/login", data=ANN)
    before = tokens(browser)
    browser.post("/login", data=ANN)
    assert tokens(browser) != before
    with httpx.Client(base_url=browser.base_url, headers=SESSION, cookies=before) as old:
        assert not is_in(old)
    assert is_in(browser)


# --- out ---------------------------------------------------------------------------------


def test_an_address_that_a_picture_asks_for_signs_nobody_out(browser):
    browser.post("/login", data=ANN)
    answer = browser.get("/logout")
    assert answer.status_code == 200
    assert '<form method="post"' in answer.text
    assert "退出" in answer.text
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert is_in(browser)


def test_another_site_s_page_signs_nobody_out(browser):
    browser.post("/login", data=ANN)
    for origin in ("http://127.0.0.1:9", "http://elsewhere.example", "null"):
        assert browser.post("/logout", headers={"Origin": origin}).status_code == 403
    assert is_in(browser)


def test_signing_out_ends_this_browser_only(served, browser):
    with browser_at(served) as other:
        for one in (browser, other):
            one.post("/login", data=ANN)
        kept = tokens(browser)
        answer = browser.post("/logout")
        assert (answer.status_code, answer.headers["location"]) == (303, "./")
        assert not tokens(browser)
        browser.cookies.update(kept)  # also for who has copied them
        assert not is_in(browser)
        assert is_in(other)


def test_what_the_browser_has_open_ends_when_it_signs_out(served, browser):
    with browser_at(served) as other:
        for one in (browser, other):
            one.post("/login", data=ANN)
        with news(browser) as ours, news(other) as theirs:
            assert "rules" in ours.recv(timeout=30)
            assert "rules" in theirs.recv(timeout=30)
            browser.post("/logout")
            with pytest.raises(ConnectionClosedError, match=r"1008.*Signed out"):
                ours.recv(timeout=10)
            with pytest.raises(TimeoutError):
                theirs.recv(timeout=0.5)
        with pytest.raises(InvalidStatus, match="403"):
            news(browser)


def news(client):
    address = str(client.base_url).replace("http", "ws").rstrip("/")
    cookies = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    socket = connect(f"{address}/mnist_cnn/news", additional_headers={"Cookie": cookies})
    socket.send("{}")
    return socket


def test_a_held_request_ends_when_its_browser_signs_out(served, browser):
    browser.post("/login", data=ANN)
    first = browser.get("/mnist_cnn/news", params={"heard": "{}"}).json()
    heard = {"since": first.pop("number")} | {"start": first["start"]}
    answers = []

    def ask():
        with httpx.Client(base_url=served, cookies=browser.cookies, timeout=20) as held:
            answers.append(held.get("/mnist_cnn/news", params={"heard": json.dumps(heard)}))

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(1)
    assert not answers
    browser.post("/logout")
    asking.join(10)
    assert [answer.status_code for answer in answers] == [401]


def test_a_stream_of_gradio_s_ends_when_its_browser_signs_out(served, browser):
    browser.post("/login", data=ANN)
    call = browser.post("/gradio_api/call/train", json={"data": ["best", "max", 60000, None]})
    path = f"/gradio_api/call/train/{call.json()['event_id']}"
    with (
        httpx.Client(base_url=served, cookies=browser.cookies, timeout=20) as other,
        other.stream("GET", path) as stream,
    ):
        lines = stream.iter_lines()
        next(lines)
        browser.post("/logout")
        until(lambda: next(lines, "over") == "over")


@pytest.mark.parametrize("length", [[], [(b"content-length", b"2")]])
def test_a_file_on_its_way_comes_whole_and_a_stream_ends(length):
    sent = []

    async def send(message):
        sent.append(message)

    async def answering(answers):
        answer = Answer(send)
        with answers.one("token", answer), answer.working:
            await answer({"type": "http.response.start", "status": 200, "headers": length})
            await answer({"type": "http.response.body", "body": b"a", "more_body": True})
            answers.end("another")
            answers.end("token")
            await anyio.sleep(0)
            await answer({"type": "http.response.body", "body": b"b"})
        if answer.working.cancelled_caught:
            await answer.end({"type": "http"}, None)

    anyio.run(answering, Answers())
    bodies = [(one["body"], one.get("more_body", False)) for one in sent[1:]]
    assert bodies == [(b"a", True), (b"b" if length else b"", False)]


@pytest.mark.parametrize("path", ["/login", "/login/", "/logout"])
def test_what_ends_a_token_is_answered_itself(path):
    """Whatever it has to wait for afterwards."""
    sent, answers = [], Answers()

    async def ending(scope, receive, send):
        answers.end("token")
        await anyio.sleep(0)
        await PlainTextResponse("done")(scope, receive, send)

    async def send(message):
        sent.append(message)

    gradio = SimpleNamespace(auth={}, tokens={"token": "ann"}, cookie_id="id")
    headers = [(b"cookie", b"access-token-id=token")]
    scope = {"type": "http", "method": "POST", "path": path, "headers": headers, "app": gradio}
    run(SignIn(ending, answers)(scope, None, send))
    assert [one.get("status", one.get("body")) for one in sent] == [200, b"done"]


# --- wrong passwords ---------------------------------------------------------------------


def test_wrong_passwords_are_logged_without_the_password(served, caplog):
    caplog.set_level(logging.INFO, "mnist_cnn")
    with browser_at(served) as browser:
        browser.post("/login", data=WRONG)
        browser.post("/login", data=WRONG | {"username": "x\x1b[2J\n" + "y" * 500})
        browser.post("/login", data=ANN)
        browser.post("/logout")
    told = [one.getMessage() for one in caplog.records if one.name.endswith("sign_in")]
    where = r" from 198\.51\.100\.\d+"
    assert [
        bool(re.fullmatch(said + where, line))
        for said, line in zip(
            (
                r"wrong password for 'ann',",
                r"wrong password for 'x\\x1b\[2J\\ny{,60}',",
                r"'ann' signs in,",
                r"'ann' signs out,",
            ),
            told,
            strict=True,
        )
    ] == [True] * 4
    assert "guess" not in caplog.text
    assert "chalk" not in caplog.text


def test_guesses_are_bounded_and_stop_nobody_else(served, caplog):
    with browser_at(served) as ann, browser_at(served) as guesser:
        ann.post("/login", data=ANN)
        ann.headers["X-Forwarded-For"] = guesser.headers["X-Forwarded-For"]
        ann.post("/logout")
        guesses = [WRONG | {"password": f"{number}"} for number in range(WRONG_HERE.burst + 30)]
        answers = [guesser.post("/login", data=guess) for guess in guesses]
        assert {one.status_code for one in answers} == {400}  # what Gradio's form tells of
        refused = ["too many wrong" in one.json()["error"] for one in answers]
        assert (refused[: WRONG_HERE.burst], refused[-1]) == ([False] * WRONG_HERE.burst, True)
        answer = guesser.post("/login", data=ANN)
        assert answer.status_code == 400  # or guessing had no bound
        assert "too many wrong" in answer.json()["error"]
        assert "password not looked at for 'ann', from 198.51" in caplog.messages[-1]
        bo = {"username": "bo", "password": "sponge"}
        assert guesser.post("/login", data=bo).status_code == 200  # another account
        assert ann.post("/login", data=ANN).status_code == 200  # a browser it has signed in with
    with browser_at(served) as elsewhere:
        assert elsewhere.post("/login", data=ANN).status_code == 200


@pytest.fixture
def passwords():
    return Passwords([("ann", "chalk"), ("bo", "sponge"), ("名", "鱼")])


_guesses = itertools.count()  # each guessed once


def guess_until_refused(passwords, name="ann", **where):
    for count in range(10_000):
        try:
            assert not passwords.right(name, f"guess {next(_guesses)}", **where)
        except OverloadError:
            return count
    raise AssertionError("10,000 guesses were looked at")


def test_right_passwords_cost_nothing(passwords):
    for _ in range(1000):
        assert passwords.right("ann", "chalk", "here", "")
        assert passwords.right("名", "鱼", "here", "")
    assert not passwords.right("ann", "sponge", "here", "")
    assert not passwords.right("nobody", "", "here", "")


def test_a_wrong_one_that_many_type_counts_once(passwords):
    for _ in range(10 * WRONG_HERE.burst):
        assert not passwords.right("ann", "Chalk", "a school", "")
    assert passwords.right("ann", "chalk", "a school", "")


def test_what_others_have_typed_is_not_told_to_who_has_no_guess_left(passwords):
    passwords.right("ann", "Chalk", "a school", "")
    guess_until_refused(passwords, client="guesser", cookie="")
    with pytest.raises(OverloadError):
        passwords.right("ann", "Chalk", "guesser", "")


@pytest.mark.parametrize("name", ["ann", "nobody"])
def test_wrong_ones_tell_nobody_which_accounts_there_are(passwords, name):
    counted = [guess_until_refused(passwords, name, client=f"{one}", cookie="") for one in range(4)]
    assert counted[:2] == pytest.approx([WRONG_HERE.burst] * 2, abs=1)
    assert sum(counted) == pytest.approx(WRONG_EVERYWHERE.burst, abs=5)


def test_guessing_from_many_addresses_is_bounded_too(passwords):
    looked_at = sum(
        guess_until_refused(passwords, client=f"address {number}", cookie="")
        for number in range(100)
    )
    assert looked_at < 400
    assert passwords.right("bo", "sponge", "address 1", "")


def test_a_known_browser_has_guesses_of_its_own_for_its_own_account(passwords):
    known = passwords.make_known("ann")
    guess_until_refused(passwords, client="here", cookie="")
    assert passwords.right("ann", "chalk", "here", known)
    with pytest.raises(OverloadError):
        passwords.right("ann", "chalk", "here", passwords.make_known("bo"))
    with pytest.raises(OverloadError):
        passwords.right("ann", "chalk", "here", known[:-1] + "é")
    assert guess_until_refused(passwords, client="here", cookie=known) <= WRONG_HERE.burst + 1
    assert passwords.right("ann", "chalk", "here", passwords.make_known("ann"))


def test_names_that_nobody_has_push_no_guesses_out_of_memory(passwords):
    guess_until_refused(passwords, client="here", cookie="")
    for number in range(20_000):
        with contextlib.suppress(OverloadError):
            passwords.right(f"nobody {number}", "x", "here", "")
    assert guess_until_refused(passwords, client="here", cookie="") < WRONG_HERE.burst / 2
