"""Preprocessing with parts left out: each part does what its name says, and nothing else."""

import numpy as np
import pytest
from PIL import Image

from mnist_cnn import drawings
from mnist_cnn.preprocess import preprocess
from mnist_cnn.preprocess_ablation import COMBINATIONS, PARTS, ablate, prepare
from tests.drawn import DRAWINGS


def box(image):
    """Left, top, right, bottom of all that is not paper."""
    rows, columns = np.flatnonzero(image.any(axis=1)), np.flatnonzero(image.any(axis=0))
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def size(image):
    left, top, right, bottom = box(image)
    return right - left, bottom - top


@pytest.mark.parametrize("name", DRAWINGS)
def test_with_nothing_left_out_it_is_the_preprocessing(name):
    np.testing.assert_array_equal(prepare(DRAWINGS[name]), preprocess(DRAWINGS[name]).image)


def test_that_holds_for_drawings_by_many_people_of_any_size_and_place(pen_digits):
    random = np.random.default_rng(5)
    for row in range(0, len(pen_digits), 100):
        drawing = drawings.put_on_pad(pen_digits.strokes[row], drawings.SMALL, random)
        np.testing.assert_array_equal(prepare(drawing), preprocess(drawing).image)


@pytest.mark.parametrize("name", DRAWINGS)
def test_without_scaling_the_digit_keeps_its_size_on_the_pad(name):
    drawing = DRAWINGS[name]
    left, top, right, bottom = preprocess(drawing).box
    expected = ((right - left) / 10, (bottom - top) / 10)
    np.testing.assert_allclose(size(prepare(drawing, ["scale"])), expected, atol=1.5)


@pytest.mark.parametrize("name", DRAWINGS)
def test_without_centring_the_digit_stays_where_it_is(name):
    drawing = DRAWINGS[name]
    left, top, right, bottom = preprocess(drawing).box
    image = prepare(drawing, ["centre"])
    wide, high = preprocess(drawing).scaled.shape[::-1]
    x = np.clip((left + right) / 20 - wide / 2, 0, 28 - wide)
    y = np.clip((top + bottom) / 20 - high / 2, 0, 28 - high)
    np.testing.assert_allclose(box(image), (x, y, x + wide, y + high), atol=1.5)
    scaled = preprocess(drawing).scaled
    around = box(image)
    np.testing.assert_array_equal(  # moved, and not otherwise changed
        image[around[1] : around[3], around[0] : around[2]],
        scaled[slice(*box(scaled)[1::2]), slice(*box(scaled)[::2])],
    )


@pytest.mark.parametrize("name", ["1", "small 5"])
def test_without_cropping_the_whole_pad_goes_into_the_box(name):
    drawing = DRAWINGS[name]
    left, top, right, bottom = preprocess(drawing).box
    expected = ((right - left) / 14, (bottom - top) / 14)  # 280 pad units in 20 pixels
    np.testing.assert_allclose(size(prepare(drawing, ["crop"])), expected, atol=2)


def test_without_its_aspect_a_digit_fills_the_box():
    assert size(prepare(DRAWINGS["1"], ["aspect"])) == (20, 20)
    assert size(prepare(DRAWINGS["1"]))[0] < 12


def test_without_antialiasing_there_are_no_new_greys():
    drawing = np.where(DRAWINGS["0"] > 127, 255, 0).astype(np.uint8)
    picked = prepare(drawing, ["antialias", "contrast"])
    assert set(np.unique(picked)) == {0, 255}
    assert len(np.unique(prepare(drawing))) > 20


def test_without_contrast_a_hairline_stays_faint():
    hairline = np.zeros((280, 280), np.uint8)
    hairline[40:240, 140:142] = hairline[140:142, 40:240] = 255  # a cross, 20 pixels wide
    assert prepare(hairline, ["contrast"]).max() < 100
    assert prepare(hairline).max() == 255


@pytest.mark.parametrize("name", DRAWINGS)
def test_inverted_is_dark_on_light(name):
    drawing = DRAWINGS[name]
    np.testing.assert_array_equal(prepare(drawing, ["polarity"]), 255 - prepare(drawing))


@pytest.mark.parametrize("name", DRAWINGS)
def test_only_shrunk_is_the_pad_made_smaller_by_pillow(name):
    small = Image.fromarray(DRAWINGS[name]).convert("F").resize((28, 28), Image.Resampling.BILINEAR)
    expected = np.clip(np.asarray(small), 0, 255).round().astype(np.uint8)
    np.testing.assert_array_equal(prepare(DRAWINGS[name], COMBINATIONS["shrunk"]), expected)


@pytest.mark.parametrize("off", [[part] for part in PARTS] + [list(PARTS)])
@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (300, 1), (40, 90), (512, 512)])
def test_any_drawing_gives_a_picture_whatever_is_left_out(off, shape):
    drawing = np.zeros(shape, np.uint8)
    drawing[-1, -1] = 200
    image = prepare(drawing, off)
    assert (image.shape, image.dtype) == ((28, 28), np.uint8)


@pytest.mark.parametrize("name", DRAWINGS)
def test_every_combination_is_read_as_tensorflow_reads_its_picture(reader, name):
    found = ablate(reader.tracer, DRAWINGS[name])
    assert [ablated.name for ablated in found] == list(COMBINATIONS)
    assert found[0].same
    pictures = np.stack([ablated.image for ablated in found])[..., None] / 255.0
    answers = reader.tracer.network.predict(pictures, verbose=0)
    for ablated, answer in zip(found, answers, strict=True):
        assert ablated.off == COMBINATIONS[ablated.name]
        np.testing.assert_array_equal(ablated.image, prepare(DRAWINGS[name], ablated.off))
        np.testing.assert_allclose(ablated.activations.probabilities, answer, atol=1e-5)
        assert ablated.digit == answer.argmax()
        assert ablated.same == (ablated.digit == found[0].digit)


def test_what_is_left_out_matters_to_a_small_digit_in_a_corner(reader):
    found = {ablated.name: ablated for ablated in ablate(reader.tracer, DRAWINGS["small 5"])}
    assert found["all"].digit == 5
    assert not found["shrunk"].same
    assert not all(found[name].same for name in ("no_centre", "no_scale", "inverted"))


def test_an_empty_pad_has_no_readings(reader):
    assert ablate(reader.tracer, np.zeros((280, 280), np.uint8)) == []
    with pytest.raises(ValueError, match="There is no ink in the drawing"):
        prepare(np.zeros((280, 280), np.uint8))


def test_a_part_that_is_not_there_is_named():
    with pytest.raises(ValueError, match="There is no part 'rotation'"):
        prepare(DRAWINGS["0"], ["rotation"])
