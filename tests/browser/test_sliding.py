"""THE picture of a convolution: a window runs over the drawing and writes the map cell by cell."""

import numpy as np
import pytest

from tests.browser.chapters import cards_of, open_chapter, wait_for_card

SIDE = 26  # cells of the map
COUNT = SIDE * SIDE
# Which cells are written: those that are not transparent.
WRITTEN = """() => {
    const context = document.querySelector(".sliding .map").getContext("2d");
    const { data } = context.getImageData(0, 0, 26, 26);
    return data.filter((_, i) => i % 4 === 3).map((alpha) => (alpha > 0 ? 1 : 0)).join("");
}"""
SHOWN = "() => document.querySelector('.sliding .value').textContent.length > 0"
RESTING = "() => !document.querySelector('.sliding .play').classList.contains('running')"


def open_picture(open_page, card="window", **options):
    """Open the chapter, put the lesson's drawing on the pad, and turn to a card."""
    page = open_chapter(open_page, "convolution", **options)
    page.locator("#lesson .action").click()
    page.wait_for_function(SHOWN)
    names = cards_of("convolution")
    for following in names[1 : names.index(card) + 1]:
        page.locator("#lesson .next").click()
        wait_for_card(page, following)
    return page


def written(page):
    return np.array(list(page.evaluate(WRITTEN)), int).reshape(SIDE, SIDE)


def at(page):
    """The row and column of the window, by what the picture says of its cell."""
    cell = int(page.locator(".sliding input[type=range]").input_value()) - 1
    return divmod(cell, SIDE)


def drag(page, *cells):
    """Hold the window, by its middle, at the first cell, and drag it to the others."""
    box = page.locator(".sliding .input").bounding_box()
    pixel = box["width"] / 28
    for i, (row, column) in enumerate(cells):
        page.mouse.move(box["x"] + (column + 1.5) * pixel, box["y"] + (row + 1.5) * pixel, steps=2)
        if i == 0:
            page.mouse.down()
    page.mouse.up()


def test_at_first_one_cell_is_written_and_a_hand_writes_those_it_passes(open_page):
    page = open_picture(open_page)
    first = at(page)
    assert written(page).sum() == written(page)[first] == 1
    drag(page, (5, 5), (5, 15))
    expected = np.zeros((SIDE, SIDE), int)
    expected[first] = 1
    expected[5, 5:16] = 1
    np.testing.assert_array_equal(written(page), expected)
    page.locator(".sliding .input").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    expected[6, 15] = expected[6, 16] = 1
    np.testing.assert_array_equal(written(page), expected)
    assert at(page) == (6, 16)


def test_another_kernel_keeps_what_is_written_and_stands_in_the_address(open_page):
    page = open_picture(open_page)
    drag(page, (9, 9), (12, 12))
    before = written(page)
    page.locator(".sliding .nine input").nth(1).fill("3")
    page.wait_for_function("() => document.querySelector('.sliding select').value === ''")
    assert "kernel=-1%2C3%2C1%2C-2%2C0%2C2%2C-1%2C0%2C1" in page.url
    np.testing.assert_array_equal(written(page), before)


def test_the_window_writes_the_whole_map_can_be_held_and_goes_on(open_page):
    page = open_picture(open_page, "slide")
    assert written(page).sum() == 0
    page.locator("#lesson .prediction button").first.click()
    page.locator(".sliding .play.running").wait_for()
    page.locator(".sliding .play").click()
    page.wait_for_function(RESTING)
    held = written(page)
    row, column = at(page)
    assert held.sum() == row * SIDE + column + 1  # those before it, row by row, and its own
    assert held.ravel()[: held.sum()].all()
    page.locator(".sliding .play").click()
    page.locator(".sliding .play.running").wait_for()
    page.wait_for_function(RESTING)
    assert written(page).sum() == COUNT


def test_without_motion_the_map_is_there_at_once_after_the_prediction(open_page):
    page = open_picture(open_page, "slide", reduced_motion="reduce")
    assert written(page).sum() == 0
    page.locator("#lesson .prediction button").first.click()
    page.wait_for_function(f"() => !({WRITTEN})().includes('0')")
    assert not page.locator(".sliding .play").is_visible()
    page.locator(".sliding .input").focus()
    page.keyboard.press("ArrowRight")
    assert at(page) == (0, 1)


def test_only_the_question_hides_its_cell(open_page):
    page = open_picture(open_page, "relu")
    cover = page.locator(".sliding .cover")
    assert not cover.is_visible()
    assert "relu=0" in page.url
    page.locator("#lesson .next").click()
    wait_for_card(page, "question")
    cover.wait_for()
    assert "relu=0" not in page.url
    assert page.locator(".sliding .value").inner_text() == "?"


@pytest.mark.parametrize("size", [(1920, 1080), (390, 664)])
def test_drawing_and_map_stand_side_by_side_and_fill_the_picture(open_page, size):
    page = open_picture(open_page, viewport={"width": size[0], "height": size[1]})
    place, drawing, its_map = (
        page.locator(f"#lesson {part}").bounding_box() for part in (".picture", ".input", ".map")
    )
    assert drawing["x"] + drawing["width"] < its_map["x"]
    both = its_map["x"] + its_map["width"] - drawing["x"]
    assert both >= 0.85 * place["width"]
    if size[0] > size[1]:
        assert place["width"] * place["height"] >= 0.6 * size[0] * size[1]
