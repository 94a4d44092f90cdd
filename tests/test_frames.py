"""Sockets of who keeps the server busy are closed, and nothing more of them is parsed."""

import time
import types

import pytest

from mnist_cnn.server.gate import frames
from mnist_cnn.server.http import fairness
from mnist_cnn.server.http.fairness import Rate


class Protocol:
    """Takes what it is given, and a second of the processor for each piece."""

    def __init__(self, clock, client="10.0.0.1"):
        self.scope = client and {"type": "websocket", "client": (client, 1), "headers": []}
        self.parsed, self.clock, self.aborted = [], clock, []
        self.transport = types.SimpleNamespace(
            abort=lambda: self.aborted.append(1), is_closing=lambda: bool(self.aborted)
        )

    def data_received(self, data):
        self.parsed.append(len(data))
        self.clock.thread += 1


@pytest.fixture
def clock(monkeypatch):
    clock = types.SimpleNamespace(thread=0.0, now=time.monotonic())
    clock.thread_time, clock.monotonic = lambda: clock.thread, lambda: clock.now
    monkeypatch.setattr(frames, "time", clock)
    monkeypatch.setattr(fairness, "time", clock)
    monkeypatch.setattr(frames, "BUDGET", Rate(3, 0.5))
    return clock


def test_what_comes_is_parsed_in_pieces_until_the_budget_is_spent(clock):
    one = frames.with_budget(Protocol)(clock)
    one.data_received(bytes(2 * frames.PIECE + 5))
    assert (one.parsed, one.aborted) == ([frames.PIECE, frames.PIECE, 5], [])
    one.data_received(bytes(9 * frames.PIECE))
    assert (len(one.parsed), one.aborted) == (4, [1])
    one.data_received(b"more")
    assert len(one.parsed) == 4


def test_a_budget_is_a_client_s_own_and_comes_back(clock):
    socket = frames.with_budget(Protocol)
    one, other = (socket(clock, client) for client in ("10.0.0.1", "10.0.0.2"))
    for each in (one, other):
        each.data_received(bytes(3 * frames.PIECE))
    clock.now += 4
    one.data_received(bytes(2 * frames.PIECE))
    assert (one.aborted, other.aborted) == ([], [])
    one.data_received(b"a")
    assert one.aborted == [1]


def test_who_connects_anew_gets_no_new_budget(clock):
    socket = frames.with_budget(Protocol)
    socket(clock).data_received(bytes(3 * frames.PIECE))
    again = socket(clock)
    again.data_received(b"a")
    assert again.aborted == [1]


def test_opening_a_socket_costs_nothing_of_the_budget(clock):
    opening = frames.with_budget(Protocol)(clock, None)
    opening.data_received(bytes(9 * frames.PIECE))
    assert opening.aborted == []
