"""What is learned from, watched by and tested on never overlaps where it must not."""

import queue

import numpy as np
import pytest

from mnist_cnn.digits import download, generated, mnist_files, pen_digits
from mnist_cnn.digits.mnist_files import Mnist
from mnist_cnn.training import datasets
from mnist_cnn.training.options import Options


def numbered(train=60_000, test=10_000):
    """Digits that carry their own number in their first pixels, so that each can be told."""

    def pictures(count, first):
        images = np.zeros((count, 28, 28), np.uint8)
        for byte in range(3):
            images[:, 0, byte] = np.arange(first, first + count) >> 8 * byte & 255
        return images, (np.arange(first, first + count) % 10).astype(np.uint8)

    return Mnist(*pictures(train, 0), *pictures(test, train), source="a file", checksum="0123")


def numbers(drawn):
    found = drawn.images[:, 0, :3].astype(int) @ (1, 256, 65_536)
    np.testing.assert_array_equal(found % 10, drawn.labels)  # labels go with their pictures
    return found


@pytest.fixture
def stand_in(monkeypatch):
    whole = numbered()
    monkeypatch.setattr(mnist_files, "load", lambda path=None, **_: whole)


@pytest.mark.parametrize(
    ("digits", "held_out", "place"),
    [(100, 1000, "training"), (59_400, 600, "training"), (59_501, 1000, "test")],
)
def test_digits_held_out_are_not_learned_from(stand_in, digits, held_out, place):
    found = datasets.load(Options.parse({"digits": digits}))
    learned, watched = numbers(found.learned), numbers(found.held_out)
    assert (len(learned), len(watched), found.held_out_from) == (digits, held_out, place)
    assert len({*learned, *watched}) == digits + held_out
    assert learned.max() < 60_000
    assert (watched < 60_000).all() if place == "training" else (watched >= 60_000).all()
    np.testing.assert_array_equal(numbers(found.test), np.arange(60_000, 70_000))
    assert (found.tested_on, found.checksum, found.notes) == ("MNIST test", "0123", [])


def test_all_digits_are_learned_from_in_their_own_order(stand_in):
    found = datasets.load(Options.of("lesson"))
    np.testing.assert_array_equal(numbers(found.learned), np.arange(60_000))
    np.testing.assert_array_equal(numbers(found.held_out), np.arange(60_000, 70_000, 10))


def test_fewer_digits_are_among_more_of_the_same_seed_and_another_seed_takes_others(stand_in):
    def chosen(**choices):
        return {*numbers(datasets.load(Options.parse(choices)).learned)}

    assert chosen(digits=100, seed=4) < chosen(digits=1000, seed=4)
    assert len(chosen(digits=1000, seed=4) & chosen(digits=1000, seed=5)) < 100


def test_generated_digits_are_made_no_more_than_needed():
    said, notes = [], []
    found = datasets.load(
        Options.parse({"data": "generated", "digits": 300}), report=said.append, note=notes.append
    )
    assert (said, notes) == (["generated"], [])
    assert found.learned.images.shape == (300, 28, 28)
    assert (len(found.held_out.labels), found.held_out_from) == (1000, "training")
    assert len(found.test.labels) == 10_000
    assert (found.source, found.tested_on) == (generated.SOURCE, generated.SOURCE)


def test_without_mnist_digits_are_generated_and_that_is_said(monkeypatch):
    def none(path, **_):
        raise mnist_files.DataError("MNIST is nowhere.")

    monkeypatch.setattr(mnist_files, "load", none)
    monkeypatch.delenv(mnist_files.ENVIRONMENT_VARIABLE, raising=False)
    said, notes = [], []
    options = Options.parse({"digits": 300})
    found = datasets.load(options, report=said.append, note=notes.append)
    sentence = "MNIST is nowhere. Going on with generated digits instead of MNIST."
    assert (said, notes, found.notes) == (["mnist", "generated"], [sentence], [sentence])
    assert found.tested_on == generated.SOURCE
    with pytest.raises(mnist_files.DataError):
        datasets.load(options, "a file that was named")


def test_pen_drawings_are_of_writers_that_neither_calibrate_nor_measure(stand_in, monkeypatch):
    stroke = [np.array([(100.0, 100), (300, 400)])]
    written = pen_digits.PenDigits(
        30 * [stroke], np.full(30, 1, np.uint8), np.arange(1, 31, dtype=np.uint8), "strokes"
    )
    monkeypatch.setattr(pen_digits, "load", lambda path, **_: written)
    monkeypatch.setattr(datasets, "VARIANTS", 2)
    options = Options.parse({"recipe": "best"})
    found = datasets.load(options, spread=False)
    assert len(found.drawn.labels) == 2 * len(pen_digits.TRAINING_WRITERS)
    assert sorted(found.calibration.writers) == sorted(pen_digits.CALIBRATION_WRITERS)
    assert found.drawings_note == "22 UCI pen digits by 22 people"
    assert (found.drawings, found.drawers) == (22, 22)
    spread = datasets.load(options, spread=True)  # over the processors: the same pictures
    np.testing.assert_array_equal(found.drawn.images, spread.drawn.images)


def test_without_pen_strokes_it_goes_on_unless_they_were_named(stand_in, monkeypatch):
    def none(path, **_):
        raise mnist_files.DataError("They cannot be fetched.")

    monkeypatch.setattr(pen_digits, "load", none)
    options = Options.parse({"recipe": "best"})
    found = datasets.load(options)
    assert (found.drawn, found.calibration, found.drawings_note) == (None, None, "none")
    assert found.notes == ["They cannot be fetched. Going on with MNIST alone."]
    with pytest.raises(mnist_files.DataError):
        datasets.load(options, pens_path="a file that was named")


def test_where_no_host_answers_mnist_and_pen_strokes_are_waited_for_ten_seconds_in_all(
    tmp_path, monkeypatch
):
    waits = []

    class NoAnswers(queue.SimpleQueue):
        def get(self, timeout):
            waits.append(timeout)
            raise queue.Empty

    monkeypatch.setattr(queue, "SimpleQueue", NoAnswers)
    monkeypatch.setattr(download, "_ask", lambda *_: None)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    for name in (mnist_files.ENVIRONMENT_VARIABLE, pen_digits.ENVIRONMENT_VARIABLE):
        monkeypatch.delenv(name, raising=False)
    found = datasets.load(Options.parse({"data": "mnist+pens", "digits": 300}))
    assert (found.source, found.drawn) == (generated.SOURCE, None)
    assert sum(waits) == 10
