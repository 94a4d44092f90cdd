"""The queue of trainings: places, sessions, grace, history, and nothing left behind."""

import dataclasses
import os
import tempfile
import threading
import types

import numpy as np
import pytest

from mnist_cnn.network import card
from mnist_cnn.optimization import events
from mnist_cnn.optimization.events import Failed, Finished, Kept, Snapshot, Step
from mnist_cnn.runs import failures
from mnist_cnn.runs.limits import Limits
from mnist_cnn.runs.run import MAX_STEP_EVENTS, Run, RunsError
from mnist_cnn.runs.runs import Runs
from mnist_cnn.runs.worker import Worker
from mnist_cnn.system import awake
from mnist_cnn.training.correction import Correction
from tests.fake_worker import Workers
from tests.trainings import LONG, SHORT
from tests.waiting import until


@pytest.fixture
def make():
    """Make ``Runs`` of fake workers, which do what they are told; they are closed with the test."""
    made = []

    def begin(worker=None, **settings):
        made.append(Runs(worker=worker or Workers(), **settings))
        return made[-1]

    yield begin
    for runs in made:
        runs.close()


def states(runs, session):
    return [run.state for run in runs.of(session)]


def after(seconds):
    """Return when so many seconds will have passed."""
    return awake.seconds() + seconds


def test_one_trains_at_a_time_and_the_others_know_their_place_and_can_leave(make):
    runs = make()
    first = runs.start("ann", LONG)
    second, third = runs.start("ben", LONG), runs.start("ann", LONG)
    assert first.state == "starting"
    assert [runs.position(run) for run in (first, second, third)] == [0, 1, 2]

    runs.leave(second)
    assert second.state == "stopped"
    assert runs.position(third) == 1
    runs.stop(first)  # not a step done: it ends at once, and the next one starts
    until(lambda: states(runs, "ann") == ["stopped", "starting"])
    assert runs.count() == (1, 0)


def test_a_run_is_nobody_else_s(make):
    runs = make()
    run = runs.start("ann", LONG)
    assert runs.run("ann", run.id) is run
    for session, asked in (("ben", run.id), ("ann", "no such run"), ("", run.id)):
        with pytest.raises(RunsError) as caught:
            runs.run(session, asked)
        assert str(caught.value) == "There is no such run any more. Start a new one."
    assert states(runs, "ann") == ["starting"]
    assert states(runs, "ben") == []


def test_a_session_cannot_fill_the_line(make):
    runs = make()
    for _ in range(1 + Limits().waiting):
        runs.start("ann", LONG)
    with pytest.raises(RunsError, match="3 of your runs are waiting already"):
        runs.start("ann", LONG)
    runs.start("ben", LONG)


@pytest.mark.parametrize("verb", ["pause", "resume"])
def test_a_run_in_line_cannot_be_paused(verb, make):
    runs = make()
    runs.start("ann", LONG)
    with pytest.raises(RunsError, match="has not started: it can neither be paused nor go on"):
        getattr(runs, verb)(runs.start("ann", LONG))


def test_two_workers_train_two_at_a_time(make):
    runs = make(workers=2)
    for _ in range(3):
        runs.start("ann", LONG)
    assert states(runs, "ann") == ["starting", "starting", "queued"]


def test_a_whole_run_of_a_real_process_has_a_history_a_timeline_and_a_network_to_keep(
    make, tmp_path
):
    runs = make(worker=Worker)
    run, heard = runs.start("ann", SHORT), threading.Event()
    runs.listen(lambda _: heard.set())
    seen = []
    while not run.over:
        assert heard.wait(60)
        heard.clear()
        runs.run("ann", run.id)  # its session is there
        seen += run.events(seen[-1][0] if seen else 0)
    seen += run.events(seen[-1][0])
    assert (run.state, run.failure) == ("done", None)
    assert run.events() == seen  # a page loaded anew hears it all
    numbers = [number for number, _ in seen]
    assert numbers == sorted(set(numbers))
    assert numbers[-1] == run.sequence
    kinds = {type(event) for _, event in seen}
    assert kinds >= {events.Starting, events.Prepared, Step, Kept, events.Evaluating, Finished}
    assert Snapshot not in kinds

    kept = [event for _, event in seen if isinstance(event, Kept)]
    assert [event.index for event in kept] == list(range(run.snapshots))
    assert (kept[0].step, kept[-1].step) == (0, 8)
    for found, final in zip(run.snapshot(kept[-1].index), run.weights(), strict=True):
        np.testing.assert_array_equal(found, final)

    known = card.from_json(run.result.card)
    assert known.options == dataclasses.asdict(SHORT) | {"steps": 8}
    assert known.test_accuracy == run.result.accuracy


