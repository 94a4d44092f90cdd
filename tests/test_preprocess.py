"""A drawing becomes the 28×28 picture MNIST would have made of it."""

import numpy as np
import pytest

from mnist_cnn.digits import strokes
from mnist_cnn.reading.preprocess import BOX, CENTRE, preprocess, preprocess_ink
from tests.drawings import ONE, SEVEN

FOUR = [
    np.array([(120.0, 50), (70, 150), (200, 150)]),
    np.array([(160.0, 90), (160, 240)]),
]
DIGITS = {"7": SEVEN, "4": FOUR, "1": ONE}


def drawn(digit, box, brush=20.0):
    return strokes.render(strokes.fit(DIGITS[digit], box), brush)


def centre_of_mass(image):
    """Row and column, in whole pixels: the middle of pixel 14 is 14.0."""
    rows, columns = np.indices(image.shape)
    return (rows * image).sum() / image.sum(), (columns * image).sum() / image.sum()


def assert_stages_fit(stages):
    """What holds for every film strip."""
    left, top, right, bottom = stages.box
    np.testing.assert_array_equal(stages.crop, stages.drawing[top:bottom, left:right])
    height, width = stages.scaled.shape
    assert max(height, width) == BOX
    x, y = stages.offset
    frame = stages.image.copy()
    np.testing.assert_array_equal(frame[y : y + height, x : x + width], stages.scaled)
    frame[y : y + height, x : x + width] = 0
    assert frame.max() == 0
    assert stages.image.shape == (28, 28)
    assert stages.image.dtype == stages.scaled.dtype == np.uint8
    assert stages.image.max() == 255


BOXES = {  # left, top, right, bottom of the strokes on the pad of 280
    "in the middle": (70, 40, 210, 240),
    "40 high in the corner": (12, 12, 40, 40),
    "40 high in the opposite corner": (240, 240, 268, 268),
    "filling the pad": (10, 10, 270, 270),
    "touching the rim": (0, 0, 280, 280),
}


@pytest.mark.parametrize("place", BOXES)
@pytest.mark.parametrize("digit", DIGITS)
def test_any_size_and_place_reads_right(digit, place, reader):
    brush = 6.0 if "40 high" in place else 20.0
    drawing = drawn(digit, BOXES[place], brush)
    stages = preprocess(drawing)
    assert_stages_fit(stages)
    assert reader.tracer(stages.image).digit == int(digit)


@pytest.mark.parametrize(
    ("width", "height"),
    [(1, 1), (40, 40), (20, 20), (7, 20), (140, 280), (280, 140), (3, 200), (280, 1), (61, 97)],
)
def test_longer_side_becomes_20_and_the_aspect_ratio_is_kept(width, height):
    drawing = np.zeros((290, 290), np.uint8)
    drawing[5 : 5 + height, 3 : 3 + width] = 255
    stages = preprocess(drawing)
    assert stages.box == (3, 5, 3 + width, 5 + height)
    scaled_height, scaled_width = stages.scaled.shape
    longer, shorter = max(scaled_height, scaled_width), min(scaled_height, scaled_width)
    ideal = 20 * min(width, height) / max(width, height)
    assert longer == 20
    assert abs(shorter - ideal) <= 0.5 or (shorter == 1 and ideal < 0.5)
    assert (scaled_width >= scaled_height) == (width >= height)
    assert stages.scaled.min() == 255  # a full rectangle stays full


def test_a_dot_of_one_pixel_is_enlarged():
    drawing = np.zeros((100, 100), np.uint8)
    drawing[99, 0] = 1
    stages = preprocess(drawing)
    assert_stages_fit(stages)
    assert stages.box == (0, 99, 1, 100)
    assert (stages.scaled == 255).all()


def test_a_pad_of_one_pixel_can_be_drawn_on():
    assert_stages_fit(preprocess(np.full((1, 1), 200, np.uint8)))


EDGES = {
    "left": np.s_[:, :1],
    "right": np.s_[:, -1:],
    "top": np.s_[:1, :],
    "bottom": np.s_[-1:, :],
}


@pytest.mark.parametrize("edge", EDGES)
def test_a_line_along_an_edge_moves_to_the_middle(edge):
    drawing = np.zeros((120, 120), np.uint8)
    drawing[EDGES[edge]] = 255
    stages = preprocess(drawing)
    assert_stages_fit(stages)
    assert stages.scaled.shape == ((20, 1) if edge in ("left", "right") else (1, 20))
    assert np.abs(np.array(centre_of_mass(stages.image)) - 14).max() <= 0.51


@pytest.mark.parametrize("place", BOXES)
@pytest.mark.parametrize("digit", DIGITS)
def test_centre_of_mass_is_within_a_pixel_of_the_centre(digit, place):
    image = preprocess(drawn(digit, BOXES[place])).image.astype(float)
    row, column = centre_of_mass(image)
    assert abs(row - (CENTRE - 0.5)) <= 1
    assert abs(column - (CENTRE - 0.5)) <= 1


