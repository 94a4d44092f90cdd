"""Styles of writing are drawn as their table says, each time by another hand, and on the pad."""

import re

import numpy as np
import pytest

from mnist_cnn.digits import pen_drawings, styles
from mnist_cnn.digits.strokes import PAD_SIZE
from mnist_cnn.evaluation import measures, yardsticks
from mnist_cnn.network import weights
from mnist_cnn.reading.preprocess import ink_box
from mnist_cnn.training.options import RANGES, Number

ALL = (*styles.STYLES, *styles.SETTINGS)
ROWS = styles.STYLES | styles.PAIRS
A_FEW = 12


@pytest.fixture
def drawn(monkeypatch):
    """Every drawing on the pad, as they are made."""
    made = []
    put = pen_drawings.put_on_pad

    def put_and_keep(strokes, setting, random):
        made.append(put(strokes, setting, random))
        return made[-1]

    monkeypatch.setattr(styles, "put_on_pad", put_and_keep)
    return made


def at(row, share):
    return styles.strokes_at(ROWS[row], [share] * (ROWS[row].count("|") + 1))


# --- the tables ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "shares", "expected"),
    [
        ("1,2 3,4", [0.3], [[(1, 2), (3, 4)]]),
        ("0..10,4 8..4,-2..2", [0.25], [[(2.5, 4), (7, -1)]]),
        ("0..10,0 0,0..10 | 0..10,0 0,0", [0, 1], [[(0, 0), (0, 0)], [(10, 0), (0, 0)]]),
    ],
)
def test_a_stroke_takes_all_its_ranges_at_the_same_place(text, shares, expected):
    assert [[tuple(p) for p in s.tolist()] for s in styles.strokes_at(text, shares)] == expected


def test_a_stroke_goes_on_from_where_its_lines_and_curves_meet():
    (stroke,) = styles.strokes_at("0,0 10,0 ~ 20,10 10,20 - 0,20", [0])
    assert stroke[:2].tolist() == [[0, 0], [10, 0]]
    assert stroke[-1].tolist() == [0, 20]
    curve = stroke[2:-2]
    for point in ([10, 0], [20, 10], [10, 20]):
        assert point in curve.tolist()
    assert len(curve) > 10
    assert np.linalg.norm(np.diff(stroke, axis=0), axis=1).max() <= 10


def test_there_are_styles_of_every_digit_each_another_and_in_its_box():
    assert len(set(styles.STYLES.values())) == len(styles.STYLES) >= 26
    assert sum(len(styles.styles_of(digit)) for digit in range(10)) == len(styles.STYLES)
    assert all(len(styles.styles_of(digit)) >= 2 for digit in range(10))
    for row in ROWS:
        for share in (0, 1):
            points = np.concatenate(at(row, share))
            assert points.min() >= -12, row
            assert points.max() <= 105, row
            assert np.ptp(points[:, 1]) > 60, row  # a 6 may have a short stem


# --- pictures -----------------------------------------------------------------------------


@pytest.mark.parametrize("style", ALL)
def test_a_style_is_the_same_for_a_seed_and_another_for_another(style):
    found, again = styles.pictures(style, A_FEW, 5), styles.pictures(style, 4, 5)
    assert (found.images.shape, found.images.dtype) == ((A_FEW, 28, 28), np.uint8)
    assert np.array_equal(found.images[:4], again.images)
    assert np.array_equal(found.labels[:4], again.labels)
    other = styles.pictures(style, A_FEW, 6).images
    assert not any(np.array_equal(a, b) for a in found.images for b in other)
    assert len({image.tobytes() for image in found.images}) == A_FEW


@pytest.mark.parametrize("style", ALL)
def test_labels_are_the_digits_and_the_network_sees_them(style):
    found = styles.pictures(style, 40, 7)
    expected = np.arange(40) % 10 if style in styles.SETTINGS else np.full(40, int(style[-1]))
    assert found.labels.dtype == np.uint8
    assert np.array_equal(found.labels, expected)
    assert measures.score(weights.load(), found.images, found.labels).accuracy > 0.85


def test_settings_take_every_style_of_a_digit(monkeypatch):
    seen = set()
    strokes_at = styles.strokes_at
    monkeypatch.setattr(
        styles, "strokes_at", lambda text, shares: seen.add(text) or strokes_at(text, shares)
    )
    styles.pictures("thin", 400, 3)
    assert seen == set(styles.STYLES.values())


