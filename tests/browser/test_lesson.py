"""The lesson in a real browser: every chapter in both languages, its picture, button, question."""

import re

import pytest

from mnist_cnn.lesson.text import CHAPTERS
from tests.browser.accessibility import serious, turn_the_light
from tests.browser.chapters import SHOWN, act, open_chapter, title, turn_to, wipe
from tests.browser.pointer import (
    draw_and_settle,
    draw_digit,
    draw_stroke,
    painted,
    unfold,
    wait_for_digit,
)
from tests.browser.windows import USUAL
from tests.browser.words import CHINESE, LATIN, NAMES, TAGS, at_rest


@pytest.fixture(scope="module")
def lesson(open_for_all):
    """A page with the lesson."""
    return open_chapter(open_for_all, CHAPTERS[0])


@pytest.fixture
def page(lesson):
    """The same with an empty pad, in the light, for tests that begin by turning to a chapter."""
    wipe(lesson)
    yield lesson
    lesson.set_viewport_size(USUAL["viewport"])
    turn_the_light(lesson, "light")
    assert lesson.locator("body").get_attribute("data-view") == "lesson"


@pytest.mark.parametrize("tag", TAGS)
@pytest.mark.parametrize("name", CHAPTERS)
def test_each_chapter_sets_up_pad_picture_and_question(page, name, tag):
    turn_to(page, name, tag)
    assert page.locator("#lesson .prose p").count() >= 2
    assert "{" not in page.locator("#lesson .prose").inner_text()
    if name == "training":  # its button leads to another view
        draw_digit(page, 7)
    else:
        page.locator("#lesson .action").click()
    page.locator(SHOWN).first.wait_for()
    page.locator("#lesson .quiz:visible").wait_for()
    wait_for_digit(page, 7)
    strings = " ".join(at_rest(page))
    assert "{" not in page.locator("#lesson").inner_text()
    assert page.locator("#lesson .trouble").inner_text() == ""
    if tag == "en":
        assert CHINESE.findall(strings) == []
    else:
        assert set(LATIN.findall(strings)) <= NAMES
    page.locator("#lesson .reveal").click()
    page.locator("#lesson .working:visible").wait_for()
    working = page.locator("#lesson .working").inner_text()
    assert re.search(r"\d", working)
    assert "{" not in working


def test_a_lesson_that_cannot_be_had_says_so_and_comes_by_itself(open_page):
    page = open_page()
    page.route("**/lesson.en", lambda route: route.abort())
    page.get_by_role("tab", name="Learn").click()
    trouble = page.locator("#lesson .trouble")
    trouble.filter(has_text="The server does not answer").wait_for()
    page.unroute("**/lesson.en")
    page.locator("#lesson h2").filter(has_text=title("en", CHAPTERS[0])).wait_for()
    assert trouble.inner_text() == ""


def typed(page, answer):
    page.locator("#lesson .typed").fill(str(answer))
    page.locator("#lesson .try [type=submit]").click()
    return page.locator("#lesson .verdict")


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [("network", "832", "833"), ("hierarchy", "26", "22"), ("why-downsample", "30,976", "576")],
)
def test_an_answer_is_checked_against_the_network(page, name, right, wrong):
    turn_to(page, name)
    act(page)
    typed(page, wrong).filter(has_text="Not yet").wait_for()
    assert page.locator("#lesson .working").is_hidden()
    typed(page, right).filter(has_text="Right").wait_for()
    assert page.locator("#lesson .working").is_visible()
    typed(page, "many").filter(has_text="Type a number").wait_for()


LOOK = "canvas => canvas.toDataURL()"
CHANGED = """([selector, before]) =>
    (document.querySelector(selector)?.toDataURL() ?? before) !== before"""


def test_the_picture_follows_the_drawing(page):
    turn_to(page, "network")
    draw_and_settle(page, 1)
    first = "#lesson table.layers canvas"
    page.locator(first).first.wait_for()
    at_rest(page)
    before = page.locator(first).first.evaluate(LOOK)
    draw_stroke(page, [(0.2, 0.2), (0.8, 0.2)])
    page.wait_for_function(CHANGED, arg=[first, before])
    page.keyboard.press("Delete")
    page.locator("#lesson .picture .invitation:visible").wait_for()
    assert page.locator("#lesson .quiz").is_hidden()