def test_what_happens_is_told_and_every_snapshot_can_be_had(make):
    runs, told = make(), []
    run = runs.start("ann", SHORT)
    worker = run.worker
    worker.load()
    heard = run.sequence
    assert run.events(heard) == []
    runs.listen(told.append)
    worker.step()
    assert set(told) == {run}
    ((_, step),) = run.events(heard)
    assert (step.step, step.steps) == (1, 8)
    worker.finish()
    assert (run.state, run.snapshots) == ("done", 3)
    final = run.result.weights
    for found in (runs.weights(run.id), runs.weights(run.id, 2)):
        assert found[0] is run
        assert all(np.array_equal(*both) for both in zip(found[1], final, strict=True))
    assert not np.array_equal(runs.weights(run.id, 0)[1][0], final[0])
    for gone in ((run.id, 3), (run.id, -1), ("no such run", None)):
        with pytest.raises(RunsError, match="no such run any more"):
            runs.weights(*gone)


def test_a_run_whose_process_was_killed_says_so_and_frees_the_line(make, tmp_path):
    runs = make()
    run, second = runs.start("ann", LONG), runs.start("ben", LONG)
    worker = run.worker
    worker.step(2)
    assert run.state == "training"
    assert run.weights()[0].shape == (3, 3, 1, 32)
    worker.fail(failures.of_exit(-9))
    assert (run.state, run.failure.reason) == ("failed", "killed")
    assert second.state == "starting"


def test_a_run_is_ended_when_its_session_is_gone_and_not_while_it_is_there(make):
    runs = make(workers=2, limits=Limits(grace_seconds=1000))
    for session in ("ann", "ann", "ben"):
        runs.start(session, LONG)
    first, second = runs.of("ann")
    (stays,) = runs.of("ben")
    runs.sweep(after(990))
    assert not any(run.over for run in (first, second, stays))
    runs._seen["ann"] -= 20  # its last request was a while ago
    runs.sweep(after(990))
    until(lambda: first.over and second.over)
    assert (first.state, second.state) == ("stopped", "stopped")
    assert not stays.over


def test_who_is_gone_is_noticed_without_anybody_s_asking(make):
    runs = make(limits=Limits(grace_seconds=0.1))
    run = runs.start("ann", LONG)
    until(lambda: run.over)
    assert run.state == "stopped"


def test_what_was_learned_before_the_page_went_is_tested_and_kept(make):
    runs = make(limits=Limits(grace_seconds=1000))
    run, second = runs.start("ann", LONG), runs.start("ann", LONG)
    worker = run.worker
    worker.step(3)
    runs.pause(run)
    until(lambda: run.state == "paused")
    runs.sweep(after(1001))
    assert worker.join(60)
    assert (run.state, run.cut, run.result.stopped) == ("stopped", "gone", True)
    assert (second.state, second.cut) == ("stopped", "gone")  # it left the line
    assert runs.of("ann") == [run, second]  # who comes back finds it


@pytest.fixture
def clock(monkeypatch):
    """What ``time.monotonic`` says to the clock of the server."""
    hands = types.SimpleNamespace(now=0.0, monotonic=lambda: hands.now)
    monkeypatch.setattr(awake, "time", hands)
    monkeypatch.setattr(awake, "_clock", awake.AwakeClock())
    return hands


def test_nothing_ends_while_the_server_sleeps(make, clock):
    runs = make(limits=Limits(grace_seconds=60))
    run, paused = runs.start("ann", LONG), runs.start("ben", LONG)
    run.worker.step()
    for _ in range(3):
        clock.now += 10**5
        runs.sweep()
    assert (run.state, paused.state) == ("training", "queued")
    runs.leave(paused)
    for _ in range(10):
        clock.now += 4.0  # a server that is awake looks at its clock
        runs.sweep()
    assert not run.over
    worker = run.worker
    for _ in range(10):
        clock.now += 4.0
        runs.sweep()
    assert worker.join(60)
    assert run.cut == "gone"
    assert len(runs._runs) == 2  # though both have been over for days by the clock of the wall


def test_a_training_that_hangs_holds_up_nobody(make):
    runs = make()
    run, second = runs.start("ann", LONG), runs.start("ben", LONG)
    run.worker.step(2)
    run.worker.hangs = True
    until(lambda: run.over)
    assert (run.state, run.failure.reason) == ("failed", "hung")
    assert run.weights() is not None
    until(lambda: second.state == "starting")


