"""The lesson in a real browser: every chapter in both languages, its picture, button, question."""

import re

import pytest

from mnist_cnn.lesson.text import CHAPTERS
from tests.browser.chapters import SHOWN, act, open_chapter, title
from tests.browser.pointer import draw_digit, draw_stroke, wait_for_digit
from tests.browser.test_accessibility import serious
from tests.browser.words import CHINESE, LATIN, NAMES, TAGS, visible


@pytest.mark.parametrize("tag", TAGS)
@pytest.mark.parametrize("name", CHAPTERS)
def test_each_chapter_sets_up_pad_picture_and_question(open_page, name, tag):
    page = open_chapter(open_page, name, tag)
    assert page.locator("#lesson .prose p").count() >= 2
    assert "{" not in page.locator("#lesson .prose").inner_text()
    if name == "training":  # its button leads to another view
        draw_digit(page, 7)
    else:
        page.locator("#lesson .action").click()
    page.locator(SHOWN).first.wait_for()
    page.locator("#lesson .quiz:visible").wait_for()
    wait_for_digit(page, 7)
    page.wait_for_timeout(1500)
    assert "{" not in page.locator("#lesson").inner_text()
    assert page.locator("#lesson .trouble").inner_text() == ""
    strings = " ".join(visible(page))
    if tag == "en":
        assert CHINESE.findall(strings) == []
    else:
        assert set(LATIN.findall(strings)) <= NAMES
    page.locator("#lesson .reveal").click()
    page.locator("#lesson .working:visible").wait_for()
    working = page.locator("#lesson .working").inner_text()
    assert re.search(r"\d", working)
    assert "{" not in working


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (lambda route: route.abort(), "The server does not answer"),
        (lambda route: route.fulfill(status=503, json={"error": "waking"}), "Waking the network"),
    ],
    ids=["gone", "waking"],
)
def test_a_lesson_that_cannot_be_had_says_so_and_comes_by_itself(open_page, fault, sentence):
    page = open_page()
    page.route("**/lessons/chapters*", fault)
    page.get_by_role("tab", name="Lesson").click()
    trouble = page.locator("#lesson .trouble")
    trouble.filter(has_text=sentence).wait_for()
    page.unroute("**/lessons/chapters*")
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
def test_an_answer_is_checked_against_the_network(open_page, name, right, wrong):
    page = open_chapter(open_page, name)
    act(page)
    typed(page, wrong).filter(has_text="Not yet").wait_for()
    assert page.locator("#lesson .working").is_hidden()
    typed(page, right).filter(has_text="Right").wait_for()
    assert page.locator("#lesson .working").is_visible()
    typed(page, "many").filter(has_text="Type a number").wait_for()


def test_the_picture_follows_the_drawing(open_page):
    page = open_chapter(open_page, "network")
    draw_digit(page, 1)
    wait_for_digit(page, 1)
    first = page.locator("#lesson table.layers canvas").first
    first.wait_for()
    page.wait_for_timeout(800)
    look = "canvas => canvas.toDataURL()"
    before = first.evaluate(look)
    draw_stroke(page, [(0.2, 0.2), (0.8, 0.2)])
    page.wait_for_timeout(1500)
    assert page.locator("#lesson table.layers canvas").first.evaluate(look) != before
    page.keyboard.press("Delete")
    page.locator("#lesson .picture .invitation:visible").wait_for()
    assert page.locator("#lesson .quiz").is_hidden()


def test_an_own_kernel_changes_the_map_and_stands_in_the_address(open_page):
    page = open_chapter(open_page, "convolution")
    act(page)
    look = "canvas => canvas.toDataURL()"
    canvas = page.locator("#lesson .large canvas").nth(1)
    before = canvas.evaluate(look)
    page.locator("#lesson .kernel input").nth(4).fill("9")
    page.wait_for_function("location.search.includes('kernel=')")
    page.wait_for_timeout(800)
    assert page.locator("#lesson .large canvas").nth(1).evaluate(look) != before
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
    draw_digit(page, 7)
    wait_for_digit(page, 7)
    page.wait_for_timeout(300)
    page.locator("[data-layer=pool1] canvas").click(position={"x": 20, "y": 20})
    inspector = page.locator("#inspector")
    inspector.locator(".tile").first.wait_for()
    inspector.locator(".guessing").click()
    inspector.locator(".guess").wait_for()
    inspector.get_by_text("Another number").click()
    page.wait_for_timeout(800)
    cells = [float(c) for c in inspector.locator(".tile.large > *").all_inner_texts()]
    assert inspector.locator(".sum").inner_text() == "?"
    inspector.locator(".typed").fill(str(sum(cells)))
    inspector.get_by_text("Check", exact=True).click()
    inspector.get_by_text("That is the sum of the window").wait_for()
    inspector.locator(".typed").fill(str(max(cells)).replace(".", ","))
    inspector.get_by_text("Check", exact=True).click()
    inspector.get_by_text("Right: the network has").wait_for()
    inspector.locator(".winner").wait_for()  # one, or this fails
    page.locator("[data-layer=conv2] canvas").click(position={"x": 20, "y": 20})
    inspector.locator(".guessing").wait_for(state="hidden")  # 288 products, by hand


@pytest.mark.parametrize("width", [360, 390, 1280])
@pytest.mark.parametrize("name", ["convolution", "network", "how-to-downsample", "flatten"])
def test_no_chapter_is_wider_than_the_window(open_page, name, width):
    page = open_chapter(open_page, name, viewport={"width": width, "height": 844})
    act(page)
    page.wait_for_timeout(800)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


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
@pytest.mark.parametrize(("tag", "scheme"), [("en", "light"), ("zh-CN", "dark")])
def test_axe_finds_nothing_serious_in_a_chapter(open_page, name, tag, scheme):
    page = open_chapter(open_page, name, tag, color_scheme=scheme)
    draw_digit(page, 7)
    page.locator(SHOWN).first.wait_for()
    page.locator("#lesson .quiz:visible").wait_for()
    assert serious(page) == []


def test_a_row_of_the_table_leads_to_the_maps_of_its_layer(open_page):
    page = open_chapter(open_page, "network")
    act(page)
    page.locator("#lesson table.layers .link").filter(has_text="conv2").click()
    page.locator("#maps figure[data-layer=conv2] .cell.selected").wait_for()
    assert page.locator("#inspector h2").inner_text().startswith("conv2")
