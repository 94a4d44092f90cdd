"""Bodies are read whole, within their bounds of bytes and time."""

import asyncio

import pytest
from starlette.requests import ClientDisconnect

from mnist_cnn.server.gate import bodies
from mnist_cnn.server.gate.bodies import replayed
from mnist_cnn.server.gate.headers import RefusalError
from tests.event_loop import run

MANY = 100_000  # bytes


def read_whole(receive, limit, hold=lambda size: None):
    return bodies.read_whole(receive, limit, hold)


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


def test_a_body_comes_whole_and_is_handed_on():
    async def hand_on():
        receive = replayed(await read_whole(sent(b"ab", b"", b"c"), MANY), sent(b"next"))
        return await receive(), await receive()

    first, then = run(hand_on())
    assert first == {"type": "http.request", "body": b"abc", "more_body": False}
    assert then["body"] == b"next"


def test_parts_are_held_a_few_together_before_the_next_come(monkeypatch):
    monkeypatch.setattr(bodies, "COUNTED", 3)
    held = []
    run(read_whole(sent(b"ab", b"", b"cd", b"e"), MANY, held.append))
    assert held == [4, 1]


def test_what_is_too_long_is_not_read_to_its_end():
    with pytest.raises(RefusalError, match="longer than 5 bytes") as refused:
        run(read_whole(sent(b"abc", b"def", ends=False), 5))
    assert refused.value.status == 413


def test_who_sends_too_slowly_is_told(monkeypatch):
    monkeypatch.setattr(bodies, "BASE_SECONDS", 0.05)
    with pytest.raises(RefusalError, match="did not come within") as refused:
        run(asyncio.wait_for(read_whole(sent(b"a", ends=False), 5), 30))
    assert refused.value.status == 408


def test_a_large_body_may_take_longer(monkeypatch):
    monkeypatch.setattr(bodies, "BASE_SECONDS", 0)
    seconds = MANY / bodies.SLOWEST
    with pytest.raises(RefusalError, match=f"within {seconds:.0f} seconds"):
        run(asyncio.wait_for(read_whole(sent(b"a", ends=False), MANY), 30))


def test_who_breaks_off_is_not_waited_for():
    async def gone():
        return {"type": "http.disconnect"}

    with pytest.raises(ClientDisconnect):
        run(read_whole(gone, MANY))
