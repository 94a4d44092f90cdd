"""The queue of trainings: places, sessions, grace, history, and nothing left behind."""

import dataclasses
import os
import signal
import tempfile
import time

import numpy as np
import pytest

from mnist_cnn import events, run_file, weights
from mnist_cnn.events import Failed, Finished, Kept, Snapshot, Step
from mnist_cnn.limits import Limits
from mnist_cnn.options import Options
from mnist_cnn.run import MOST_STEPS, Run
from mnist_cnn.runs import Runs, RunsError
from tests.listening import until

SHORT = Options.parse({"data": "generated", "digits": 200, "epochs": 2, "downsampling": "stride"})
LONG = Options.parse({"data": "generated", "digits": 1000, "epochs": 200})


@pytest.fixture
def make():
    """Make ``Runs``; whatever happens, they are closed with the test."""
    made = []

    def begin(**settings):
        made.append(Runs(**settings))
        return made[-1]

    yield begin
    for runs in made:
        runs.close()


def pids(runs):
    return [run.worker.pid for run in list(runs._runs.values()) if run.worker]


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def states(runs, session):
    return [run.state for run in runs.of(session)]


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
    assert len(pids(runs)) == 1


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


@pytest.mark.slow
def test_a_whole_run_has_a_history_a_timeline_and_a_network_to_keep(make, tmp_path):
    runs = make()
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

    before = {path.name: path.stat().st_mtime_ns for path in weights.FOLDER.iterdir()}
    file = tmp_path / "kept.keras"
    run_file.save(run, file)
    assert [path.name for path in tmp_path.iterdir()] == ["kept.keras"]
    for found, final in zip(weights.load(file).get_weights(), run.weights(), strict=True):
        np.testing.assert_array_equal(found, final)
    card = weights.load_card(file)
    assert card.options == dataclasses.asdict(SHORT) | {"steps": 8}
    assert card.test_accuracy == run.result.accuracy
    assert {path.name: path.stat().st_mtime_ns for path in weights.FOLDER.iterdir()} == before


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_a_killed_worker_is_said_and_frees_the_line(make, tmp_path):
    runs = make()
    first, second = runs.start("ann", LONG), runs.start("ben", LONG)
    until(lambda: runs.run("ann", first).state == "training")
    assert runs.run("ann", first).weights()[0].shape == (3, 3, 1, 32)
    with pytest.raises(RunsError, match="no tested network"):
        run_file.save(runs.run("ann", first), tmp_path / "too early.keras")
    (pid,) = pids(runs)
    os.kill(pid, signal.SIGKILL)
    until(lambda: runs.run("ann", first).state == "failed")
    assert runs.run("ann", first).failure.reason == "killed"
    until(lambda: runs.run("ben", second).state == "starting")
    assert not alive(pid)
    assert list(tmp_path.iterdir()) == []


def test_a_run_is_ended_when_its_session_is_gone_and_not_while_it_is_there(make):
    runs = make(workers=2, limits=Limits(grace_seconds=2))
    gone, waiting = runs.start("ann", LONG), runs.start("ann", LONG)
    stays = runs.start("ben", LONG)
    first, second = runs.run("ann", gone), runs.run("ann", waiting)

    def ended():
        runs.attended("ben")
        return first.over and second.over

    until(ended)
    assert (first.state, second.state) == ("stopped", "stopped")
    assert not runs.run("ben", stays).over


def test_runs_that_are_over_go_by_number_and_by_age(make):
    runs = make(limits=Limits(kept=2, kept_unbegun=3))
    for session in ("ann", "ann", "ann", "ben", "ben"):
        runs.leave(session, runs.start(session, LONG))
        until(lambda session=session: runs.of(session)[-1].over and not pids(runs))
    until(lambda: [len(runs.of(session)) for session in ("ann", "ben")] == [1, 2])
    runs.limits = Limits(kept_seconds=0)
    until(lambda: runs.of("ann") == runs.of("ben") == [])


def test_closing_ends_every_process_and_starts_no_other(make):
    runs = make(workers=2)
    for _ in range(4):
        runs.start("ann", LONG)
    started = pids(runs)
    assert len(started) == 2
    runs.close()
    assert not any(alive(pid) for pid in started)
    assert runs.of("ann") == []
    with pytest.raises(RunsError, match="The server is closing"):
        runs.start("ann", LONG)


