"""Browsers of 2023, as the last of many a phone and tablet in schools: Safari 16.3, Chrome 112."""

import re

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.correcting import deny
from tests.browser.pointer import draw_digit, wait_for_digit
from tests.browser.training import SHORT, start, wait_for_state
from tests.drawings import DRAWINGS
from tests.serving import ROOT

# What they lack of all that the page, or a thoughtless change to it, could use.
OLDER = """
delete window.OffscreenCanvas;
delete window.OffscreenCanvasRenderingContext2D;
delete AbortSignal.any;
delete Element.prototype.checkVisibility;
delete Promise.withResolvers;
delete Object.groupBy;
delete Array.fromAsync;
delete URL.canParse;
delete URL.parse;
for (const name of ["union", "intersection", "difference"]) delete Set.prototype[name];
for (const name of ["map", "filter", "some", "toArray"]) delete Iterator.prototype[name];
for (const name of ["popover", "showPopover", "hidePopover", "togglePopover"]) {
  delete HTMLElement.prototype[name];
}
"""
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
TABLET = {"viewport": {"width": 810, "height": 1080}, "has_touch": True}
SIZES = {"desktop": {}, "phone": PHONE, "tablet": TABLET}
FILES = sorted((ROOT / "mnist_cnn/page/components").rglob("*.css"))


@pytest.fixture(scope="module")
def address(stage):
    return stage


@pytest.fixture
def open_older(open_page):
    def open_older(path="/", **options):
        return open_page(path, script=OLDER, **options)

    return open_older


def beside(menu, button):
    """Whether a menu is inside the window, and right above or below its button."""
    box, other = menu.bounding_box(), button.bounding_box()
    below = box["y"] - (other["y"] + other["height"])
    above = other["y"] - (box["y"] + box["height"])
    size = menu.page.viewport_size
    inside = box["x"] >= 0 and box["x"] + box["width"] <= size["width"]
    return inside and (0 <= below < 8 or 0 <= above < 8)


@pytest.mark.parametrize("size", SIZES)
def test_menus_open_beside_their_buttons_and_close(open_older, size):
    page = open_older(**SIZES[size])
    draw_digit(page, 7)
    wait_for_digit(page, 7)
    for name in ("save", "deny"):
        button = page.locator(f"button.{name}")
        menu = page.locator(f"#{name}-menu")
        expect(menu).to_be_hidden()
        button.click()
        expect(menu).to_be_visible()
        assert beside(menu, button)
        assert button.get_attribute("aria-expanded") == "true"
        page.locator("#river .counter").click()
        expect(menu).to_be_hidden()
        button.press("ArrowDown")
        expect(menu.get_by_role("menuitem").first).to_be_focused()
        page.keyboard.press("Escape")
        expect(menu).to_be_hidden()
        expect(button).to_be_focused()
        button.click()
        button.click()
        expect(menu).to_be_hidden()


def test_a_layer_is_saved_and_a_digit_corrected(open_older):
    page = open_older()
    draw_digit(page, 7)
    wait_for_digit(page, 7)
    page.locator("button.save").click()
    with page.expect_download() as download:
        page.get_by_role("menuitem", name="conv1").click()
    assert download.value.suggested_filename.endswith(".png")
    deny(page, 1)
    page.locator("#correction .collected li").wait_for()


def test_a_picture_is_opened_and_looked_into(open_older, tmp_path):
    page = open_older()
    Image.fromarray(255 - DRAWINGS["0"]).save(tmp_path / "zero.png")
    page.locator("#pad .file").set_input_files(tmp_path / "zero.png")
    wait_for_digit(page, 0)
    page.locator("#actions .why").click()
    page.locator("#pad canvas.heat").wait_for()
    page.locator('#river .tile[data-layer="image"]').click()
    page.locator("#lens .working canvas").first.wait_for()


def test_a_digit_goes_on_the_wall(open_older):
    page = open_older("/?view=class")
    draw_digit(page, 7)
    wait_for_digit(page, 7)
    page.locator("#wall .choices button").nth(7).click()
    page.locator("#wall .digits li").wait_for()


def test_a_training_draws_its_curves(open_older):
    page = open_older("/?view=train")
    start(page, **SHORT)
    wait_for_state(page, "Trained")
    painted = "c => c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some(Boolean)"
    assert page.locator("#train .curves canvas").first.evaluate(painted)


def test_nested_rules_begin_with_a_sign():
    """Gradio nests a component's style in its id: before Safari 17.2, ``& li`` and not ``li``."""
    nameless = {path.stem: unsigned(path.read_text("utf-8")) for path in FILES}
    assert len(nameless) > 20
    assert {name: rules for name, rules in nameless.items() if rules} == {}


def unsigned(style):
    """The selectors of a style that begin with an element's name."""
    style = re.sub(r"/\*.*?\*/", "", style, flags=re.DOTALL)
    selectors = [found.strip() for found in re.findall(r"([^{};]+)\{", style)]
    parts = [
        part
        for found in selectors
        if not found.startswith("@")
        for part in re.split(r",\s*(?![^(]*\))", found)
    ]
    return [part for part in parts if part[0].isalpha()]
