"""Bodies are read whole, within their bounds; who holds too much is stopped, and nobody else."""

import asyncio

import pytest
from starlette.requests import ClientDisconnect

from mnist_cnn.ui import bodies
from mnist_cnn.ui.bodies import Bodies, TooLargeError, TooSlowError, handed
from mnist_cnn.ui.fairness import OverloadError
from tests.looping import run

MANY = bodies.SMALL + 1  # bytes an endpoint may take, so that they count


def sent(*parts, ends=True):
    """Return a ``receive`` of a body in parts, that never ends or goes on for ever."""
    last = len(parts) - 1
    waiting = [
        {"type": "http.request", "body": part, "more_body": not ends or at < last}
        for at, part in enumerate(parts)
    ]

    async def receive():
        if waiting:
            return waiting.pop(0)
        await asyncio.sleep(1000)

    return receive


async def read(receive, most=MANY, who="a", held=None):
    async with (held or Bodies()).whole(receive, most, who) as body:
        return body


def test_a_body_comes_whole_and_is_handed_on():
    async def hand_on():
        receive = handed(await read(sent(b"ab", b"", b"c")), sent(b"next"))
        return await receive(), await receive()

    first, then = run(hand_on())
    assert first == {"type": "http.request", "body": b"abc", "more_body": False}
    assert then["body"] == b"next"


def test_what_is_too_long_is_not_read_to_its_end():
    with pytest.raises(TooLargeError, match="longer than 5 bytes"):
        run(read(sent(b"abc", b"def", ends=False), most=5))


def test_who_sends_too_slowly_is_told(monkeypatch):
    monkeypatch.setattr(bodies, "PATIENCE", 0.05)
    with pytest.raises(TooSlowError, match="did not come within"):
        run(asyncio.wait_for(read(sent(b"a", ends=False), most=5), 30))


def test_a_large_body_may_take_longer(monkeypatch):
    monkeypatch.setattr(bodies, "PATIENCE", 0)
    seconds = MANY / bodies.SLOWEST
    with pytest.raises(TooSlowError, match=f"within {seconds:.0f} seconds"):
        run(asyncio.wait_for(read(sent(b"a", ends=False)), 30))


def test_who_breaks_off_is_not_waited_for():
    async def gone():
        return {"type": "http.disconnect"}

    with pytest.raises(ClientDisconnect):
        run(read(gone))


def test_one_who_holds_too_much_is_stopped_and_the_others_are_not(monkeypatch):
    monkeypatch.setattr(bodies, "MOST_OF_ONE", 100)

    async def crowd():
        held = Bodies()
        stalled = asyncio.create_task(read(sent(bytes(90), ends=False), who="a", held=held))
        await asyncio.sleep(0.01)
        with pytest.raises(OverloadError):
            await read(sent(bytes(20)), who="a", held=held)
        other = await read(sent(bytes(90)), who="b", held=held)
        small = await read(sent(bytes(20)), most=bodies.SMALL, who="a", held=held)
        stalled.cancel()
        await asyncio.gather(stalled, return_exceptions=True)
        return other, small, await read(sent(bytes(90)), who="a", held=held)

    assert [len(body) for body in run(crowd())] == [90, 20, 90]


def test_everybody_together_holds_so_much(monkeypatch):
    monkeypatch.setattr(bodies, "MOST_HELD", 100)

    async def crowd():
        held = Bodies()
        async with held.whole(sent(bytes(60)), MANY, "a"):
            with pytest.raises(OverloadError):
                await read(sent(bytes(60)), who="b", held=held)
        return await read(sent(bytes(60)), who="b", held=held)

    assert len(run(crowd())) == 60
