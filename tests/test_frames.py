"""A socket's bytes are looked through in pieces, and no more of them wait than one may have."""

import types

from mnist_cnn.ui import frames
from tests.looping import run


class Protocol:
    """Takes what it is given."""

    def __init__(self):
        self.taken = []
        self.aborted, self.paused = [], []
        self.transport = types.SimpleNamespace(
            abort=lambda: self.aborted.append(1),
            pause_reading=lambda: self.paused.append(1),
            is_closing=lambda: bool(self.aborted),
        )

    def data_received(self, data):
        self.taken.append(len(data))


def test_what_comes_is_looked_through_in_pieces():
    one = frames.patient(Protocol)()
    one.data_received(bytes(3 * frames.PIECE + 5))
    assert one.taken == [*3 * [frames.PIECE], 5]
    assert not one.paused


def test_who_sends_more_than_may_wait_is_hung_up_on(monkeypatch):
    monkeypatch.setattr(frames, "LONG", -1)  # whatever comes takes long

    async def flood():
        one = frames.patient(Protocol)()
        one.data_received(bytes(frames.PIECE + frames.MOST_HELD))
        assert one.aborted == [1]
        other = frames.patient(Protocol)()
        other.data_received(bytes(frames.PIECE + 1))
        assert (other.taken, other.paused, other.aborted) == ([frames.PIECE], [1], [])
        other.data_received(bytes(frames.MOST_HELD - 1))  # it rests, and this waits
        assert (other.taken, other.aborted) == ([frames.PIECE], [])
        other.data_received(bytes(1))
        assert other.aborted == [1]

    run(flood())
