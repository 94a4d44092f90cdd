"""A training in a process of its own: what it says, what it obeys, and how it ends."""

import os
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

from mnist_cnn.digits import generated
from mnist_cnn.evaluation import measures
from mnist_cnn.network import model
from mnist_cnn.optimization import events
from mnist_cnn.optimization.events import (
    Evaluating,
    Failed,
    Finished,
    Paused,
    Resumed,
    Snapshot,
    Step,
    Stopped,
)
from mnist_cnn.runs import failures
from mnist_cnn.runs.forecast import Tried
from mnist_cnn.runs.watchdog import OBEYING_SECONDS, STARTING_SECONDS, TRAINING_SECONDS
from mnist_cnn.runs.worker import Worker
from mnist_cnn.system import awake
from mnist_cnn.training import datasets
from mnist_cnn.training.options import Options
from mnist_cnn.training.pipeline import EXAMPLES_PER_CELL, TrainingRun
from tests import hanging
from tests.processes import until_gone
from tests.serving import ROOT
from tests.trainings import LONG
from tests.waiting import Listener

SHORT = Options.parse({"data": "generated", "digits": 400, "epochs": 2, "seed": 7})


@pytest.fixture
def begin():
    """Start a worker; whatever happens, it ends with the test."""
    started = []

    def start(options, **paths):
        listener = Listener()
        started.append(Worker(options, listener, **paths))
        return started[-1], listener

    yield start
    for worker in started:
        worker.end()
        assert worker.join(30)


@pytest.mark.slow
def test_orders_without_end_hold_up_nobody_and_the_last_one_holds(begin):
    """While a process imports TensorFlow it hears nothing, and some 300 orders fill its pipe."""
    worker, listener = begin(LONG)
    for _ in range(5000):
        worker.resume()
        worker.pause()
    assert len(listener.events) <= 1  # all are given before the import is over
    listener.wait_for(Paused)
    time.sleep(1)
    assert not listener.of(Resumed)
    worker.resume()
    listener.wait_for(Resumed)


@pytest.mark.slow
def test_a_training_tells_all_and_learns_what_it_would_in_this_process(begin):
    worker, listener = begin(SHORT)
    done = listener.wait_for(events.LAST_EVENTS)
    assert worker.join(30)
    assert isinstance(done, Finished)

    kinds = [type(event).__name__ for event in listener.events]
    first = ["Starting", "Starting", "Prepared", "Snapshot"]
    assert kinds[: len(first)] == first
    assert kinds[-2:] == ["Evaluating", "Finished"]
    assert [event.what for event in listener.of(events.Starting)] == ["tensorflow", "generated"]
    prepared = listener.of(events.Prepared)[0]
    assert (prepared.digits, prepared.steps, prepared.epochs) == (400, 14, 2)
    assert (prepared.held_out, prepared.held_out_from) == (1000, "training")
    assert listener.of(Step)[-1].step == 14
    assert sum(step.ends_epoch for step in listener.of(Step)) == 2
    assert listener.of(events.Validated)[-1].step == 14

    snapshots = listener.of(Snapshot)
    assert (snapshots[0].step, snapshots[0].kept) == (0, True)
    assert (snapshots[-1].step, snapshots[-1].kept) == (14, True)
    for found, expected in zip(snapshots[0].weights, model.build(7).get_weights(), strict=True):
        assert found.dtype == np.float32
        np.testing.assert_array_equal(found, expected)

    here = TrainingRun(SHORT, datasets.load(SHORT))
    for _ in here.events():
        pass
    for found, expected in zip(done.weights, here.weights(), strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-4)

    images, labels = generated.Generator.load().dataset(SHORT.seed, 1400).test_images, None
    labels = generated.Generator.load().dataset(SHORT.seed, 1400).test_labels
    network = model.build()
    network.set_weights(done.weights)
    answers = measures.probabilities(network, images)
    read = answers.argmax(axis=1)
    assert done.accuracy == pytest.approx((read == labels).mean(), abs=1e-3)
    assert done.confusion.sum() == 10_000
    assert (done.step, done.stopped) == (14, False)
    worst = done.worst
    assert len(worst.indices) > 0
    np.testing.assert_array_equal(worst.images, images[worst.indices])
    np.testing.assert_array_equal(worst.labels, labels[worst.indices])
    np.testing.assert_allclose(worst.probabilities, answers[worst.indices], atol=1e-4)
    assert (worst.probabilities.argmax(axis=1) != worst.labels).all()
    cells = done.examples.labels.astype(int) * 10 + done.examples.probabilities.argmax(axis=1)
    shown = np.bincount(cells, minlength=100).reshape(10, 10)
    np.testing.assert_array_equal(shown, np.minimum(done.confusion, EXAMPLES_PER_CELL))


