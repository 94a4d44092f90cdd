"""A person keeps the drawing, the input, a layer, the whole view, or the numbers."""

import io

import numpy as np
import pytest
from PIL import Image

from mnist_cnn.digits import strokes
from tests.browser.pointer import (
    DIGITS,
    clear,
    draw_and_settle,
    draw_stroke,
    painted,
    settled,
    wait_for_digit,
)

LAYERS = {
    "conv1": (26, 26, 32),
    "pool1": (13, 13, 32),
    "conv2": (11, 11, 64),
    "pool2": (5, 5, 64),
    "conv3": (3, 3, 64),
    "flatten": (576,),
    "dense1": (64,),
    "softmax": (10,),
}
GRIDS = {"flatten": (9, 64), "dense1": (1, 64), "softmax": (1, 10)}
RIM, CAPTION = 30, 56  # pixels of a layer's picture


@pytest.fixture(scope="module")
def shared(open_for_all):
    """A page with a 7."""
    return draw_and_settle(open_for_all(), 7)


@pytest.fixture
def page(shared):
    """The same at rest, for tests that change neither the drawing nor what is kept."""
    size = shared.viewport_size
    yield shared
    shared.set_viewport_size(size)
    shared.locator("#actions .menu").wait_for(state="hidden")
    assert shared.locator("#pad .redo").is_disabled()
    assert shared.locator("#pad .eraser").get_attribute("aria-pressed") == "false"
    wait_for_digit(shared, 7)


@pytest.fixture
def own(open_page):
    """A page with a 7 for one test alone."""
    return draw_and_settle(open_page(), 7)


@pytest.fixture
def exact(page, reader):
    """What TensorFlow computes for the very picture the page shows as the network's input."""
    return reader.tracer(shown_input(page)).layers


def save(page, label):
    """Choose ``label`` in the menu; return the file's name and what is in it."""
    page.locator("#actions .save").click()
    with page.expect_download() as download:
        page.get_by_role("menuitem", name=label, exact=True).click()
    return download.value.suggested_filename, download.value.path().read_bytes()


def picture(content):
    return np.asarray(Image.open(io.BytesIO(content)).convert("RGB"))


def shown_input(page):
    alpha = page.locator("#river .image canvas").evaluate(
        "c => [...c.getContext('2d').getImageData(0, 0, 28, 28).data].filter((_, i) => i % 4 === 3)"
    )
    return np.array(alpha, np.uint8).reshape(28, 28)


def test_the_drawing_is_dark_ink_on_white_where_the_pen_was(page):
    name, content = save(page, "Drawing (PNG)")
    pixels = picture(content)
    expected = strokes.render([280 * np.array(DIGITS[7][0])], size=1120)
    assert name == "digit-7-drawing.png"
    assert pixels.shape == (1120, 1120, 3)
    assert (pixels[0, 0] == 255).all()
    assert pixels.min() < 50
    dark = pixels.mean(axis=2) < 128
    differ = dark ^ (expected > 128)
    assert differ.sum() < 0.05 * dark.sum()  # the window's pixels are coarser than the pad's units


def test_erased_ink_is_white_in_the_drawing(own):
    own.keyboard.press("e")
    draw_stroke(own, [(0.1, 0.22), (0.9, 0.2)])
    settled(own)
    _, content = save(own, "Drawing (PNG)")
    assert (picture(content)[int(0.21 * 1120)] == 255).all()


@pytest.mark.parametrize(
    ("label", "file", "zoom"),
    [
        ("28×28 input, exact (PNG)", "digit-7-input-28x28.png", 1),
        ("28×28 input, enlarged (PNG)", "digit-7-input.png", 20),
    ],
)
def test_the_input_can_be_read_back_exactly(page, label, file, zoom):
    name, content = save(page, label)
    pixels = picture(content)
    expected = np.kron(shown_input(page), np.ones((zoom, zoom), np.uint8))
    assert name == file
    np.testing.assert_array_equal(pixels, np.repeat(expected[..., None], 3, axis=2))


