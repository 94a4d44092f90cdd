"""The queue of trainings: places, sessions, grace, history, and nothing left behind."""

import dataclasses
import os
import tempfile
import time

import numpy as np
import pytest

from mnist_cnn import card, events, failures
from mnist_cnn.events import Failed, Finished, Kept, Snapshot, Step
from mnist_cnn.limits import Limits
from mnist_cnn.options import Options
from mnist_cnn.run import MOST_STEPS, Run
from mnist_cnn.runs import Runs, RunsError
from mnist_cnn.worker import Worker
from tests.fake_worker import Workers
from tests.listening import until

SHORT = Options.parse({"data": "generated", "digits": 200, "epochs": 2, "downsampling": "stride"})
LONG = Options.parse({"data": "generated", "digits": 1000, "epochs": 200})


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


def workers(runs):
    """Return those at work, in the order they began."""
    return [run.worker for run in list(runs.schedule.runs.values()) if run.worker]


def worker_of(runs, session, run_id):
    return runs.run(session, run_id).worker


def states(runs, session):
    return [run.state for run in runs.of(session)]


def after(seconds):
    """Return when so many seconds will have passed."""
    return time.monotonic() + seconds


def test_one_trains_at_a_time_and_the_others_know_their_place_and_can_leave(make):
    runs = make()
    first = runs.start("ann", LONG)
    second, third = runs.start("ben", LONG), runs.start("ann", LONG)
    assert runs.run("ann", first).state == "starting"
    assert [runs.schedule.place(run) for run in runs.of("ann")] == [0, 2]
    assert [runs.schedule.place(run) for run in runs.of("ben")] == [1]

    runs.leave("ben", second)
    assert states(runs, "ben") == ["stopped"]
    assert runs.schedule.place(runs.run("ann", third)) == 1
    runs.stop("ann", first)  # not a step done: it ends at once, and the next one starts
    until(lambda: states(runs, "ann") == ["stopped", "starting"])
    assert len(workers(runs)) == 1


@pytest.mark.parametrize("verb", ["run", "events", "pause", "resume", "stop", "leave"])
def test_a_run_is_nobody_else_s(verb, make):
    runs = make()
    run_id = runs.start("ann", LONG)
    for session, asked in (("ben", run_id), ("ann", "no such run"), ("", run_id)):
        with pytest.raises(RunsError) as caught:
            getattr(runs, verb)(session, asked)
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
        getattr(runs, verb)("ann", runs.start("ann", LONG))


def test_two_workers_train_two_at_a_time(make):
    runs = make(workers=2)
    for _ in range(3):
        runs.start("ann", LONG)
    assert states(runs, "ann") == ["starting", "starting", "queued"]


def test_a_whole_run_of_a_real_process_has_a_history_a_timeline_and_a_network_to_keep(
    make, tmp_path
):
    runs = make(worker=Worker)
    run_id = runs.start("ann", SHORT)
    seen, after = [], 0
    while not runs.run("ann", run_id).over:
        news = runs.events("ann", run_id, after, wait_seconds=5)
        seen += news
        after = news[-1][0] if news else after
    run = runs.run("ann", run_id)
    seen += runs.events("ann", run_id, after)
    assert (run.state, run.failure) == ("done", None)
    assert runs.events("ann", run_id) == seen  # a page loaded anew hears it all
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


def test_news_are_waited_for_and_every_snapshot_can_be_had(make):
    runs = make()
    run_id = runs.start("ann", SHORT)
    worker = worker_of(runs, "ann", run_id)
    worker.load()
    heard = runs.events("ann", run_id)[-1][0]
    assert runs.events("ann", run_id, heard) == []
    worker.step()
    ((_, step),) = runs.events("ann", run_id, heard, wait_seconds=60)
    assert (step.step, step.steps) == (1, 8)
    worker.finish()
    run = runs.run("ann", run_id)
    assert (run.state, run.snapshots) == ("done", 3)
    final = run.result.weights
    for found in (runs.weights(run_id), runs.weights(run_id, 2)):
        assert found[0] is run
        assert all(np.array_equal(*both) for both in zip(found[1], final, strict=True))
    assert not np.array_equal(runs.weights(run_id, 0)[1][0], final[0])
    for gone in ((run_id, 3), (run_id, -1), ("no such run", None)):
        with pytest.raises(RunsError, match="no such run any more"):
            runs.weights(*gone)


