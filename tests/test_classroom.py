"""What a teacher decides, and what everybody hears of it: the newest of everything, once."""

import time
from types import SimpleNamespace

import numpy as np
import pytest

from mnist_cnn.classroom import (
    SHIPPED,
    Broadcast,
    BroadcastError,
    Classroom,
    ClassroomError,
    Rules,
)
from mnist_cnn.ui.classroom import enforce
from mnist_cnn.wall import Wall, WallError

IMAGE, SURE = np.zeros((28, 28), np.uint8), np.eye(10, dtype=np.float32)
SEVEN = "drawing=1.AbC_-0123"


def put_up(classroom, session="ann", meant=7):
    return classroom.put_up(session, meant, IMAGE, SURE[meant])


def test_each_start_has_a_token_of_its_own_that_is_long():
    one, other = Classroom(), Classroom()
    assert one.token != other.token
    assert len(one.token) >= 24
    assert one.is_teacher(one.token)


@pytest.mark.parametrize("guess", ["", "chal", "chalk ", "Chalk", "粉笔", "chalk\0"])
def test_only_the_token_makes_a_teacher(guess):
    classroom = Classroom("chalk")
    assert classroom.is_teacher("chalk")
    assert not classroom.is_teacher(guess)


@pytest.mark.parametrize(
    ("choices", "sentence"),
    [
        ({"training": 1}, "training must be true or false, not '1'."),
        ({"wall": None}, "wall must be true or false, not 'None'."),
        ({"at_once": 0}, "at_once must be a whole number from 1 to 8, not '0'."),
        ({"at_once": True}, "at_once must be a whole number from 1 to 8, not 'True'."),
        ({"minutes": 2.5}, "minutes must be a whole number from 1 to 60, not '2.5'."),
        ({"minutes": [5]}, "minutes must be"),
        ({"network": "x" * 41}, "network must be the name of a network"),
        ({"wall": False, "walls": True}, "There is no rule 'walls', only training, at_once"),
    ],
)
def test_a_rule_that_cannot_be_is_refused_and_nothing_changes(choices, sentence):
    classroom = Classroom()
    number = classroom.news().number
    with pytest.raises(ClassroomError) as caught:
        classroom.decide(choices)
    assert sentence in str(caught.value)
    assert classroom.rules == Rules()
    assert classroom.news().number == number


def test_news_are_what_has_changed_since():
    classroom = Classroom()
    first = classroom.news()
    assert first.rules == Rules(training=True, at_once=1, minutes=60, wall=True, network=SHIPPED)
    assert first.broadcast == Broadcast(None, 0, number=first.number)
    assert first.wall is None  # not asked for

    classroom.decide({"training": False})
    second = classroom.news(first.number)
    assert second.number > first.number
    assert (second.rules.training, second.broadcast) == (False, None)
    for edition in range(5):
        classroom.show(SEVEN, edition)
    third = classroom.news(second.number)
    assert (third.rules, third.broadcast) == (
        None,
        Broadcast(SEVEN, 4, number=third.number),
    )  # the newest, once
    assert classroom.news(third.number).broadcast is None
    classroom.show("", 5)
    number = classroom.show_no_more()
    assert classroom.news(third.number).broadcast == Broadcast(None, 0, number=number)


def test_a_broadcast_is_ended_and_continued_by_the_page_it_is_of():
    classroom = Classroom()
    with pytest.raises(BroadcastError):
        classroom.show(SEVEN, 1, "ann's", begin=False)
    classroom.show(SEVEN, 1, "ann's")
    classroom.show(SEVEN, 2, "ann's", begin=False)
    taken = classroom.show(SEVEN, 1, "ben's")
    with pytest.raises(BroadcastError, match="no longer shown"):
        classroom.show(SEVEN, 3, "ann's", begin=False)
    assert classroom.show_no_more("ann's") == taken
    assert classroom.news().broadcast == Broadcast(SEVEN, 1, "ben's", taken)
    classroom.show_no_more("ben's")
    assert classroom.news().broadcast.drawing is None


def test_a_page_that_outlived_a_restart_hears_everything():
    before = Classroom()
    before.show(SEVEN, 1)
    time.sleep(0.01)
    after = Classroom()
    assert after.news(before.news().number).broadcast.drawing is None


def test_wall_news_are_what_was_added_and_what_is_left():
    classroom = Classroom()
    one, two = put_up(classroom, "ann", 1), put_up(classroom, "ben", 2)
    all_of_it = classroom.news(wall_since=0)
    assert all_of_it.wall.added == [one, two]
    assert all_of_it.wall.confusion.trace() == 2
    classroom.take_off(one.id, "ann")
    three = put_up(classroom, "eve", 3)
    later = classroom.news(all_of_it.number, all_of_it.number).wall
    assert (later.ids, later.added) == ([two.id, three.id], [three])
    classroom.clear_wall()
    assert classroom.news(wall_since=all_of_it.number).wall.ids == []


def test_a_closed_or_full_wall_takes_nothing_and_says_why():
    classroom = Classroom(wall=Wall(most=1))
    classroom.decide({"wall": False})
    with pytest.raises(WallError) as caught:
        put_up(classroom)
    assert caught.value.reason == "closed"
    classroom.decide({"wall": True})
    put_up(classroom)
    number = classroom.news().number
    with pytest.raises(WallError):
        put_up(classroom)
    assert classroom.news().number == number


@pytest.mark.parametrize(
    "drawing",
    ["drawing=2.AAAAAA", "drawing=1.AAAA<b>", "<b>", "drawing=1.", "drawing=1." + "A" * 16_001],
)
def test_only_drawings_are_broadcast(drawing):
    classroom = Classroom()
    with pytest.raises(ClassroomError, match="Only pen strokes can be shown"):
        classroom.show(drawing, 1)
    assert classroom.news().broadcast.drawing is None


def test_listeners_are_woken_by_every_change_until_they_leave():
    classroom, woken = Classroom(), []
    leave = classroom.listen(lambda: woken.append(1))
    classroom.listen(leave)  # one that leaves, or makes another leave, does no harm
    classroom.decide({"wall": False})
    classroom.show("", 1)
    leave()
    classroom.show_no_more()
    assert len(woken) in (1, 2)


def test_trainings_keep_to_the_rules_whose_times_are_minutes():
    classroom, done = Classroom(), []
    schedule = SimpleNamespace(
        held=False,
        limit=lambda workers, seconds: done.append((workers, seconds)),
        hold=lambda: done.append("hold"),
        release=lambda: done.append("release"),
    )
    runs = SimpleNamespace(schedule=schedule)
    classroom.decide({"at_once": 3, "minutes": 5})
    enforce(classroom, runs)
    classroom.decide({"training": False})
    enforce(classroom, runs)
    schedule.held = True
    classroom.decide({"training": True})
    enforce(classroom, runs)
    assert done == [(3, 300), (3, 300), "hold", (3, 300), "release"]