@pytest.mark.parametrize("shift", [(0, 1), (1, 0), (-40, 30), (40, -60), (13, 17)])
def test_where_on_the_pad_one_draws_makes_no_difference(shift):
    drawing = drawn("7", (90, 80, 180, 200))
    moved = np.roll(drawing, shift, axis=(0, 1))
    np.testing.assert_array_equal(preprocess(moved).image, preprocess(drawing).image)


@pytest.mark.parametrize("factor", [2, 3, 8])
def test_how_large_one_draws_makes_little_difference(factor):
    drawing = drawn("4", (90, 80, 180, 200))
    enlarged = np.kron(drawing, np.ones((factor, factor), np.uint8))
    difference = preprocess(enlarged).image.astype(int) - preprocess(drawing).image
    assert np.abs(difference).mean() < 3


@pytest.mark.parametrize("side", [280, 1000, 2000])
def test_a_hairline_keeps_full_contrast(side):
    drawing = np.zeros((side, side), np.uint8)
    diagonal = np.arange(side // 10, side - side // 10)
    drawing[diagonal, diagonal] = 255
    image = preprocess(drawing).image
    assert image.max() == 255
    assert (image > 200).sum() >= 15  # it goes through 20 pixels


@pytest.mark.parametrize("faintest", [1, 20, 255])
def test_faint_ink_is_still_ink(faintest):
    stages = preprocess((drawn("7", BOXES["in the middle"]) // 255) * np.uint8(faintest))
    assert_stages_fit(stages)


def test_a_smear_at_the_rim_does_not_widen_the_crop():
    drawing = drawn("7", (90, 80, 180, 200))
    smeared = np.maximum(drawing, 12)
    assert preprocess(smeared).box == preprocess(drawing).box


def test_ink_a_tenth_as_dark_as_the_darkest_is_part_of_the_digit_and_fainter_is_not():
    drawing = np.zeros((60, 60), np.uint8)
    drawing[20:40, 20:40] = 250
    drawing[20:40, 40:42] = 25
    drawing[40:42, 20:40] = 24
    assert preprocess(drawing).box == (20, 20, 42, 40)


def test_the_middle_of_what_is_drawn_is_the_middle_of_pixel_14():
    drawing = np.zeros((60, 60), np.uint8)
    drawing[20:40, 30:33] = 255  # three wide, so that it has a middle pixel
    for image in (preprocess(drawing).image, preprocess(drawing.T).image.T):
        np.testing.assert_array_equal(np.flatnonzero(image.any(axis=0)), [13, 14, 15])


def test_a_digit_stays_in_the_frame_when_its_ink_is_at_one_end_of_it():
    flag = np.zeros((BOX, BOX), np.uint8)
    flag[:, :2] = 255
    flag[:2] = 40  # a faint tail that would leave the frame
    for turned in (flag, flag.T, flag[::-1, ::-1], flag[::-1, ::-1].T):
        stages = preprocess(turned)
        assert_stages_fit(stages)
        assert 0 in stages.offset or 28 - BOX in stages.offset


@pytest.mark.parametrize("shape", [(1, 1), (28, 28), (280, 100)])
def test_an_empty_pad_gives_none(shape):
    assert preprocess(np.zeros(shape, np.uint8)) is None


def test_what_has_to_have_ink_is_asked_for_it():
    inked = np.eye(30, dtype=np.uint8)
    np.testing.assert_array_equal(preprocess_ink(inked).image, preprocess(inked).image)
    with pytest.raises(ValueError, match="got an empty one"):
        preprocess_ink(np.zeros((30, 30), np.uint8))


@pytest.mark.parametrize(
    ("drawing", "met"),
    [
        (np.zeros((28, 28), np.float32), "float32 (28, 28)"),
        (np.zeros((28, 28), bool), "bool (28, 28)"),
        (np.zeros((28, 28, 3), np.uint8), "uint8 (28, 28, 3)"),
        (np.zeros(784, np.uint8), "uint8 (784,)"),
        (np.zeros((0, 28), np.uint8), "uint8 (0, 28)"),
        (np.zeros((), np.uint8), "uint8 ()"),
    ],
)
def test_anything_but_a_grey_picture_is_refused(drawing, met):
    with pytest.raises(ValueError, match="Expected a drawing") as caught:
        preprocess(drawing)
    assert str(caught.value) == f"Expected a drawing as uint8 (height, width), got {met}."


def test_the_drawing_itself_is_left_alone():
    drawing = drawn("4", BOXES["in the middle"])
    before = drawing.copy()
    preprocess(drawing)
    np.testing.assert_array_equal(drawing, before)


def test_mnist_images_stay_nearly_the_same(mnist):
    images = mnist.test_images[:500]
    again = np.stack([preprocess(image).image for image in images])
    difference = np.abs(again.astype(int) - images)
    assert difference.mean() < 1  # grey levels of 255
    assert np.quantile(difference.mean(axis=(1, 2)), 0.99) < 5  # a smeared one may change more
