"""Pictures are varied as told, no further, and alike for the same seed."""

import dataclasses

import numpy as np
import pytest
import tensorflow as tf

from mnist_cnn.digits.strokes import render
from mnist_cnn.optimization.augment import vary_pictures
from mnist_cnn.optimization.recipes import Variation
from mnist_cnn.reading.preprocess import preprocess
from tests.drawings import SEVEN

COUNT = 64
NONE = Variation(0, 0, 0, 0, 0, width=0, gaps=0, softness=(0, 0))
WHOLE = Variation()
CENTRE = 13.5
RING = [np.array([(140 + 70 * np.cos(a), 140 + 90 * np.sin(a)) for a in np.linspace(0, 6.3, 40)])]


def only(**parts):
    return dataclasses.replace(NONE, **parts)


def drawn(strokes):
    return preprocess(render(strokes)).image / np.float32(255)


def dot(x, y):
    """A round spot: a Gaussian around ``x``, ``y``."""
    at = np.arange(28)
    spot = np.exp(-(((at[None] - x) ** 2) + (at[:, None] - y) ** 2) / 4)
    return np.where(spot > 0.01, spot, 0).astype(np.float32)


BLOCK = np.zeros((28, 28), np.float32)
BLOCK[8:20, 11:17] = 1


def vary(picture, variation, seed=1, count=COUNT, strength=1.0):
    """Return ``count`` variations of one picture, ``(count, 28, 28)``."""
    images = tf.constant(np.repeat(picture[None, ..., None], count, axis=0))
    varied = vary_pictures(images, tf.constant([seed, 0]), variation, strength)
    assert varied.shape == (count, 28, 28, 1)
    assert varied.dtype == tf.float32
    return varied.numpy()[..., 0]


def centres(images):
    """The centres of mass, ``(n, 2)``, x and y in pixels."""
    images = images.astype(np.float64)
    total = images.sum(axis=(1, 2))
    at = np.arange(28)
    return np.stack([images.sum(axis=1) @ at, images.sum(axis=2) @ at], axis=1) / total[:, None]


def neighbours(picture, reduce, corners=False):
    """``reduce`` over each pixel and its four (or eight) neighbours, paper around the frame."""
    padded = np.pad(picture, 1)
    offsets = [(r, c) for r in range(3) for c in range(3) if corners or r == 1 or c == 1]
    return reduce([padded[r : r + 28, c : c + 28] for r, c in offsets], axis=0)


@pytest.mark.parametrize("picture", [drawn(SEVEN), drawn(RING)], ids=["seven", "ring"])
def test_varied_pictures_are_pictures_all_different(picture):
    varied = vary(picture, WHOLE)
    assert varied.min() >= 0
    assert varied.max() <= 1
    assert varied.max(axis=(1, 2)).min() > 0.9  # no stroke fades away
    difference = np.abs(varied[:, None] - varied[None]).mean(axis=(2, 3))
    assert difference[~np.eye(COUNT, dtype=bool)].min() > 0.001


def test_the_same_seed_gives_the_same_pictures_and_another_does_not():
    first = vary(drawn(SEVEN), WHOLE)
    np.testing.assert_array_equal(vary(drawn(SEVEN), WHOLE), first)
    other = vary(drawn(SEVEN), WHOLE, seed=2)
    assert np.abs(other - first).mean(axis=(1, 2)).min() > 0.001


def test_no_variation_leaves_the_pictures_as_they_are():
    random = np.random.default_rng(4).random((28, 28), np.float32)
    random[3, 4] = 1  # the brightest pixel stays at 1
    for picture in (random, drawn(SEVEN)):
        np.testing.assert_allclose(vary(picture, NONE), [picture] * COUNT, atol=1e-5)


def test_an_empty_picture_stays_empty():
    assert vary(np.zeros((28, 28), np.float32), WHOLE).max() == 0


def test_a_shift_moves_everything_alike():
    varied = vary(dot(13, 12), only(shift=1.2))
    moves = centres(varied) - centres(dot(13, 12)[None])
    assert np.abs(moves).max() <= 2.4 + 0.02
    assert moves.std(axis=0) == pytest.approx(1.2 * 0.55, rel=0.4)  # see Variation: strength
    assert np.abs(moves.mean(axis=0)).max() < 0.3
    for picture, (x, y) in zip(varied, moves, strict=True):
        expected = dot(13 + x, 12 + y)
        assert np.abs(picture / picture.sum() - expected / expected.sum()).max() < 0.01


def test_a_rotation_turns_about_the_middle():
    x, y = centres(vary(dot(CENTRE + 8, CENTRE), only(rotation=12.0))).T - CENTRE
    np.testing.assert_allclose(np.hypot(x, y), 8, atol=0.05)
    angles = np.degrees(np.arctan2(y, x))
    assert np.abs(angles).max() <= 24.2
    assert 3 < angles.std() < 12
    assert angles.min() < -3
    assert angles.max() > 3


