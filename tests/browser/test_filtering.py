"""The first chapter: an edited filter makes the map that TensorFlow's convolution makes of it."""

import numpy as np
import pytest
import tensorflow as tf

from tests.browser.experiments import Experiments
from tests.drawings import DRAWINGS, IMAGES

KERNELS = ("identity", "box_blur", "sharpen", "outline", "left_edge", "right_edge", "top_edge")
MORE = ("bottom_edge", "diagonal", "emboss", "1,2,-1,0,0.5,0,-1,0,1")
RAMP = np.tile(np.arange(0, 250, 10, dtype=np.uint8), (25, 1))  # lighter to the right
SOBEL = np.array([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]])  # left edges; turned, top edges
SLIDE = """async ([image, kernel]) => {
    const {KERNELS, filterOf, slide} = await import("/experiments/filtering.js");
    return slide(image, filterOf(kernel));
}"""


@pytest.fixture(scope="module")
def lesson(modules, reader):
    return Experiments(modules, reader.tracer.network)


def convolved(image, kernel, bias):
    """The same by TensorFlow, in float64."""
    pixels = tf.constant(image[None, ..., None] / 255.0, tf.float64)
    weights = tf.constant(np.array(kernel, float)[..., None, None])
    return tf.nn.conv2d(pixels, weights, 1, "VALID").numpy()[0, ..., 0] + bias


@pytest.mark.parametrize("kernel", [*KERNELS, *MORE])
@pytest.mark.parametrize("bias", ["0", "-0.5"])
def test_the_map_is_tensorflow_s(lesson, kernel, bias):
    for drawing, image in IMAGES.items():
        found = lesson.draw("convolution", "sliding", DRAWINGS[drawing], kernel=kernel, bias=bias)
        sums = convolved(image, found["kernel"], float(bias))
        np.testing.assert_allclose(found["map"], np.maximum(sums, 0), atol=1e-12)
        without = lesson.draw(
            "convolution", "sliding", DRAWINGS[drawing], kernel=kernel, bias=bias, relu="0"
        )
        np.testing.assert_allclose(without["map"], sums, atol=1e-12)
        assert found["image"] == image.tolist()


@pytest.mark.parametrize("drawing", DRAWINGS)
@pytest.mark.parametrize("kernel", ["left_edge", "1,2,-1,0,0.5,0,-1,0,1"])
def test_the_hidden_cell_is_asked_for_and_its_working_adds_up(lesson, drawing, kernel):
    found = lesson.draw("convolution", "sliding", DRAWINGS[drawing], kernel=kernel, bias="-0.5")
    hidden, asked = found["hidden"], lesson.ask("convolution", DRAWINGS[drawing], kernel=kernel)
    row, column = hidden["row"], hidden["column"]
    assert found["map"][row][column] == hidden["value"] > 0
    patch = IMAGES[drawing][row : row + 3, column : column + 3] / 255
    np.testing.assert_array_equal(hidden["patch"], patch)
    products = np.array(hidden["products"])
    np.testing.assert_allclose(products, patch * np.array(found["kernel"]))
    assert hidden["total"] == pytest.approx(products.sum() - 0.5)
    assert asked["values"].keys() == {"row", "column"}
    answer = float(asked["working"].rsplit(" ", 1)[1])
    again = lesson.ask("convolution", DRAWINGS[drawing], str(answer), kernel=kernel)
    wrong = lesson.ask("convolution", DRAWINGS[drawing], str(answer + 1), kernel=kernel)
    assert (again["right"], wrong["right"]) == (True, False)


@pytest.mark.parametrize("drawing", DRAWINGS)
def test_common_mistakes_in_the_hidden_cell_are_known(lesson, drawing):
    state = {"kernel": "left_edge", "bias": "-0.5"}
    hidden = lesson.draw("convolution", "sliding", DRAWINGS[drawing], **state)["hidden"]
    for typed, mistake in ((hidden["total"] + 0.5, "bias"), (-hidden["value"], "sign")):
        asked = lesson.ask("convolution", DRAWINGS[drawing], str(typed), **state)
        assert (asked["right"], asked["mistake"]) == (False, mistake)


