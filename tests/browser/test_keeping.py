"""What was drawn is still there when the page is loaded anew."""

from PIL import Image

from tests.browser.pointer import (
    clear,
    copied_link,
    draw_and_settle,
    draw_stroke,
    settled,
    shown_digit,
    wait_for_digit,
    wait_until_there,
)
from tests.drawn import DRAWINGS, STROKES

READ = """() => {
    const canvas = document.querySelector("#river .image canvas");
    return [...canvas.getContext("2d").getImageData(0, 0, 28, 28).data].join();
}"""


def draw_crossed_seven(page):
    for stroke in STROKES["crossed 7"]:
        draw_stroke(page, [(x / 280, y / 280) for x, y in stroke])
    wait_for_digit(page, 7)
    return settled(page)


def reload(page):
    page.reload()
    page.locator("#timeline .play").wait_for(state="attached")  # what stands below the film strip
    page.wait_for_function("performance.getEntriesByName('reading').length")
    return page


def test_a_page_that_is_loaded_anew_has_the_drawing_stroke_by_stroke(open_page):
    page = draw_crossed_seven(open_page())
    crossed = page.evaluate(READ)
    reload(page)
    wait_for_digit(page, 7)
    assert settled(page).evaluate(READ) == crossed
    page.locator("#pad .undo").click()
    assert settled(page).evaluate(READ) != crossed
    plain = page.evaluate(READ)
    reload(page).locator("#pad .undo:enabled").wait_for()
    assert settled(page).evaluate(READ) == plain
    clear(page)
    assert shown_digit(reload(page)) == "–"


def test_a_picture_is_kept_as_well(open_page, tmp_path):
    page = open_page()
    Image.fromarray(255 - DRAWINGS["0"]).save(tmp_path / "zero.png")
    page.locator("#pad .file").set_input_files(tmp_path / "zero.png")
    wait_for_digit(page, 0)
    before = settled(page).evaluate(READ)
    reload(page)
    wait_for_digit(page, 0)
    assert settled(page).evaluate(READ) == before


def test_what_was_drawn_on_a_link_is_kept_instead_of_it(open_page):
    page = draw_and_settle(open_page(), 1)
    link = copied_link(page)
    page.goto("about:blank")
    page.goto(link)
    page.locator("#answer .digit").wait_for()
    wait_for_digit(page, 1)
    clear(page)
    draw_and_settle(page, 7)
    reload(page)
    wait_for_digit(page, 7)


def test_another_visit_begins_with_an_empty_pad(open_page, address):
    page = draw_and_settle(open_page(), 7)
    page.goto("about:blank")
    page.goto(address)
    wait_until_there(page)
    assert shown_digit(settled(page)) == "–"
