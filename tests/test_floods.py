"""Who floods the server, or takes its answers and does not read them, is alone in waiting."""

import base64
import contextlib
import os
import socket
import struct
import sys
import threading
import time
from urllib.parse import urlsplit

import httpx
import pytest
from websockets.sync.client import connect

from mnist_cnn.network import exchange_formats, model
from mnist_cnn.server.gate import frames, gate
from mnist_cnn.server.http import outgoing
from tests.half_sent import Flood
from tests.serving import serve, serve_process
from tests.waiting import until

TINY = {
    "pings": struct.pack(">BB", 0x89, 0x80) + bytes(4),
    "messages": struct.pack(">BB", 0x82, 0x81) + bytes(5),
    "fragments": struct.pack(">BB", 0x00, 0x80) + bytes(4),
}
FLOODER = "127.0.0.1" if sys.platform == "darwin" else "127.0.0.5"
BEGUN = struct.pack(">BB", 0x02, 0x80) + bytes(4)  # a message that fragments go on with


@pytest.fixture(scope="module")
def address():
    """An app of this module's own: after a flood an address has to wait."""
    with serve() as address:
        yield address


def largest_answer(address):
    """Bring the largest network along, and return the path of its 8 MB."""
    numbers = model.build(1, "none").get_weights()
    file = exchange_formats.encode(".keras", model.variant("none"), numbers, None)
    session = {"X-Mnist-Cnn-Session": "0" * 16}
    brought = httpx.post(f"{address}/mnist_cnn/file", content=file, headers=session, timeout=60)
    return f"/mnist_cnn/network/{brought.json()['id']}"


def connection(address, source="127.0.0.1", room=None):
    """Connect; ``room`` is how many bytes the system keeps until they are taken."""
    there, connected = urlsplit(address), socket.socket()
    if room:
        connected.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
    connected.settimeout(60)
    connected.bind((source, 0))
    connected.connect((there.hostname, there.port))
    return connected


def request_for_socket(host):
    key = base64.b64encode(os.urandom(16)).decode()
    return (
        f"GET /mnist_cnn/news HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\n"
        f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n"
    ).encode()


def ask_for_socket(connection, host):
    connection.sendall(request_for_socket(host))
    return connection.recv(4096)


def ask(address):
    headers = {"X-Mnist-Cnn-Session": "somebody-who-trains"}
    return httpx.get(f"{address}/mnist_cnn/trainings?choices={{}}", headers=headers, timeout=60)


@pytest.mark.parametrize("kind", TINY)
def test_one_who_sends_tiny_frames_without_end_keeps_nobody_waiting(address, kind):
    ask_during_a_flood(address, kind, times=5)


@pytest.fixture(scope="module")
def program():
    with serve_process() as (address, _):
        yield address


@pytest.mark.slow
@pytest.mark.parametrize("kind", TINY)
def test_a_flood_of_tiny_frames_keeps_nobody_waiting_in_a_program_of_its_own(program, kind):
    ask_during_a_flood(program, kind, times=50)


def ask_during_a_flood(address, kind, times):
    over = threading.Event()

    def flood(flooding):
        with contextlib.suppress(OSError):  # the server does not take more, or has hung up
            while not over.is_set():
                flooding.sendall(TINY[kind] * 5000)

    with connection(address, FLOODER) as flooding:
        ask_for_socket(flooding, urlsplit(address).netloc)
        flooding.sendall(BEGUN)
        flooding.settimeout(2)
        thread = threading.Thread(target=flood, args=(flooding,))
        thread.start()
        try:
            for _ in range(times):
                assert ask(address).status_code == 200
                with connect(f"{address.replace('http', 'ws')}/mnist_cnn/news") as news:
                    news.send("{}")
                    assert "rules" in news.recv(timeout=60)
        finally:
            over.set()
            thread.join()


@pytest.mark.parametrize("kind", ["pings", "fragments"])
def test_who_sends_nothing_but_tiny_frames_is_hung_up_on(address, kind):
    with connection(address) as flooding:
        ask_for_socket(flooding, urlsplit(address).netloc)
        flooding.sendall(BEGUN)
        flooding.settimeout(15)  # the server itself hangs up on who is silent for 20 s
        with contextlib.suppress(ConnectionError):
            flooding.sendall(TINY[kind] * 300_000)
            while flooding.recv(65536):  # else this runs out of its time
                pass