@pytest.mark.parametrize("style", ALL)
def test_drawings_lie_within_the_pad_with_all_their_ink(style, drawn):
    pictures = styles.pictures(style, A_FEW, 8)
    assert len(drawn) == A_FEW
    for drawing, image in zip(drawn, pictures.images, strict=True):
        left, top, right, bottom = ink_box(drawing)
        longer = max(right - left, bottom - top)
        low, high = (48, 80) if style in ("tiny", "cornered") else (180, PAD_SIZE + 2)
        assert low <= longer <= high
        if style not in ("cornered", "tiny"):
            assert min(left, top) >= 0
            assert abs(left + right - PAD_SIZE) <= 3
            assert abs(top + bottom - PAD_SIZE) <= 3
        edges = (drawing[0], drawing[-1], drawing[:, 0], drawing[:, -1])
        assert max(edge.max() for edge in edges) == 0 or style == "cornered"
        assert np.array_equal(styles.preprocess_ink(drawing).image, image)


def test_cornered_drawings_touch_two_edges_of_the_pad_or_nearly(drawn):
    styles.pictures("cornered", 40, 9)
    corners = set()
    for drawing in drawn:
        left, top, right, bottom = ink_box(drawing)
        # a narrow digit is in the middle of its square
        assert min(left, PAD_SIZE - right) <= 32
        assert min(top, PAD_SIZE - bottom) <= 32
        assert min(left, PAD_SIZE - right, top, PAD_SIZE - bottom) <= 1
        corners.add((left < PAD_SIZE / 2, top < PAD_SIZE / 2))
    assert len(corners) == 4


def test_thin_drawings_have_less_ink_than_usual_and_thick_ones_more():
    def ink(style):
        return styles.pictures(style, 100, 10).images.astype(float).mean()

    usual = np.mean([ink(style) for style in styles.STYLES])
    assert ink("thin") < 0.7 * usual
    assert ink("thick") > 1.2 * usual


def test_an_unknown_style_or_pair_is_an_error():
    with pytest.raises(KeyError):
        styles.pictures("curly_1", 1, 1)
    with pytest.raises(KeyError):
        styles.blends("1_8", 1, 1)


# --- between two digits -------------------------------------------------------------------


@pytest.mark.parametrize("pair", styles.PAIRS)
def test_a_pair_runs_from_one_digit_to_the_other(pair):
    first, half, last = (at(pair, share) for share in (0, 0.5, 1))
    for a, b, c in zip(first, half, last, strict=True):
        assert np.allclose(b, (a + c) / 2)
    for strokes, digit in zip((first, last), map(int, pair.split("_")), strict=True):
        random = np.random.default_rng(11)
        varied = [styles.vary(strokes, random) for _ in range(40)]
        pads = [pen_drawings.put_on_pad(one, pen_drawings.NORMAL, random) for one in varied]
        images = np.array([styles.preprocess_ink(pad).image for pad in pads])
        answers = measures.probabilities(weights.load(), images).argmax(axis=1)
        assert np.mean(answers == digit) > 0.8


@pytest.mark.parametrize("pair", styles.PAIRS)
def test_blends_are_about_halfway_and_the_same_for_a_seed(pair, drawn, monkeypatch):
    taken = []
    strokes_at = styles.strokes_at
    monkeypatch.setattr(
        styles, "strokes_at", lambda text, shares: taken.extend(shares) or strokes_at(text, shares)
    )
    found = styles.blends(pair, 40, 12)
    assert (found.shape, found.dtype) == ((40, 28, 28), np.uint8)
    assert 0.4 <= min(taken) < 0.45 < 0.55 < max(taken) <= 0.6
    assert np.array_equal(found[:3], styles.blends(pair, 3, 12))
    assert not np.array_equal(found[:3], styles.blends(pair, 3, 13))
    assert all(max(pad[0].max(), pad[-1].max()) == 0 for pad in drawn)


# --- what is measured ---------------------------------------------------------------------


def test_no_training_has_the_seed_that_is_measured_with():
    seed = RANGES["seed"]
    assert isinstance(seed, Number)
    assert seed.high + 1 < yardsticks.DRAWN_SEED


@pytest.mark.parametrize("style", ["short_stemmed_6", "cornered"])
def test_the_shipped_figures_of_a_style_are_those_of_its_drawings(style):
    drawn = styles.pictures(style, 500, yardsticks.DRAWN_SEED)
    answers = measures.probabilities(weights.load(), drawn.images)
    wrong = [row for row, label in zip(answers, drawn.labels, strict=True) if row.argmax() != label]
    surely = [row for row in wrong if row.max() > 0.95]
    assert weights.load_card().sets[f"styles.{style}"] == {
        "pictures": 500,
        "ink": pytest.approx(1 - len(wrong) / 500, abs=0.0021),  # a sum in another order
        "surely_wrong": pytest.approx(len(surely) / 500, abs=0.0021),
    }


def test_the_shipped_card_has_every_style_and_pair():
    measured = weights.load_card().sets
    names = [name for name in measured if re.match(r"styles\.|pairs\.", name)]
    assert names == [f"styles.{style}" for style in ALL] + [f"pairs.{p}" for p in styles.PAIRS]
    assert all(measured[name]["pictures"] == yardsticks.DRAWN == 500 for name in names)
