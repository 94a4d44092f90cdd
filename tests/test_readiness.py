"""The process that is ready before somebody trains, and what it tells of how long that takes."""

import dataclasses
import logging
import types

import pytest

from mnist_cnn.runs import failures, readiness
from mnist_cnn.runs.forecast import MANY_STEPS, Forecast, Forecasts, Tried, steps_of
from mnist_cnn.runs.readiness import IDLE_SECONDS, MAX_TRIALS, RETRY_SECONDS
from mnist_cnn.runs.runs import Runs
from mnist_cnn.system import awake
from mnist_cnn.training.options import Options
from tests.fake_worker import SECONDS, Workers
from tests.trainings import LONG
from tests.waiting import until

FAST = Options.of("fast")
UNKNOWN = Forecast(None, tried=False)
UNDER_WAY = Forecast(None, tried=True)
SIZES = [dataclasses.replace(FAST, batch_size=size) for size in range(100, 120)]


@pytest.fixture
def workers():
    return Workers()


@pytest.fixture
def runs(workers):
    runs = Runs(worker=workers)
    yield runs
    runs.close()


def test_for_thirty_who_look_there_is_one_process_and_the_first_who_trains_has_it(runs, workers):
    for _ in range(30):
        runs.get_ready()
    (ready,) = workers.made
    first, second = runs.start("ann", LONG), runs.start("ben", LONG)
    assert first.worker is ready
    ready.load()
    assert first.state == "training"
    assert second.state == "queued"
    assert len(workers.made) == 1
    runs.leave(first)
    until(lambda: second.state == "starting")
    assert second.worker is workers.made[1]


def test_one_that_nobody_needs_ends_and_another_comes_when_somebody_does(runs, workers):
    runs.get_ready()
    runs.sweep(awake.seconds() + IDLE_SECONDS - 10)
    assert not workers.made[0].join(0)
    runs.sweep(awake.seconds() + IDLE_SECONDS + 1)
    assert workers.made[0].join(10)
    runs.get_ready()
    assert len(workers.made) == 2
    runs.close()
    assert workers.made[1].join(0)
    runs.get_ready()
    assert len(workers.made) == 2


def test_one_that_has_ended_by_itself_does_no_harm(runs, workers):
    runs.get_ready()
    workers.made[0].fail(failures.out_of_memory())
    run = runs.start("ann", LONG)
    assert run.worker is workers.made[1]
    assert not run.over


def test_a_disk_without_space_is_said_of_the_run_and_the_process_ends(runs, workers, monkeypatch):
    runs.get_ready()
    (ready,) = workers.made

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(ready, "begin", full)
    run = runs.start("ann", LONG)
    assert (run.state, run.failure.reason) == ("failed", "disk")
    assert ready.join(10)


def test_a_system_without_processes_refuses_nobody_who_looks():
    def none(*_):
        raise OSError(11, "Resource temporarily unavailable")

    runs = Runs(worker=none)
    runs.get_ready()
    assert runs.forecast(FAST) == UNKNOWN
    runs.close()


def test_none_is_made_ready_while_the_teacher_holds_all(runs, workers):
    runs.hold()
    runs.get_ready()
    assert workers.made == []


def test_how_long_it_takes_is_tried_once_where_a_process_is_ready_and_nobody_trains(runs, workers):
    assert runs.forecast(FAST) == UNKNOWN
    runs.get_ready()
    assert runs.forecast(FAST) == UNDER_WAY
    seconds = pytest.approx(steps_of(FAST) * SECONDS)
    assert runs.forecast(FAST) == Forecast(seconds, tried=False)
    half = dataclasses.replace(FAST, digits=30_000)
    assert runs.forecast(half).seconds == pytest.approx(steps_of(half) * SECONDS)
    run = runs.start("ann", LONG)
    runs.get_ready()
    assert runs.forecast(Options.of("best")) == UNKNOWN  # a trial would be slow, and slow it down
    runs.leave(run)
    until(lambda: run.worker is None)
    assert runs.forecast(Options.of("best")) == UNDER_WAY


