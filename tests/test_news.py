"""What pages are told of the class: put together once, and not without end."""

import json

import numpy as np
import pytest

from mnist_cnn.classroom import Classroom
from mnist_cnn.ui.fairness import OverloadError, Rate
from mnist_cnn.ui.news import Telling


@pytest.fixture
def classroom():
    made = Classroom()
    for meant in (7, 7, 3):
        put_up(made, meant)
    return made


def put_up(classroom, meant=7):
    image = np.full((28, 28), 255, np.uint8)
    return classroom.put_up("a-pupil", meant, image, np.eye(10, dtype=np.float32)[7])


def told(telling, since=0, wall=0, who="here"):
    words, number = telling.tell(who, since, wall)
    return json.loads(f"{{{words}}}"), number


def test_the_wall_is_told_whole_and_then_what_is_new(classroom):
    telling = Telling(classroom)
    first, number = told(telling)
    assert len(first["wall"]["ids"]) == len(first["wall"]["added"]) == 3
    assert first["wall"]["confusion"][7][7] == 2
    assert told(telling, number, number) == ({}, number)
    digit = put_up(classroom)
    later, _ = told(telling, number, number)
    assert [one["id"] for one in later["wall"]["added"]] == [digit.id]
    assert "rules" not in later


def test_what_many_pages_are_told_is_put_together_once(classroom):
    telling = Telling(classroom)
    words, _ = telling.tell("here", 0, 0)
    assert telling.tell("elsewhere", 0, 0)[0] is words
    put_up(classroom)
    assert telling.tell("here", 0, 0)[0] != words


def test_one_place_is_not_told_the_whole_wall_without_end(classroom):
    telling = Telling(classroom, Rate(6, 0.001))
    for _ in range(2):
        telling.tell("here", 0, 0)
    with pytest.raises(OverloadError):
        telling.tell("here", 0, 0)
    assert telling.tell("elsewhere", 0, 0)[0]
    number = classroom.latest
    assert telling.tell("here", number, number) == ("", number)  # no news cost nothing
