"""What the gate hands on is what it has checked, and nobody it lets in keeps others waiting."""

import asyncio
import json
import time
import types

import pytest
from starlette.types import Scope

from mnist_cnn.ui import gate
from mnist_cnn.ui.endpoints import OF_TOOLS, Endpoint
from mnist_cnn.ui.fairness import Rate
from mnist_cnn.ui.gate import Gate
from tests.looping import run

CALL = json.dumps({"method": "tools/list"}).encode()
PATIENCE = 30  # seconds for what takes some thousandths of one, on a busy machine


def handed_on(path: str, headers: list[tuple[bytes, bytes]]) -> Scope:
    """Return the request that comes out behind the gate."""
    passed = []

    async def app(scope, receive, send):
        passed.append(scope)

    async def receive():
        return {"type": "http.request", "body": CALL}

    run(Gate(app, OF_TOOLS)(scope(path, headers), receive, None))
    return passed[0]


def scope(path="/", headers=((b"host", b"localhost"),), method="POST", client="10.0.0.9"):
    """Return a request, or what opens a socket."""
    return {
        "type": "websocket" if method == "WEBSOCKET" else "http",
        "method": method,
        "path": path,
        "query_string": b"",
        "root_path": "",
        "headers": list(headers),
        "client": (client, 5000),
    }


@pytest.mark.parametrize("sent", [[], [b"127.0.0.1"], [b"1.2.3.4", b"5.6.7.8, 9.9.9.9"]])
def test_a_tool_s_call_says_where_it_comes_from_whatever_its_sender_says(sent):
    headers = [(b"x-forwarded-for", value) for value in sent]
    passed = handed_on("/gradio_api/mcp/", [(b"host", b"localhost"), *headers])
    assert passed["headers"] == [(b"host", b"localhost"), (b"x-forwarded-for", b"10.0.0.9")]


def test_only_the_server_itself_begins_and_once():
    def begin(client, begun):
        app = types.SimpleNamespace(startup_events_triggered=begun)
        asked = scope("/gradio_api/startup-events", method="GET", client=client)
        return run(status(Gate(answering), asked | {"server": ("10.0.0.1", 80), "app": app}))

    assert begin("10.0.0.1", begun=False) == 200
    assert begin("10.0.0.9", begun=False) == 404
    assert begin("10.0.0.1", begun=True) == 404


def endpoint(**bounds):
    """Return the one endpoint that the gate is to know, with the bounds a test gives it."""
    return (Endpoint("GET POST WEBSOCKET", "/", "a test", **bounds),)


