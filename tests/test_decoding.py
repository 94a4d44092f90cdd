"""Visitors' pictures are decoded one at a time: each may take 400 MB."""

import asyncio
import threading

import numpy as np

from mnist_cnn.ui.pictures import ink_in
from tests.looping import run


def test_no_two_pictures_are_decoded_at_once():
    meeting, met = threading.Barrier(2), []

    class Meeting:
        def ink(self, content):
            try:
                meeting.wait(0.2)
                met.append(content)
            except threading.BrokenBarrierError:
                meeting.reset()
            return np.zeros((1, 1), np.uint8)

    async def decode_many():
        return await asyncio.gather(*(ink_in(bytes([number]), Meeting()) for number in range(4)))

    assert len(run(decode_many())) == 4
    assert met == []
