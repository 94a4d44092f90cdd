"""What nginx refuses, set up as the README says: a flood, and no class behind one address."""

import contextlib
import socket
from collections import Counter

import pytest

from tests.half_sent import HALF
from tests.nginx import answered, documented, nginx, until_there
from tests.serving import free_port

CLASS = 60  # people behind one address
CONNECTIONS = 6  # of a browser to one host
FILES = 40  # a page has 18, and as many again are kept for when there is no network
FLOOD = 8000
READY = "server { listen 127.0.0.1:%d; access_log off; return 200 ready; }"
GET = b"GET /digits/health HTTP/1.1\r\nHost: x\r\n\r\n"


@contextlib.contextmanager
def behind(folder, server=None, seconds=10):
    """nginx as the README has it, before ``server`` or one that answers all; yields its port."""
    port, ready = free_port(), free_port()
    there = f"server 127.0.0.1:{server or ready};"
    http = documented(listen=f"listen 127.0.0.1:{port};", servers=there)
    for name in ("client_header_timeout", "client_body_timeout"):
        assert http.count(f"{name} 10s;") == 1
        http = http.replace(f"{name} 10s;", f"{name} {seconds}s;")
    with nginx(folder, http + READY % ready):
        until_there(f"http://127.0.0.1:{ready}/")
        yield port


def connect(port):
    return socket.create_connection(("127.0.0.1", port), timeout=60)


def ask(port, connections, requests):
    """Ask that often over each of so many connections; return how often there was each status."""
    with contextlib.ExitStack() as stack:
        opened = [stack.enter_context(connect(port)) for _ in range(connections)]
        for one in opened:
            one.sendall(GET * (requests - 1) + GET.replace(b"Host", b"Connection: close\r\nHost"))
        told = b"".join(all_of(one) for one in opened)
    return Counter(part[:3] for part in told.split(b"HTTP/1.1 ")[1:])


def all_of(connection):
    return b"".join(iter(lambda: connection.recv(65536), b""))


def passed_on(folder):
    return [line for line in answered(folder) if line[0] != "-"]


def test_a_class_that_opens_the_page_at_once_is_let_in(tmp_path):
    each = FILES // CONNECTIONS
    with behind(tmp_path) as port:
        told = ask(port, CLASS * CONNECTIONS, each)
    assert told == {b"200": CLASS * CONNECTIONS * each}


def test_a_flood_of_requests_stays_with_nginx(tmp_path):
    with behind(tmp_path) as port:
        told = ask(port, 80, FLOOD // 80)
    assert told[b"429"] > FLOOD / 4
    assert told[b"200"] >= 3000
    assert len(passed_on(tmp_path)) == told[b"200"]


@pytest.mark.parametrize(
    ("open_already", "refused"), [(CLASS * (CONNECTIONS + 1), False), (500, True)]
)
def test_so_many_requests_of_one_address_are_under_way(tmp_path, open_already, refused):
    with contextlib.ExitStack() as stack:
        silent = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=1000))
        port = stack.enter_context(behind(tmp_path, silent.getsockname()[1]))
        for _ in range(open_already):
            stack.enter_context(connect(port)).sendall(GET)
        last = stack.enter_context(connect(port))
        last.settimeout(2)
        last.sendall(GET)
        answer = b""
        with contextlib.suppress(TimeoutError):
            answer = last.recv(4096)
    assert answer.startswith(b"HTTP/1.1 429") == refused


@pytest.mark.parametrize(
    "begun",
    [b"", HALF, b"POST /digits/mnist_cnn/check HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\na"],
    ids=["nothing", "half a head", "half a body"],
)
def test_nginx_gives_up_what_does_not_come(tmp_path, begun):
    with behind(tmp_path, seconds=1) as port, connect(port) as one:
        one.settimeout(20)
        one.sendall(begun)
        assert one.recv(4096)[:12] in (b"", b"HTTP/1.1 408")
    assert passed_on(tmp_path) == []