@pytest.mark.slow
def test_pause_stands_still_resume_goes_on_and_stop_keeps_and_tests(begin):
    worker, listener = begin(LONG)
    listener.wait_for(Snapshot, after=listener.events.index(listener.wait_for(Step)))
    worker.pause()
    paused = listener.wait_for(Paused)
    said = listener.count
    time.sleep(1.0)  # a running training speaks four times in it
    assert listener.count == said
    assert paused.step == listener.of(Step)[-1].step

    worker.resume()
    assert listener.wait_for(Resumed).step == paused.step
    assert listener.wait_for(Step, after=said).step > paused.step

    before = len(listener.of(Step))
    worker.stop()
    evaluating = listener.wait_for(Evaluating)
    assert len(listener.of(Step)) - before <= 2  # of five a second
    assert evaluating.stopped
    done = listener.wait_for(events.LAST_EVENTS)
    assert isinstance(done, Finished)
    assert done.stopped
    assert done.step == evaluating.step >= listener.of(Step)[-1].step
    assert done.confusion.sum() == 10_000
    untrained = listener.of(Snapshot)[0].weights
    assert any(np.abs(a - b).max() > 1e-3 for a, b in zip(done.weights, untrained, strict=True))


def test_starting_a_large_job_waits_for_nobody(begin, monkeypatch):
    monkeypatch.setattr("mnist_cnn.runs.worker.work", hanging.idle)
    starting = threading.Thread(target=begin, args=(bytes(10**7),), daemon=True)
    starting.start()
    starting.join(60)
    assert not starting.is_alive()


@pytest.mark.skipif(os.name != "posix", reason="pipes are written to in another way")
@pytest.mark.parametrize("work", [hanging.idle, hanging.half])
def test_a_process_that_hangs_is_ended_wherever_it_stands(work, begin, monkeypatch):
    monkeypatch.setattr("mnist_cnn.runs.worker.work", work)
    worker, listener = begin(LONG)
    time.sleep(1)  # its half an event has come, in most cases
    worker.end_if_hung(awake.seconds() + STARTING_SECONDS - 10)
    assert not listener.of(events.LAST_EVENTS)
    worker.end_if_hung(awake.seconds() + STARTING_SECONDS + 1)
    assert worker.join(30)
    assert listener.events == [failures.of_hanging()]


@pytest.mark.skipif(os.name != "posix", reason="signals")
@pytest.mark.parametrize("stops", [False, True])
def test_a_process_that_hangs_is_ended_and_what_it_has_learned_stays(stops, begin, monkeypatch):
    monkeypatch.setattr("mnist_cnn.runs.worker.work", hanging.learned)
    worker, listener = begin(LONG)
    weights = listener.wait_for(Snapshot).weights
    os.kill(worker.pid, signal.SIGSTOP)
    if stops:
        worker.stop()
    limit = OBEYING_SECONDS if stops else TRAINING_SECONDS
    worker.end_if_hung(awake.seconds() + limit - 10)
    assert not worker.join(0.5)
    worker.end_if_hung(awake.seconds() + limit + 1)
    assert worker.join(30)
    last = Stopped(3, weights) if stops else failures.of_hanging()
    assert listener.events[1:] == [last]


def test_stopping_before_the_first_step_ends_it_at_once(begin):
    worker, listener = begin(LONG)
    worker.stop()
    assert worker.join(30)
    assert listener.events[-1] == Stopped(0, None)
    assert not listener.of(Step)