def test_a_shear_moves_rows_sideways_and_opposite_rows_the_other_way():
    up, down = (centres(vary(dot(CENTRE, CENTRE + offset), only(shear=0.15))) for offset in (-8, 8))
    np.testing.assert_allclose(up[:, 1], CENTRE - 8, atol=0.05)
    np.testing.assert_allclose(up[:, 0] - CENTRE, CENTRE - down[:, 0], atol=0.05)
    assert 0.3 < np.abs(up[:, 0] - CENTRE).mean() < 2.4


def test_a_scale_stretches_each_axis_on_its_own():
    right = centres(vary(dot(CENTRE + 8, CENTRE), only(scale=0.1)))
    below = centres(vary(dot(CENTRE, CENTRE + 8), only(scale=0.1)))
    np.testing.assert_allclose(right[:, 1], CENTRE, atol=0.05)
    np.testing.assert_allclose(below[:, 0], CENTRE, atol=0.05)
    factors = np.stack([right[:, 0] - CENTRE, below[:, 1] - CENTRE]) / 8
    assert factors.min() >= np.exp(-0.2) - 0.01
    assert factors.max() <= np.exp(0.2) + 0.01
    assert np.abs(factors[0] - factors[1]).mean() > 0.02


def test_a_wobble_moves_places_differently():
    moves = [
        centres(vary(dot(x, y), only(wobble=1.6))) - (x, y) for x, y in [(7, 7), (20, 7), (7, 20)]
    ]
    assert 0.2 < np.abs(moves).mean() < 1.6
    assert np.abs(moves[0] - moves[1]).mean() > 0.2
    assert np.abs(moves[0] - moves[2]).mean() > 0.2


def test_width_thickens_and_thins_by_pixels_and_nothing_else():
    steps = [neighbours(BLOCK, np.min), BLOCK, neighbours(BLOCK, np.max)]
    steps.append(neighbours(steps[-1], np.max))
    widths = []
    for picture in vary(BLOCK, only(width=0.8)):
        ink = [step.sum() for step in steps]
        width = np.interp(picture.sum(), ink, [-1, 0, 1, 2])
        low = min(int(np.floor(width)), 1) + 1
        share = width + 1 - low
        expected = (1 - share) * steps[low] + share * steps[low + 1]
        np.testing.assert_allclose(picture, expected, atol=1e-4)
        widths.append(width)
    assert np.std(widths) == pytest.approx(0.8, rel=0.4)
    assert -1 < min(widths) < -0.4  # a thin stroke is never erased
    assert 1 < max(widths) <= 2
    assert 0.25 < np.mean(np.array(widths) > 0) < 0.75


def test_gaps_are_specks_in_some_of_the_pictures():
    random = np.random.default_rng(6)
    grey = random.uniform(0.3, 0.9, (28, 28)).astype(np.float32)
    grey[5, 5:15] = 1
    varied = vary(grey, only(gaps=0.5))
    left = varied / grey
    specks = left < 0.5
    np.testing.assert_allclose(left[~specks], 1, atol=0.02)
    np.testing.assert_allclose(left[specks], 0.2, atol=0.02)
    shares = specks.mean(axis=(1, 2))
    assert 0.3 < (shares == 0).mean() < 0.7
    assert 0.1 < shares.max() < 0.4


@pytest.mark.parametrize("strength", [0.0, 0.3, 1.0])
def test_strength_is_a_share_of_everything_but_softness(strength):
    parts = {name: strength * value for name, value in vars(WHOLE).items() if name != "softness"}
    np.testing.assert_allclose(
        vary(drawn(SEVEN), WHOLE, strength=strength),
        vary(drawn(SEVEN), dataclasses.replace(WHOLE, **parts)),
        atol=1e-4,
    )


@pytest.mark.parametrize("share", [-0.3, 0.2])
def test_softness_is_a_share_of_the_mean_of_the_neighbourhood(share):
    picture = drawn(SEVEN)
    mean = neighbours(picture, np.sum, corners=True) / 9
    expected = picture + share * (mean - picture)
    expected = (expected / expected.max()).clip(0, 1)
    np.testing.assert_allclose(vary(picture, only(softness=(share, share)))[0], expected, atol=1e-4)


@pytest.mark.parametrize("strokes", [SEVEN, RING], ids=["seven", "ring"])
def test_ink_stays_in_the_frame(strokes):
    picture = drawn(strokes)
    varied = vary(picture, WHOLE)
    rim = np.ones((28, 28), bool)
    rim[1:-1, 1:-1] = False
    assert varied[:, rim].sum() < 0.03 * varied.sum()
    assert (varied.sum(axis=(1, 2)) > 0.4 * picture.sum()).all()


def test_a_traced_function_takes_any_number_of_pictures():
    signature = [tf.TensorSpec((None, 28, 28, 1)), tf.TensorSpec((2,), tf.int32)]
    traced = tf.function(lambda x, s: vary_pictures(x, s, WHOLE), input_signature=signature)
    for count in (COUNT, 3):
        images = np.repeat(drawn(SEVEN)[None, ..., None], count, axis=0)
        varied = traced(images, np.array([1, 0], np.int32)).numpy()
        np.testing.assert_allclose(
            varied[..., 0], vary(drawn(SEVEN), WHOLE, count=count), atol=1e-5
        )
