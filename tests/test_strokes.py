"""Strokes are ink: every point within half a brush of the pen's path, and smooth at the rim."""

import numpy as np
import pytest

from mnist_cnn.digits import strokes

BENT = np.array([(70.0, 60), (210, 56), (168, 140), (126, 238)])
DOT = np.array([(100.0, 180)])
BEYOND = np.array([(-30.0, 140), (310, 90)])


def distance_to(path, size, pad_size=280.0):
    """Distance from the middle of every pixel to the path, in pad units."""
    middles = (np.arange(size) + 0.5) * pad_size / size
    x, y = np.meshgrid(middles, middles)
    here = np.stack([x, y], axis=-1)
    nearest = np.full((size, size), np.inf)
    ends = path[1:] if len(path) > 1 else path
    for a, b in zip(path, ends, strict=False):
        along = b - a
        share = ((here - a) @ along / max(along @ along, 1e-9)).clip(0, 1)
        nearest = np.minimum(nearest, np.linalg.norm(here - a - share[..., None] * along, axis=-1))
    return nearest


@pytest.mark.parametrize("brush", [4.0, 20.0, 45.0])
@pytest.mark.parametrize("path", [BENT, DOT, BEYOND], ids=["bent", "dot", "over the rim"])
@pytest.mark.parametrize("size", [70, 280])
def test_ink_is_what_lies_within_half_a_brush(path, brush, size):
    drawing = strokes.render([path], brush, size)
    unit = 280 / size
    outside = distance_to(path, size) - max(brush, unit) / 2
    assert drawing.dtype == np.uint8
    assert drawing.shape == (size, size)
    ideal = (0.5 - outside / unit).clip(0, 1)
    assert np.abs(drawing - 255 * ideal).max() < 0.501  # but for rounding to whole levels


def test_edges_are_smooth():
    drawing = strokes.render([BENT])
    assert len(np.unique(drawing)) > 8


def test_a_dot_is_what_can_be_worked_out_by_hand():
    drawing = strokes.render([np.array([(10.5, 20.5)])], brush=4)  # in the middle of a pixel
    corner = [
        [255, 255, 128],  # 0, 1 and 2 pixels from the middle
        [255, 255, 67],  # the square root of 5: 0.264 of 255
        [128, 67, 0],
    ]
    np.testing.assert_array_equal(drawing[20:23, 10:13], corner)
    np.testing.assert_array_equal(drawing[18:23, 8:13], drawing[18:23, 8:13][::-1, ::-1])
    assert np.count_nonzero(drawing) == 21


def test_strokes_add_up_and_their_order_does_not_matter():
    both = strokes.render([BENT, DOT])
    np.testing.assert_array_equal(both, strokes.render([DOT, BENT]))
    np.testing.assert_array_equal(both, np.maximum(strokes.render([BENT]), strokes.render([DOT])))


def test_a_stroke_is_what_is_inked_along_each_of_its_segments():
    segments = [BENT[i : i + 2] for i in range(len(BENT) - 1)]
    np.testing.assert_array_equal(strokes.render([BENT]), strokes.render(segments))
    again = np.repeat(BENT, 3, axis=0)  # the pen rests
    np.testing.assert_array_equal(strokes.render([BENT]), strokes.render([again]))


NOTHING = {
    "no stroke": [],
    "no point": [np.empty((0, 2))],
    "beside the pad": [np.array([(-300.0, 20), (-11, 20)]), np.array([(1e300, 1e300)])],
}


@pytest.mark.parametrize("nothing", NOTHING.values(), ids=NOTHING)
def test_nothing_drawn_is_an_empty_pad(nothing):
    assert strokes.render(nothing).max() == 0
    np.testing.assert_array_equal(strokes.render([DOT, *nothing]), strokes.render([DOT]))


def test_a_brush_thinner_than_a_pixel_inks_as_much_as_a_pixel():
    drawing = strokes.render([BENT], brush=0.01, size=64)
    np.testing.assert_array_equal(drawing, strokes.render([BENT], brush=280 / 64, size=64))
    assert drawing.max() > 128


def test_another_pad_size_is_another_unit():
    np.testing.assert_array_equal(
        strokes.render([BENT / 2], brush=10, size=100, pad_size=140),
        strokes.render([BENT], brush=20, size=100),
    )


