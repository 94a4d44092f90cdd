"""Who floods the server, or takes its answers and does not read them, is alone in waiting."""

import base64
import contextlib
import os
import socket
import struct
import sys
import threading
from urllib.parse import urlsplit

import httpx
import pytest
from websockets.sync.client import connect

from mnist_cnn import architecture, exchange_formats, model
from mnist_cnn.ui import frames, gate, sending
from tests.listening import until
from tests.serving import serve, serve_process

TINY = {
    "pings": struct.pack(">BB", 0x89, 0x80) + bytes(4),
    "messages": struct.pack(">BB", 0x82, 0x81) + bytes(5),
    "fragments": struct.pack(">BB", 0x00, 0x80) + bytes(4),
}
BEGUN = struct.pack(">BB", 0x02, 0x80) + bytes(4)  # a message that fragments go on with


@pytest.fixture(scope="module")
def address():
    """An app of this module's own: after a flood an address has to wait."""
    with serve() as address:
        yield address


def largest_answer(address):
    """Bring the largest network along, and return the path of its 8 MB."""
    numbers = model.build(1, "none").get_weights()
    file = exchange_formats.encode(".keras", architecture.variant("none"), numbers, None)
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


def ask_for_socket(connection, host, path="/mnist_cnn/class"):
    key = base64.b64encode(os.urandom(16)).decode()
    connection.sendall(
        f"GET {path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
    )
    return connection.recv(4096)


def ask(address):
    return httpx.get(f"{address}/mnist_cnn/trainings?choices={{}}", timeout=60)


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

    with connection(address) as flooding:
        ask_for_socket(flooding, urlsplit(address).netloc)
        flooding.sendall(BEGUN)
        flooding.settimeout(2)
        thread = threading.Thread(target=flood, args=(flooding,))
        thread.start()
        try:
            for _ in range(times):
                assert ask(address).status_code == 200
                with connect(f"{address.replace('http', 'ws')}/mnist_cnn/class") as news:
                    assert "rules" in news.recv(timeout=60)
        finally:
            over.set()
            thread.join()


@pytest.mark.parametrize("kind", ["pings", "fragments"])
def test_who_sends_nothing_but_tiny_frames_is_hung_up_on(address, kind, monkeypatch):
    monkeypatch.setattr(frames, "MOST_RESTS", 3)
    with connection(address) as flooding:
        ask_for_socket(flooding, urlsplit(address).netloc)
        flooding.sendall(BEGUN)
        flooding.settimeout(15)  # the server itself hangs up on who is silent for 20 s
        with contextlib.suppress(ConnectionError):
            flooding.sendall(TINY[kind] * 300_000)
            while flooding.recv(65536):  # else this runs out of its time
                pass


def test_who_does_not_take_answers_keeps_nobody_waiting(address):
    network = largest_answer(address)
    request = f"GET {network} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
    with contextlib.ExitStack() as stack:
        deaf = [stack.enter_context(connection(address)) for _ in range(2 * gate.AT_ONCE)]
        for one in deaf:
            one.setblocking(False)
        for one in deaf:
            one.send(request)
        for _ in range(5):
            assert ask(address).status_code == 200
            assert httpx.get(f"{address}{network}", timeout=60).status_code == 200


@pytest.mark.skipif(sys.platform == "darwin", reason="has only one loopback address")
def test_one_who_takes_no_networks_has_so_many_on_their_way_and_others_get_theirs(monkeypatch):
    monkeypatch.setattr(sending, "MOST_SENT_TO_ONE", 20 * 2**20)  # two of them

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


@pytest.mark.skipif(sys.platform == "darwin", reason="has only one loopback address")
def test_one_place_has_so_many_sockets_and_others_have_theirs(address):
    host = urlsplit(address).netloc
    with contextlib.ExitStack() as stack:
        answers = []
        for _ in range(gate.MOST_SOCKETS_OF_ONE + 1):
            one = stack.enter_context(connection(address, "127.0.0.3"))
            answers.append(ask_for_socket(one, host).split(b" ")[1])
        assert answers == [b"101"] * gate.MOST_SOCKETS_OF_ONE + [b"403"]
        other = stack.enter_context(connection(address, "127.0.0.4"))
        assert ask_for_socket(other, host).split(b" ")[1] == b"101"
