"""Requests for a run's events are held, woken when something happens, and bounded."""

import asyncio
import time

import pytest

from mnist_cnn.options import Options
from mnist_cnn.runs import Runs
from mnist_cnn.ui import held
from mnist_cnn.ui.fairness import OverloadError
from mnist_cnn.ui.held import Held
from tests.looping import run

LONG = Options.parse({"data": "generated", "digits": 1000, "epochs": 200})


@pytest.fixture
def runs():
    made = Runs()
    made.schedule.hold()
    yield made
    made.close()


def waiting_run(runs, session="ann"):
    return runs.run(session, runs.start(session, LONG))


def test_what_happens_wakes_them(runs):
    ann, ben = waiting_run(runs), waiting_run(runs, "ben")

    async def wait():
        waiting = Held(runs.schedule)
        moved = asyncio.create_task(waiting.until(ben, lambda: runs.schedule.place(ben) != 2))
        left = asyncio.create_task(waiting.until(ann, lambda: False))
        await asyncio.sleep(0.2)
        assert not moved.done()
        began = time.monotonic()
        await asyncio.to_thread(runs.leave, "ann", ann.id)
        await asyncio.gather(moved, left)
        return time.monotonic() - began

    assert run(wait()) < held.LONGEST / 2  # woken, not run out


def test_nothing_is_looked_at_while_nothing_happens(runs):
    ann, looks = waiting_run(runs), []

    async def wait():
        task = asyncio.create_task(Held(runs.schedule).until(ann, lambda: looks.append(1)))
        await asyncio.sleep(0.5)
        task.cancel()

    run(wait())
    assert len(looks) == 1


def test_those_of_one_session_are_bounded_and_forgotten_when_they_leave(runs):
    ann, ben = waiting_run(runs), waiting_run(runs, "ben")

    async def wait():
        waiting = Held(runs.schedule)
        tasks = [asyncio.create_task(waiting.until(ann, lambda: False)) for _ in range(held.MOST)]
        await asyncio.sleep(0)
        with pytest.raises(OverloadError):
            await waiting.until(ann, lambda: False)
        await waiting.until(ben, lambda: True)
        tasks[0].cancel()
        await asyncio.gather(tasks[0], return_exceptions=True)
        await waiting.until(ann, lambda: True)
        for task in tasks:
            task.cancel()

    run(wait())


def test_a_request_is_not_held_for_ever(runs, monkeypatch):
    monkeypatch.setattr(held, "LONGEST", 0.05)
    waiting = Held(runs.schedule)
    run(asyncio.wait_for(waiting.until(waiting_run(runs), lambda: False), 30))