def level_share(image, kernel):
    """How much of a filter's squared response lies on horizontal edges, by TensorFlow."""
    across, down = (convolved(image, sobel, 0) ** 2 for sobel in (SOBEL, SOBEL.T))
    found = np.maximum(convolved(image, kernel, 0), 0) ** 2
    both = across + down
    return (found * np.divide(down, both, out=np.full_like(both, 0.5), where=both > 0)).sum() / (
        found.sum()
    )


@pytest.mark.parametrize("drawing", DRAWINGS)
@pytest.mark.parametrize("kernel", ["left_edge", "top_edge", "outline"])
def test_what_a_filter_finds_lies_on_horizontal_strokes_to_a_share(lesson, drawing, kernel):
    image = IMAGES[drawing]
    found = lesson.draw("convolution", "sliding", DRAWINGS[drawing], kernel=kernel)
    assert found["level"] == pytest.approx(level_share(image, found["kernel"]))
    assert found["goal"] == pytest.approx(level_share(image, SOBEL.T))
    predicted = lesson.predict("convolution", "slide", DRAWINGS[drawing], kernel=kernel)
    assert predicted["right"] == (0 if found["level"] < 0.5 else 1)
    lit = np.mean(convolved(image, found["kernel"], 0) > 0)
    assert predicted["values"] == {"share": f"{100 * lit:.0f}%"}


def test_a_filter_that_finds_nothing_finds_it_nowhere(lesson):
    state = {"kernel": "0,0,0,0,0,0,0,0,0"}
    found = lesson.draw("convolution", "sliding", DRAWINGS["0"], **state)
    assert found["level"] is None
    predicted = lesson.predict("convolution", "slide", DRAWINGS["0"], **state)
    assert predicted == {"right": 2, "values": {"share": "0%"}}


@pytest.mark.parametrize("drawing", DRAWINGS)
def test_the_first_card_begins_at_a_strong_cell_that_is_not_asked_for(lesson, drawing):
    found = lesson.draw("convolution", "sliding", DRAWINGS[drawing])
    strong = np.argwhere(np.array(found["map"]) >= np.max(found["map"]) / 2).tolist()
    secret = [found["hidden"]["row"], found["hidden"]["column"]]
    begins = next(cell for cell in strong if cell != secret)
    assert [found["first"]["row"], found["first"]["column"]] == begins


def test_a_filter_of_the_shipped_network_makes_the_network_s_own_map(lesson, reader):
    image = IMAGES["crossed 7"]
    kernels, biases = reader.tracer.network.get_layer("conv1").get_weights()
    maps = reader.tracer(image).layers["conv1"]
    for channel in range(0, kernels.shape[-1], 5):
        own = ",".join(str(float(number)) for number in kernels[:, :, 0, channel].ravel())
        bias = str(float(biases[channel]))
        made = lesson.draw("convolution", "sliding", DRAWINGS["crossed 7"], kernel=own, bias=bias)
        np.testing.assert_allclose(made["map"], maps[..., channel], atol=1e-6)


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
def test_a_named_filter_answers_to_what_its_name_says(modules, name, picture, answers):
    middle = modules.evaluate(SLIDE, [picture.tolist(), name])[11][11]
    assert (middle > 0.1) == answers


@pytest.mark.parametrize(
    "state",
    [
        {"kernel": "1,2"},
        {"kernel": "a"},
        {"kernel": "1,1,1,1,1,1,1,1,"},
        {"kernel": "1,1,1,1,1,1,1,1,101"},
        {"kernel": "1,1,1,1,1,1,1,1,1,1"},
        {"kernel": "1,1,1,1,1,1,1,1,NaN"},
        {"bias": "1e9"},
        {"bias": "much"},
    ],
)
def test_what_is_no_filter_is_refused(lesson, state):
    assert "nine numbers and a bias" in lesson.refused("convolution", DRAWINGS["0"], **state)