def test_a_run_whose_process_was_killed_says_so_and_frees_the_line(make, tmp_path):
    runs = make()
    first, second = runs.start("ann", LONG), runs.start("ben", LONG)
    run = runs.run("ann", first)
    worker = run.worker
    worker.step(2)
    assert run.state == "training"
    assert run.weights()[0].shape == (3, 3, 1, 32)
    worker.fail(failures.of_exit(-9))
    assert (run.state, run.failure.reason) == ("failed", "killed")
    assert runs.run("ben", second).state == "starting"


def test_a_run_is_ended_when_its_session_is_gone_and_not_while_it_is_there(make):
    runs = make(workers=2, limits=Limits(grace_seconds=1000))
    for session in ("ann", "ann", "ben"):
        runs.start(session, LONG)
    first, second = runs.of("ann")
    (stays,) = runs.of("ben")
    runs.look(after(990))
    assert not any(run.over for run in (first, second, stays))
    with runs.schedule.changed:  # ann was heard of a while ago
        runs._heard["ann"] -= 20
    runs.look(after(990))
    until(lambda: first.over and second.over)
    assert (first.state, second.state) == ("stopped", "stopped")
    assert not stays.over


def test_who_is_gone_is_noticed_without_anybody_s_asking(make):
    runs = make(limits=Limits(grace_seconds=0.1))
    runs.start("ann", LONG)
    run = next(iter(runs.schedule.runs.values()))
    until(lambda: run.over)
    assert run.state == "stopped"


def test_runs_that_are_over_go_by_number_and_by_age(make):
    runs = make(limits=Limits(kept=2, kept_unbegun=3))
    for session in ("ann", "ann", "ann", "ben", "ben"):
        runs.leave(session, runs.start(session, LONG))
        until(lambda session=session: runs.of(session)[-1].over and not workers(runs))
    runs.look()
    assert [len(runs.of(session)) for session in ("ann", "ben")] == [1, 2]
    runs.look(after(runs.limits.kept_seconds - 10))
    assert [len(runs.of(session)) for session in ("ann", "ben")] == [1, 2]
    runs.look(after(runs.limits.kept_seconds + 1))
    assert runs.of("ann") == runs.of("ben") == []


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
    run = runs.run("ann", runs.start("ann", LONG))
    worker = run.worker
    worker.step()
    runs.pause("ann", run.id)
    until(lambda: run.state == "paused")
    runs.look(after(seconds + 1))  # nobody waits: it may stand as long as it likes
    assert run.state == "paused"
    runs.start("ben", LONG)
    runs.look(after(seconds - 100))
    assert run.state == "paused"
    runs.look(after(seconds + 1))
    assert worker.join(60)
    assert run.state == "stopped"
    assert run.result.stopped  # and it is tested all the same
    assert states(runs, "ben") == ["starting"]


