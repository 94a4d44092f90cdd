"""A person unfolds a layer, points at feature maps and rescales them."""

import re

import numpy as np
import pytest

from tests.browser.pointer import colors, draw_and_settle, unfold, wait_for_digit


@pytest.fixture(scope="module")
def seven(open_for_all):
    """A page with a 7, all channels of every layer on the screen."""
    return unfold(draw_and_settle(open_for_all(viewport={"width": 1280, "height": 1700}), 7))


@pytest.fixture
def page(seven):
    """The same at rest: nothing is pointed at, no number open, each layer on its own scale."""
    yield seven
    while seven.locator("#lens .lens").is_visible():
        seven.locator("#lens .close").click()
    seven.get_by_role("radio", name="per layer").click()
    seven.mouse.move(5, 5)
    seven.locator("#maps .readout:not(.telling)").wait_for()
    seven.locator("#lens .lens").wait_for(state="hidden")
    wait_for_digit(seven, 7)


@pytest.fixture
def activations(page, reader):
    """What TensorFlow computes for the very picture the page shows as the network's input."""
    alpha = page.locator("#river .image canvas").evaluate(
        "c => [...c.getContext('2d').getImageData(0, 0, 28, 28).data].filter((_, i) => i % 4 === 3)"
    )
    return reader.tracer(np.array(alpha, np.uint8).reshape(28, 28))


def hover(page, layer, x, y):
    box = page.locator(f"#maps [data-layer={layer}] canvas").bounding_box()
    page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])
    return page.locator("#maps .readout").inner_text()


@pytest.mark.parametrize("layer", ["conv1", "pool1", "conv2", "pool2", "conv3"])
@pytest.mark.parametrize(("x", "y"), [(0.03, 0.3), (0.4, 0.1), (0.72, 0.83)])
def test_hover_reads_the_network_s_own_number(page, activations, layer, x, y):
    page.locator(f"#maps [data-layer={layer}] canvas").scroll_into_view_if_needed()
    words = hover(page, layer, x, y)
    if words.startswith("Point at"):
        pytest.skip("between two channels")
    name, *numbers = re.split(r" · (?:channel |row |column )?", words)
    channel, row, column, value = (float(number) for number in numbers)
    expected = activations.layers[layer][int(row), int(column), int(channel)]
    tolerance = float(activations.layers[layer][..., int(channel)].max()) / 400 + 0.001
    assert name == layer
    assert value == pytest.approx(expected, abs=tolerance)


@pytest.mark.parametrize(("layer", "step", "side"), [("conv1", 1, 3), ("pool2", 4, 10)])
def test_hover_outlines_on_the_picture_the_pixels_it_sees(page, layer, step, side):
    page.locator(f"#maps [data-layer={layer}] canvas").scroll_into_view_if_needed()
    words = hover(page, layer, 0.72, 0.83)
    row, column = map(int, re.search(r"row (\d+) · column (\d+)", words).groups())
    place = page.locator("#river .outline.point").evaluate(
        "o => ['left', 'top', 'width', 'height'].map((side) => parseFloat(o.style[side]) * 0.28)"
    )
    assert place == pytest.approx([step * column, step * row, side, side], abs=0.01)


def test_hover_reads_vectors(page, activations):
    page.locator("#maps [data-layer=softmax] canvas").scroll_into_view_if_needed()
    assert hover(page, "softmax", 0.75, 0.5).startswith("softmax · unit 7 · ")
    words = hover(page, "flatten", 0.501, 0.5)  # row 4 of 9 is the middle, channel 32
    index, value = re.match(r"flatten · (\d+) of 576 .* · ([\d.e-]+)$", words).groups()
    assert "row 1, column 1, channel 32" in words
    assert float(value) == pytest.approx(activations.layers["flatten"][int(index)], abs=0.02)


def test_scale_per_channel_darkens_faint_channels(page):
    deep = """canvas => canvas.getContext("2d")
        .getImageData(0, 0, canvas.width, canvas.height).data
        .filter((value, i) => i % 4 === 0 && value < 90).length"""  # red: the darker, the less
    canvas = page.locator("#maps [data-layer=conv2] canvas")
    per_layer = canvas.evaluate(deep)
    page.get_by_role("radio", name="per channel").click()
    assert canvas.evaluate(deep) > 1.3 * per_layer


def test_a_channel_that_is_off_is_as_empty_as_paper(page, activations):
    maxima = activations.layers["conv3"].max(axis=(0, 1))
    assert (maxima == 0).any(), "this test needs a drawing that leaves a channel off"
    white = page.locator("#maps [data-layer=conv3] canvas").evaluate(
        """canvas => {
            const { width, height } = canvas;
            const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
            return new Uint32Array(data.buffer).filter((pixel) => pixel === 0xffffffff).length;
        }"""
    )
    shown = activations.layers["conv3"] * 255 / maxima.max()
    assert white == pytest.approx((shown < 0.5).sum(), abs=3)


def test_only_layers_on_the_screen_are_painted(open_page):
    page = unfold(draw_and_settle(open_page(viewport={"width": 1280, "height": 560}), 7))
    assert colors(page, "#maps [data-layer=conv1] canvas") > 2
    assert colors(page, "#maps [data-layer=dense1] canvas") == 1
    page.locator("#maps [data-layer=dense1]").scroll_into_view_if_needed()
    page.wait_for_timeout(200)
    assert colors(page, "#maps [data-layer=dense1] canvas") > 2


def test_cells_are_reached_by_keyboard(page, activations):
    canvas = page.locator("#maps [data-layer=pool2] canvas")
    canvas.focus()
    for key in ("ArrowDown", "ArrowDown", "ArrowRight", "PageDown", "PageDown", "PageDown"):
        page.keyboard.press(key)
    words = page.locator("#maps .readout").inner_text()
    assert words.startswith("pool2 · channel 3 · row 2 · column 1 · ")
    expected = activations.layers["pool2"][2, 1, 3]
    assert float(words.split(" · ")[-1]) == pytest.approx(expected, abs=0.02)
    page.keyboard.press("Enter")
    title = page.locator("#lens .technical")
    title.filter(has_text="pool2 · channel 3 · row 2, column 1").wait_for()
