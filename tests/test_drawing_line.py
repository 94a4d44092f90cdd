"""Drawings are read in turn by place, several in one pass, and each gets its own answer."""

import asyncio
import contextlib

import numpy as np
import pytest

from mnist_cnn import strokes
from mnist_cnn.ui import drawing_line
from mnist_cnn.ui.drawing_line import DrawingLine
from mnist_cnn.ui.fairness import FairLine, OverloadError, Places, Rate, Rates
from mnist_cnn.ui.newest import Newest
from tests.looping import run

SEVEN = strokes.render([np.array([(70.0, 60), (210, 56), (168, 140), (126, 238)])], size=80)
ONE = strokes.render([np.array([(140.0, 40), (140, 240)])], size=80)
EMPTY = np.zeros((5, 5), np.uint8)


def test_each_gets_its_own_answer(reader):
    async def read_all():
        line = DrawingLine()
        drawings = [SEVEN, EMPTY, ONE] * 7
        return await asyncio.gather(*(line.read(reader, "here", d) for d in drawings))

    readings = run(read_all())
    digits = [reading and reading.activations.digit for reading in readings]
    assert digits == [7, None, 1] * 7


def test_several_in_one_pass_read_as_each_alone(reader):
    together = reader.read_many([SEVEN, EMPTY, ONE])
    assert together[1] is None
    for drawing, reading in ((SEVEN, together[0]), (ONE, together[2])):
        alone = reader.read(drawing)
        assert reading.doubt == alone.doubt
        for name, layer in alone.activations.layers.items():
            other = reading.activations.layers[name]
            np.testing.assert_allclose(other, layer, rtol=1e-4, atol=1e-5, err_msg=name)


def test_a_flood_from_one_place_is_overtaken_by_others(reader):
    order = []

    async def read(line, who):
        await line.read(reader, who, EMPTY)
        order.append(who)

    async def crowd():
        line = DrawingLine()
        await asyncio.gather(
            *(read(line, "flood") for _ in range(100)), *(read(line, f"p{i}") for i in range(5))
        )

    run(crowd())
    latest = max(order.index(f"p{i}") for i in range(5))
    assert latest < 2 * drawing_line.TOGETHER


def test_too_many_are_told_to_come_back_and_the_rest_is_read(reader):
    async def crowd():
        line = DrawingLine()
        asked = (line.read(reader, "flood", EMPTY) for _ in range(drawing_line.MOST_OF_ONE + 9))
        first = await asyncio.gather(*asked, return_exceptions=True)
        return first, await line.read(reader, "flood", SEVEN)

    answers, afterwards = run(crowd())
    assert sum(isinstance(answer, OverloadError) for answer in answers) == 9
    assert afterwards.activations.digit == 7


def test_when_all_are_too_many_the_busiest_gives_way_and_drawing_goes_on(reader, monkeypatch):
    monkeypatch.setattr(drawing_line, "MOST_WAITING", 20)

    async def crowd():
        line = DrawingLine()
        asked = [line.read(reader, f"flood {i % 2}", EMPTY) for i in range(30)]
        asked += [line.read(reader, f"person {i}", SEVEN) for i in range(5)]
        answers = await asyncio.gather(*asked, return_exceptions=True)
        return answers, await line.read(reader, "later", ONE)

    answers, later = run(crowd())
    assert [reading.activations.digit for reading in answers[30:]] == [7] * 5
    assert sum(isinstance(answer, OverloadError) for answer in answers[:30]) == 15
    assert later.activations.digit == 1


def test_a_newcomer_who_is_turned_away_leaves_nothing_behind(reader, monkeypatch):
    monkeypatch.setattr(drawing_line, "MOST_WAITING", 3)

    async def crowd():
        line = DrawingLine()
        asked = [line.read(reader, f"person {i}", EMPTY) for i in range(9)]
        answers = await asyncio.gather(*asked, return_exceptions=True)
        return answers, await line.read(reader, "person 8", SEVEN)

    answers, later = run(crowd())
    assert sum(isinstance(answer, OverloadError) for answer in answers) == 6
    assert later.activations.digit == 7


def test_one_who_leaves_holds_up_nobody(reader):
    async def leave():
        line = DrawingLine()
        gone = asyncio.create_task(line.read(reader, "gone", SEVEN))
        await asyncio.sleep(0)
        gone.cancel()
        return await line.read(reader, "here", ONE)

    assert run(leave()).activations.digit == 1


def test_the_newest_replaces_what_was_not_taken():
    async def put_and_get():
        newest = Newest()
        newest.put(b"old")
        newest.put(b"new")
        return await newest.get()

    assert run(put_and_get()) == b"new"


def test_heavy_requests_take_turns_by_place():
    order = []

    async def ask(line, who):
        async with line.turn(who):
            order.append(who)
            await asyncio.sleep(0)

    async def crowd():
        line = FairLine(at_once=1, of_one=1, most_waiting=10)
        await asyncio.gather(*(ask(line, "a") for _ in range(5)), ask(line, "b"), ask(line, "c"))
        await ask(line, "later")  # all turns have been given back

    run(crowd())
    assert order == ["a", "a", "b", "c", "a", "a", "a", "later"]


def test_one_place_leaves_room_for_heavy_requests_of_others():
    async def crowd():
        line, over, begun = FairLine(at_once=3, of_one=2, most_waiting=10), asyncio.Event(), []

        async def ask(who):
            async with line.turn(who):
                begun.append(who)
                await over.wait()

        nowhere = ""  # a connection that is reset has no address any more
        tasks = [asyncio.create_task(ask(who)) for who in [*"aaaab", nowhere]]
        await asyncio.sleep(0.01)
        assert begun == ["a", "a", "b"]
        tasks[2].cancel()  # it waits, and leaves
        tasks[0].cancel()  # it works, and leaves
        await asyncio.sleep(0.01)
        assert begun == ["a", "a", "b", "a"]
        tasks[1].cancel()
        await asyncio.sleep(0.01)
        assert begun[4:] == [nowhere]
        over.set()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert (line._free, line._working, line._waiting) == (3, {}, {})

    run(crowd())


def test_one_place_has_so_many_open_and_others_theirs():
    places = Places(most=3, of_one=2, full="Full.")
    with contextlib.ExitStack() as stack:
        for who in "aab":
            stack.enter_context(places.one(who))
        for who in "ac":
            with pytest.raises(OverloadError, match="Full"), places.one(who):
                pass
    with places.one("c"):
        pass


def test_a_place_of_its_own_has_a_rate_of_its_own():
    rates = Rates(Rate(burst=3, per_second=0.001))
    for _ in range(3):
        rates.spend("a")
    with pytest.raises(OverloadError):
        rates.spend("a")
    rates.spend("b")


def test_who_asks_too_fast_waits(monkeypatch):
    waited = []

    async def sleep(seconds):
        waited.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    rates = Rates(Rate(burst=2, per_second=0.01))

    async def ask():
        for _ in range(4):
            await rates.wait("a")

    run(ask())
    assert waited == pytest.approx([100, 200], rel=0.01)