def cells_of(pixels, layer):
    """The pixels of each activation: (rows, zoom, columns, zoom, colours) of each channel."""
    shape = LAYERS[layer] if len(LAYERS[layer]) == 3 else (*GRIDS[layer], 1)
    height, width, channels = shape
    columns = {64: 16, 32: 8, 1: 1}[channels]
    maps = pixels[RIM + CAPTION : -RIM, RIM:-RIM].astype(int)
    zoom = maps.shape[1] // (columns * (width + 1) - 1)
    assert maps.shape[1] == zoom * (columns * (width + 1) - 1)
    assert maps.shape[0] == zoom * (channels // columns * (height + 1) - 1)
    for channel in range(channels):
        top, left = channel // columns * (height + 1), channel % columns * (width + 1)
        part = maps[top * zoom : (top + height) * zoom, left * zoom : (left + width) * zoom]
        yield part.reshape(height, zoom, width, zoom, 3)


@pytest.mark.parametrize("layer", LAYERS)
def test_a_layer_shows_all_its_channels_crisp_under_a_caption(page, layer):
    name, content = save(page, layer)
    pixels = picture(content)
    crisp = [np.ptp(part, axis=(1, 3)).max() == 0 for part in cells_of(pixels, layer)]
    assert name == f"digit-7-{layer}.png"
    assert pixels.shape[1] >= 1200
    assert all(crisp)
    assert (pixels[: RIM + CAPTION] < 128).any(axis=2).sum() > 300  # there are words
    assert (pixels[-RIM:] == 255).all()
    assert (pixels[:, :RIM] == 255).all()


def test_a_layer_is_painted_with_the_network_s_own_numbers(page, exact):
    numbers = exact["conv2"]
    reds, activations = [], []  # from white to deep blue red only falls
    for channel, part in enumerate(cells_of(picture(save(page, "conv2")[1]), "conv2")):
        reds.append(part[:, 0, :, 0, 0])
        activations.append(numbers[..., channel])
    red = np.ravel(reds)[np.argsort(np.ravel(activations))]
    assert (red - np.minimum.accumulate(red)).max() <= 3  # 8 bits a channel
    assert (red.min(), red.max()) == (8, 255)


@pytest.mark.parametrize(("language", "label"), [("en", "Whole view"), ("zh-CN", "整个页面")])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_whole_view_is_one_light_picture(open_page, scheme, language, label):
    page = draw_and_settle(open_page(f"/?lang={language}", color_scheme=scheme), 4)
    page.locator("#actions .save").click()
    with page.expect_download() as download:
        page.get_by_role("menuitem", name=label).click()
    pixels = picture(download.value.path().read_bytes())
    height, width, _ = pixels.shape
    assert download.value.suggested_filename == "digit-4-view.png"
    assert width == 1920
    assert height > 1800
    for rim in (pixels[:40], pixels[-16:], pixels[:, :50], pixels[:, -50:]):
        assert (rim == 255).all()
    title, pad, footer = pixels[50:120], pixels[145:675, 65:595], pixels[-70:-30]
    for part in (title, pad, footer):
        assert 0.005 < (part.max(axis=2) < 128).mean() < 0.5


def test_the_numbers_are_the_tracer_s(page, exact):
    name, content = save(page, "All activations (NumPy .npz)")
    with np.load(io.BytesIO(content), allow_pickle=False) as file:
        kept = dict(file)
    assert name == "digit-7-activations.npz"
    np.testing.assert_array_equal(kept["image"], shown_input(page))
    assert kept["digit"] == 7
    assert kept["drawing"].max() == 255
    assert {n: kept[n].shape for n in LAYERS} == LAYERS
    for layer, numbers in exact.items():
        # The server has one thread for each pass, so it may add in another order.
        np.testing.assert_allclose(kept[layer], numbers, rtol=1e-4, atol=1e-6, err_msg=layer)


def test_the_menu_by_keyboard(page):
    focused = "document.activeElement.textContent.trim()"
    button, menu = page.locator("#actions .save"), page.locator("#actions .menu")
    button.focus()
    page.keyboard.press("ArrowDown")
    assert menu.is_visible()
    assert button.get_attribute("aria-expanded") == "true"
    assert page.evaluate(focused) == "Drawing (PNG)"
    for key, item in [
        ("ArrowUp", "softmax"),
        ("ArrowDown", "Drawing (PNG)"),
        ("End", "softmax"),
        ("Home", "Drawing (PNG)"),
        ("w", "Whole view (PNG)"),
        ("c", "conv1"),
        ("c", "conv2"),
    ]:
        page.keyboard.press(key)
        assert page.evaluate(focused) == item, key
    page.keyboard.press("Escape")
    assert menu.is_hidden()
    assert button.get_attribute("aria-expanded") == "false"
    assert button.evaluate("b => document.activeElement === b")
    page.keyboard.press("Enter")
    page.wait_for_function(f"{focused} === 'Drawing (PNG)'")
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert download.value.suggested_filename == "digit-7-drawing.png"
    assert menu.is_hidden()
    assert button.evaluate("b => document.activeElement === b")


def test_letters_in_the_menu_are_no_tools_of_the_pad(page):
    page.locator("#actions .save").press("ArrowDown")
    page.keyboard.press("e")
    page.keyboard.press("Delete")
    page.keyboard.press("Escape")
    assert page.locator("#pad .eraser").get_attribute("aria-pressed") == "false"
    wait_for_digit(page, 7)


def test_an_empty_pad_cannot_be_saved(own):
    button = own.locator("#actions .save")
    assert button.is_enabled()
    clear(own)
    assert button.is_disabled()


@pytest.mark.parametrize("size", [(390, 844), (320, 568), (1280, 800)])
def test_the_menu_is_inside_the_window(page, size):
    page.set_viewport_size(dict(zip(("width", "height"), size, strict=True)))
    painted(page)
    page.locator("#actions .save").click()
    box = page.locator("#actions .menu").bounding_box()
    assert box["x"] >= 0
    assert box["y"] >= 0
    assert box["x"] + box["width"] <= size[0]
    assert box["y"] + box["height"] <= size[1]
    assert box["height"] > 150
    last = page.get_by_role("menuitem").last
    last.scroll_into_view_if_needed()
    with page.expect_download():
        last.click()