def test_who_trains_shares_the_time_with_those_who_wait(make):
    runs = make(limits=Limits(grace_seconds=10**6))
    runs.limit(workers=1, max_seconds=3600)
    run = runs.start("ann", LONG)
    runs.start("ann", LONG)  # one's own runs take nothing away
    worker = run.worker
    worker.step(seconds=1801)
    runs.sweep()
    assert run.state == "training"
    runs.start("ben", LONG)
    runs.sweep()
    assert worker.join(60)
    assert (run.state, run.cut, run.result.stopped) == ("stopped", "others", True)


def test_one_visitor_with_many_sessions_takes_the_time_of_one(make):
    runs = make(limits=Limits(grace_seconds=10**6))
    runs.limit(workers=1, max_seconds=3600)
    run = runs.start("ann", LONG, "10.0.0.1")
    for number in range(5):
        runs.start(f"made up {number}", LONG, "10.0.0.2")
    worker = run.worker
    worker.step(seconds=1799)
    runs.sweep()
    assert run.state == "training"
    runs.start("ben", LONG, "10.0.0.1")  # a class shares an address
    worker.step()
    runs.sweep()
    assert worker.join(60)
    assert (run.state, run.cut) == ("stopped", "others")


def test_runs_that_are_over_go_by_number_and_by_age(make):
    runs = make(limits=Limits(kept=2, kept_unbegun=3))
    for session in ("ann", "ann", "ann", "ben", "ben"):
        run = runs.start(session, LONG)
        runs.leave(run)
        until(lambda run=run: run.over and runs.count() == (0, 0))
    runs.sweep()
    assert [len(runs.of(session)) for session in ("ann", "ben")] == [1, 2]
    runs.sweep(after(runs.limits.kept_seconds - 10))
    assert [len(runs.of(session)) for session in ("ann", "ben")] == [1, 2]
    runs.sweep(after(runs.limits.kept_seconds + 1))
    assert runs.of("ann") == runs.of("ben") == []


def test_the_newest_tested_training_of_each_session_is_on_the_jury_and_no_correction(make):
    runs = make(workers=8)
    lie = Correction(np.full((1, 28, 28), 255, np.uint8), np.ones(1, np.uint8), [])
    old, new, of_ben = (runs.start(session, SHORT) for session in ("ann", "ann", "ben"))
    corrected = runs.start("ann", lie)
    unfinished = runs.start("ben", LONG)
    for run in (old, new, of_ben, corrected):
        run.worker.finish()
    assert corrected.result
    assert not unfinished.result
    assert runs.trained(40) == [of_ben.id, new.id]
    assert runs.trained(1) == [of_ben.id]


def test_closing_ends_every_worker_and_starts_no_other(make):
    made = Workers()
    runs = make(made, workers=2)
    for _ in range(4):
        runs.start("ann", LONG)
    assert len(made.made) == 2
    runs.close()
    assert all(worker.join(0) for worker in made.made)
    assert len(made.made) == 2
    assert runs.of("ann") == []
    with pytest.raises(RunsError, match="The server is closing"):
        runs.start("ann", LONG)


def test_a_pause_ends_when_others_have_waited_long_enough(make):
    runs = make()
    seconds = runs.limits.pause_seconds
    runs.limits = dataclasses.replace(runs.limits, grace_seconds=10 * seconds)
    run = runs.start("ann", LONG)
    worker = run.worker
    worker.step()
    runs.pause(run)
    until(lambda: run.state == "paused")
    runs.sweep(after(seconds + 1))  # nobody waits: it may stand as long as it likes
    assert run.state == "paused"
    runs.start("ben", LONG)
    runs.sweep(after(seconds - 100))
    assert run.state == "paused"
    runs.sweep(after(seconds + 1))
    assert worker.join(60)
    assert run.state == "stopped"
    assert run.result.stopped  # and it is tested all the same
    assert states(runs, "ben") == ["starting"]


def test_all_are_held_and_released_but_those_their_own_people_paused(make):
    runs = make(workers=2, limits=Limits(grace_seconds=10**6))
    long = runs.limits.pause_seconds + 1
    ann, ben = runs.start("ann", LONG), runs.start("ben", LONG)
    own = [ann.worker, ben.worker]
    for worker in own:
        worker.step()
    assert states(runs, "ann") == states(runs, "ben") == ["training"]
    runs.pause(ann)
    until(lambda: states(runs, "ann") == ["paused"])
    runs.hold()
    runs.start("eve", LONG)
    until(lambda: states(runs, "ben") == ["paused"])
    assert runs.count() == (2, 1)
    runs.leave(ann)  # one's own run can be left, and nothing starts in its place
    assert own[0].join(60)
    assert states(runs, "ann") == ["stopped"]
    assert runs.count() == (1, 1)
    runs.resume(ben)
    runs.sweep(after(long))
    assert own[1].paused
    assert states(runs, "ben") == ["paused"]
    assert states(runs, "eve") == ["queued"]

    runs.release()
    until(lambda: states(runs, "ben") == ["training"])
    assert states(runs, "eve") == ["starting"]
    runs.pause(ben)
    until(lambda: states(runs, "ben") == ["paused"])
    runs.hold()
    runs.release()
    assert own[1].paused


