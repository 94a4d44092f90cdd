"""Each corruption of MNIST-C does what its description says, the same for the same seed."""

import numpy as np
import pytest

from mnist_cnn.digits import corruptions, filters
from mnist_cnn.digits.corruptions import KINDS, corrupt

CHANCE = sorted(set(KINDS) - {"identity", "scale", "brightness", "stripe", "canny_edges"})


def squares(count=60, low=9, high=19):
    """Pictures of a square of full ink in the middle."""
    images = np.zeros((count, 28, 28), np.uint8)
    images[:, low:high, low:high] = 255
    return images


def darker(count=60):
    """The same, in grey."""
    return squares(count) // 2


def middle(image):
    """The centre of the ink, row and column."""
    weights = image.astype(float)
    rows, columns = np.mgrid[:28, :28]
    return (weights * rows).sum() / weights.sum(), (weights * columns).sum() / weights.sum()


def test_there_are_the_fifteen_kinds_of_the_paper_and_the_pictures_as_they_are():
    assert len(KINDS) == 16
    np.testing.assert_array_equal(corrupt(squares(), "identity"), squares())


@pytest.mark.parametrize("kind", KINDS)
def test_a_corruption_makes_pictures_of_the_same_form(kind):
    images = squares(51)  # more than a batch
    before = images.copy()
    found = corrupt(images, kind, seed=3)
    assert (found.shape, found.dtype) == (images.shape, np.uint8)
    np.testing.assert_array_equal(images, before)
    np.testing.assert_array_equal(found, corrupt(images, kind, seed=3))
    assert kind == "identity" or (found != images).any(axis=(1, 2)).all()


@pytest.mark.parametrize("kind", CHANCE)
def test_chance_differs_from_picture_to_picture_and_seed_to_seed(kind):
    found = corrupt(squares(), kind, seed=3)
    assert len({image.tobytes() for image in found}) > 1
    assert (found != corrupt(squares(), kind, seed=4)).any()


def test_shot_noise_counts_three_photons_of_white():
    found = corrupt(darker(400), "shot_noise")
    assert set(np.unique(found)) <= {0, 85, 170, 255}
    assert found[squares(400) == 0].max() == 0
    unclipped = np.random.default_rng(1).poisson(3 * 127 / 255, 10**6) / 3
    assert found[squares(400) > 0].mean() / 255 == pytest.approx(
        unclipped.clip(0, 1).mean(), abs=0.01
    )


def test_impulse_noise_turns_a_sixth_of_the_pixels_black_or_white():
    found = corrupt(darker(400), "impulse_noise")
    ink = found[darker(400) > 0]
    assert np.mean(ink == 255) == pytest.approx(0.085, abs=0.01)
    assert np.mean(ink == 0) == pytest.approx(0.085, abs=0.01)
    assert np.mean(found[darker(400) == 0] == 255) == pytest.approx(0.085, abs=0.005)


def test_glass_blur_moves_ink_a_few_pixels_and_keeps_nearly_all_of_it():
    found = corrupt(squares(), "glass_blur").astype(int)
    assert found[:, 5:23, 5:23].sum() > 0.98 * found.sum()  # some is carried on, row by row
    assert found[:, 12:16, 12:16].mean() > 240
    assert found.sum() == pytest.approx(squares().astype(int).sum(), rel=0.02)
    assert ((found > 20) & (found < 235)).any(axis=(1, 2)).all()


def test_motion_blur_smears_to_one_side_by_up_to_45_degrees():
    dot = np.zeros((200, 28, 28), np.uint8)
    dot[:, 14, 20] = 255
    for image in corrupt(dot, "motion_blur"):
        rows, columns = np.nonzero(image)
        assert 30 < image[14, 20] <= image.max() < 128
        assert columns.max() == 20
        assert columns.min() < 15
        assert (abs(rows - 14) <= 20 - columns + 1).all()
        assert int(image.sum()) == pytest.approx(255, rel=0.1)