def test_a_process_tries_a_few_things_each_once_whoever_asks(runs, workers):
    """Each builds another network in it, and anybody can ask for ever new batch sizes."""
    runs.get_ready()
    told = [runs.forecast(options) for options in SIZES]
    assert told == [UNDER_WAY] * MAX_TRIALS + [UNKNOWN] * (len(SIZES) - MAX_TRIALS)
    assert len(workers.made[0].trials) == MAX_TRIALS


def test_a_trial_that_fails_is_told_of_as_unknown_and_the_next_is_tried(runs, workers):
    runs.get_ready()
    (ready,) = workers.made
    ready.hangs = True  # it answers when it is told to
    assert [runs.forecast(FAST), runs.forecast(LONG)] == [UNDER_WAY, UNDER_WAY]
    assert ready.trials == [FAST]
    ready._receive(Tried(FAST, None))
    assert runs.forecast(FAST) == UNKNOWN
    assert runs.forecast(LONG) == UNDER_WAY
    assert ready.trials == [FAST, LONG]


def test_asking_how_long_it_takes_keeps_no_process(runs, workers, monkeypatch):
    now = at_will(monkeypatch)
    runs.get_ready()
    now[0] += IDLE_SECONDS - 10
    runs.forecast(FAST)
    runs.sweep(now[0] + 11)
    assert workers.made[0].join(10)


def test_one_that_hangs_in_a_trial_ends_and_while_it_waits_it_may_be_silent(runs, workers):
    runs.get_ready()
    (ready,) = workers.made
    ready.hangs = True
    runs.sweep()
    assert not ready.join(0)
    runs.forecast(FAST)
    runs.sweep()
    assert ready.join(10)


def test_one_that_dies_is_logged_and_the_next_comes_a_minute_later(
    runs, workers, monkeypatch, caplog
):
    now = at_will(monkeypatch)
    runs.get_ready()
    with caplog.at_level(logging.WARNING):
        workers.made[0].fail(failures.of_exit(1))
    assert failures.of_exit(1).sentence in caplog.text
    now[0] += RETRY_SECONDS - 1
    runs.get_ready()
    assert len(workers.made) == 1
    now[0] += 2
    runs.get_ready()
    assert len(workers.made) == 2


def test_another_is_made_ready_when_a_run_begins_and_others_wait(runs, workers):
    first, second, third = (runs.start(name, LONG) for name in ("ann", "ben", "eve"))
    assert len(workers.made) == 1
    runs.leave(first)
    until(lambda: second.worker)
    assert second.worker is workers.made[1]
    until(lambda: len(workers.made) == 3)
    runs.leave(second)
    until(lambda: third.worker)
    assert third.worker is workers.made[2]
    assert len(workers.made) == 3


def at_will(monkeypatch):
    """Return the time that readiness sees, in a list: tests move it on."""
    now = [awake.seconds()]
    monkeypatch.setattr(readiness, "awake", types.SimpleNamespace(seconds=lambda: now[0]))
    return now


def test_a_training_that_is_over_tells_of_the_next_one():
    runs = Runs(worker=Workers(pace=0))
    run = runs.start("ann", LONG)
    until(lambda: run.over)
    assert runs.forecast(LONG).seconds == pytest.approx(run.result.seconds)
    runs.close()


def test_other_work_is_another_matter_and_the_oldest_is_forgotten():
    known = Forecasts()
    known.learn(FAST, 0.5)
    assert known.seconds(FAST) == 0.5 * 240
    for other in ({"batch_size": 76}, {"optimizer": "adam"}, {"downsampling": "none"}):
        assert known.seconds(dataclasses.replace(FAST, **other)) is None
    assert steps_of(few := dataclasses.replace(FAST, digits=1000)) < MANY_STEPS
    assert known.seconds(few) == 0.5 * steps_of(few)
    for size in range(100, 200):
        known.learn(dataclasses.replace(LONG, batch_size=size), 0.1)
    assert known.seconds(FAST) is None
