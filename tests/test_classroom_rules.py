"""What a teacher decides, and what everybody hears of it: the newest of everything, once."""

from types import SimpleNamespace

import numpy as np
import pytest

from mnist_cnn.classroom.rules import (
    SHIPPED,
    Broadcast,
    BroadcastError,
    Classroom,
    ClassroomError,
    Rules,
)
from mnist_cnn.classroom.wall import Wall, WallError
from mnist_cnn.server.routes.classroom import enforce

IMAGE, SURE = np.zeros((28, 28), np.uint8), np.eye(10, dtype=np.float32)
SEVEN = "drawing=1.AbC_-0123"


def put_up(classroom, session="ann", meant=7):
    return classroom.put_up(session, meant, IMAGE, SURE[meant])


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


def test_each_start_has_a_name_and_its_digits_have_numbers_of_their_own(monkeypatch):
    monkeypatch.setattr("time.time_ns", lambda: 0)  # a clock that was set back
    before, after = Classroom(), Classroom()
    assert before.start != after.start
    assert put_up(before).id != put_up(after).id


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
    classroom = Classroom(wall=Wall(max_digits=1))
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


def test_listeners_are_woken_by_every_change():
    classroom, woken = Classroom(), []
    for name in ("first", "second"):
        classroom.listen(lambda name=name: woken.append(name))
    classroom.decide({"wall": False})
    classroom.show("", 1)
    assert woken == ["first", "second"] * 2


def test_trainings_keep_to_the_rules_whose_times_are_minutes():
    classroom, done = Classroom(), []
    runs = SimpleNamespace(
        held=False,
        limit=lambda workers, seconds: done.append((workers, seconds)),
        hold=lambda: done.append("hold"),
        release=lambda: done.append("release"),
    )
    classroom.decide({"at_once": 3, "minutes": 5})
    enforce(classroom, runs)
    classroom.decide({"training": False})
    enforce(classroom, runs)
    runs.held = True
    classroom.decide({"training": True})
    enforce(classroom, runs)
    assert done == [(3, 300), (3, 300), "hold", (3, 300), "release"]