@pytest.mark.parametrize(("kind", "leaning"), [("shear", np.sin(0.4)), ("rotate", np.tan(0.4))])
def test_shear_and_rotation_lean_a_bar_to_either_side(kind, leaning):
    bar = np.zeros((40, 28, 28), np.uint8)
    bar[:, 4:24, 13:15] = 255
    slopes = []
    for image in corrupt(bar, kind):
        rows = np.arange(8, 20)
        centres = [(image[row] * np.arange(28.0)).sum() / image[row].sum() for row in rows]
        slopes.append(np.polyfit(rows, centres, 1)[0])
        assert middle(image) == pytest.approx((13.5, 13.5), abs=0.1)
    assert np.abs(slopes) == pytest.approx(leaning, abs=0.03)
    assert {*np.sign(slopes)} == {-1, 1}
    across = np.zeros((40, 28, 28), np.uint8)
    across[:, 13:15, 4:24] = 255
    tall = [np.ptp(np.nonzero(image.max(axis=1) > 128)[0]) for image in corrupt(across, kind)]
    assert (min(tall) > 5) == (kind == "rotate")  # a shear leaves level lines level


def test_scale_shrinks_to_seven_tenths_about_the_middle():
    for image in corrupt(squares(low=4, high=24), "scale"):
        assert (image > 127).any(axis=0).sum() == (image > 127).any(axis=1).sum() == 14
        assert middle(image) == pytest.approx((13.5, 13.5))


def test_translate_shifts_three_pixels_along_each_diagonal():
    found = {tuple(np.round(middle(image)) - 14) for image in corrupt(squares(), "translate")}
    shifts = {(-3, -3), (-3, 3), (3, -3), (3, 3)}
    assert found == {(round(13.5 + y) - 14, round(13.5 + x) - 14) for y, x in shifts}
    for image in corrupt(squares(), "translate"):
        assert (image == 255).sum() == 100


def test_brightness_adds_half_of_white():
    found = corrupt(darker(), "brightness")
    np.testing.assert_allclose(found, np.minimum(darker() + 127.5, 255), atol=0.51)


def test_stripe_inverts_the_outer_quarters():
    found = corrupt(squares(low=5, high=23), "stripe")
    np.testing.assert_array_equal(found[:, :, 7:21], squares(low=5, high=23)[:, :, 7:21])
    for side in (np.s_[:, :, :7], np.s_[:, :, 21:]):
        np.testing.assert_array_equal(found[side], 255 - squares(low=5, high=23)[side])


def test_fog_leaves_a_quarter_of_the_contrast_on_smooth_clouds():
    found = corrupt(squares(), "fog").astype(float)
    step = found[:, 9, 13] - found[:, 8, 13]
    assert step.mean() == pytest.approx(255 / 4, abs=6)
    cloud = found - squares() / 4
    assert np.abs(np.diff(cloud, axis=2)).mean() < 8
    assert cloud.mean(axis=(1, 2)).std() > 10  # a picture is in thicker fog than another


def test_a_landscape_goes_on_over_its_rim():
    heights = corruptions._landscapes(8, np.random.default_rng(2))
    assert heights.shape == (8, 256, 256)
    assert (heights.min(axis=(1, 2)) == 0).all()
    assert (heights.max(axis=(1, 2)) == 1).all()
    rim = np.abs(heights[:, :, -1] - heights[:, :, 0]).mean()
    assert rim == pytest.approx(np.abs(np.diff(heights, axis=2)).mean(), rel=0.2)


def test_spatter_splashes_grey_over_ink_and_paper():
    found = corrupt(squares(200), "spatter")
    paper, ink = found[squares(200) == 0], found[squares(200) > 0]
    assert 40 < paper.max() <= 63
    assert 0.05 < np.mean(paper > 40) < 0.6
    assert ink.min() < 110
    assert np.mean(ink == 255) > 0.3


