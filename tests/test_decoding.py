"""Visitors' files are read one at a time, each may take 400 MB, and addresses take turns."""

import asyncio
import threading

import pytest

from mnist_cnn.server.http.fairness import OverloadError
from mnist_cnn.server.state import decoding
from mnist_cnn.server.state.decoding import Decoding
from tests.event_loop import run


def test_no_two_files_are_read_at_once():
    meeting, met = threading.Barrier(2), []

    def meet(number):
        try:
            meeting.wait(0.2)
            met.append(number)
        except threading.BrokenBarrierError:
            meeting.reset()
        return number

    async def read_many():
        line = Decoding(None)
        return await asyncio.gather(*(line.read(f"10.0.0.{n}", meet, n) for n in range(4)))

    assert run(read_many()) == [0, 1, 2, 3]
    assert met == []


def test_who_has_sent_one_file_waits_for_one_of_an_address_that_has_sent_a_hundred():
    order, begun, go_on = [], threading.Event(), threading.Event()

    def read(who):
        begun.set()
        go_on.wait(60)
        order.append(who)

    async def read_many():
        line = Decoding(None)
        flood = [asyncio.create_task(line.read("eve", read, "eve")) for _ in range(100)]
        while not begun.is_set():
            await asyncio.sleep(0.01)
        others = [asyncio.create_task(line.read(who, read, who)) for who in ("ann", "ben")]
        await asyncio.sleep(0.05)
        go_on.set()
        await asyncio.gather(*flood, *others)

    run(read_many())
    assert order[:4] == ["eve", "ann", "ben", "eve"] or order[:4] == ["eve", "eve", "ann", "ben"]
    assert len(order) == 102


def test_an_address_that_has_sent_enough_is_refused_and_others_are_not(monkeypatch):
    monkeypatch.setattr(decoding, "MAX_WAITING", 2)
    go_on = threading.Event()

    async def read_many():
        line = Decoding(None)
        flood = [asyncio.create_task(line.read("eve", go_on.wait, 60)) for _ in range(4)]
        ann = asyncio.create_task(line.read("ann", go_on.wait, 60))
        await asyncio.sleep(0.05)
        go_on.set()
        return await asyncio.gather(*flood, ann, return_exceptions=True)

    *flood, ann = run(read_many())
    assert flood[:3] == [True, True, True]
    assert isinstance(flood[3], OverloadError)
    assert ann is True


def test_a_refused_file_leaves_the_line():
    def refuse(content):
        raise ValueError(content)

    async def read_many():
        line = Decoding(None)
        for _ in range(3):
            with pytest.raises(ValueError, match="damaged"):
                await line.read("eve", refuse, "damaged")
        return await line.read("eve", str, 7)

    assert run(read_many()) == "7"
