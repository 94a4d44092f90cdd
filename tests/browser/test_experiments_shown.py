"""Experiments of the lesson as a person meets them: predicted first, then dragged or played."""

import re

from playwright.sync_api import expect

from tests.browser.chapters import act, open_chapter
from tests.browser.pointer import draw_and_settle

CORNER = "#lesson .draggable"


def opened(open_page, chapter, card, more="", **options):
    """A card with a 7 on the pad."""
    page = open_chapter(open_page, chapter, more=f"&card={card}{more}", **options)
    return draw_and_settle(page, 7)


def placed(page):
    """Left, top and size of the small digit, as the address has them."""
    return tuple(map(int, re.search(r"at=(\d+)%2C(\d+)%2C(\d+)", page.url).groups()))


def test_what_answers_a_prediction_is_shown_after_it(open_page):
    page = opened(open_page, "training", "heart")
    curves = page.locator("#lesson .curves")
    expect(curves.locator("polyline.training")).to_be_visible()
    expect(curves.locator("polyline.test")).to_be_hidden()
    act(page)
    expect(curves.locator("polyline.test")).to_be_visible()
    expect(curves.locator("text.gap")).to_be_visible()
    expect(page.get_by_role("button", name="100 digits", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )


def test_a_small_digit_is_dragged_with_pointer_and_keys(open_page):
    page = opened(open_page, "failures", "corner")
    act(page)
    expect(page.locator("#lesson .misread")).to_be_visible()
    page.locator(CORNER).focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_url(re.compile("at=1%2C0%2C"))
    page.keyboard.press("ArrowDown")
    page.wait_for_url(re.compile("at=1%2C1%2C"))
    left, top, size = placed(page)
    box = page.locator(CORNER).bounding_box()  # its canvas is replaced while it is read
    cell = box["width"] / 28
    page.mouse.move(box["x"] + 4 * cell, box["y"] + 4 * cell)
    page.mouse.down()
    page.mouse.move(box["x"] + 11 * cell, box["y"] + 10 * cell, steps=4)
    page.mouse.up()
    page.wait_for_url(re.compile(f"at={left + 7}%2C{top + 6}%2C{size}"))
    page.locator("#lesson .epochs input").fill("20")
    page.wait_for_url(re.compile("%2C20"))


def test_a_link_into_the_corner_does_not_answer_before_the_prediction(open_page):
    page = opened(open_page, "failures", "corner", "&at=corner")
    expect(page.locator("#lesson .beside .same")).to_be_visible()
    expect(page.locator("#lesson .misread")).to_have_count(0)
    assert "at=" not in page.url


def test_the_squares_are_read_with_the_keyboard(open_page):
    page = opened(open_page, "translation", "squares")
    act(page)
    readout = page.locator("#lesson .readout")
    expect(readout).to_contain_text("→0 · ")
    page.locator("#lesson .squares canvas").first.focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowUp"):
        page.keyboard.press(key)
    expect(readout).to_contain_text("→2 ↑1 · ")
    assert "dx=2&dy=-1" in page.url


def test_the_epoch_is_set_with_the_slider_once_its_curves_are_there(open_page):
    page = open_chapter(open_page, "training", more="&card=learn")
    slider = page.locator("#lesson .epochs input")
    expect(slider).to_be_disabled()
    draw_and_settle(page, 7)
    expect(slider).to_be_enabled()
    slider.fill("1")
    page.wait_for_url(re.compile("epoch=1"))
    expect(page.locator("#lesson .epochs output")).to_have_text("1")


def test_the_steps_left_out_begin_with_those_that_fail(open_page):
    page = opened(open_page, "failures", "without")
    figures = page.locator("#lesson .fitted figure")
    expect(figures).to_have_count(9)
    wrong = figures.evaluate_all("all => all.map((one) => one.classList.contains('wrong'))")
    assert not wrong[0]  # with nothing left out
    assert wrong[1]
    assert wrong[1:] == sorted(wrong[1:], reverse=True)


def test_training_leads_to_train_and_back(open_page):
    page = opened(open_page, "training", "train")
    page.locator("#lesson .bars").first.wait_for()
    page.locator("#lesson .action").click()
    expect(page.locator("body")).to_have_attribute("data-view", "train")
    page.go_back()
    expect(page.locator("#lesson .card")).to_be_visible()