def test_an_own_kernel_changes_the_map_and_stands_in_the_address(page, open_page):
    turn_to(page, "convolution")
    act(page)
    shown = "#lesson .large:nth-of-type(2) canvas"
    at_rest(page)
    before = page.locator(shown).evaluate(LOOK)
    page.locator("#lesson .kernel input").nth(4).fill("9")
    page.wait_for_function("location.search.includes('kernel=')")
    page.wait_for_function(CHANGED, arg=[shown, before])
    other = open_page(page.evaluate("location.pathname + location.search"))
    other.locator("#lesson .action").wait_for()
    draw_digit(other, 7)
    other.locator(SHOWN).first.wait_for()
    assert other.locator("#lesson .kernel input").nth(4).input_value() == "9"


def test_the_digit_moves_by_slider_and_by_arrow_keys(open_page):
    page = open_chapter(open_page, "translation", more="&dx=2&dy=-3")
    draw_digit(page, 7)
    wait_for_digit(page, 7)
    page.locator("#lesson .squares canvas").nth(1).wait_for()
    values = page.locator("#lesson .controls output")
    assert values.all_inner_texts() == ["2", "−3"]
    page.locator("#lesson .plates[role=application]").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    page.wait_for_function("location.search.includes('dx=3') && location.search.includes('dy=-2')")
    page.locator("#lesson .controls output").filter(has_text="3").first.wait_for()


def test_a_number_is_guessed_before_it_is_shown(open_page):
    page = open_page()
    draw_and_settle(page, 7)
    unfold(page)
    page.locator("#maps [data-layer=pool1] canvas").click(position={"x": 20, "y": 20})
    lens = page.locator("#lens")
    lens.locator(".tile").first.wait_for()
    lens.locator(".guessing").click()
    hidden = lens.locator(".guess").get_attribute("data-cell")
    lens.get_by_text("Another number").click()
    lens.locator(f".guess:not([data-cell='{hidden}'])").wait_for()
    cells = [float(c) for c in lens.locator(".tile.large > *").all_inner_texts()]
    assert lens.locator(".sum").inner_text() == "?"
    lens.locator(".typed").fill(str(sum(cells)))
    lens.get_by_text("Check", exact=True).click()
    lens.get_by_text("That is the sum of the window").wait_for()
    lens.locator(".typed").fill(str(max(cells)).replace(".", ","))
    lens.get_by_text("Check", exact=True).click()
    lens.get_by_text("Right: the network has").wait_for()
    lens.locator(".winner").wait_for()  # one, or this fails
    page.locator("#maps [data-layer=conv2] canvas").click(position={"x": 20, "y": 20})
    lens.locator(".guessing").wait_for(state="hidden")  # 288 products, by hand


@pytest.mark.parametrize("name", ["convolution", "network", "how-to-downsample", "flatten"])
def test_no_chapter_is_wider_than_the_window(page, name):
    turn_to(page, name)
    act(page)
    at_rest(page)
    for width in (360, 390, 1280):
        page.set_viewport_size({"width": width, "height": 844})
        painted(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, width


def test_the_chapter_on_training_leads_to_where_one_trains(open_page):
    page = open_chapter(open_page, "training")
    draw_digit(page, 7)
    page.locator("#lesson .choice button").filter(has_text="100 digits").click()
    assert "digits=100" in page.evaluate("location.search")
    page.locator("#lesson .action").click()
    page.locator("#view-train form").wait_for()
    assert page.locator("#train-digits").input_value() == "100"
    assert page.locator("#train-epochs").input_value() == "40"


@pytest.mark.parametrize("name", CHAPTERS)
def test_axe_finds_nothing_serious_in_a_chapter(page, name):
    draw_digit(page, 7)
    part = None if name == CHAPTERS[0] else "#lesson"  # once in all that is around it
    for tag, scheme in (("en", "light"), ("zh-CN", "dark")):
        turn_the_light(page, scheme)
        turn_to(page, name, tag)
        page.locator(SHOWN).first.wait_for()
        page.locator("#lesson .quiz:visible").wait_for()
        assert serious(page, part) == [], (tag, scheme)


def test_a_row_of_the_table_leads_to_the_maps_of_its_layer(open_page):
    page = open_chapter(open_page, "network")
    act(page)
    page.locator("#lesson table.layers .link").filter(has_text="conv2").click()
    page.locator("#lens .title").filter(has_text="corners, arcs").wait_for()
