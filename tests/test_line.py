"""The line of runs: one address with many sessions does not hold up the others."""

import pytest

from mnist_cnn.runs.limits import Limits
from mnist_cnn.runs.line import in_turn
from mnist_cnn.runs.run import Run, RunsError
from mnist_cnn.runs.runs import Runs
from mnist_cnn.training.options import Options

LONG = Options.parse({"data": "generated", "digits": 1000, "epochs": 200})


@pytest.fixture
def held():
    """Runs of which none begins, as a teacher may rule."""
    runs = Runs()
    runs.hold()
    yield runs
    runs.close()


def positions(runs, session):
    return [runs.position(run) for run in runs.of(session)]


def test_another_address_waits_for_one_run_of_a_crowded_one(held):
    for n in range(30):
        held.start(f"made-up-{n}", LONG, "crowded")
    held.start("ann", LONG, "elsewhere")
    assert positions(held, "ann") == [2]
    held.start("ann", LONG, "elsewhere")
    assert positions(held, "ann") == [2, 4]


def test_everybody_of_a_class_has_a_first_run_before_anybody_a_second(held):
    for _ in range(2):
        held.start("ann", LONG, "school")
    for name in ("ben", "eve"):
        held.start(name, LONG, "school")
    assert positions(held, "ann") == [1, 4]
    assert [positions(held, name) for name in ("ben", "eve")] == [[2], [3]]


def test_who_has_had_a_turn_goes_behind_who_has_not():
    runs = [Run(name, LONG, client=at) for name, at in (("a", "x"), ("b", "x"), ("c", "y"))]
    had, had_too = Run("a", LONG, client="x"), Run("d", LONG, client="y")
    had.turn, had_too.turn = 2, 1
    try:
        line = in_turn(runs, [*runs, had, had_too])
        assert [run.session for run in line] == ["c", "b", "a"]
    finally:
        for run in (*runs, had, had_too):
            run.close()


def test_an_address_cannot_fill_the_line_and_a_class_can_stand_in_it(held):
    limits = Limits()
    assert limits.waiting_sessions > 30
    for n in range(limits.waiting_sessions):
        held.start(f"pupil-{n}", LONG, "school")
    with pytest.raises(RunsError, match="40 runs from your address are waiting already") as caught:
        held.start("one-more", LONG, "school")
    assert caught.value.reason == "address"
    for n in range(limits.waiting_more):
        held.start(f"pupil-{n}", LONG, "school")
    with pytest.raises(RunsError, match="50 runs from your address"):
        held.start(f"pupil-{limits.waiting_more}", LONG, "school")
    held.start("ann", LONG, "elsewhere")
