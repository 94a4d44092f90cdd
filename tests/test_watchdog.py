"""When a training process is said to hang: by its progress, and by what it was told."""

import pytest

from mnist_cnn.optimization.events import Evaluating, Paused, Resumed, Snapshot, Starting
from mnist_cnn.runs.watchdog import (
    OBEYING_SECONDS,
    PAUSE,
    RESUME,
    STARTING_SECONDS,
    STOP,
    TESTING_SECONDS,
    TRAINING_SECONDS,
    Watchdog,
)

BEGUN, LEARNED = Snapshot(0, 0, 0.0, [], kept=True), Snapshot(9, 1, 1.0, [], kept=False)


@pytest.fixture
def watchdog():
    return Watchdog(now=1000.0)


def until_it_hangs(watchdog, now):
    """Return for how long after ``now`` it may say nothing; None: for ever."""
    limits = (STARTING_SECONDS, TRAINING_SECONDS, TESTING_SECONDS)
    assert not watchdog.hangs(now)
    return next(
        (limit for limit in sorted(limits) if watchdog.hangs(now + limit + 1)),
        None,
    )


def test_what_takes_long_may_take_long(watchdog):
    assert until_it_hangs(watchdog, 1000) == STARTING_SECONDS
    watchdog.heard(Starting("mnist"), 2000)
    assert until_it_hangs(watchdog, 2000) == STARTING_SECONDS
    watchdog.heard(BEGUN, 3000)
    assert until_it_hangs(watchdog, 3000) == TRAINING_SECONDS
    watchdog.heard(Evaluating(9, stopped=False), 4000)
    assert until_it_hangs(watchdog, 4000) == TESTING_SECONDS


def test_what_was_told_to_pause_says_nothing_and_is_to_go_on_when_told(watchdog):
    watchdog.heard(LEARNED, 2000)
    watchdog.told(PAUSE, 2010)
    assert until_it_hangs(watchdog, 2010) == TRAINING_SECONDS  # it has not obeyed
    watchdog.heard(Paused(9), 2020)
    assert until_it_hangs(watchdog, 2020) is None
    watchdog.told(RESUME, 9000)
    watchdog.told(PAUSE, 9001)  # it may never have heard of the order before
    assert until_it_hangs(watchdog, 9001) is None
    watchdog.told(RESUME, 9500)
    assert until_it_hangs(watchdog, 9500) == TRAINING_SECONDS
    watchdog.heard(Resumed(9), 9501)
    assert until_it_hangs(watchdog, 9501) == TRAINING_SECONDS


def test_orders_that_are_given_again_and_again_are_no_progress(watchdog):
    watchdog.heard(LEARNED, 2000)
    for order, now in ((RESUME, 2000), (RESUME, 2250), (STOP, 2251), (STOP, 2305), (PAUSE, 2306)):
        watchdog.told(order, now)
    assert not watchdog.disobeys(2251 + OBEYING_SECONDS)
    assert watchdog.disobeys(2252 + OBEYING_SECONDS)
    assert watchdog.hangs(2252 + TRAINING_SECONDS)


def test_who_tests_has_stopped(watchdog):
    watchdog.heard(LEARNED, 2000)
    watchdog.told(STOP, 2001)
    watchdog.heard(Evaluating(9, stopped=True), 2010)
    assert not watchdog.disobeys(2500)
    assert until_it_hangs(watchdog, 2010) == TESTING_SECONDS
    watchdog.told(STOP, 2020)
    assert not watchdog.disobeys(2500)
