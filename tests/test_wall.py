"""The wall: bounded, fair, counted right, and kept as files that read back."""

import csv
import io

import numpy as np
import pytest

from mnist_cnn.classroom.wall import Wall, WallError


def put(wall, session="ann", meant=7, read=7, level=255, address=""):
    image = np.full((28, 28), level, np.uint8)
    return wall.add(session, meant, image, np.eye(10, dtype=np.float32)[read], address)


def test_confusion_counts_what_was_meant_and_read():
    wall = Wall()
    for meant, read in ((7, 7), (7, 1), (7, 1), (0, 6)):
        put(wall, meant=meant, read=read)
    expected = np.zeros((10, 10), int)
    expected[7, 7], expected[7, 1], expected[0, 6] = 1, 2, 1
    assert np.array_equal(wall.confusion(), expected)
    assert [digit.read for digit in wall.digits] == [7, 1, 1, 6]


def test_a_digit_on_the_wall_does_not_change_with_the_array_it_came_from():
    wall, image = Wall(), np.zeros((28, 28), np.uint8)
    wall.add("ann", 3, image, np.eye(10, dtype=np.float32)[3])
    image[:] = 9
    assert not wall.digits[0].image.any()


@pytest.mark.parametrize(
    ("sessions", "reason"), [(["ann"] * 3, "yours_full"), (["ann", "ben", "eve", "dan"], "full")]
)
def test_it_is_bounded_in_all_and_by_session(sessions, reason):
    wall = Wall(max_digits=3, max_per_session=2)
    for session in sessions[:-1]:
        put(wall, session)
    with pytest.raises(WallError) as caught:
        put(wall, sessions[-1])
    assert caught.value.reason == reason
    assert len(wall.digits) == len(sessions) - 1


def test_people_take_off_their_own_and_the_teacher_any():
    wall = Wall()
    mine, theirs = put(wall, "ann"), put(wall, "ben")
    for digit_id, session in ((theirs.id, "ann"), (theirs.id, ""), (99, "ann"), (99, None)):
        with pytest.raises(WallError, match="no such digit of yours"):
            wall.remove(digit_id, session)
    wall.remove(mine.id, "ann")
    wall.remove(theirs.id)
    assert wall.digits == []
    assert put(wall).id > theirs.id  # or a page that missed this would take it for the old one


def test_a_digit_that_was_taken_off_is_no_longer_counted():
    wall = Wall()
    put(wall, meant=7, read=1)
    wall.remove(put(wall, meant=4, read=9).id)
    assert wall.confusion().sum() == wall.confusion()[7, 1] == 1


def test_what_may_be_no_digit_is_on_the_wall_and_counts_neither_way():
    wall = Wall()
    heart = wall.add("ann", 0, np.ones((28, 28), np.uint8), np.eye(10)[0], doubted=True)
    put(wall, meant=7, read=1)
    assert [digit.doubted for digit in wall.digits] == [True, False]
    assert wall.confusion().sum() == wall.confusion()[7, 1] == 1
    with np.load(io.BytesIO(wall.npz())) as file:
        assert file["doubted"].tolist() == [True, False]
    assert [row[3] for row in csv.reader(io.StringIO(wall.csv()))] == ["doubted", "1", "0"]
    wall.remove(heart.id)
    assert wall.confusion().sum() == 1


def test_clear_takes_all_off():
    wall = Wall(max_digits=1)
    put(wall)
    wall.clear()
    assert wall.confusion().sum() == 0
    put(wall)


@pytest.mark.parametrize("count", [0, 3])
def test_files_hold_what_is_on_the_wall_and_nobody_s_session(count):
    wall = Wall()
    for i in range(count):
        put(wall, "a-secret-session", meant=i, read=9 - i, level=i)
    with np.load(io.BytesIO(wall.npz()), allow_pickle=False) as file:
        assert sorted(file.files) == ["doubted", "images", "labels", "probabilities", "read"]
        assert file["images"].shape == (count, 28, 28)
        assert file["images"].dtype == np.uint8
        assert file["labels"].tolist() == list(range(count))
        assert file["read"].tolist() == [9 - i for i in range(count)]
        assert file["probabilities"].shape == (count, 10)
    assert b"secret" not in wall.npz()

    head, *rows = csv.reader(io.StringIO(wall.csv()))
    assert head[:5] == ["meant", "read", "probability", "doubted", "pixel0"]
    assert all(len(row) == 4 + 784 == len(head) for row in rows)
    expected = [[str(i), str(9 - i), "1.0000", "0", str(i)] for i in range(count)]
    assert [row[:5] for row in rows] == expected


def test_one_address_leaves_room_for_others():
    wall = Wall(max_digits=10, max_per_address=4)
    for n in range(4):
        put(wall, f"made-up-{n}", address="crowded")
    with pytest.raises(WallError, match="4 digits from your address") as caught:
        put(wall, "made-up-4", address="crowded")
    assert caught.value.reason == "place_full"
    put(wall, "ann", address="elsewhere")
    assert len(wall.digits) == 5
