"""A person opens, pastes or drops a picture instead of drawing."""

import io

import numpy as np
import pytest
from PIL import Image, ImageFilter

from mnist_cnn import strokes
from tests.browser.pointer import shown_digit, wait_for_digit

SEVEN = [np.array([(70.0, 60), (210, 56), (168, 140), (126, 238)])]
PASTE = """([bytes, type]) => {
    const data = new DataTransfer();
    data.items.add(new File([new Uint8Array(bytes)], "pasted", {type}));
    document.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data}));
}"""


def photo():
    """A digit on paper under a lamp: shadow, noise, blur, JPEG."""
    ink = np.asarray(Image.fromarray(strokes.render(SEVEN, size=600)).filter(ImageFilter.BLUR))
    x, y = np.meshgrid(np.linspace(0, 1, 600), np.linspace(0, 1, 600))
    paper = 215 - 70 * x - 30 * y
    noise = np.random.default_rng(0).normal(0, 4, paper.shape)
    grey = np.clip(paper * (1 - 0.7 * ink / 255) + noise, 0, 255).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(grey).convert("RGB").save(file, "JPEG", quality=70)
    return file.getvalue()


def screenshot():
    """White on black, as from a notes program at night."""
    file = io.BytesIO()
    Image.fromarray(strokes.render(SEVEN)).save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "kind"), [(photo(), "image/jpeg"), (screenshot(), "image/png")]
)
def test_an_opened_picture_is_read(open_page, content, kind):
    page = open_page()
    file = {"name": "picture", "mimeType": kind, "buffer": content}
    page.locator("#pad .file").set_input_files(file)
    wait_for_digit(page, 7)
    page.keyboard.press("Control+z")
    wait_for_digit(page, "–")


def test_a_pasted_picture_is_read(open_page):
    page = open_page()
    page.evaluate(PASTE, [list(screenshot()), "image/png"])
    wait_for_digit(page, 7)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"rubbish", "That file is not a picture this browser can read."),
        ("blank", "No ink was found in that picture."),
    ],
)
def test_an_unusable_picture_gets_a_sentence(open_page, content, words):
    page = open_page()
    if content == "blank":
        file = io.BytesIO()
        Image.new("RGB", (80, 60), "white").save(file, "PNG")
        content = file.getvalue()
    page.locator("#pad .file").set_input_files(
        {"name": "x.png", "mimeType": "image/png", "buffer": content}
    )
    notice = page.locator("#pad .notice")
    notice.wait_for()
    assert notice.inner_text().startswith(words)
    assert shown_digit(page) == "–"
