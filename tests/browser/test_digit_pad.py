"""``DigitPad`` in other people's Gradio apps: from the pad to Python, and back."""

import functools
import queue
import subprocess
import sys
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import gradio as gr
import numpy as np
import pytest
from PIL import Image

from mnist_cnn import DigitPad
from mnist_cnn.page.build.assets import sources
from mnist_cnn.page.build.bundle import needed
from mnist_cnn.reading.ink import PictureError
from tests.browser.pointer import DIGITS
from tests.serving import ROOT

README = """\
import gradio as gr
from mnist_cnn import DigitPad, read


def answer(ink):
    return None if ink is None else dict(zip("0123456789", read(ink).probabilities.tolist()))


with gr.Blocks() as demo:
    pad, label = DigitPad(), gr.Label()
    pad.change(answer, pad, label)

demo.launch()
"""
BAR = np.zeros((28, 28), np.uint8)
BAR[5:23, 12:16] = 255


@dataclass
class App:
    """Two pads, ``first`` and ``second``, and what the listeners of their changes got."""

    address: str = ""
    first: queue.SimpleQueue = field(default_factory=queue.SimpleQueue)
    second: queue.SimpleQueue = field(default_factory=queue.SimpleQueue)

    def ink(self, pad):
        """The ink that a listener got next; fails where it gets nothing for long."""
        return getattr(self, pad).get(timeout=30)


@pytest.fixture(scope="module")
def pads():
    app = App()
    with gr.Blocks() as demo:
        with gr.Row():
            with gr.Column():
                first = DigitPad(elem_id="first")
            with gr.Column():
                second = DigitPad(BAR, language="zh-CN", elem_id="second")
        first.change(app.first.put, first)
        second.change(app.second.put, second)
        for name, value in {"none": None, "bar": BAR, "photo": Image.fromarray(255 - BAR)}.items():
            gr.Button(name, elem_id=name).click(functools.partial(_same, value), None, first)
    _, app.address, _ = demo.launch(prevent_thread_lock=True, quiet=True)
    yield app
    demo.close()


@pytest.fixture
def page(pads, window):
    """The page of the two pads, of which nothing is in the queues."""
    window.goto(pads.address)
    window.locator("#second .undo:enabled").wait_for()
    pads.first, pads.second = _emptied(pads.first), _emptied(pads.second)
    return window


def _same(value):
    return value


def _emptied(waiting):
    while not waiting.empty():
        waiting.get()
    return waiting


def draw(page, pad, digit):
    box = page.locator(f"{pad} canvas").bounding_box()
    for stroke in DIGITS[digit]:
        places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in stroke]
        page.mouse.move(*places[0])
        page.mouse.down()
        for place in places[1:]:
            page.mouse.move(*place, steps=3)
        page.mouse.up()


def test_the_lines_of_the_readme_read_what_is_drawn(window):
    made = {}
    exec(README.replace("demo.launch()", ""), made)
    _, address, _ = made["demo"].launch(prevent_thread_lock=True, quiet=True)
    try:
        window.goto(address)
        window.locator(".pad .undo:disabled").wait_for()
        draw(window, ".pad", 7)
        window.locator("h2", has_text="7").wait_for()
    finally:
        made["demo"].close()


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_the_readme_shows_these_lines(name):
    assert f"```python\n{README}```" in (ROOT / name).read_text(encoding="utf-8")


def test_a_listener_gets_ink_that_is_read_as_what_was_drawn(page, pads, reader):
    draw(page, "#first", 7)
    ink = pads.ink("first")
    assert (ink.shape, ink.dtype, ink.min(), ink.max()) == ((280, 280), np.uint8, 0, 255)
    assert reader(ink).digit == 7
    assert page.locator("#first .invitation").is_hidden()
    assert pads.second.empty()


def test_undo_redo_and_clear_reach_the_listener(page, pads):
    draw(page, "#first", 1)
    ink = pads.ink("first")
    page.locator("#first .undo").click()
    assert pads.ink("first") is None
    page.locator("#first .redo").click()
    assert np.array_equal(pads.ink("first"), ink)
    page.locator("#first .clear").click()
    assert pads.ink("first") is None
    assert page.locator("#first .invitation").is_visible()


def test_the_eraser_takes_ink_away(page, pads):
    draw(page, "#first", 1)
    before = pads.ink("first")
    page.locator("#first .eraser").click()
    draw(page, "#first", 7)
    after = pads.ink("first")
    assert 0 < np.count_nonzero(after) < np.count_nonzero(before)


def test_keys_are_for_the_pad_that_was_drawn_on_last(page, pads):
    draw(page, "#first", 1)
    pads.ink("first")
    draw(page, "#second", 1)
    both = pads.ink("second")
    page.keyboard.press("Control+z")
    assert np.count_nonzero(pads.ink("second")) < np.count_nonzero(both)
    assert pads.first.empty()
    page.locator("#none").focus()
    page.keyboard.press("Delete")  # of a person who works elsewhere on the page
    page.locator("#first .undo").click()
    assert pads.ink("first") is None
    assert pads.second.empty()


def test_the_keyboard_draws(page, pads):
    page.locator("#first canvas").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Space")
    ink = pads.ink("first")
    assert ink[150, 140] == 255
    assert ink[120, 140] == 0


def test_python_clears_the_pad(page, pads):
    draw(page, "#first", 1)
    ink = pads.ink("first")
    page.locator("#none").click()
    page.locator("#first .invitation").wait_for()
    assert pads.ink("first") is None
    page.locator("#first .undo").click()
    assert np.array_equal(pads.ink("first"), ink)