@pytest.mark.parametrize(
    ("box", "expected"),
    [
        ((10, 10, 110, 110), (35, 10, 85, 110)),  # twice as high as wide: the height decides
        ((0, 0, 20, 280), (0, 120, 20, 160)),  # here the width does
        ((-50, 0, 50, 40), (-10, 0, 10, 40)),
    ],
)
def test_fit_fills_the_box_in_the_middle_and_keeps_the_aspect_ratio(box, expected):
    tall = [np.array([(3, 5), (8, 5)]), np.array([(5, 15)])]  # 5 wide, 10 high
    fitted = strokes.fit(tall, box)
    points = np.concatenate(fitted)
    np.testing.assert_allclose([*points.min(axis=0), *points.max(axis=0)], expected)
    assert [len(stroke) for stroke in fitted] == [2, 1]


@pytest.mark.parametrize(
    "strokes_",
    [[DOT], [np.array([(5, 7), (5, 7)])]],
    ids=["a point", "a point twice"],
)
def test_fit_puts_a_point_in_the_middle(strokes_):
    points = np.concatenate(strokes.fit(strokes_, (10, 20, 30, 60)))
    np.testing.assert_allclose(points, np.full_like(points, 1) * (20, 40))


def test_fit_stretches_a_level_line_to_the_width():
    (line,) = strokes.fit([np.array([(0, 3), (1, 3)])], (10, 0, 90, 50))
    np.testing.assert_allclose(line, [(10, 25), (90, 25)])


# --- other hands --------------------------------------------------------------------------

FOUR = [np.array([(100, 60), (80, 150), (200, 150)], np.int16), np.array([(170, 90), (165, 250)])]
WRITTEN = {"bent": [BENT], "two strokes": FOUR, "dot": [DOT], "dot and line": [DOT, BENT]}


def varied(written, seed):
    return strokes.vary(written, np.random.default_rng(seed))


@pytest.mark.parametrize("written", WRITTEN)
def test_another_hand_makes_as_many_strokes_of_as_many_points(written):
    for seed in range(20):
        other = varied(WRITTEN[written], seed)
        assert [stroke.shape for stroke in other] == [stroke.shape for stroke in WRITTEN[written]]
        assert all(np.isfinite(stroke).all() for stroke in other)


@pytest.mark.parametrize("written", WRITTEN)
def test_the_same_seed_is_the_same_hand_and_another_is_not(written):
    first = np.concatenate(varied(WRITTEN[written], 1))
    np.testing.assert_array_equal(np.concatenate(varied(WRITTEN[written], 1)), first)
    assert np.abs(np.concatenate(varied(WRITTEN[written], 2)) - first).max() > 1e-4


@pytest.mark.parametrize("unit", [0.01, 1, 1000])
@pytest.mark.parametrize("written", ["bent", "two strokes", "dot and line"])
def test_another_hand_s_writing_is_about_one_unit_large_around_nought(written, unit):
    there = [stroke * unit + 7 * unit for stroke in WRITTEN[written]]
    points = [np.concatenate(varied(there, seed)) for seed in range(50)]
    low, high = (np.array([end(p, axis=0) for p in points]) for end in (np.min, np.max))
    sizes = (high - low).max(axis=1)
    assert sizes.min() > 0.6
    assert sizes.max() < 1.7
    assert sizes.mean() == pytest.approx(1, abs=0.1)
    assert np.abs((low + high) / 2).max() < 0.35


def test_what_is_written_is_not_changed():
    before = [stroke.copy() for stroke in FOUR]
    varied(FOUR, 1)
    for one, other in zip(FOUR, before, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("written", ["bent", "two strokes"])
def test_another_hand_s_writing_is_still_alike(written):
    """Most of its ink lies where it lay, when both fill the same box."""
    box = (40, 40, 240, 240)
    there = strokes.render(strokes.fit(WRITTEN[written], box), brush=40).astype(float).ravel()
    alike = [
        np.corrcoef(there, strokes.render(strokes.fit(other, box), brush=40).ravel())[0, 1]
        for other in (varied(WRITTEN[written], seed) for seed in range(20))
    ]
    assert np.median(alike) > 0.6
    assert min(alike) > 0.2
    assert max(alike) < 0.999