async def answering(scope, receive, send):
    """An app that answers at once."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"answer"})


async def empty():
    return {"type": "http.request", "body": b""}


async def deaf(message):
    """Who takes no answer."""
    await asyncio.sleep(1000)


async def status(gate, request):
    """Return the status a request is answered with, within ``PATIENCE``."""
    sent = []

    async def send(message):
        sent.append(message)

    await asyncio.wait_for(gate(request, empty, send), PATIENCE)
    return sent[0]["status"]


def test_who_does_not_take_an_answer_is_given_up(monkeypatch):
    only = endpoint()
    monkeypatch.setattr(gate, "TAKING", 0.05)
    run(asyncio.wait_for(Gate(answering, only)(scope(), empty, deaf), PATIENCE))


def test_a_turn_is_over_before_its_answer_is_taken():
    only = endpoint(heavy=True)

    async def crowd():
        over, guarded = asyncio.Event(), Gate(answering, only)

        async def deaf(message):
            await over.wait()

        waiting = [asyncio.create_task(guarded(scope(), empty, deaf)) for _ in range(9)]
        await asyncio.sleep(0)
        try:
            return await status(guarded, scope())
        finally:
            over.set()
            await asyncio.gather(*waiting)

    assert run(crowd()) == 200


def test_so_many_work_at_once_and_so_many_of_one_place():
    only = endpoint(heavy=True)

    async def crowd():
        working, most = [], []
        go_on = asyncio.Event()

        async def app(scope, receive, send):
            working.append(scope["client"][0])
            most.append((len(working), working.count("10.0.0.1")))
            await go_on.wait()
            working.remove(scope["client"][0])
            await answering(scope, receive, send)

        guarded = Gate(app, only)
        clients = [f"10.0.0.{1 + number // 5}" for number in range(30)]
        tasks = [asyncio.create_task(status(guarded, scope(client=one))) for one in clients]
        for _ in range(20):
            await asyncio.sleep(0)
        begun = len(working)
        go_on.set()
        assert await asyncio.gather(*tasks) == 30 * [200]
        return begun, *map(max, zip(*most, strict=True))

    assert run(crowd()) == (gate.AT_ONCE, gate.AT_ONCE, gate.AT_ONCE_OF_ONE)


def test_a_place_asks_no_faster_than_its_rate_and_others_may():
    only = endpoint(rate=Rate(burst=3, per_second=0))

    async def ask():
        guarded = Gate(answering, only)
        crowded = [await status(guarded, scope()) for _ in range(5)]
        return crowded, await status(guarded, scope(client="10.0.0.10"))

    assert run(ask()) == ([200, 200, 200, 429, 429], 200)


@pytest.mark.parametrize(("method", "expected"), [("GET", 200), ("POST", 403)])
def test_what_another_site_s_page_sends_is_refused(method, expected):
    only = endpoint()
    headers = [(b"host", b"class.example"), (b"origin", b"http://evil.example")]
    assert run(status(Gate(answering, only), scope(headers=headers, method=method))) == expected


def test_the_messages_of_a_socket_are_read_no_faster_than_their_rate(monkeypatch):
    only = endpoint()
    monkeypatch.setattr(gate, "MESSAGES", Rate(burst=2, per_second=20))

    async def app(scope, receive, send):
        for _ in range(6):
            await receive()

    async def message():
        return {"type": "websocket.receive", "bytes": b""}

    began = time.monotonic()
    run(Gate(app, only)(scope(method="WEBSOCKET"), message, None))
    assert time.monotonic() - began > 0.15  # four of them beyond the first two


def test_a_place_has_so_many_sockets_until_it_closes_some(monkeypatch):
    only = endpoint()
    monkeypatch.setattr(gate, "MOST_SOCKETS_OF_ONE", 2)

    async def crowd():
        closing = asyncio.Event()
        opened, refused = [], []

        async def app(scope, receive, send):
            opened.append(scope["client"][0])
            await closing.wait()

        async def send(message):
            refused.append(message["type"])

        guarded = Gate(app, only)

        def connect(client="10.0.0.9"):
            asked = scope(method="WEBSOCKET", client=client)
            return asyncio.create_task(guarded(asked, empty, send))

        tasks = [connect(), connect(), connect(), connect("10.0.0.10")]
        for _ in range(20):
            await asyncio.sleep(0)
        assert (opened, refused) == (["10.0.0.9", "10.0.0.9", "10.0.0.10"], ["websocket.close"])
        closing.set()
        await asyncio.gather(*tasks)
        await connect()
        return opened[-1]

    assert run(crowd()) == "10.0.0.9"


def test_everybody_together_has_so_many_sockets(monkeypatch):
    only = endpoint()
    monkeypatch.setattr(gate, "MOST_SOCKETS", 2)

    async def crowd():
        opened = []

        async def app(scope, receive, send):
            opened.append(scope["client"][0])
            await asyncio.sleep(1000)

        async def send(message):
            assert message["type"] == "websocket.close"

        guarded = Gate(app, only)
        sockets = [scope(method="WEBSOCKET", client=f"10.0.0.{number}") for number in range(3)]
        tasks = [asyncio.create_task(guarded(one, empty, send)) for one in sockets]
        await asyncio.wait(tasks, timeout=PATIENCE, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()
        return opened

    assert run(crowd()) == ["10.0.0.0", "10.0.0.1"]
