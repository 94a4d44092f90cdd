"""A person draws, and the page answers while the pen moves."""

import itertools
from urllib.parse import urlparse

import pytest

from tests.browser.pointer import (
    DIGITS,
    colors,
    draw_digit,
    draw_stroke,
    place,
    shown_digit,
    unfold,
    wait_for_digit,
    wait_until_there,
)

LAYERS = ["conv1", "pool1", "conv2", "pool2", "conv3", "flatten", "dense1", "softmax"]


@pytest.mark.parametrize("digit", DIGITS)
def test_a_drawn_digit_is_read(open_page, digit):
    page = open_page()
    draw_digit(page, digit)
    wait_for_digit(page, digit)


def test_everything_is_shown_for_a_drawn_seven(open_page):
    page = open_page(viewport={"width": 1280, "height": 1700})
    draw_digit(page, 7)
    wait_for_digit(page, 7)
    assert colors(page, "#river .image canvas") > 3
    percents = page.locator("#answer .percent").all_inner_texts()
    assert percents[7] == "99.9%"
    assert set(percents[:7]) == {""}, "numbers only from one percent on"
    assert page.locator("#answer .winner .label").inner_text() == "7"
    unfold(page)
    for layer in LAYERS:
        least = 2 if layer == "softmax" else 3  # a sure answer: one bright cell among dark ones
        assert colors(page, f"#maps [data-layer={layer}] canvas") >= least, layer


def test_answer_comes_while_the_pen_is_down(open_page):
    page = open_page()
    draw_stroke(page, DIGITS[7][0], lift=False)
    wait_for_digit(page, 7)
    page.mouse.up()


def test_the_newest_drawing_wins(open_page):
    page = open_page()
    draw_digit(page, 1)
    draw_stroke(page, [(0.5, 0.18), (0.2, 0.22)])
    page.keyboard.press("Delete")
    draw_digit(page, 0)
    wait_for_digit(page, 0)
    page.wait_for_timeout(300)
    assert shown_digit(page) == "0"


def test_pen_to_maps_is_measured_for_anyone_to_read(open_page):
    page = open_page()
    draw_digit(page, 7)
    wait_for_digit(page, 7)
    durations = page.evaluate("performance.getEntriesByName('pen-to-maps').map(e => e.duration)")
    assert durations
    assert all(duration > 0 for duration in durations)


def test_no_request_leaves_the_host(open_page, address):
    hosts = set()
    page = open_page()
    page.on("request", lambda request: hosts.add(urlparse(request.url).netloc))
    page.reload()
    wait_until_there(page)
    draw_digit(page, 7)
    wait_for_digit(page, 7)
    assert hosts - {""} == {urlparse(address).netloc}  # "" is the host of blob: and data:


def test_an_empty_pad_asks_for_a_digit(open_page):
    page = open_page()
    assert shown_digit(page) == "–"
    assert page.locator("#answer .invitation").inner_text() == "Draw a digit"
    draw_digit(page, 7)
    wait_for_digit(page, 7)
    assert page.locator("#answer .invitation").is_hidden()
    page.locator("#pad .clear").click()
    wait_for_digit(page, "–")
    assert colors(page, "#river .image canvas") == 1


def test_undo_redo_and_clear_by_keyboard(open_page):
    page = open_page()
    draw_digit(page, 1)
    wait_for_digit(page, 1)
    page.keyboard.press("Delete")
    wait_for_digit(page, "–")
    page.keyboard.press("Control+z")
    wait_for_digit(page, 1)
    page.keyboard.press("Control+z")
    wait_for_digit(page, "–")
    page.keyboard.press("Control+y")
    wait_for_digit(page, 1)


INKED = "c => c.getContext('2d').getImageData(0,0,c.width,c.height).data.filter(Boolean).length"


def test_eraser_takes_ink_away(open_page):
    page = open_page()
    draw_digit(page, 1)
    draw_stroke(page, [(0.5, 0.18), (0.12, 0.18)])
    wait_for_digit(page, 7)
    before = page.locator("#pad canvas").first.evaluate(INKED)
    page.keyboard.press("e")
    page.locator("#pad .size").fill("44")
    for x in (0.08, 0.18, 0.28, 0.37):
        draw_stroke(page, [(x, 0.05), (x, 0.35)])
    wait_for_digit(page, 1)
    assert page.locator("#pad canvas").first.evaluate(INKED) < before
    assert page.locator("#pad .eraser").get_attribute("aria-pressed") == "true"


def test_brush_size_changes_the_stroke(open_page):
    page = open_page()
    page.locator("#pad .size").fill("4")
    draw_digit(page, 1)
    thin = page.locator("#pad canvas").evaluate(INKED)
    page.keyboard.press("Delete")
    for _ in range(8):
        page.keyboard.press("]")
    draw_digit(page, 1)
    assert page.locator("#pad canvas").evaluate(INKED) > 3 * thin


def test_a_small_digit_in_the_corner_is_read(open_page):
    page = open_page()
    page.locator("#pad .size").fill("6")
    draw_stroke(page, [(0.85 + x * 0.14, 0.85 + y * 0.14) for x, y in DIGITS[7][0]])
    wait_for_digit(page, 7)


def test_a_dot_and_a_line_along_the_edge_are_harmless(open_page):
    page = open_page()
    page.mouse.click(*place(page, 0.5, 0.5))
    page.wait_for_function("document.querySelector('#answer .digit').textContent !== '–'")
    page.keyboard.press("Delete")
    draw_stroke(page, [(0.001, 0.05), (0.001, 0.95)])
    wait_for_digit(page, 1)


def test_a_finger_draws_and_does_not_scroll(open_page):
    page = open_page(
        viewport={"width": 390, "height": 844},
        has_touch=True,
        is_mobile=True,
        device_scale_factor=3,
    )
    session = page.context.new_cdp_session(page)
    points = [place(page, *point) for point in DIGITS[7][0]]

    def touch(kind, *at):
        fingers = [{"x": x, "y": y} for x, y in at]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": fingers})

    touch("touchStart", points[0])
    for (x0, y0), (x1, y1) in itertools.pairwise(points):
        for i in range(1, 9):
            touch("touchMove", (x0 + (x1 - x0) * i / 8, y0 + (y1 - y0) * i / 8))
    touch("touchEnd")
    wait_for_digit(page, 7)
    assert page.evaluate("scrollY") == 0
