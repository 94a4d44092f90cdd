"""Preprocessing with parts left out: each part does what its name says, and nothing else."""

import numpy as np
import pytest
from PIL import Image

from mnist_cnn.digits import pen_drawings
from mnist_cnn.reading.preprocess import preprocess
from tests.browser.modules import give_network
from tests.drawings import DRAWINGS

PARTS = ("crop", "scale", "aspect", "antialias", "contrast", "centre", "polarity")
SHRUNK = ("crop", "scale", "contrast", "centre")
PREPARE = """async (asked) => {
    const {prepare} = await import("/experiments/preparation/preprocessing.js");
    return asked.map(({width, height, pixels, off}) =>
        [...prepare({width, height, pixels: Uint8Array.from(pixels)}, off)]);
}"""
READ = """async ({width, height, pixels}) => {
    const {COMBINATIONS, readWithout} = await import("/experiments/preparation/preprocessing.js");
    const {finished} = await import("/reader/slices.js");
    const found = finished(readWithout(network, {width, height, pixels: Uint8Array.from(pixels)}));
    return found.map(({name, image, digit, probabilities, same}) => ({
        name, image: [...image], digit, probabilities: [...probabilities], same,
        off: COMBINATIONS[name]}));
}"""


def sent(drawing, **more):
    height, width = drawing.shape
    return {"width": width, "height": height, "pixels": drawing.ravel().tolist(), **more}


@pytest.fixture(scope="module")
def prepare(modules):
    def prepare(drawing, off=()):
        """What the page makes of a drawing without the parts in ``off``."""
        (image,) = modules.evaluate(PREPARE, [sent(drawing, off=list(off))])
        return np.array(image, np.uint8).reshape(28, 28)

    return prepare


def box(image):
    """Left, top, right, bottom of all that is not paper."""
    rows, columns = np.flatnonzero(image.any(axis=1)), np.flatnonzero(image.any(axis=0))
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def size(image):
    left, top, right, bottom = box(image)
    return right - left, bottom - top


@pytest.mark.parametrize("name", DRAWINGS)
def test_with_nothing_left_out_it_is_the_preprocessing(prepare, name):
    np.testing.assert_array_equal(prepare(DRAWINGS[name]), preprocess(DRAWINGS[name]).image)


def test_that_holds_for_drawings_by_many_people_of_any_size_and_place(prepare, all_pen_digits):
    random = np.random.default_rng(5)
    for row in range(0, len(all_pen_digits), 250):
        drawing = pen_drawings.put_on_pad(all_pen_digits.strokes[row], pen_drawings.SMALL, random)
        np.testing.assert_array_equal(prepare(drawing), preprocess(drawing).image)


@pytest.mark.parametrize("name", DRAWINGS)
def test_without_scaling_the_digit_keeps_its_size_on_the_pad(prepare, name):
    drawing = DRAWINGS[name]
    left, top, right, bottom = preprocess(drawing).box
    expected = ((right - left) / 10, (bottom - top) / 10)
    np.testing.assert_allclose(size(prepare(drawing, ["scale"])), expected, atol=1.5)


@pytest.mark.parametrize("name", DRAWINGS)
def test_without_centring_the_digit_stays_where_it_is(prepare, name):
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
def test_without_cropping_the_whole_pad_goes_into_the_box(prepare, name):
    drawing = DRAWINGS[name]
    left, top, right, bottom = preprocess(drawing).box
    expected = ((right - left) / 14, (bottom - top) / 14)  # 280 pad units in 20 pixels
    np.testing.assert_allclose(size(prepare(drawing, ["crop"])), expected, atol=2)


def test_without_its_aspect_a_digit_fills_the_box(prepare):
    assert size(prepare(DRAWINGS["1"], ["aspect"])) == (20, 20)
    assert size(prepare(DRAWINGS["1"]))[0] < 12


