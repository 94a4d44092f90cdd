"""Clients take turns, each within its limits, and what is over counts no longer."""

import asyncio
from types import SimpleNamespace

import pytest

from mnist_cnn.server.http import fairness
from mnist_cnn.server.http.fairness import FairLine, OverloadError, Places, Rate, Rates, client_of
from tests.event_loop import run


class Clock:
    """A clock that a test sets."""

    def __init__(self):
        self.now = 1000.0

    def monotonic(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(fairness, "time", clock)
    return clock


def where(host):
    return client_of(SimpleNamespace(client=SimpleNamespace(host=host)))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),  # a household, or one machine
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("fe80::1%eth0", "fe80::2%eth1", True),
        ("no:address", "no:address either", False),
    ],
)
def test_an_ipv6_network_is_one_client(one, other, same):
    assert (where(one) == where(other)) is same


def spent(rates, who):
    """How much a client can still spend."""
    count = 0
    while True:
        try:
            rates.spend(who)
        except OverloadError:
            return count
        count += 1


def test_a_bucket_holds_no_more_than_its_burst_however_long_it_fills(clock):
    rates = Rates(Rate(burst=3, per_second=2))
    assert spent(rates, "a") == 3
    clock.now += 1
    assert spent(rates, "a") == 2
    clock.now += 1e6
    assert spent(rates, "a") == 3


def test_what_is_refused_costs_nothing_and_another_client_has_its_own(clock):
    rates = Rates(Rate(burst=2, per_second=1))
    assert spent(rates, "a") == 2
    for _ in range(50):
        assert spent(rates, "a") == 0
    assert spent(rates, "b") == 2
    clock.now += 1
    assert spent(rates, "a") == 1


def test_of_many_clients_the_one_not_heard_of_for_longest_is_forgotten(clock, monkeypatch):
    monkeypatch.setattr(fairness, "MAX_CLIENTS", 3)
    rates = Rates(Rate(burst=1, per_second=0))
    for who in ("a", "b", "c"):
        rates.spend(who)
    assert spent(rates, "a") == 0  # heard of again: b is the oldest now
    assert spent(rates, "d") == 1
    assert spent(rates, "a") == 0
    assert spent(rates, "b") == 1


def test_what_has_left_makes_room():
    places = Places(most=3, of_one=2, full="full")
    with places.one("a"), places.one("a"):
        with pytest.raises(OverloadError, match="full"), places.one("a"):
            pass
        with places.one("b"), pytest.raises(OverloadError), places.one("c"):
            pass
        with places.one("b"):
            pass
    with places.one("a"), places.one("a"):
        pass


def test_what_is_large_takes_more_room():
    places = Places(most=100, of_one=60, full="full")
    with places.one("a", 50), places.one("a", 10):
        with pytest.raises(OverloadError), places.one("a"):
            pass
        with pytest.raises(OverloadError), places.one("b", 41):
            pass
        with places.one("b", 40):
            pass
    with places.one("a", 60):
        pass


class Work:
    """Pieces of work in a line, each of which goes on until it is told to end."""

    def __init__(self, *bounds):
        self.line, self.begun, self._ends, self.tasks = FairLine(*bounds), [], {}, {}

    async def ask(self, name):
        """Begin a piece; its name begins with its client."""
        self._ends[name] = asyncio.Event()
        self.tasks[name] = asyncio.create_task(self._piece(name))
        await settled()

    async def _piece(self, name):
        async with self.line.turn(name[0]):
            self.begun.append(name)
            await self._ends[name].wait()

    async def end(self, name):
        self._ends[name].set()
        await self.tasks[name]
        await settled()

    async def leave(self, name):
        self.tasks[name].cancel()
        await asyncio.gather(self.tasks[name], return_exceptions=True)
        await settled()


async def settled():
    for _ in range(10):
        await asyncio.sleep(0)


def test_one_client_works_at_part_of_it_and_the_clients_take_turns():
    async def work():
        line = Work(3, 2, 100)
        for name in ("a1", "a2", "a3", "a4", "b1", "b2", "c1"):
            await line.ask(name)
        assert line.begun == ["a1", "a2", "b1"]
        for name in ("b1", "a1", "a2", "b2", "c1"):
            await line.end(name)
        return line.begun

    assert run(work()) == ["a1", "a2", "b1", "b2", "c1", "a3", "a4"]


def test_so_many_of_one_client_wait_and_no_more():
    async def work():
        line = Work(1, 1, 2)
        for name in ("a1", "a2", "a3", "a4", "b1"):
            await line.ask(name)
        assert [name for name, task in line.tasks.items() if task.done()] == ["a4"]
        assert isinstance(line.tasks["a4"].exception(), OverloadError)
        for name in ("a1", "b1", "a2", "a3"):
            await line.end(name)
        return line.begun

    assert run(work()) == ["a1", "b1", "a2", "a3"]


def test_who_leaves_the_line_is_not_called():
    async def work():
        line = Work(1, 1, 9)
        for name in ("a1", "a2", "b1"):
            await line.ask(name)
        await line.leave("a2")
        await line.end("a1")
        return line.begun

    assert run(work()) == ["a1", "b1"]


def test_the_turn_of_one_who_leaves_as_it_is_called_goes_to_the_next():
    async def work():
        line = Work(1, 1, 9)
        async with line.line.turn("a"):
            await line.ask("b1")
            await line.ask("c1")
        await line.leave("b1")  # it is called, and has not gone on yet
        assert line.begun == ["c1"]
        await line.end("c1")
        await line.ask("d1")
        return line.begun

    assert run(work()) == ["c1", "d1"]
