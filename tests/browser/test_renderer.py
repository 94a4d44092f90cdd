"""``strokes.render`` draws what the pad draws, so what is learned from strokes holds on the pad."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from mnist_cnn import strokes
from tests.browser.pointer import DIGITS, clear

LINES = {
    "a four of two strokes": DIGITS[4],
    "a curled three": DIGITS[3],
    "a dot": [[(0.3, 0.6)]],
    "sharp turns": [[(0.1, 0.2), (0.9, 0.25), (0.1, 0.3), (0.5, 0.9), (0.52, 0.1)]],
    "a stroke that crosses itself": [[(0.2, 0.2), (0.8, 0.8), (0.8, 0.2), (0.2, 0.8)]],
    "over the rim": [[(0.5, 0.5), (0.997, 0.4), (0.003, 0.1)]],
}


@pytest.fixture(scope="module")
def shared(open_for_all):
    """A page with a pad of 280×280 pixels: one is a pad unit."""
    page = open_for_all()
    page.add_style_tag(content="#pad .paper { width: 280px; border: 0 }")
    page.wait_for_function("document.querySelector('#pad canvas').width === 280")
    return page


@pytest.fixture
def page(shared):
    """The same with an empty pad."""
    clear(shared)
    assert ink_on(shared).max() == 0
    return shared


def draw(page, points):
    """Draw a stroke from one whole pixel of the window to the next; return it in pad units."""
    box = page.locator("#pad canvas").bounding_box()
    corner = np.array([box["x"], box["y"]])
    pixels = np.round(corner + 280 * np.array(points))
    page.mouse.move(*pixels[0])
    page.mouse.down()
    for pixel in pixels[1:]:
        page.mouse.move(*pixel)
    page.mouse.up()
    return pixels - corner


def ink_on(page):
    url = page.locator("#pad canvas").evaluate("canvas => canvas.toDataURL()")
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(url.split(",")[1]))))[..., 3]


@pytest.mark.parametrize("brush", [4, 20, 44])
@pytest.mark.parametrize("lines", LINES)
def test_the_renderer_paints_what_the_pad_paints(lines, brush, page):
    page.locator("#pad .size").fill(str(brush))
    drawn = [draw(page, points) for points in LINES[lines]]
    on_pad, rendered = ink_on(page), strokes.render(drawn, brush)
    assert on_pad.max() == 255
    difference = np.abs(on_pad.astype(int) - rendered)
    assert difference.mean() < 2
    assert (difference > 64).mean() < 0.01
    rim = (rendered > 0) & (rendered < 255)
    assert (difference[~rim] > 128).mean() < 0.002  # only the edge's smoothness may differ