def test_all_are_held_and_released_but_those_their_own_people_paused(make):
    runs = make(workers=2, limits=Limits(grace_seconds=10**6))
    long = runs.limits.pause_seconds + 1
    ann, ben = runs.start("ann", LONG), runs.start("ben", LONG)
    own = [worker_of(runs, "ann", ann), worker_of(runs, "ben", ben)]
    for worker in own:
        worker.step()
    assert states(runs, "ann") == states(runs, "ben") == ["training"]
    runs.pause("ann", ann)
    until(lambda: states(runs, "ann") == ["paused"])
    runs.schedule.hold()
    runs.start("eve", LONG)
    until(lambda: states(runs, "ben") == ["paused"])
    assert runs.schedule.count() == (2, 1)
    runs.leave("ann", ann)  # one's own run can be left, and nothing starts in its place
    assert own[0].join(60)
    assert states(runs, "ann") == ["stopped"]
    assert runs.schedule.count() == (1, 1)
    runs.resume("ben", ben)
    runs.look(after(long))
    assert own[1].paused
    assert states(runs, "ben") == ["paused"]
    assert states(runs, "eve") == ["queued"]

    runs.schedule.release()
    until(lambda: states(runs, "ben") == ["training"])
    assert states(runs, "eve") == ["starting"]
    runs.pause("ben", ben)
    until(lambda: states(runs, "ben") == ["paused"])
    runs.schedule.hold()
    runs.schedule.release()
    assert own[1].paused


def test_what_was_paused_while_all_were_held_may_stand_as_long_again(make):
    runs = make(limits=Limits(grace_seconds=10**6, pause_seconds=1000))
    run = runs.run("ann", runs.start("ann", LONG))
    worker = run.worker
    worker.step()
    runs.start("ben", LONG)
    runs.pause("ann", run.id)
    until(lambda: run.state == "paused")
    run.since -= 900  # of which all were held, until now
    runs.schedule.hold()
    runs.schedule.release()
    runs.look(after(500))
    assert run.state == "paused"
    runs.look(after(1001))
    assert worker.join(60)
    assert run.state == "stopped"


def test_the_line_is_cleared_and_more_may_train_at_once(make):
    runs = make()
    for session in ("ann", "ben", "eve"):
        runs.start(session, LONG)
    runs.schedule.limit(workers=2)
    assert runs.schedule.count() == (2, 1)
    assert runs.schedule.clear_line() == 1
    assert states(runs, "eve") == ["stopped"]
    runs.schedule.limit(workers=1)
    runs.start("eve", LONG)
    assert runs.schedule.count() == (2, 1)  # nobody is thrown out


def test_a_run_that_takes_too_long_is_stopped_and_tested(make):
    runs = make()
    runs.schedule.limit(workers=1, most_seconds=100)
    run = runs.run("ann", runs.start("ann", LONG))
    worker = run.worker
    worker.step(seconds=99)
    runs.look()
    assert run.state == "training"
    worker.step(seconds=100)
    runs.look()
    assert worker.join(60)
    assert (run.state, run.result.stopped) == ("stopped", True)
    assert 100 < run.result.seconds < 101


# --- a run by itself ----------------------------------------------------------------------


def step(number, ends_epoch=False):
    return Step(number, 10**6, 1, 1.0, 0.5, 1.0, ends_epoch=ends_epoch)


def test_a_long_history_is_thinned_out_but_never_loses_its_ends():
    run = Run("ann", LONG)
    count = 5 * MOST_STEPS
    for number in range(1, count + 1):
        run.hear(step(number, ends_epoch=number % 1000 == 0))
    history = run.events()
    assert len(history) <= MOST_STEPS
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
        os.dup2(full.fileno(), runs.run("ann", first)._snapshots._file.fileno())
    made.made[0].load()
    assert made.made[0].join(60)
    sentence = "The disk of the server is full. Free some space there and train again."
    assert runs.run("ann", first).state == "failed"
    assert runs.run("ann", first).failure == Failed("disk", sentence)
    assert runs.run("ben", second).state == "starting"


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
        runs.schedule.hold()
        first, second = runs.start("ann", LONG), runs.start("ben", LONG)
        runs.schedule.release()
    for session, run_id in (("ann", first), ("ben", second)):
        run = runs.run(session, run_id)
        assert (run.state, run.failure.reason) == ("failed", "system")
        assert "No such file or directory" in run.failure.sentence
    kind = Workers()
    third = runs.start("ann", LONG)
    assert runs.run("ann", third).state == "starting"
