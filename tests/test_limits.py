"""Which networks are kept when there are too many: everybody keeps one for as long as it goes."""

import math
from dataclasses import dataclass, field
from itertools import count

from mnist_cnn.runs.limits import Limits, fair_share, first_to_go, newest, trains_too_long
from mnist_cnn.runs.run import PAUSED, TRAINING

_ids = count()


@dataclass
class Over:
    """What counts of a run that is over."""

    session: str
    client: str = "school"
    live: object = "weights"
    since: float = 0
    id: int = field(default_factory=lambda: next(_ids))
    over = True
    worker = None


def kept(runs, now=1.0, **limits):
    expired = Limits(**limits).expired(runs, now)
    return [run for run in runs if run not in expired]


def test_a_cleared_line_takes_no_network_with_it():
    networks = [Over(f"pupil {i}") for i in range(40)]
    cleared = [Over(f"pupil {i}", live=None) for i in range(40) for _ in range(3)]
    left = kept([*networks, *cleared])
    assert [run for run in left if run.live] == networks
    assert [run for run in left if not run.live] == cleared[-100:]


def test_who_has_several_makes_room_first():
    one, two, three = Over("ann"), Over("ben"), Over("ben")
    assert kept([one, two, three], kept_in_all=2) == [one, three]
    assert kept([one, two, three], kept_in_all=1) == [three]


def test_one_address_with_many_sessions_takes_nobody_else_s_place():
    ann = Over("ann", "home")
    strangers = [Over(f"stranger {i}", "elsewhere") for i in range(5)]
    assert kept([ann, *strangers], kept_in_all=3) == [ann, *strangers[-2:]]


def test_of_a_session_the_newest_stay_and_the_old_go_by_age():
    runs = [Over("ann", since=i) for i in range(4)]
    assert newest(2, runs) == runs[2:]
    assert kept(runs, kept=3) == runs[1:]
    assert kept(runs, now=12, kept_seconds=10) == runs[2:]
    assert first_to_go(runs) is runs[0]


def test_a_pause_counts_from_when_it_began_or_the_teacher_released_all():
    limits = Limits(pause_seconds=10)
    paused = Over("ann", since=100)
    paused.state = PAUSED
    assert not limits.stands_too_long(paused, since=0, now=110)
    assert limits.stands_too_long(paused, since=0, now=111)
    assert not limits.stands_too_long(paused, since=105, now=115)
    paused.state = TRAINING
    assert not limits.stands_too_long(paused, since=0, now=1000)


def test_only_what_trains_can_train_too_long():
    run = Over("ann")
    run.state, run.seconds = TRAINING, 61
    assert trains_too_long(run, 60)
    assert not trains_too_long(run, 61)
    run.state = PAUSED
    assert not trains_too_long(run, 60)


def test_who_waits_has_a_share_of_the_time_but_ten_minutes_are_everybody_s():
    hour = 3600
    assert fair_share(hour, workers=1, waiting=0) == hour
    assert fair_share(hour, workers=1, waiting=1) == hour / 2
    assert fair_share(hour, workers=4, waiting=2) == hour * 2 / 3
    assert fair_share(hour, workers=1, waiting=30) == 600
    assert fair_share(300, workers=1, waiting=30) == 300  # as the teacher rules
    assert fair_share(math.inf, workers=1, waiting=30) == math.inf