def test_behind_a_proxy_frames_are_counted_for_the_visitor(address, monkeypatch):
    spend, counted = frames.Rates.spend, []

    def spy(rates, who, cost=1):
        if rates.rate == frames.BUDGET:
            counted.append(who)
        spend(rates, who, cost)

    monkeypatch.setattr(frames.Rates, "spend", spy)
    with connection(address) as one:
        request = request_for_socket(urlsplit(address).netloc)
        one.sendall(request.replace(b"\r\n", b"\r\nX-Forwarded-For: 10.1.1.1\r\n", 1))
        assert b" 101 " in one.recv(4096)
        one.sendall(TINY["pings"])
        assert one.recv(4096)
        until(lambda: counted)
    assert set(counted) == {"10.1.1.1"}


def test_frames_that_come_with_the_opening_request_are_not_read(address):
    with connection(address) as one:
        opening = request_for_socket(urlsplit(address).netloc)
        one.sendall(opening + TINY["pings"] * 1000)
        assert b" 101 " in one.recv(65536)
        one.settimeout(1)
        with pytest.raises(TimeoutError):
            one.recv(65536)  # a pong


def test_who_does_not_take_answers_keeps_nobody_waiting(address):
    network = largest_answer(address)
    request = f"GET {network} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
    with contextlib.ExitStack() as stack:
        deaf = [stack.enter_context(connection(address)) for _ in range(2 * gate.HEAVY_AT_ONCE)]
        for one in deaf:
            one.setblocking(False)
        for one in deaf:
            one.send(request)
        for _ in range(5):
            assert ask(address).status_code == 200
            assert httpx.get(f"{address}{network}", timeout=60).status_code == 200


@pytest.mark.skipif(sys.platform == "darwin", reason="has only one loopback address")
def test_one_who_takes_no_networks_has_so_many_on_their_way_and_others_get_theirs(monkeypatch):
    monkeypatch.setattr(outgoing, "MAX_OUTGOING_PER_CLIENT", 20 * 2**20)  # two of them

    def status(source):
        transport = httpx.HTTPTransport(local_address=source)
        with httpx.Client(base_url=address, transport=transport, timeout=60) as client:
            return client.get(network).status_code

    with serve() as address, contextlib.ExitStack() as stack:
        network = largest_answer(address)
        request = f"GET {network} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
        for _ in range(2):
            one = stack.enter_context(connection(address, "127.0.0.3", room=4096))
            one.sendall(request)
            assert one.recv(20).startswith(b"HTTP/1.1 200")
        assert status("127.0.0.3") == 429
        assert status("127.0.0.4") == 200
        stack.close()
        until(lambda: status("127.0.0.3") == 200)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="sets limits of files, and of one address")
def test_thousands_of_half_sent_requests_of_one_address_take_no_file_from_others(tmp_path):
    with (tmp_path / "log").open("w+") as log, contextlib.ExitStack() as stack:
        address, _ = stack.enter_context(serve_process(stderr=log))
        stack.enter_context(Flood(urlsplit(address).port, 5000, again=500))
        for _ in range(20):
            assert httpx.get(f"{address}/health", timeout=60).status_code == 200
            time.sleep(0.1)
        log.seek(0)
        said = log.read()
    assert "127.0.0.2: a connection was refused" in said
    assert said.count("\n") <= 10
    assert "out of system resource" not in said


@pytest.mark.skipif(sys.platform == "darwin", reason="has only one loopback address")
def test_one_place_has_so_many_sockets_and_others_have_theirs(address):
    host = urlsplit(address).netloc
    with contextlib.ExitStack() as stack:
        answers = []
        for _ in range(gate.MAX_SOCKETS_PER_CLIENT + 1):
            one = stack.enter_context(connection(address, "127.0.0.3"))
            answers.append(ask_for_socket(one, host).split(b" ")[1])
        assert answers == [b"101"] * gate.MAX_SOCKETS_PER_CLIENT + [b"403"]
        other = stack.enter_context(connection(address, "127.0.0.4"))
        assert ask_for_socket(other, host).split(b" ")[1] == b"101"
