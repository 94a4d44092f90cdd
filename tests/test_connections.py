"""Connections that bring no request, take no answer, or are too many are ended; others go on."""

from __future__ import annotations

import contextlib
import socket
import sys
import time
from urllib.parse import urlsplit

import httpx
import pytest

from mnist_cnn.server.gate import connections
from mnist_cnn.server.http.fairness import Rate
from tests.half_sent import HALF
from tests.serving import serve
from tests.test_floods import ask_for_socket, connection, largest_answer
from tests.waiting import until

WHOLE = b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n"
BODY_TO_COME = (
    b"POST /mnist_cnn/ink HTTP/1.1\r\nHost: x\r\nContent-Length: 20\r\nExpect: 100-continue\r\n\r\n"
)
SECONDS = 1.0  # that a request's head may take here
pytestmark = pytest.mark.skipif(sys.platform == "darwin", reason="has only one loopback address")


@pytest.fixture(scope="module")
def hasty():
    """The address of a server that waits for heads and for takers as short as ``SECONDS``."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connections, "HEAD_SECONDS", SECONDS)
        patch.setattr(connections, "TAKE_SECONDS", 2 * SECONDS)
        patch.setattr(connections, "LOOK_SECONDS", 0.1)
        with serve() as address:
            yield address


@contextlib.contextmanager
def narrow(monkeypatch, most=100, of_client=100, opened=10_000):
    """Serve with few connections; yield the address."""
    monkeypatch.setattr(connections, "MOST", most)
    monkeypatch.setattr(connections, "MOST_OF_CLIENT", of_client)
    monkeypatch.setattr(connections, "OPENED", Rate(opened, 0))
    with serve() as address:
        yield address


def ended(one):
    """Whether the server has ended a connection, on which nothing else is to come."""
    one.setblocking(False)
    try:
        return one.recv(4096) == b""
    except BlockingIOError:
        return False
    except ConnectionError:
        return True
    finally:
        one.setblocking(True)


def answered(one):
    """Ask on an open connection for ``/health``; return the status, or None where it has ended."""
    one.settimeout(20)
    with contextlib.suppress(ConnectionError):
        one.sendall(WHOLE)
        if head := one.recv(4096):
            return head.split(b" ")[1]
    return None


def half_sent(stack, address, source):
    one = stack.enter_context(connection(address, source))
    one.sendall(HALF)
    return one


def sends_a_body(stack, address, source):
    one = stack.enter_context(connection(address, source))
    one.settimeout(20)
    one.sendall(BODY_TO_COME)
    assert b" 100 " in one.recv(4096)
    return one


@pytest.mark.parametrize(
    "begun",
    [b"", HALF, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", WHOLE + HALF],
    ids=["nothing", "half a head", "a TLS greeting", "half a second head"],
)
def test_a_connection_without_a_whole_request_ends(hasty, begun):
    with connection(hasty) as one:
        one.settimeout(20)
        one.sendall(begun)
        while one.recv(4096):  # times out where the server waits for ever
            pass


def test_a_byte_now_and_then_does_not_keep_a_connection_open(hasty):
    with connection(hasty) as one, contextlib.suppress(ConnectionError):
        one.sendall(HALF)
        end = time.monotonic() + 20
        while not ended(one):
            one.sendall(b"a")
            assert time.monotonic() < end
            time.sleep(0.1)


def test_a_body_that_takes_longer_than_a_head_may_is_waited_for(hasty):
    body = b"a" * 20
    with connection(hasty) as one:
        one.sendall(b"POST /mnist_cnn/ink HTTP/1.1\r\nHost: x\r\nContent-Length: 20\r\n\r\n")
        for at in range(20):
            time.sleep(2 * SECONDS / 20)
            one.sendall(body[at : at + 1])
        one.settimeout(20)
        assert one.recv(4096).startswith(b"HTTP/1.1 4")  # a sentence: it is no picture


def test_a_page_s_socket_stays_open(hasty):
    with connection(hasty) as one:
        assert b" 101 " in ask_for_socket(one, urlsplit(hasty).netloc)
        time.sleep(3 * SECONDS)
        assert not ended(one)


def test_who_takes_nothing_of_an_answer_is_hung_up_on(hasty):
    network = largest_answer(hasty)
    with connection(hasty, room=4096) as one:
        one.sendall(f"GET {network} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        until(lambda: len(one.recv(100, socket.MSG_PEEK)) > 50, 20)
        time.sleep(4 * SECONDS)
        one.settimeout(20)
        with contextlib.suppress(ConnectionError):
            taken = 0
            while part := one.recv(65536):
                taken += len(part)
            assert taken < 8_000_000


def test_who_takes_an_answer_slowly_gets_all_of_it(hasty):
    network = largest_answer(hasty)
    with connection(hasty, room=65536) as one:
        one.settimeout(20)
        one.sendall(f"GET {network} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        taken = 0
        while part := one.recv(65536):
            taken += len(part)
            time.sleep(5 * SECONDS * len(part) / 8_000_000)
        assert taken > 8_000_000


@pytest.mark.parametrize("begin", [half_sent, sends_a_body])
def test_of_one_address_the_newest_connections_stay_and_others_have_theirs(monkeypatch, begin):
    with narrow(monkeypatch, of_client=5) as address, contextlib.ExitStack() as stack:
        other = begin(stack, address, "127.0.0.4")
        many = [begin(stack, address, "127.0.0.3") for _ in range(8)]
        until(lambda: [ended(one) for one in many] == [True] * 3 + [False] * 5, 20)
        assert not ended(other)
        fresh = stack.enter_context(connection(address, "127.0.0.3"))
        assert answered(fresh) == b"200"


def test_what_an_address_uses_gives_no_place_to_what_it_begins(monkeypatch):
    with narrow(monkeypatch, of_client=3) as address, contextlib.ExitStack() as stack:
        host = urlsplit(address).netloc
        used = [stack.enter_context(connection(address, "127.0.0.3")) for _ in range(3)]
        assert [ask_for_socket(one, host).split(b" ")[1] for one in used] == [b"101"] * 3
        with connection(address, "127.0.0.3") as refused:
            assert answered(refused) is None
        assert not any(map(ended, used))
        used[0].close()

        def let_in():
            with connection(address, "127.0.0.3") as again:
                return answered(again) == b"200"

        until(let_in, 20)


def test_this_machine_s_proxy_connects_for_everybody(monkeypatch):
    with narrow(monkeypatch, of_client=3, opened=3) as address, contextlib.ExitStack() as stack:
        many = [half_sent(stack, address, "127.0.0.1") for _ in range(20)]
        assert httpx.get(f"{address}/health").status_code == 200
        assert not any(map(ended, many))


def test_a_full_server_ends_what_has_asked_for_nothing_for_longest(monkeypatch):
    with narrow(monkeypatch, most=6) as address, contextlib.ExitStack() as stack:
        many = [half_sent(stack, address, f"127.0.0.{3 + number % 3}") for number in range(6)]
        time.sleep(0.2)
        fresh = stack.enter_context(connection(address, "127.0.0.9"))
        assert answered(fresh) == b"200"
        until(lambda: [ended(one) for one in many] == [True] + [False] * 5, 20)


@pytest.mark.parametrize(
    ("sources", "oldest"),
    [("3344559", 0), ("3444559", 1), ("1111111", 0)],
    ids=["", "most", "proxy"],
)
def test_a_full_server_ends_a_body_that_does_not_come(monkeypatch, sources, oldest):
    with narrow(monkeypatch, most=6) as address, contextlib.ExitStack() as stack:
        *others, fresh = (f"127.0.0.{last}" for last in sources)
        many = [sends_a_body(stack, address, one) for one in others]
        fresh = stack.enter_context(connection(address, fresh))
        assert answered(fresh) == b"200"
        until(lambda: ended(many[oldest]), 20)
        assert sum(map(ended, many)) == 1


def test_who_has_most_gives_way_where_all_connections_are_used(monkeypatch):
    with narrow(monkeypatch, most=8) as address, contextlib.ExitStack() as stack:
        host = urlsplit(address).netloc
        sources = ["127.0.0.3"] * 3 + ["127.0.0.4"] * 3 + ["127.0.0.5"] * 2
        used = [stack.enter_context(connection(address, source)) for source in sources]
        assert {ask_for_socket(one, host).split(b" ")[1] for one in used} == {b"101"}
        with connection(address, "127.0.0.3") as refused:
            assert answered(refused) is None
        assert answered(stack.enter_context(connection(address, "127.0.0.9"))) == b"200"
        until(lambda: [ended(one) for one in used] == [True] + [False] * 7, 20)


def test_one_address_opens_so_many_connections_at_a_time_and_others_theirs(monkeypatch):
    with narrow(monkeypatch, opened=3) as address:

        def status(source):
            with connection(address, source) as one:
                return answered(one)

        assert [status("127.0.0.3") for _ in range(4)] == [b"200"] * 3 + [None]
        assert status("127.0.0.4") == b"200"


@pytest.mark.parametrize(("files", "most", "of_client"), [(8192, 4000, 1000), (1024, 512, 256)])
def test_half_of_the_files_are_for_connections(files, most, of_client):
    kept = connections.Connections(files, ())
    assert (kept.most, kept.of_client) == (most, of_client)