def test_an_empty_pad_that_python_clears_has_not_changed(page, pads):
    for _ in range(2):
        page.locator("#none").click()
        page.wait_for_timeout(500)
    assert pads.first.empty()


@pytest.mark.parametrize("button", ["bar", "photo"])
def test_python_puts_a_picture_on_the_pad(page, pads, button):
    page.locator(f"#{button}").click()
    ink = pads.ink("first")
    assert ink[140, 140] == 255
    assert 0.8 < np.mean(ink > 127) / np.mean(BAR > 127) < 1.2
    assert page.locator("#first .invitation").is_hidden()
    draw(page, "#first", 7)
    more = pads.ink("first")
    assert np.count_nonzero(more) > np.count_nonzero(ink)
    assert np.all(more >= ink)


def test_the_first_value_is_on_the_pad(page):
    assert page.locator("#first .invitation").is_visible()
    assert page.locator("#second .invitation").is_hidden()


def test_each_pad_speaks_the_language_it_was_given_or_the_browser_s(page):
    assert page.locator("#first .clear").inner_text() == "Clear"
    assert page.locator("#second .clear").inner_text() == "清空"
    labels = page.locator("#second [data-label]").evaluate_all(
        "parts => parts.map((part) => part.getAttribute('aria-label'))"
    )
    assert len(labels) == 8
    assert all(labels)


def test_no_two_pads_share_an_id(page):
    ids = page.locator("[id$=keys]").evaluate_all("parts => parts.map(({ id }) => id)")
    described = page.locator(".pad canvas").evaluate_all(
        "parts => parts.map((part) => part.getAttribute('aria-describedby'))"
    )
    assert len(set(ids)) == 2
    assert ids == described


def test_nothing_is_asked_for_beside_what_gradio_asks_for(pads, window):
    asked = []
    window.on("request", lambda request: asked.append(urlsplit(request.url)))
    window.goto(pads.address)
    window.locator("#second .undo:enabled").wait_for()
    draw(window, "#first", 1)
    pads.ink("first")
    assert {url.netloc for url in asked if url.scheme.startswith("http")} == {
        urlsplit(pads.address).netloc
    }
    assert [url.path for url in asked if "mnist_cnn" in url.path] == []


@pytest.mark.parametrize("dark", [False, True])
def test_ink_stands_out_from_the_paper_in_the_light_and_in_the_dark(pads, window, dark):
    window.emulate_media(color_scheme="dark" if dark else "light")
    window.goto(pads.address)
    window.locator("#second .undo:enabled").wait_for()
    red = window.locator("#second canvas").evaluate(
        """(canvas) => {
            const middle = canvas.width / 2;
            return canvas.getContext("2d").getImageData(middle, middle, 1, 1).data[0];
        }"""
    )
    assert (red > 200) == dark
    assert (red < 60) != dark


def test_on_a_phone_it_is_as_wide_as_its_place_and_its_tools_in_one_row(page):
    page.set_viewport_size({"width": 390, "height": 844})
    paper = page.locator("#first .paper").bounding_box()
    assert paper["x"] >= 0
    assert 260 < paper["width"] < 390
    tops = page.locator("#first .tools button").evaluate_all(
        "buttons => buttons.map((button) => button.getBoundingClientRect().top)"
    )
    assert min(tops) > paper["y"] + paper["height"]
    assert len(set(tops)) == 1


def test_in_an_interface_it_is_submitted_and_cleared(window, reader):
    demo = gr.Interface(lambda ink: str(reader(ink).digit), DigitPad(), gr.Text(elem_id="read"))
    _, address, _ = demo.launch(prevent_thread_lock=True, quiet=True)
    try:
        window.goto(address)
        window.locator(".pad .undo:disabled").wait_for()
        draw(window, ".pad", 4)
        window.get_by_role("button", name="Submit").click()
        window.wait_for_function("document.querySelector('#read textarea').value === '4'")
        window.locator("button:not(.clear)", has_text="Clear").click()
        window.locator(".pad .invitation").wait_for()
    finally:
        demo.close()


@pytest.mark.parametrize(
    ("payload", "sentence"),
    [("%", "is base64"), ("AAAA", "is 78400 bytes, not 3"), (7, "is base64"), ("ü", "is base64")],
)
def test_what_is_no_ink_is_refused(payload, sentence):
    with pytest.raises(gr.Error, match=sentence):
        DigitPad().preprocess(payload)


def test_what_is_no_picture_is_refused():
    with pytest.raises(PictureError, match="Scale its numbers"):
        DigitPad(np.full((28, 28), 300))


def test_it_brings_only_the_pad_s_own_modules():
    brought = needed(sources(), "components/pad/digit-pad.js")
    folders = {name.rpartition("/")[0] for name in brought}
    assert folders <= {"components/pad", "dom", "locales", "painting", "reader"}
    assert "locales/words.js" not in brought
    assert "components/pad/pad.js" not in brought


def test_no_stub_is_written_beside_it():
    """Gradio writes a stub for each new component class."""
    program = "import sys, gradio, mnist_cnn\nmnist_cnn.DigitPad\nprint('keras' in sys.modules)"
    outcome = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert outcome.stdout == "False\n", outcome.stderr
    assert list((ROOT / "mnist_cnn").rglob("*.pyi")) == []
