"""Drawings that are no digits: all shapes are sound, all pictures are what was asked for."""

import numpy as np
import pytest

from mnist_cnn.digits import nondigits, strokes
from mnist_cnn.reading.preprocess import ink_box, preprocess
from tests.drawings import SEVEN

SHAPES = nondigits.shapes()
FOUR = [np.array([(100.0, 60), (80, 150), (200, 150)]), np.array([(170.0, 90), (165, 250)])]
DIGITS = np.array([preprocess(strokes.render(digit)).image for digit in (SEVEN, FOUR)])


def outline(written):
    """A small picture of a shape, to compare it with others."""
    return strokes.render(strokes.fit(written, (4, 4, 36, 36)), 5, 40, 40).astype(float).ravel()


# --- the shapes ---------------------------------------------------------------------------


def test_every_line_is_a_comment_or_a_shape_of_its_own():
    lines = nondigits.SHAPES_FILE.read_text(encoding="utf-8").splitlines()
    assert len(SHAPES) == sum(not line.startswith("#") for line in lines) > 100
    assert all(name == name.strip() and name for name in SHAPES)


def test_every_shape_is_strokes_in_its_box():
    for name, written in SHAPES.items():
        for stroke in written:
            assert stroke.ndim == 2, name
            assert stroke.shape[1] == 2, name
            assert len(stroke) >= 2, name
            assert np.isfinite(stroke).all(), name
        points = np.concatenate(written)
        assert points.min() >= -15, name  # a curve swings out a little
        assert points.max(axis=0)[0] <= 115, name
        assert points.max(axis=0)[1] <= 125, name  # letters have descenders
        assert (points.max(axis=0) - points.min(axis=0)).max() > 40, name


def test_all_shapes_are_different():
    outlines = np.array([outline(written) for written in SHAPES.values()])
    alike = np.corrcoef(outlines)
    np.fill_diagonal(alike, 0)
    first, second = np.unravel_index(alike.argmax(), alike.shape)
    names = list(SHAPES)
    assert alike.max() < 0.99, f"{names[first]} and {names[second]}"


def test_letters_that_many_write_like_digits_are_left_out():
    assert not {"O", "o", "I", "l", "Z", "z", "S", "s", "b", "q", "g"} & SHAPES.keys()


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("a: 0,0 10,20", [[(0, 0), (10, 20)]]),
        ("a b: 1.5,-2 3,4 | 5,6 7,8", [[(1.5, -2), (3, 4)], [(5, 6), (7, 8)]]),
    ],
)
def test_straight_strokes_are_the_points_in_the_file(line, expected, tmp_path):
    file = tmp_path / "shapes.txt"
    file.write_text(f"# a comment: 1,2\n\n{line}\n", encoding="utf-8")
    ((name, written),) = nondigits.shapes(file).items()
    assert name == line.split(":")[0]
    assert [[tuple(point) for point in stroke] for stroke in written] == expected


def test_a_curve_goes_smoothly_through_its_points(tmp_path):
    file = tmp_path / "shapes.txt"
    corners = np.array([(0, 0), (50, 0), (50, 50), (0, 50)], float)
    file.write_text("c: ~ " + " ".join(f"{x},{y}" for x, y in corners))
    ((curve,),) = nondigits.shapes(file).values()
    for corner in corners:
        assert np.abs(curve - corner).sum(axis=1).min() < 1e-9
    steps = np.diff(curve, axis=0)
    turns = np.degrees(np.abs(np.diff(np.unwrap(np.arctan2(steps[:, 1], steps[:, 0])))))
    assert turns.max() < 40  # corner to corner it would turn by 90 at once
    np.testing.assert_array_equal(curve[[0, -1]], corners[[0, -1]])


# --- the pictures -------------------------------------------------------------------------


def draw_heart(random):
    return nondigits.draw_shape(SHAPES["heart"], random)


@pytest.mark.parametrize("draw", [draw_heart, nondigits.scribble])
def test_drawings_are_on_their_pad_and_again_for_the_same_seed(draw):
    drawings = [draw(np.random.default_rng(seed)) for seed in range(60)]
    for drawing in drawings:
        assert drawing.shape == (112, 112)
        assert drawing.dtype == np.uint8
        left, top, right, bottom = ink_box(drawing)
        assert 84 - 2 <= max(right - left, bottom - top) <= 84 + 14 + 2
    assert len({drawing.tobytes() for drawing in drawings}) == 60
    np.testing.assert_array_equal(draw(np.random.default_rng(7)), drawings[7])


def test_digits_side_by_side_are_wide():
    random = np.random.default_rng(2)
    for _ in range(100):
        drawing = nondigits.side_by_side(DIGITS[:1], random)  # sevens
        assert drawing.dtype == np.uint8
        left, top, right, bottom = ink_box(drawing)
        assert right - left > 1.3 * (bottom - top)


@pytest.mark.parametrize("edge", ["top", "bottom"])
def test_a_digit_at_the_edge_stays_whole_when_it_is_moved(edge):
    _, top, _, bottom = ink_box(DIGITS[0])
    digit = np.roll(DIGITS[:1], -top if edge == "top" else 28 - bottom, axis=1)
    random = np.random.default_rng(2)
    for _ in range(50):
        _, top, _, bottom = ink_box(nondigits.side_by_side(digit, random))
        assert bottom - top <= 20 + 4  # each is two pixels higher or lower


def test_digits_side_by_side_keep_their_ink():
    random = np.random.default_rng(3)
    ink = DIGITS[:1].sum()
    counts = [nondigits.side_by_side(DIGITS[:1], random).sum() / ink for _ in range(50)]
    np.testing.assert_allclose(counts, np.round(counts), atol=0.02)
    assert set(np.round(counts)) == {2, 3, 4}


def test_pictures_are_again_the_same_for_the_same_seed():
    first = nondigits.pictures(50, DIGITS, seed=1)
    assert first.shape == (50, 28, 28)
    assert first.dtype == np.uint8
    assert (first.max(axis=(1, 2)) > 200).all()
    np.testing.assert_array_equal(nondigits.pictures(50, DIGITS, seed=1), first)
    assert (nondigits.pictures(50, DIGITS, seed=2) != first).any(axis=(1, 2)).all()


def test_only_the_shapes_that_are_named_are_drawn():
    bar = {"bar": [np.array([(50.0, 0), (50, 100)])]}
    pictures = nondigits.pictures(30, DIGITS, seed=1, named=bar)
    narrow = [(pictures[row] > 128).any(axis=0).sum() <= 12 for row in range(30)]
    assert sum(narrow[row] for row in range(30) if row % 10 < 6) > 9  # unless it is turned
    assert not any(narrow[row] for row in range(30) if row % 10 > 7)  # digits side by side
