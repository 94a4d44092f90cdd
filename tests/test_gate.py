"""What the gate hands on is what it has checked, and nobody it lets in keeps others waiting."""

import asyncio
import json

import pytest
from starlette.responses import Response

from mnist_cnn.server.gate import bodies, gate, upload_quota
from mnist_cnn.server.gate.endpoints import Endpoint
from mnist_cnn.server.gate.gate import Gate
from mnist_cnn.server.http.fairness import Rate
from mnist_cnn.server.http.requests import RequestError
from tests.event_loop import run

CALL = json.dumps({"method": "tools/list"}).encode()
PATIENCE = 30  # seconds for what takes some thousandths of one, on a busy machine


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


def test_only_the_server_itself_begins_and_once():
    async def begin():
        guarded = Gate(answering)
        path, here = "/gradio_api/startup-events", {"server": ("10.0.0.1", 80)}
        asked = [scope(path, method="GET", client=f"10.0.0.{last}") | here for last in (9, 1, 1)]
        return [await status(guarded, one) for one in asked]

    assert run(begin()) == [404, 200, 404]


def endpoint(**bounds):
    """Return the one endpoint that the gate is to know, with the bounds a test gives it."""
    return (Endpoint("GET POST WEBSOCKET", "/", "a test", **bounds),)


async def answering(scope, receive, send):
    """An app that answers at once."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"answer"})


async def empty():
    return {"type": "http.request", "body": b""}


async def calling():
    return {"type": "http.request", "body": CALL}


async def deaf(message):
    """Who takes no answer."""
    await asyncio.sleep(1000)


async def status(gate, request, receive=empty):
    """Return the status a request is answered with, within ``PATIENCE``."""
    return (await answer(gate, request, receive))[0]


async def answer(gate, request, receive=empty):
    """Return the status and the body a request is answered with, within ``PATIENCE``."""
    sent = []

    async def send(message):
        sent.append(message)

    await asyncio.wait_for(gate(request, receive, send), PATIENCE)
    return sent[0]["status"], b"".join(part.get("body", b"") for part in sent)


def test_who_does_not_take_an_answer_is_given_up(monkeypatch):
    only = endpoint()
    monkeypatch.setattr(gate, "SEND_SECONDS", 0.05)
    run(asyncio.wait_for(Gate(answering, only)(scope(), empty, deaf), PATIENCE))


def test_one_client_sends_so_many_bodies_at_a_time_and_others_theirs(monkeypatch):
    monkeypatch.setattr(bodies, "MAX_COMING_PER_CLIENT", 2)

    async def crowd():
        guarded = Gate(answering, endpoint(body=90))

        async def stalls():
            await asyncio.sleep(1000)

        slow = [asyncio.create_task(guarded(scope(), stalls, None)) for _ in range(2)]
        await asyncio.sleep(0.01)
        answers = [await status(guarded, scope(client=f"10.0.0.{last}")) for last in (9, 1)]
        for one in slow:
            one.cancel()
        await asyncio.gather(*slow, return_exceptions=True)
        return [*answers, await status(guarded, scope())]

    assert run(crowd()) == [429, 200, 200]


def test_bodies_count_for_their_client_and_in_all_until_they_have_been_worked_on(monkeypatch):
    monkeypatch.setattr(bodies, "SMALL", 0)
    monkeypatch.setattr(bodies, "COUNTED", 1)
    monkeypatch.setattr(bodies, "MAX_HELD_PER_CLIENT", 100)
    monkeypatch.setattr(bodies, "MAX_HELD", 180)

    async def crowd():
        guarded = Gate(answering, endpoint(body=90))

        def stalls(client, size):
            parts = [{"type": "http.request", "body": bytes(size), "more_body": True}]

            async def receive():
                return parts.pop() if parts else await asyncio.sleep(1000)

            return asyncio.create_task(guarded(scope(client=client), receive, None))

        async def sends(client, size):
            async def receive():
                return {"type": "http.request", "body": bytes(size)}

            return await status(guarded, scope(client=client), receive)

        slow = [stalls("10.0.0.1", 80)]
        await asyncio.sleep(0.01)
        answers = [await sends("10.0.0.1", size) for size in (30, 10)]
        slow.append(stalls("10.0.0.2", 80))
        await asyncio.sleep(0.01)
        answers += [await sends("10.0.0.3", size) for size in (30, 10)]
        for one in slow:
            one.cancel()
        await asyncio.gather(*slow, return_exceptions=True)
        return [*answers, await sends("10.0.0.1", 90)]

    assert run(crowd()) == [429, 200, 429, 200, 200]


def test_what_is_written_to_the_disk_is_counted(monkeypatch):
    monkeypatch.setattr(upload_quota, "MAX_STORED_PER_CLIENT", len(CALL))

    async def ask(**bounds):
        guarded = Gate(answering, endpoint(body=1000, **bounds))
        return [await status(guarded, scope(), calling) for _ in range(2)]

    assert run(ask()) == [200, 200]
    assert run(ask(stored=True)) == [200, 429]


def test_a_check_answers_or_refuses_instead_of_the_app():
    def check(scope, body):
        if b"refuse" in body:
            raise RequestError("no")
        return Response(status_code=204) if b"list" in body else None

    guarded = Gate(answering, endpoint(body=1000, check=check))
    assert run(status(guarded, scope(), calling)) == 204
    assert run(status(guarded, scope())) == 200


def test_the_gate_refuses_as_routes_do():
    def check(scope, body):
        error = RequestError("no", "a key", size=5)
        error.status = 409
        raise error

    status, body = run(answer(Gate(answering, endpoint(body=9, check=check)), scope()))
    refusal = {"error": "no", "key": "a key", "values": {"size": 5}}
    assert (status, json.loads(body)) == (409, refusal)


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

    assert run(crowd()) == (
        gate.HEAVY_AT_ONCE,
        gate.HEAVY_AT_ONCE,
        gate.HEAVY_PER_CLIENT,
    )


def test_a_place_asks_no_faster_than_its_rate_and_others_may():
    only = endpoint(rate=Rate(burst=3, per_second=0))

    async def ask():
        guarded = Gate(answering, only)
        crowded = [await status(guarded, scope()) for _ in range(5)]
        return crowded, await status(guarded, scope(client="10.0.0.10"))

    assert run(ask()) == ([200, 200, 200, 429, 429], 200)


@pytest.mark.parametrize(("method", "expected"), [("GET", 403), ("POST", 403), ("OPTIONS", 404)])
def test_what_another_site_s_page_sends_is_refused(method, expected):
    only = endpoint()
    headers = [(b"host", b"class.example"), (b"origin", b"http://evil.example")]
    assert run(status(Gate(answering, only), scope(headers=headers, method=method))) == expected


def test_a_place_has_so_many_sockets_until_it_closes_some(monkeypatch):
    only = endpoint()
    monkeypatch.setattr(gate, "MAX_SOCKETS_PER_CLIENT", 2)

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
    monkeypatch.setattr(gate, "MAX_SOCKETS", 2)

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
