"""A person goes back in the drawing, and the page reads it as it was."""

import pytest

from tests.browser.pointer import DIGITS, draw_digit, draw_stroke, wait_for_digit

SLIDER = "#timeline .moment"


@pytest.fixture
def page(open_page):
    """A 4 whose second stroke has just been drawn; without it, the network reads no 4."""
    page = open_page()
    draw_digit(page, 4)
    wait_for_digit(page, 4)
    page.wait_for_timeout(200)
    return page


def scrub(page, percent):
    page.locator(SLIDER).evaluate(
        "(slider, value) => { slider.value = value; slider.dispatchEvent(new Event('input')); }",
        percent,
    )


def ink_on_pad(page):
    return page.locator("#pad canvas").first.evaluate(
        """c => c.getContext("2d").getImageData(0, 0, c.width, c.height).data
            .filter((value, i) => i % 4 === 3 && value > 127).length"""
    )


def test_going_back_shows_the_drawing_as_it_was(page):
    whole = ink_on_pad(page)
    scrub(page, 50)
    page.wait_for_function("document.querySelector('#answer .digit').textContent !== '4'")
    assert 0.3 * whole < ink_on_pad(page) < 0.8 * whole
    scrub(page, 100)
    wait_for_digit(page, 4)
    assert ink_on_pad(page) == pytest.approx(whole, rel=0.02)  # painted at once, not bit by bit


def test_a_new_stroke_goes_on_from_the_present(page):
    whole = ink_on_pad(page)
    scrub(page, 20)
    page.wait_for_timeout(200)
    draw_stroke(page, [(0.1, 0.92), (0.2, 0.92)])
    page.wait_for_timeout(200)
    assert ink_on_pad(page) > whole
    assert page.locator(SLIDER).input_value() == "100"


def test_undo_leaves_the_past_that_is_still_true(page):
    page.keyboard.press("Control+z")
    page.wait_for_function("document.querySelector('#answer .digit').textContent !== '4'")
    page.wait_for_timeout(100)
    words = page.locator(SLIDER).get_attribute("aria-valuetext")
    assert words.startswith("100 % of the drawing")
    page.keyboard.press("Control+y")
    wait_for_digit(page, 4)


def test_the_slider_works_by_keyboard_and_says_what_it_shows(page):
    page.locator(SLIDER).focus()
    for _ in range(5):
        page.keyboard.press("PageDown")  # a tenth of the drawing each
    page.wait_for_function(
        """() => {
            const words = document.querySelector("#timeline .moment").ariaValueText ?? "";
            return /^[456]\\d % of the drawing: [^4]/.test(words
                || document.querySelector("#timeline .moment").getAttribute("aria-valuetext"));
        }"""
    )


def test_play_replays_the_drawing(page):
    page.evaluate(
        """() => {
            window.seen = new Set();
            document.addEventListener("mnist_cnn:answer", ({detail}) =>
                window.seen.add(detail.answer.empty ? "" : detail.answer.digit));
        }"""
    )
    page.locator("#timeline .play").click()
    page.wait_for_timeout(3500)
    wait_for_digit(page, 4)
    assert len(page.evaluate("[...window.seen]")) >= 2, "it was read as another digit on the way"


def test_missed_moments_are_asked_for(open_page):
    page = open_page()
    draw_stroke(page, DIGITS[7][0])
    wait_for_digit(page, 7)
    requests = []
    page.on("request", lambda request: requests.append(request.url))
    page.locator(SLIDER).focus()
    page.wait_for_timeout(1500)
    asked = [url for url in requests if url.endswith("&layers=")]
    assert len(asked) <= 48
    requests.clear()
    page.locator(SLIDER).blur()
    page.locator(SLIDER).focus()
    page.wait_for_timeout(500)
    assert len(requests) <= 1, "what is known is not asked for again"


def test_an_empty_pad_has_no_past(open_page):
    page = open_page()
    assert page.locator(SLIDER).is_disabled()
    assert page.get_by_text("While you draw").is_visible()
    draw_digit(page, 1)
    wait_for_digit(page, 1)
    page.wait_for_timeout(200)
    assert page.get_by_text("While you draw").is_hidden()
    page.keyboard.press("Delete")
    page.get_by_text("While you draw").wait_for()