def test_a_dotted_line_goes_across_in_dashes_of_two_pixels():
    blank = np.zeros((200, 28, 28), np.uint8)
    found = corrupt(blank, "dotted_line")
    gaps = np.arange(28) // 2 % 2 == 0
    assert found[:, :, gaps].max() == 0
    dashes = found[:, :, ~gaps][:, :, :-1]  # the last column ends the line
    heights = dashes.argmax(axis=1)
    assert (dashes.max(axis=1) > 120).all()
    assert heights.min() < 3
    assert heights.max() > 23
    np.testing.assert_array_equal(corrupt(squares(), "dotted_line").max(axis=1)[:, 9:19], 255)


def test_a_zigzag_goes_across_in_teeth_of_four_pixels():
    blank = np.zeros((200, 28, 28), np.uint8)
    found = corrupt(blank, "zigzag")
    assert found[:, :, :2].max() == found[:, :, 26:].max() == 0
    struck = found[found[:, :4].max(axis=(1, 2)) + found[:, -4:].max(axis=(1, 2)) == 0]
    rows = np.arange(28)[:, None]
    line = (struck * rows).sum(axis=1) / np.maximum(struck.sum(axis=1), 1)
    teeth = line[:, 4:24] - (line[:, 4:24] + np.roll(line[:, 4:24], 4, axis=1)) / 2
    assert len(struck) > 20
    assert np.abs(teeth[:, 4:]).max() > 1.2
    turns = np.diff(np.sign(np.diff(line[:, 4:24], axis=1)), axis=1) != 0
    assert 3 <= np.median(turns.sum(axis=1)) <= 8


def test_canny_leaves_only_outlines():
    found = corrupt(squares(3), "canny_edges")
    assert set(np.unique(found)) == {0, 255}
    assert found[:, 11:17, 11:17].max() == 0
    assert found[:, :7].max() == found[:, 21:].max() == 0
    near = found[:, 8:11, 12:16].max(axis=1)
    np.testing.assert_array_equal(near, 255)  # without a gap
    assert (found[:, :, 14] > 0).sum(axis=1).tolist() == [2, 2, 2]


# --- filters ------------------------------------------------------------------------------


def test_a_blurred_dot_is_a_gaussian():
    dot = np.zeros((1, 41, 41))
    dot[0, 20, 20] = 1
    found = filters.blur(dot, 2.0)[0]
    y, x = np.mgrid[-20:21, -20:21]
    expected = np.exp(-(x**2 + y**2) / 8)
    np.testing.assert_allclose(found, expected / expected.sum(), atol=1e-4)
    down = filters.blur(dot, 2.0, axes=(1,))[0]
    assert np.count_nonzero(down.sum(axis=0)) == 1
    np.testing.assert_allclose(filters.blur(np.ones((1, 9, 9)), 3.0), 1)  # also at the rim


def test_resampling_interpolates_between_four_pixels():
    stack = np.random.default_rng(1).random((2, 7, 9))
    still = np.array([[1, 0, 0], [0, 1, 0]], float)
    shift = np.array([[1, 0, 0.25], [0, 1, 0.5]])
    found = filters.resample(stack, np.stack([still, shift]))
    np.testing.assert_allclose(found[0], stack[0])
    a, b, c, d = stack[1, 3, 4], stack[1, 3, 5], stack[1, 4, 4], stack[1, 4, 5]
    assert found[1, 3, 4] == pytest.approx(
        0.5 * (0.75 * a + 0.25 * b) + 0.5 * (0.75 * c + 0.25 * d)
    )
    far = filters.resample(stack, np.stack([still, np.add(still, [[0, 0, 50], [0, 0, 0]])]))
    assert far[1].max() == 0


def test_weak_edges_count_only_where_they_join_a_strong_one():
    edge = np.zeros((2, 20, 20))
    edge[0, :, 10:] = 0.06  # its gradient is below ``high``
    edge[1, :, 10:] = np.linspace(1, 0.06, 20)[:, None]  # the same at the lower end
    found = filters.canny(edge, 1.0, 0.05, 1.0)
    assert not found[0].any()
    assert found[1, 1:18].any(axis=1).all()
    assert not filters.canny(edge, 1.0, 1.0, 1.0)[1, 15:].any()
