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

from mnist_cnn import strokes
from mnist_cnn.ui import gate
from tests.serving import serve, serve_process
from tests.test_live import SEVEN

DRAWING = strokes.render(SEVEN, size=80).tobytes()
MESSAGE = struct.pack("<HHH", 80, 80, 0) + DRAWING
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


def connection(address, source="127.0.0.1"):
    there = urlsplit(address)
    return socket.create_connection((there.hostname, there.port), 60, (source, 0))


def ask_for_socket(connection, host, path="/mnist_cnn/live"):
    key = base64.b64encode(os.urandom(16)).decode()
    connection.sendall(
        f"GET {path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
    )
    return connection.recv(4096)


def read(address):
    return httpx.post(f"{address}/mnist_cnn/read?width=80&height=80", content=DRAWING, timeout=60)


@pytest.mark.parametrize("kind", TINY)
def test_one_who_sends_tiny_frames_without_end_stops_nobody_s_drawing(address, kind):
    draw_during_a_flood(address, kind, times=5)


@pytest.fixture(scope="module")
def program():
    with serve_process() as (address, _):
        yield address


@pytest.mark.slow
@pytest.mark.parametrize("kind", TINY)
def test_a_flood_of_tiny_frames_stops_nobody_s_drawing_in_a_program_of_its_own(program, kind):
    draw_during_a_flood(program, kind, times=50)


def draw_during_a_flood(address, kind, times):
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
        with connect(f"{address.replace('http', 'ws')}/mnist_cnn/live") as drawing:
            for _ in range(times):
                drawing.send(MESSAGE)
                assert drawing.recv(timeout=60).startswith(b"{") is False
        over.set()
        thread.join()


def test_who_does_not_take_answers_keeps_nobody_waiting(address):
    request = (
        f"POST /mnist_cnn/activations?width=80&height=80 HTTP/1.1\r\nHost: x\r\n"
        f"Content-Length: {len(DRAWING)}\r\n\r\n"
    ).encode() + DRAWING
    with contextlib.ExitStack() as stack:
        deaf = [stack.enter_context(connection(address)) for _ in range(2 * gate.AT_ONCE)]
        for one in deaf:
            one.setblocking(False)
        for _ in range(100):  # more than the system's buffers take
            for one in deaf:
                with contextlib.suppress(BlockingIOError):
                    one.send(request)
        for _ in range(5):
            assert read(address).status_code == 200


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
