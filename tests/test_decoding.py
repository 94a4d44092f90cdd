"""Visitors' pictures are decoded one at a time: each may take 100 MB."""

import asyncio
import threading

import numpy as np

from mnist_cnn import ink
from mnist_cnn.ui.decoding import ink_in
from tests.looping import run


def test_no_two_pictures_are_decoded_at_once(monkeypatch):
    meeting, met = threading.Barrier(2), []

    def decode(file):
        try:
            meeting.wait(0.2)
            met.append(file)
        except threading.BrokenBarrierError:
            meeting.reset()
        return file

    monkeypatch.setattr(ink, "open_picture", decode)
    monkeypatch.setattr(ink, "find_ink", lambda picture: np.zeros((1, 1), np.uint8))

    async def decode_many():
        return await asyncio.gather(*(ink_in(bytes([number])) for number in range(4)))

    assert len(run(decode_many())) == 4
    assert met == []