def test_what_was_paused_while_all_were_held_may_stand_as_long_again(make):
    runs = make(limits=Limits(grace_seconds=10**6, pause_seconds=1000))
    run = runs.start("ann", LONG)
    worker = run.worker
    worker.step()
    runs.start("ben", LONG)
    runs.pause(run)
    until(lambda: run.state == "paused")
    run.since -= 900  # of which all were held, until now
    runs.hold()
    runs.release()
    runs.sweep(after(500))
    assert run.state == "paused"
    runs.sweep(after(1001))
    assert worker.join(60)
    assert run.state == "stopped"


def test_the_line_is_cleared_and_more_may_train_at_once(make):
    runs = make()
    for session in ("ann", "ben", "eve"):
        runs.start(session, LONG)
    runs.limit(workers=2)
    assert runs.count() == (2, 1)
    assert runs.clear_line() == 1
    assert states(runs, "eve") == ["stopped"]
    runs.limit(workers=1)
    runs.start("eve", LONG)
    assert runs.count() == (2, 1)  # nobody is thrown out


def test_a_run_that_takes_too_long_is_stopped_and_tested(make):
    runs = make()
    runs.limit(workers=1, max_seconds=100)
    run = runs.start("ann", LONG)
    worker = run.worker
    worker.step(seconds=99)
    runs.sweep()
    assert run.state == "training"
    worker.step(seconds=100)
    runs.sweep()
    assert worker.join(60)
    assert (run.state, run.cut, run.result.stopped) == ("stopped", "time", True)
    assert 100 < run.result.seconds < 101


# --- a run by itself ----------------------------------------------------------------------


def step(number, ends_epoch=False):
    return Step(number, 10**6, 1, 1.0, 0.5, 1.0, ends_epoch=ends_epoch)


def test_a_long_history_is_thinned_out_but_never_loses_its_ends():
    run = Run("ann", LONG)
    count = 5 * MAX_STEP_EVENTS
    for number in range(1, count + 1):
        run.hear(step(number, ends_epoch=number % 1000 == 0))
    history = run.events()
    assert len(history) <= MAX_STEP_EVENTS
    told = [event.step for _, event in history]
    assert told == sorted(told)
    assert {*range(1000, count + 1, 1000)} <= {*told}
    assert run.events(after=run.sequence - 1) == [history[-1]]
    assert run.events(after=run.sequence) == []
    assert np.diff(told).max() < count / 100  # no hole


# --- no space, no processes ------------------------------------------------------------------


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="a disk that is full")
def test_a_full_disk_is_said_and_frees_the_line(make):
    made = Workers()
    runs = make(made)
    first, second = runs.start("ann", LONG), runs.start("ben", LONG)
    with open("/dev/full", "wb") as full:
        os.dup2(full.fileno(), first._snapshots._file.fileno())
    made.made[0].load()
    assert made.made[0].join(60)
    sentence = "The disk of the server is full. Free some space there and train again."
    assert first.state == "failed"
    assert first.failure == Failed("disk", sentence)
    assert second.state == "starting"


def test_without_space_for_its_snapshots_a_run_is_refused(make, tmp_path):
    runs = make(folder=tmp_path / "gone")
    with pytest.raises(RunsError, match="no space for another run") as caught:
        runs.start("ann", LONG)
    assert caught.value.reason == "disk"
    assert runs.of("ann") == []


def test_a_process_that_cannot_be_started_is_said_and_frees_the_line(make, tmp_path, monkeypatch):
    kind = Worker
    runs = make(lambda *job: kind(*job), folder=tmp_path)
    with monkeypatch.context() as patched:
        patched.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
        runs.hold()
        first, second = runs.start("ann", LONG), runs.start("ben", LONG)
        runs.release()
    for run in (first, second):
        assert (run.state, run.failure.reason) == ("failed", "system")
        assert "No such file or directory" in run.failure.sentence
    kind = Workers()
    assert runs.start("ann", LONG).state == "starting"
