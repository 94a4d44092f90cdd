"""A person draws with the keys alone."""

import pytest

from tests.browser.pointer import DIGITS, draw_stroke, settled, wait_for_digit


@pytest.fixture
def page(open_page):
    page = open_page()
    page.locator("#pad canvas").first.focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")  # the browser shows focus that came by keyboard
    return page


def press(page, key, times):
    for _ in range(times):
        page.keyboard.press(key)


def draw_one(page):
    press(page, "Shift+ArrowUp", 5)
    page.keyboard.press("Space")
    press(page, "Shift+ArrowDown", 10)
    page.keyboard.press("Space")


def test_a_one_is_drawn_with_arrows_and_space(page):
    assert page.locator("#pad .cursor").is_visible()
    assert page.get_by_text("Arrow keys move").is_visible()
    draw_one(page)
    wait_for_digit(page, 1)
    assert page.locator("#pad .spoken").inner_text() == "pen up"


def test_a_seven_needs_a_diagonal(page):
    page.evaluate(
        """() => document.addEventListener("mnist_cnn:answer", ({detail}) => {
            window.marks = detail.frame.marks;
        })"""
    )
    press(page, "Shift+ArrowUp", 5)
    press(page, "Shift+ArrowLeft", 4)
    page.keyboard.press("Enter")
    press(page, "Shift+ArrowRight", 8)
    page.keyboard.down("ArrowLeft")  # two arrows at once
    press(page, "Shift+ArrowDown", 5)
    page.keyboard.up("ArrowLeft")
    press(page, "Shift+ArrowDown", 5)
    page.keyboard.press("Escape")
    wait_for_digit(page, 7)
    settled(page)
    xs = page.evaluate("() => window.marks[0].points.filter((_, i) => i % 2 === 0)")
    assert max(xs) - xs[-1] == pytest.approx(4 + 5 * 16, abs=1)


def test_moving_without_the_pen_draws_nothing(page):
    press(page, "ArrowRight", 20)
    assert page.locator("#answer .digit").inner_text() == "–"
    assert page.locator("#pad .undo").is_disabled()


def test_the_cursor_stays_on_the_pad(page):
    press(page, "Shift+ArrowLeft", 30)
    box = page.locator("#pad .cursor").bounding_box()
    pad = page.locator("#pad canvas").first.bounding_box()
    assert box["x"] + box["width"] / 2 == pytest.approx(pad["x"], abs=3)


def test_a_keyboard_stroke_is_undone_whole(page):
    draw_one(page)
    wait_for_digit(page, 1)
    page.keyboard.press("Control+z")
    wait_for_digit(page, "–")


def test_leaving_the_pad_lifts_the_pen(page):
    page.keyboard.press("Space")
    press(page, "Shift+ArrowDown", 3)
    page.keyboard.press("Tab")
    assert page.locator("#pad .spoken").inner_text() == "pen up"


def test_a_held_space_bar_lowers_the_pen_once(page):
    press(page, "Shift+ArrowUp", 5)
    page.keyboard.down("Space")
    page.keyboard.down("Space")  # what a browser sends while a key is held
    page.keyboard.up("Space")
    press(page, "Shift+ArrowDown", 10)
    page.keyboard.press("Space")
    wait_for_digit(page, 1)


def test_the_pointer_takes_over_from_the_keys(page):
    page.keyboard.press("Space")
    press(page, "ArrowDown", 2)
    draw_stroke(page, DIGITS[7][0])
    press(page, "Shift+ArrowRight", 3)  # the pen is up again
    page.wait_for_timeout(200)
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    wait_for_digit(page, "–")


def test_the_space_bar_does_nothing_while_the_pointer_draws(page):
    draw_stroke(page, DIGITS[7][0], lift=False)
    page.keyboard.press("Space")
    press(page, "Shift+ArrowDown", 3)
    page.mouse.up()
    wait_for_digit(page, 7)
    page.keyboard.press("Control+z")
    wait_for_digit(page, "–")


def test_escape_lifts_the_pen_and_closes_nothing(page):
    draw_one(page)
    wait_for_digit(page, 1)
    page.locator("#river .tile[data-layer=conv1]").first.click()
    lens = page.locator("#lens .lens")
    lens.wait_for()
    page.locator("#pad canvas").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Escape")
    assert page.locator("#pad .spoken").inner_text() == "pen up"
    assert lens.is_visible()
    page.keyboard.press("Escape")
    lens.wait_for(state="hidden")