@pytest.mark.skipif(os.name != "posix", reason="signals")
@pytest.mark.parametrize("moment", [events.Starting, pytest.param(Step, marks=pytest.mark.slow)])
def test_a_killed_process_is_noticed_and_said(moment, begin):
    worker, listener = begin(LONG)
    listener.wait_for(moment)
    os.kill(worker.pid, signal.SIGKILL)
    failed = listener.wait_for(events.LAST_EVENTS)
    assert isinstance(failed, Failed)
    assert failed.reason == "killed"
    assert failed.sentence.startswith("The training process was ended from outside (SIGKILL), ")


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits another process")
def test_a_process_that_runs_out_of_memory_says_so(begin):
    import resource

    large = {"downsampling": "none", "batch_size": 128}
    worker, listener = begin(Options.parse({"data": "generated", "digits": 1000} | large))
    listener.wait_for(Step)
    with open(f"/proc/{worker.pid}/statm") as sizes:
        used = int(sizes.read().split()[0]) * resource.getpagesize()
    resource.prlimit(worker.pid, resource.RLIMIT_AS, (used + 2**20, used + 2**20))
    failed = listener.wait_for(events.LAST_EVENTS)
    assert isinstance(failed, Failed)
    assert failed.reason in ("memory", "killed")  # as the system would do it
    assert "smaller batch size" in failed.sentence


def test_data_that_was_named_and_is_missing_is_said(begin, tmp_path):
    _, listener = begin(Options.of("lesson"), mnist_path=tmp_path / "none.npz")
    failed = listener.wait_for(events.LAST_EVENTS)
    assert (type(failed), failed.reason) == (Failed, "data")
    assert failed.sentence.startswith(f"There is no file or folder {tmp_path / 'none.npz'}. ")


PARENT = """
import time
from mnist_cnn.training.options import Options
from mnist_cnn.runs.worker import Worker

if __name__ == "__main__":
    options = Options.parse({"data": "generated", "digits": 1000, "epochs": 200})
    worker = Worker(options, lambda event: print(worker.pid, type(event).__name__, flush=True))
    time.sleep(600)
"""


@pytest.mark.slow
@pytest.mark.skipif(not os.path.exists("/proc"), reason="looks for the process in /proc")
@pytest.mark.parametrize("moment", ["Starting", "Step"])
def test_a_training_never_survives_its_parent(moment, tmp_path):
    program = tmp_path / "parent.py"
    program.write_text(PARENT)
    folder = tmp_path / "temporary"
    folder.mkdir()
    environment = os.environ | {"PYTHONPATH": str(ROOT), "TMPDIR": str(folder)}
    with subprocess.Popen(
        [sys.executable, program], stdout=subprocess.PIPE, text=True, env=environment
    ) as parent:
        for line in parent.stdout:
            pid, said = line.split()
            if said == moment:
                break
        parent.kill()
        until_gone([int(pid)])
    assert list(folder.glob("mnist_cnn_*")) == []


@pytest.mark.slow
def test_a_process_that_waits_tries_out_what_it_is_asked_and_then_does_its_job():
    waiting, told = Listener(), Listener()
    worker = Worker(None, waiting)
    worker.try_out(SHORT)
    tried = waiting.wait_for(Tried)
    assert tried.options == SHORT
    assert 0 < tried.seconds_per_step < 10
    assert worker.begin(SHORT, told)
    done = told.wait_for(events.LAST_EVENTS)
    assert worker.join(30)
    assert isinstance(done, Finished)
    assert [type(event) for event in waiting.events] == [events.Starting, Tried]
    assert [event.what for event in told.of(events.Starting)] == ["generated"]  # the rest is there
    assert not worker.begin(SHORT, told)


@pytest.mark.slow
def test_a_process_that_waits_ends_with_what_holds_it():
    waiting = Listener()
    worker = Worker(None, waiting)
    worker.end()
    assert worker.join(30)
    assert waiting.events[-1] == Stopped(0, None)
