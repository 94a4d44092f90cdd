"""An edited filter makes the map that TensorFlow's convolution makes of it."""

import numpy as np
import pytest
import tensorflow as tf

from mnist_cnn.filtering import KERNELS, Filter, FilterError, slide, step
from tests.drawn import IMAGES

RANDOM = np.random.default_rng(3)
FILTERS = KERNELS | {
    f"random {number}": Filter(RANDOM.normal(0, 2, (3, 3)), RANDOM.normal(), number % 2 == 0)
    for number in range(6)
}
RAMP = np.tile(np.arange(0, 250, 10, dtype=np.uint8), (25, 1))  # lighter to the right


def convolved(image, filter):
    """The same by TensorFlow, in float64."""
    pixels = tf.constant(image[None, ..., None] / 255.0, tf.float64)
    kernel = tf.constant(filter.kernel[..., None, None], tf.float64)
    sums = tf.nn.conv2d(pixels, kernel, 1, "VALID") + filter.bias
    return (tf.nn.relu(sums) if filter.relu else sums).numpy()[0, ..., 0]


@pytest.mark.parametrize("name", FILTERS)
@pytest.mark.parametrize("drawing", IMAGES)
def test_the_map_is_tensorflow_s(name, drawing):
    image, filter = IMAGES[drawing], FILTERS[name]
    made = slide(image, filter)
    np.testing.assert_allclose(made.map, convolved(image, filter), atol=1e-12)
    without = Filter(filter.kernel, filter.bias, relu=False)
    np.testing.assert_allclose(made.sums, convolved(image, without), atol=1e-12)


def test_every_place_adds_up_to_its_cell_of_the_map():
    image, filter = IMAGES["open 4"], FILTERS["random 0"]
    made = slide(image, filter)
    for row, column in np.ndindex(made.map.shape):
        place = step(image, filter, row, column)
        np.testing.assert_array_equal(
            place.patch, image[row : row + 3, column : column + 3] / 255.0
        )
        np.testing.assert_array_equal(place.products, place.patch * filter.kernel)
        assert place.total == pytest.approx(made.sums[row, column], abs=1e-12)
        assert place.value == pytest.approx(made.map[row, column], abs=1e-12)


def test_a_filter_of_the_shipped_network_makes_the_network_s_own_map(reader):
    image = IMAGES["crossed 7"]
    kernels, biases = reader.tracer.network.get_layer("conv1").get_weights()
    maps = reader.tracer(image).layers["conv1"]
    for channel in range(kernels.shape[-1]):
        made = slide(image, Filter(kernels[:, :, 0, channel].astype(float), biases[channel]))
        np.testing.assert_allclose(made.map, maps[..., channel], atol=1e-6)


@pytest.mark.parametrize(
    ("name", "picture", "answers"),
    [
        ("left_edge", RAMP, True),
        ("right_edge", RAMP, False),
        ("top_edge", RAMP.T, True),
        ("bottom_edge", RAMP.T, False),
        ("top_edge", RAMP, False),
        ("outline", RAMP, False),  # even, though it grows
        ("diagonal", np.diag(np.full(25, 255, np.uint8)), True),
    ],
)
def test_a_named_filter_answers_to_what_its_name_says(name, picture, answers):
    middle = slide(picture, KERNELS[name]).map[11, 11]
    assert (middle > 0.1) == answers


def test_the_identity_gives_the_picture_without_its_rim_and_a_blur_its_means():
    image = IMAGES["0"]
    np.testing.assert_allclose(slide(image, KERNELS["identity"]).map, image[1:-1, 1:-1] / 255)
    blurred = slide(image, KERNELS["box_blur"]).map
    assert blurred[4, 9] == pytest.approx(image[4:7, 9:12].mean() / 255)


def test_the_map_in_8_bits_is_what_the_page_can_paint():
    made = slide(IMAGES["0"], Filter(KERNELS["left_edge"].kernel, relu=False))
    coded = made.levels()
    assert coded.levels.shape == (26, 26, 1)
    decoded = coded.levels[..., 0] / 255 * coded.maxima[0]
    np.testing.assert_allclose(decoded, np.abs(made.map), atol=coded.maxima[0] / 509)


@pytest.mark.parametrize("kernel", [range(9), [[0, 1, 2], [3, 4, 5], [6, 7, 8]], list("012345678")])
def test_nine_numbers_make_a_filter_however_they_are_laid_out(kernel):
    filter = Filter.of(kernel, "0.5", relu=False)
    np.testing.assert_array_equal(filter.kernel, np.arange(9).reshape(3, 3))
    assert (filter.bias, filter.relu) == (0.5, False)


@pytest.mark.parametrize(
    ("kernel", "bias", "message"),
    [
        (range(8), 0, r"A filter has nine numbers, not an array of shape \(8,\)"),
        ([[1, 2], [3, 4]], 0, r"not an array of shape \(2, 2\)"),
        (5, 0, r"not an array of shape \(\)"),
        (["a"] * 9, 0, "A filter has nine numbers and a bias: could not convert"),
        ([1] * 9, "much", "A filter has nine numbers and a bias: could not convert"),
        ([1] * 9, None, "A filter has nine numbers and a bias"),
        ([[1, 2, 3], [4, 5]], 0, "A filter has nine numbers and a bias"),
        ([float("nan")] * 9, 0, "Each number of a filter is from -100 to 100"),
        ([1] * 9, float("inf"), "Each number of a filter is from -100 to 100"),
        ([101] + [0] * 8, 0, "Each number of a filter is from -100 to 100"),
    ],
)
def test_anything_else_is_refused_with_a_sentence(kernel, bias, message):
    with pytest.raises(FilterError, match=message):
        Filter.of(kernel, bias)


@pytest.mark.parametrize(
    "picture", [np.zeros((28, 28)), np.zeros((2, 9), np.uint8), np.zeros((3, 3, 1), np.uint8)]
)
def test_a_picture_the_filter_does_not_fit_on_is_refused(picture):
    with pytest.raises(ValueError, match="Expected a picture uint8"):
        slide(picture, KERNELS["identity"])


@pytest.mark.parametrize("cell", [(-1, 0), (0, 26), (26, 0)])
def test_a_place_beyond_the_map_is_refused(cell):
    with pytest.raises(IndexError, match="The map has rows 0 to 25 and columns 0 to 25"):
        step(IMAGES["0"], KERNELS["identity"], *cell)
