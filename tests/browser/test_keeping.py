"""What was drawn is still there when the page is loaded anew."""

import pytest
from PIL import Image

from tests.browser.pointer import (
    clear,
    copied_link,
    draw_and_settle,
    draw_digit,
    draw_stroke,
    settled,
    shown_digit,
    wait_for_digit,
    wait_until_there,
)
from tests.drawings import DRAWINGS, STROKES

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


# A site may keep 5 MiB in each. What the tests themselves keep of the first minute is in there.
FILLED = """for (const storage of [localStorage, sessionStorage]) {
    for (let size = 2 ** 22; size >= 1; size /= 2) {
        try {
            storage.setItem("filler", (storage.getItem("filler") ?? "") + "x".repeat(size));
        } catch (error) {
            if (error.name !== "QuotaExceededError") throw error;
        }
    }
}"""
NOTICE = "#pad .notice"


def test_a_page_that_finds_no_room_to_keep_anything_says_so_and_works_on(open_page):
    page = open_page(script=FILLED)
    page.locator(NOTICE, has_text="no room left").wait_for()  # nor for the name of its session
    draw_digit(page, 7)
    wait_for_digit(page, 7)
    page.locator("#correction .deny").click()
    page.locator("#correction .menu").get_by_role("menuitem", name="4", exact=True).click()
    assert page.locator("#correction .collected li").count() == 1
    page.get_by_role("tab", name="Class").click()
    page.locator("#wall .choices button").nth(7).click()
    page.locator("#wall .said", has_text="It is on the wall").wait_for()
    page.locator("#wall .digits .off:visible").wait_for()  # the page knows that it is its own
    page.locator("#wall .digits .off").click()
    page.locator("#wall .digits li").wait_for(state="detached")
    page.locator("#header .language").click()
    page.locator("html[lang=zh-CN]").wait_for()


@pytest.mark.parametrize(
    ("tag", "words"), [("en", "no room left"), ("zh-CN", "没有空间保存")], ids=["en", "zh-CN"]
)
def test_a_drawing_that_cannot_be_kept_any_longer_is_told_once(open_page, tag, words):
    page = open_page(f"/?lang={tag}")
    notice = page.locator(NOTICE)
    draw_digit(page, 7)
    wait_for_digit(page, 7)
    assert notice.is_hidden()
    page.evaluate(FILLED)
    draw_digit(page, 1)
    notice.filter(has_text=words).wait_for()
    draw_digit(page, 1)
    assert notice.is_hidden()
