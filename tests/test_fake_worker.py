"""The fake worker of the tests of the queue keeps the contract of the real one."""

import dataclasses

import numpy as np
import pytest

from mnist_cnn.network import card, model
from mnist_cnn.optimization.events import (
    LAST_EVENTS,
    Evaluating,
    Failed,
    Finished,
    Paused,
    Prepared,
    Resumed,
    Snapshot,
    Starting,
    Step,
    Stopped,
)
from mnist_cnn.runs.worker import Worker
from tests.fake_worker import Workers
from tests.trainings import LONG, SHORT
from tests.waiting import Listener


@pytest.fixture(params=["fake", pytest.param("real", marks=pytest.mark.slow)])
def begin(request):
    """Start a worker of either kind that works by itself; it ends with the test."""
    started = []

    def start(options, pace=0.001):
        listener = Listener()
        make = Workers(pace) if request.param == "fake" else Worker
        started.append(make(options, listener))
        return started[-1], listener

    yield start
    for worker in started:
        worker.end()
        assert worker.join(30)


def shapes(weights):
    return [(weight.shape, weight.dtype) for weight in weights]


def own_shapes(options):
    return shapes(model.build(downsampling=options.downsampling).get_weights())


def test_a_run_tells_what_there_is_to_tell_in_its_order(begin):
    worker, listener = begin(SHORT)
    done = listener.wait_for(LAST_EVENTS)
    assert worker.join(30)
    assert listener.events[-1] is done

    kinds = [type(event) for event in listener.events]
    assert kinds[:4] == [Starting, Starting, Prepared, Snapshot]
    assert kinds[-2:] == [Evaluating, Finished]
    assert not {Paused, Resumed, Starting, Prepared} & {*kinds[4:]}
    assert [event.what for event in listener.of(Starting)] == ["tensorflow", "generated"]
    (prepared,) = listener.of(Prepared)
    parameters = sum(np.prod(shape, dtype=int) for shape, _ in own_shapes(SHORT))
    assert prepared.sample.images.shape == (9, 28, 28)
    assert prepared.sample.labels.shape == (9,)
    assert dataclasses.replace(prepared, source="", sample=None) == Prepared(
        "", 200, 0, 1000, "training", "generated digits", parameters, 8, 2, ()
    )

    steps, snapshots = listener.of(Step), listener.of(Snapshot)
    assert [step.step for step in steps] == sorted({step.step for step in steps})
    assert (steps[-1].step, steps[-1].steps) == (8, 8)
    assert [step.step for step in steps if step.ends_epoch] == [4, 8]
    assert [step.epoch for step in steps if step.ends_epoch] == [1, 2]
    assert [step.seconds for step in steps] == sorted(step.seconds for step in steps)
    assert (snapshots[0].step, snapshots[0].epoch, snapshots[0].seconds) == (0, 0, 0)
    assert snapshots[0].kept
    assert (snapshots[-1].step, snapshots[-1].kept) == (8, True)
    assert all(shapes(snapshot.weights) == own_shapes(SHORT) for snapshot in snapshots)
    for event in snapshots[1:]:
        before = [e for e in listener.events[: listener.events.index(event)] if type(e) is Step]
        assert before[-1].step == event.step

    assert (done.step, done.stopped, done.corrected) == (8, False, None)
    assert listener.of(Evaluating) == [Evaluating(8, False)]
    assert done.confusion.shape == (10, 10)
    assert done.confusion.sum() == 10_000
    assert done.accuracy == done.confusion.trace() / 10_000
    assert all(
        np.array_equal(*both) for both in zip(done.weights, snapshots[-1].weights, strict=True)
    )
    assert card.from_json(done.card).options == dataclasses.asdict(SHORT) | {"steps": 8}
    for examined in (done.worst, done.examples):
        count = len(examined.indices)
        assert [(part.dtype, part.shape) for part in vars(examined).values()] == [
            (np.int32, (count,)),
            (np.uint8, (count, 28, 28)),
            (np.uint8, (count,)),
            (np.float32, (count, 10)),
        ]


def test_it_stands_still_goes_on_and_is_stopped_and_tested(begin):
    worker, listener = begin(LONG)
    worker.resume()  # it does not stand still: that is nothing
    worker.pause()  # before there is a step: it does one
    paused = listener.wait_for(Paused)
    told = listener.count
    assert listener.of(Step)[-1].step == paused.step > 0
    assert not listener.of(Resumed)
    worker.pause()  # once more is nothing more
    worker.resume()
    resumed = listener.wait_for(Resumed)
    assert listener.events[told] is resumed  # nothing in between
    assert resumed.step == paused.step
    assert listener.wait_for(Step, after=told).step > paused.step
    if not any(snapshot.step for snapshot in listener.of(Snapshot)):
        listener.wait_for(Snapshot, after=told)

    worker.pause()
    listener.wait_for(Paused, after=told)
    told = listener.count
    worker.stop()  # holds, whatever comes after it
    worker.pause()
    done = listener.wait_for(LAST_EVENTS)
    assert worker.join(30)
    assert [type(event) for event in listener.events[told:]] == [Evaluating, Finished]
    assert (listener.of(Evaluating)[0].stopped, done.stopped) == (True, True)
    assert done.step == listener.of(Evaluating)[0].step == listener.of(Step)[-1].step
    assert card.from_json(done.card).options["steps"] == done.step
    assert shapes(done.weights) == own_shapes(LONG)


def test_it_ends_at_once_untested(begin):
    worker, listener = begin(LONG)
    first = listener.wait_for(Snapshot)
    listener.wait_for(Snapshot, after=listener.events.index(first) + 1)
    worker.end()
    worker.stop()  # comes too late
    assert worker.join(30)
    stopped, last = listener.events[-1], listener.of(Snapshot)[-1]
    assert isinstance(stopped, Stopped)
    assert stopped.step == last.step > 0
    assert shapes(stopped.weights) == own_shapes(LONG)
    assert not listener.of(Evaluating)


def test_stopped_before_anything_is_learned_it_ends_untested(begin):
    worker, listener = begin(LONG, pace=60)
    worker.stop()
    assert worker.join(30)
    assert isinstance(listener.events[-1], Stopped)
    assert listener.events[-1].step == 0
    assert not listener.of(Evaluating)


# --- what only the fake one does -------------------------------------------------------------


@pytest.fixture
def told():
    """A fake worker that does what it is told, and what it tells."""
    listener = Listener()
    worker = Workers()(SHORT, listener)
    yield worker, listener
    worker.end()
    assert worker.join(30)


def test_it_waits_to_be_told(told):
    worker, listener = told
    listener.wait_for(Starting)
    assert listener.count == 1
    worker.load()
    assert [type(event) for event in listener.events[1:]] == [Starting, Prepared, Snapshot]
    worker.step(3, seconds=7.0)
    assert [step.step for step in listener.of(Step)] == [1, 2, 3]
    assert 7.0 < listener.of(Step)[-1].seconds < 7.1
    worker.finish()
    assert listener.events[-1].step == 8


def test_it_fails_when_told(told):
    worker, listener = told
    worker.step()
    failure = Failed("memory", "There is none.")
    worker.fail(failure)
    assert listener.events[-1] == failure