@pytest.mark.parametrize("sides", [(20, 20), (36, 136), (200, 170), (101, 280), (7, 3)])
def test_without_antialiasing_pixels_are_picked_as_pillow_picks_them(prepare, sides):
    """A drawing that fills its pad: of a longer side of 20 pixels."""
    drawing = np.random.default_rng(sides).integers(1, 256, sides).astype(np.uint8)
    drawing[[0, 0, -1, -1], [0, -1, 0, -1]] = 255
    wide, high = (max(1, round(side * 20 / max(sides))) for side in sides[::-1])
    expected = Image.fromarray(drawing).resize((wide, high), Image.Resampling.NEAREST)
    image = prepare(drawing, ["antialias", "contrast", "centre"])
    top, left = (round(14 - side / 2) for side in (high, wide))
    np.testing.assert_array_equal(image[top : top + high, left : left + wide], expected)


def test_without_antialiasing_there_are_no_new_greys(prepare):
    drawing = np.where(DRAWINGS["0"] > 127, 255, 0).astype(np.uint8)
    picked = prepare(drawing, ["antialias", "contrast"])
    assert set(np.unique(picked)) == {0, 255}
    assert len(np.unique(prepare(drawing))) > 20


def test_without_contrast_a_hairline_stays_faint(prepare):
    hairline = np.zeros((280, 280), np.uint8)
    hairline[40:240, 140:142] = hairline[140:142, 40:240] = 255  # a cross, 20 pixels wide
    assert prepare(hairline, ["contrast"]).max() < 100
    assert prepare(hairline).max() == 255


@pytest.mark.parametrize("name", DRAWINGS)
def test_inverted_is_dark_on_light(prepare, name):
    drawing = DRAWINGS[name]
    np.testing.assert_array_equal(prepare(drawing, ["polarity"]), 255 - prepare(drawing))


def shrunk(drawing):
    """The pad made smaller by Pillow, nothing else."""
    small = Image.fromarray(drawing).convert("F").resize((28, 28), Image.Resampling.BILINEAR)
    return np.clip(np.asarray(small), 0, 255).round().astype(np.uint8)


@pytest.mark.parametrize("name", DRAWINGS)
def test_only_shrunk_is_the_pad_made_smaller_by_pillow(prepare, name):
    np.testing.assert_array_equal(prepare(DRAWINGS[name], SHRUNK), shrunk(DRAWINGS[name]))


@pytest.mark.parametrize("off", [[part] for part in PARTS] + [list(PARTS)])
def test_any_drawing_gives_a_picture_whatever_is_left_out(prepare, off):
    for shape in ((1, 1), (1, 300), (300, 1), (40, 90), (512, 512)):
        drawing = np.zeros(shape, np.uint8)
        drawing[-1, -1] = 200
        assert prepare(drawing, off).shape == (28, 28)


@pytest.fixture(scope="module")
def read_without(modules, reader):
    give_network(modules, reader.tracer.network)
    return lambda drawing: modules.evaluate(READ, sent(drawing))


@pytest.mark.parametrize("name", DRAWINGS)
def test_every_combination_is_read_as_keras_reads_its_picture(reader, prepare, read_without, name):
    found = read_without(DRAWINGS[name])
    each = [[part] for part in PARTS]
    assert [one["off"] for one in found] == [[], *each, list(SHRUNK)]
    images = np.array([one["image"] for one in found], np.uint8).reshape(-1, 28, 28)
    answers = reader.tracer.network.predict(images[..., None] / 255.0, verbose=0)
    for one, image, answer in zip(found, images, answers, strict=True):
        np.testing.assert_array_equal(image, prepare(DRAWINGS[name], one["off"]))
        np.testing.assert_allclose(one["probabilities"], answer, atol=1e-5)
        assert one["digit"] == answer.argmax()
        assert one["same"] == (one["digit"] == answers[0].argmax())


def test_what_is_left_out_matters_to_a_small_digit_in_a_corner(read_without):
    found = {one["name"]: one for one in read_without(DRAWINGS["small 5"])}
    assert found["all"]["digit"] == 5
    assert not found["shrunk"]["same"]
    assert not all(found[name]["same"] for name in ("no_centre", "no_scale", "inverted"))
