"""The lesson in a real browser: every chapter in both languages, its picture, button, question."""

import json
import re

import pytest

from mnist_cnn.lesson.text import CHAPTERS, LANGUAGES
from tests.browser.pointer import draw_digit, draw_stroke, wait_for_digit
from tests.browser.test_accessibility import serious

TAGS = ["en", "zh-CN"]
SHOWN = "#lesson .stage canvas, #lesson .stage .chart"
NAMES = {  # of layers, of things that have no Chinese name, of units and formats
    *("conv", "pool", "flatten", "dense", "softmax", "ReLU", "logit", "MNIST", "exp", "ms", "e"),
    *("English", "API", "Page", "Up", "Down", "PNG", "NumPy", "npz", "px"),
    *("B", "E", "Ctrl", "Z", "Y", "V", "Delete"),  # keys
}
CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
WORDS = """() => {
    const visible = (e) => e.checkVisibility({visibilityProperty: true});
    const found = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const {parentElement: element, textContent} = walker.currentNode;
        if (element.closest("script, style, footer:not(#lesson footer), .language")) continue;
        if (textContent.trim() && visible(element)) found.push(textContent.trim());
    }
    for (const element of document.querySelectorAll("#bench [aria-label], #bench [title]")) {
        if (!visible(element) || element.closest(".language")) continue;
        found.push(element.getAttribute("aria-label") ?? "", element.title ?? "");
    }
    return found;
}"""


def title(tag, name):
    first = (LANGUAGES / tag / "lesson" / f"{name}.md").read_text(encoding="utf-8").splitlines()[0]
    return first.removeprefix("# ")


def open_chapter(open_page, name, tag="en", more="", **options):
    """Open a chapter with a link, and wait until its words are there."""
    page = open_page(f"/?view=lesson&lang={tag}&chapter={name}{more}", **options)
    page.locator("#lesson h2").filter(has_text=title(tag, name)).wait_for(state="attached")
    return page


def act(page):
    """Press the chapter's button and wait for its picture and question."""
    page.locator("#lesson .action").click()
    page.locator(SHOWN).first.wait_for()
    page.locator("#lesson .quiz:visible").wait_for()


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
    leftovers = " ".join(page.evaluate(WORDS))
    if tag == "en":
        assert CHINESE.findall(leftovers) == []
    else:
        assert set(re.findall(r"[A-Za-z]+", leftovers)) <= NAMES
    page.locator("#lesson .reveal").click()
    page.locator("#lesson .working:visible").wait_for()
    working = page.locator("#lesson .working").inner_text()
    assert re.search(r"\d", working)
    assert "{" not in working


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


@pytest.mark.parametrize("key", ["PageDown", "ArrowRight"])
def test_a_clicker_turns_from_paragraph_to_picture_to_question_to_the_next_chapter(open_page, key):
    page = open_chapter(open_page, "convolution", viewport={"width": 1920, "height": 1080})
    draw_digit(page, 7)
    page.locator("#lesson .present").click()
    steps = []
    for _ in range(5):
        steps.append(page.locator("#lesson .prose p:visible").all_inner_texts())
        assert page.evaluate("document.documentElement.scrollWidth") <= 1920
        page.keyboard.press(key)
        page.wait_for_timeout(150)
    assert [len(step) for step in steps[:4]] == [1, 1, 1, 0]
    page.locator("#lesson h2").filter(has_text=title("en", "network")).wait_for()
    page.keyboard.press("PageUp")
    page.locator("#lesson h2").filter(has_text=title("en", "convolution")).wait_for()
    page.locator("#lesson .quiz:visible").wait_for()
    page.keyboard.press("Escape")
    assert page.locator("#lesson .prose p:visible").count() == 3
    assert "present" not in page.evaluate("location.search")


def test_a_step_that_is_presented_has_a_link(open_page):
    page = open_chapter(open_page, "flatten", more="&present=2")
    assert page.locator("#lesson .prose p:visible").count() == 1
    assert not page.locator("#header").is_visible()


def test_a_link_shows_a_chapter_without_controls(open_page):
    page = open_chapter(open_page, "hierarchy", more="&embed=1")
    for hidden in ("#header", "#actions", "#lesson .chapters", "#lesson footer"):
        assert not page.locator(hidden).first.is_visible()
    act(page)


def test_back_leads_to_the_chapter_before(open_page):
    page = open_chapter(open_page, "convolution")
    page.locator("#lesson .next").click()
    page.locator("#lesson h2").filter(has_text=title("en", "network")).wait_for()
    page.go_back()
    page.locator("#lesson h2").filter(has_text=title("en", "convolution")).wait_for()


def test_the_language_is_switched_in_the_middle_of_a_chapter(open_page):
    page = open_chapter(open_page, "filters")
    act(page)
    page.locator("#header .language").click()
    page.locator("#lesson h2").filter(has_text=title("zh-CN", "filters")).wait_for()
    page.locator(SHOWN).first.wait_for()


@pytest.mark.parametrize("tag", TAGS)
def test_a_worksheet_is_made_of_the_drawing_with_the_answers_on_the_last_page(open_page, tag):
    page = open_chapter(open_page, "convolution", tag)
    texts = json.loads((LANGUAGES / tag / "page.json").read_text(encoding="utf-8"))
    draw_digit(page, 7)
    wait_for_digit(page, 7)
    page.locator("#lesson .sheet").click()
    sheet = page.locator("#lesson .worksheet")
    sheet.locator(".solutions").wait_for()
    tables = sheet.locator(".page").first.locator("table")
    patch, kernel, blank = (tables.nth(i).locator("td").all_inner_texts() for i in range(3))
    assert set(blank) == {""}
    answers = sheet.locator(".solutions table").first.locator("td").all_inner_texts()
    number = lambda words: float(words.replace("−", "-"))  # noqa: E731
    for p, k, answer in zip(patch, kernel, answers, strict=True):
        assert number(p) * number(k) == pytest.approx(number(answer), abs=1e-9)
    assert texts["lessonSheetAnswers"] in sheet.locator(".solutions").inner_text()
    page.emulate_media(media="print")
    assert not page.locator("#pad").is_visible()
    assert not sheet.locator(".bar").is_visible()
    before = "element => getComputedStyle(element).breakBefore"
    assert sheet.locator(".solutions").evaluate(before) == "page"
    page.emulate_media(media="screen")
    sheet.locator(".bar button").nth(1).click()
    page.locator("#pad").wait_for()


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
    assert inspector.locator(".winner").count() == 1


@pytest.mark.parametrize("width", [360, 390, 1280])
@pytest.mark.parametrize("name", ["convolution", "network", "how-to-downsample", "flatten"])
def test_no_chapter_is_wider_than_the_window(open_page, name, width):
    page = open_chapter(open_page, name, viewport={"width": width, "height": 844})
    act(page)
    page.wait_for_timeout(800)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_chapter_on_training_leads_to_where_one_trains(open_page):
    page = open_chapter(open_page, "training")
    if not page.locator("#view-train").count():
        pytest.skip("this page has no view for training")
    page.locator("#lesson .action").click()
    page.locator("#view-train").wait_for()


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
