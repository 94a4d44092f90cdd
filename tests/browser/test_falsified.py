"""Browsers that alter what a page reads back from a canvas: Brave gives noise, Tor white."""

import pytest
from PIL import Image

from tests.browser.pointer import draw_and_settle, settled, shown_digit, wait_for_digit
from tests.drawings import DRAWINGS

# `altered`: the browser does so; `readBack`: how often a page has read. A page that is loaded anew
# is altered as well.
ALTERED = """
window.readBack = 0;
window.altered = true;
{
    const [context, canvas, offscreen] =
        [CanvasRenderingContext2D, HTMLCanvasElement, OffscreenCanvas].map((one) => one.prototype);
    const level = () => LEVEL;
    const {getImageData, putImageData} = context;
    const noisy = (image) => {
        if (window.altered) image.data.forEach((_, i) => (image.data[i] = level()));
        return image;
    };
    for (const one of [context, OffscreenCanvasRenderingContext2D.prototype]) {
        const read = one.getImageData;
        one.getImageData = function (...area) {
            window.readBack++;
            return noisy(read.apply(this, area));
        };
    }
    for (const [one, name] of
        [[canvas, "toBlob"], [canvas, "toDataURL"], [offscreen, "convertToBlob"]]) {
        const written = one[name];
        one[name] = function (...options) {
            window.readBack++;
            if (!window.altered) return written.apply(this, options);
            const {width, height} = this;
            const copy = name === "convertToBlob"
                ? new OffscreenCanvas(width, height)
                : Object.assign(document.createElement("canvas"), {width, height});
            const image = noisy(new ImageData(width, height));
            putImageData.call(copy.getContext("2d"), image, 0, 0);
            return written.apply(copy, options);
        };
    }
}
"""
BROWSERS = {"Brave": "Math.random() * 256", "Tor": "255"}
SENTENCE = "Your browser alters the pictures that pages read"
PERCENTS = "() => [...document.querySelectorAll('#answer .percent')].map((e) => e.textContent)"
PUT = """(pixels) => document.dispatchEvent(new CustomEvent("mnist_cnn:picture", {
    detail: {width: 28, height: 28, pixels: Uint8Array.from(pixels)},
}))"""


@pytest.fixture
def open_altered(open_page):
    def open_altered(name):
        return open_page(script=ALTERED.replace("LEVEL", BROWSERS[name]))

    return open_altered


@pytest.fixture
def seven(tmp_path):
    Image.fromarray(255 - DRAWINGS["crossed 7"]).save(tmp_path / "seven.png")
    return tmp_path / "seven.png"


@pytest.mark.parametrize("name", BROWSERS)
def test_a_drawing_is_read_as_everywhere_and_never_read_back(open_page, open_altered, name):
    usual = draw_and_settle(open_page(), 7).evaluate(PERCENTS)
    page = draw_and_settle(open_altered(name), 7)
    assert page.evaluate(PERCENTS) == usual
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+y")
    page.reload()
    page.locator("#answer .digit").wait_for()
    wait_for_digit(page, 7)
    assert settled(page).evaluate(PERCENTS) == usual
    assert page.evaluate("window.readBack") == 0


@pytest.mark.parametrize("name", BROWSERS)
def test_ink_that_comes_from_elsewhere_is_never_read_back(open_altered, name):
    page = open_altered(name)
    small = Image.fromarray(DRAWINGS["crossed 7"]).resize((28, 28), Image.Resampling.BOX)
    page.evaluate(PUT, list(small.tobytes()))
    wait_for_digit(page, 7)
    page.reload()
    page.locator("#answer .digit").wait_for()
    wait_for_digit(page, 7)
    assert page.evaluate("window.readBack") == 0


@pytest.mark.parametrize("name", BROWSERS)
def test_a_picture_is_opened_once_that_is_allowed(open_altered, seven, name):
    page = open_altered(name)
    notice = page.locator("#pad .notice")
    page.locator("#pad .file").set_input_files(seven)
    notice.get_by_text(SENTENCE).wait_for()
    assert shown_digit(settled(page)) == "–"
    page.evaluate("window.altered = false")
    page.locator("#pad .file").set_input_files(seven)
    wait_for_digit(page, 7)
    assert notice.is_hidden()


@pytest.mark.parametrize("name", BROWSERS)
def test_a_picture_is_saved_once_that_is_allowed(open_altered, name):
    page = draw_and_settle(open_altered(name), 7)
    files = []
    page.on("download", lambda file: files.append(file))
    save = page.locator("#actions .save")
    drawing = page.get_by_role("menuitem", name="Drawing (PNG)", exact=True)
    save.click()
    drawing.click()
    page.get_by_text(SENTENCE).wait_for()
    assert files == []
    page.evaluate("window.altered = false")
    save.click()
    with page.expect_download() as download:
        drawing.click()
    assert download.value.suggested_filename == "digit-7-drawing.png"


def test_a_changed_last_bit_spoils_no_picture(open_page, seven):
    """As Brave and Safari change some, where they are not strict."""
    script = """{
        const one = CanvasRenderingContext2D.prototype;
        const read = one.getImageData;
        one.getImageData = function (...area) {
            const image = read.apply(this, area);
            image.data.forEach((level, i) => (image.data[i] = level ^ 1));
            return image;
        };
    }"""
    page = open_page(script=script)
    page.locator("#pad .file").set_input_files(seven)
    wait_for_digit(page, 7)
