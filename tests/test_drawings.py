"""Pen digits become drawings: on the pad, of the size the setting says, again for the same seed."""

import dataclasses

import numpy as np
import pytest

from mnist_cnn.digits import pen_drawings
from mnist_cnn.digits.pen_digits import PenDigits
from mnist_cnn.digits.pen_drawings import NORMAL, SMALL, for_measuring, for_training, put_on_pad
from mnist_cnn.digits.strokes import fit, render
from mnist_cnn.reading.preprocess import ink_box, preprocess

SEVEN = [np.array([(70, 60), (210, 56), (168, 140), (126, 238)], np.int16)]
ONE = [np.array([(140, 40), (140, 240)], np.int16)]
FOUR = [
    np.array([(100, 60), (80, 150), (200, 150)], np.int16),
    np.array([(170, 90), (165, 250)], np.int16),
]
DASH = [np.array([(40, 140), (240, 141)], np.int16)]
DIGITS = {"seven": SEVEN, "one": ONE, "four": FOUR, "lying": DASH}


def pen_digits(times=1):
    """``times`` a seven, a one and a four."""
    labels = np.array([7, 1, 4] * times, np.uint8)
    return PenDigits([SEVEN, ONE, FOUR] * times, labels, np.ones(3 * times, np.uint8), "here")


def placed(strokes, setting, count=200):
    """The boxes of ``count`` drawings, ``(count, 4)``: left, top, right, bottom."""
    random = np.random.default_rng(3)
    pads = [put_on_pad(strokes, setting, random) for _ in range(count)]
    assert {(pad.shape, pad.dtype) for pad in pads} == {((280, 280), np.dtype(np.uint8))}
    assert min(pad.max() for pad in pads) == 255
    return np.array([ink_box(pad) for pad in pads])


@pytest.mark.parametrize("digit", DIGITS)
@pytest.mark.parametrize(
    ("setting", "least", "most"),
    [(NORMAL, 180 + 8, 240 + 28), (SMALL, 60 * (1 + 8 / 210), 140 * (1 + 28 / 210))],
    ids=["normal", "small"],
)
def test_measured_drawings_lie_on_the_pad_with_the_setting_s_size(digit, setting, least, most):
    boxes = placed(DIGITS[digit], setting)
    longer = (boxes[:, 2:] - boxes[:, :2]).max(axis=1)
    assert least - 1.5 <= longer.min() < least + 0.25 * (most - least)
    assert most - 0.25 * (most - least) < longer.max() <= most + 1.5


@pytest.mark.parametrize("digit", DIGITS)
def test_normal_drawings_are_in_the_middle_and_small_ones_anywhere(digit):
    boxes = placed(DIGITS[digit], NORMAL, 50)
    assert np.abs((boxes[:, :2] + boxes[:, 2:]) / 2 - 140).max() <= 1
    boxes = placed(DIGITS[digit], SMALL)
    middles = (boxes[:, :2] + boxes[:, 2:]) / 2
    assert (middles.min(axis=0) < 80).all()
    assert (middles.max(axis=0) > 200).all()
    assert np.abs(middles.mean(axis=0) - 140).max() < 15


@pytest.mark.parametrize("brush", [8, 28])
@pytest.mark.parametrize("digit", DIGITS)
@pytest.mark.parametrize(
    ("setting", "height", "share"),
    [(NORMAL, 240, 1), (SMALL, 60, 60 / 210), (SMALL, 140, 140 / 210)],
    ids=["normal", "smallest", "small"],
)
def test_nothing_runs_off_the_pad_and_a_smaller_drawing_has_a_thinner_pen(
    setting, height, share, digit, brush
):
    exact = dataclasses.replace(setting, height=(height, height), brush=(brush, brush))
    boxes = placed(DIGITS[digit], exact, 60)
    points = np.concatenate(fit(DIGITS[digit], (0, 0, height, height)))
    whole = points.max(axis=0) - points.min(axis=0) + brush * share
    np.testing.assert_allclose(boxes[:, 2:] - boxes[:, :2], np.tile(whole, (60, 1)), atol=2)


@pytest.mark.parametrize("setting", [NORMAL, SMALL], ids=["normal", "small"])
def test_measuring_twice_measures_the_same_pictures(setting):
    pens = pen_digits(times=5)
    first = for_measuring(pens, setting)
    assert first.images.shape == (15, 28, 28)
    assert first.images.dtype == np.uint8
    np.testing.assert_array_equal(first.labels, pens.labels)
    np.testing.assert_array_equal(for_measuring(pens, setting).images, first.images)
    other = for_measuring(pens, setting, seed=1).images
    assert (other != first.images).any(axis=(1, 2)).all()


def test_measured_pictures_are_what_the_page_would_read():
    random = np.random.default_rng(9)
    expected = [preprocess(put_on_pad(s, SMALL, random)).image for s in pen_digits().strokes]
    np.testing.assert_array_equal(for_measuring(pen_digits(), SMALL, seed=9).images, expected)


# --- to train on --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def trained_on():
    return for_training(pen_digits(), variants=3, seed=4)


def test_every_digit_is_drawn_by_as_many_hands_with_its_label(trained_on):
    assert trained_on.images.shape == (9, 28, 28)
    assert trained_on.images.dtype == np.uint8
    assert trained_on.labels.tolist() == [7, 1, 4] * 3
    flat = trained_on.images.reshape(9, -1)
    assert len(np.unique(flat, axis=0)) == 9
    plain = [preprocess(render(fit(s, (40, 40, 240, 240)))).image for s in (SEVEN, ONE, FOUR)]
    plain = np.array(plain).reshape(3, -1)
    alike = np.corrcoef(np.concatenate([flat, plain]))[:9, 9:]
    assert alike.argmax(axis=1).tolist() == [0, 1, 2] * 3


@pytest.mark.parametrize("processors", [1, 2])
def test_the_number_of_processes_does_not_matter(processors, trained_on, monkeypatch):
    monkeypatch.setattr(pen_drawings.os, "cpu_count", lambda: processors)
    again = for_training(pen_digits(), variants=3, seed=4)
    np.testing.assert_array_equal(again.images, trained_on.images)
    np.testing.assert_array_equal(again.labels, trained_on.labels)


def test_another_seed_is_other_hands(trained_on):
    other = for_training(pen_digits(), variants=3, seed=5)
    assert (other.images != trained_on.images).any(axis=(1, 2)).all()


def test_brushes_go_from_hairline_to_marker():
    pens = PenDigits([ONE] * 200, np.ones(200, np.uint8), np.ones(200, np.uint8), "here")
    ink = for_training(pens, variants=1, seed=1).images.sum(axis=(1, 2)) / 255 / 20  # pixels wide
    assert 0.5 < ink.min() < 1.2
    assert ink.max() > 2.5