@pytest.mark.slow
def test_a_pause_ends_when_others_have_waited_long_enough(make):
    runs = make(limits=Limits(pause_seconds=1))
    first = runs.start("ann", LONG)
    until(lambda: any(isinstance(e, Step) for _, e in runs.events("ann", first)))
    runs.pause("ann", first)
    until(lambda: runs.run("ann", first).state == "paused")
    time.sleep(2.5)  # nobody waits: it may stand as long as it likes
    assert runs.run("ann", first).state == "paused"
    runs.start("ben", LONG)
    until(lambda: runs.run("ann", first).state == "stopped")
    assert runs.run("ann", first).result.stopped  # and it is tested all the same
    until(lambda: states(runs, "ben") == ["starting"])


@pytest.mark.slow
def test_all_are_held_and_released_but_those_their_own_people_paused(make):
    runs = make(workers=2, limits=Limits(pause_seconds=1))
    ann, ben = runs.start("ann", LONG), runs.start("ben", LONG)
    for session, run_id in (("ann", ann), ("ben", ben)):
        until(lambda s=session, r=run_id: runs.run(s, r).state == "training")
    runs.pause("ann", ann)
    until(lambda: states(runs, "ann") == ["paused"])
    runs.schedule.hold()
    eve = runs.start("eve", LONG)
    until(lambda: states(runs, "ben") == ["paused"])
    assert runs.schedule.count() == (2, 1)
    runs.leave("ann", ann)  # one's own run can be left, and nothing starts in its place
    until(lambda: states(runs, "ann") == ["stopped"] and runs.schedule.count() == (1, 1))
    runs.resume("ben", ben)
    time.sleep(2)  # longer than ``pause_seconds``
    assert states(runs, "ben") == ["paused"]
    assert states(runs, "eve") == ["queued"]

    runs.schedule.release()
    until(lambda: states(runs, "ben") == ["training"])
    until(lambda: runs.run("eve", eve).state in ("starting", "training"))
    runs.pause("ben", ben)
    until(lambda: states(runs, "ben") == ["paused"])
    runs.schedule.hold()
    runs.schedule.release()
    time.sleep(0.5)
    assert states(runs, "ben") == ["paused"]


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


@pytest.mark.slow
def test_a_run_that_takes_too_long_is_stopped_and_tested(make):
    runs = make()
    runs.schedule.limit(workers=1, most_seconds=0.5)
    run_id = runs.start("ann", LONG)
    until(lambda: runs.run("ann", run_id).over)
    run = runs.run("ann", run_id)
    assert (run.state, run.result.stopped) == ("stopped", True)
    assert 0.5 < run.result.seconds < 60


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


@pytest.mark.slow
@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="a disk that is full")
def test_a_full_disk_is_said_and_frees_the_line(make):
    runs = make()
    first, second = runs.start("ann", LONG), runs.start("ben", LONG)
    with open("/dev/full", "wb") as full:
        os.dup2(full.fileno(), runs.run("ann", first)._snapshots._file.fileno())
    until(lambda: runs.run("ann", first).state == "failed")
    failure = runs.run("ann", first).failure
    sentence = "The disk of the server is full. Free some space there and train again."
    assert failure == Failed("disk", sentence)
    until(lambda: runs.run("ben", second).state == "starting")


def test_without_space_for_its_snapshots_a_run_is_refused(make, tmp_path):
    runs = make(folder=tmp_path / "gone")
    with pytest.raises(RunsError, match="no space for another run") as caught:
        runs.start("ann", LONG)
    assert caught.value.reason == "disk"
    assert runs.of("ann") == []


def test_a_process_that_cannot_be_started_is_said_and_frees_the_line(make, tmp_path, monkeypatch):
    runs = make(folder=tmp_path)
    runs.schedule.hold()
    first, second = runs.start("ann", LONG), runs.start("ben", LONG)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    runs.schedule.release()
    for session, run_id in (("ann", first), ("ben", second)):
        run = runs.run(session, run_id)
        assert (run.state, run.failure.reason) == ("failed", "system")
        assert "No such file or directory" in run.failure.sentence
    monkeypatch.undo()
    third = runs.start("ann", LONG)
    assert runs.run("ann", third).state == "starting"
