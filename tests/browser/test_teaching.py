"""The lesson at the front of a class: presented, linked to, embedded, printed."""

import http.server
import re
import threading

import pytest

from mnist_cnn.lesson.text import CHAPTERS
from tests.browser.chapters import SHOWN, act, open_chapter, title
from tests.browser.pointer import draw_digit, wait_for_digit
from tests.browser.words import TAGS, texts

SHOWN_AT_ONCE = """() => ["#lesson .prose p", "#lesson .picture", "#lesson .quiz"].map((selector) =>
    [...document.querySelectorAll(selector)].filter((e) => e.checkVisibility()).length)"""


@pytest.mark.parametrize("key", ["PageDown", "ArrowRight", "Space"])
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


@pytest.mark.parametrize("tag", TAGS)
def test_a_worksheet_is_made_of_the_drawing_with_the_answers_on_the_last_page(open_page, tag):
    page = open_chapter(open_page, "convolution", tag)
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
    assert texts(tag)["lessonSheetAnswers"] in sheet.locator(".solutions").inner_text()
    page.emulate_media(media="print")
    assert not page.locator("#pad").is_visible()
    assert not sheet.locator(".bar").is_visible()
    before = "element => getComputedStyle(element).breakBefore"
    assert sheet.locator(".solutions").evaluate(before) == "page"
    for paper in ("A4", "Letter"):
        assert len(re.findall(rb"/Type\s*/Page\b", page.pdf(format=paper))) == 2
    page.emulate_media(media="screen")
    sheet.locator(".bar button").nth(1).click()
    page.locator("#pad").wait_for()


@pytest.mark.parametrize("size", [(1920, 1080), (1280, 800)])
def test_the_whole_lesson_is_presented_one_thing_at_a_time(open_page, size):
    """From the first paragraph to the last question by one key, none wider than the screen."""
    width, height = size
    page = open_chapter(
        open_page, CHAPTERS[0], more="&present=1", viewport={"width": width, "height": height}
    )
    page.keyboard.press("PageDown")
    for _ in range(2):
        page.keyboard.press("PageDown")
    draw_digit(page, 7)
    wait_for_digit(page, 7)
    page.locator("#lesson .previous").click()
    page.keyboard.press("PageUp")
    page.keyboard.press("PageUp")
    for name in CHAPTERS:
        page.locator("#lesson h2").filter(has_text=title("en", name)).wait_for(state="attached")
        for step in ([1, 0, 0], [1, 0, 0], [1, 0, 0], [0, 1, 0], [0, 1, 1]):
            if step[2]:
                page.locator("#lesson .quiz:visible").wait_for()
            assert page.evaluate(SHOWN_AT_ONCE) == step, name
            assert page.evaluate("document.documentElement.scrollWidth") <= width, name
            assert page.locator("#lesson h2").is_visible()
            page.keyboard.press("PageDown")
            page.wait_for_timeout(250)


@pytest.mark.parametrize("size", [(1920, 1080), (1280, 800), (390, 844)])
def test_the_way_on_stands_still_and_words_stand_in_the_middle(open_page, size):
    width, height = size
    page = open_chapter(
        open_page, "failures", more="&present=1", viewport={"width": width, "height": height}
    )
    footers = []
    for step in ["words", "words", "words", "picture", "question"]:
        page.locator(f"body[data-step={step}]").wait_for()
        footers.append(page.locator("#lesson footer").bounding_box())
        if step == "words":
            words = page.locator("#lesson .prose p:visible").bounding_box()
            middle = words["y"] + words["height"] / 2
            assert abs(middle - height / 2) < 0.08 * height
            assert page.evaluate("document.documentElement.scrollHeight") <= height
        page.keyboard.press("PageDown")
    assert footers == footers[:1] * 5
    assert footers[0]["y"] + footers[0]["height"] == height


@pytest.mark.parametrize("tag", TAGS)
def test_the_table_of_shifts_fits_a_phone(open_page, tag):
    page = open_chapter(open_page, "translation", tag, viewport={"width": 390, "height": 844})
    act(page)
    table = page.locator("#lesson .wide")
    table.locator("td").first.wait_for()
    assert table.evaluate("table => table.scrollWidth <= table.clientWidth")


STATES = {  # what can be set in a chapter, and how the page shows that it is set
    "convolution": ("&kernel=top_edge&bias=-0.5&relu=0", ".controls select", "top_edge"),
    "filters": ("&layer=conv2", ".choice [aria-pressed=true]", "conv2"),
    "translation": ("&dx=3&dy=-2", ".controls output", "3"),
    "how-to-downsample": ("&channel=5", ".choice span", "conv1 · channel 5"),
    "training": ("&digits=100", ".choice [aria-pressed=true]", "100 digits"),
}


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_copied_link_opens_drawing_chapter_and_what_is_set(open_page, name):
    more, selector, value = STATES.get(name, ("", "canvas", None))
    page = open_chapter(open_page, name, more=more)
    draw_digit(page, 7)
    wait_for_digit(page, 7)
    page.locator(SHOWN).first.wait_for()
    page.evaluate("navigator.clipboard.writeText = async (words) => { window.copied = words; }")
    page.locator("#actions .link").click()
    link = page.wait_for_function("window.copied").json_value()
    other = page.context.new_page()
    other.goto(link)
    other.locator("#lesson h2").filter(has_text=title("en", name)).wait_for()
    wait_for_digit(other, 7)
    other.locator(SHOWN).first.wait_for()
    if value is None:
        return
    element = other.locator(f"#lesson .stage {selector}").first
    element.filter(has_text=value if selector != ".controls select" else None).wait_for()
    if selector == ".controls select":
        assert element.input_value() == value
        assert other.locator("#lesson .kernel input").first.input_value() == "-1"
        assert not other.locator("#lesson [type=checkbox]").is_checked()


@pytest.mark.parametrize("tag", TAGS)
def test_a_setting_that_cannot_be_is_refused_in_the_language_of_the_page(open_page, tag):
    page = open_chapter(open_page, "translation", tag, more="&dx=99")
    draw_digit(page, 7)
    wait_for_digit(page, 7)
    page.locator("#lesson .trouble").filter(has_text=texts(tag)["lessonSetting"]).wait_for()
    page.locator("#lesson .action").click()
    page.locator("#lesson .trouble:empty").wait_for(state="attached")
    page.locator(SHOWN).first.wait_for()


@pytest.fixture
def other_site(address):
    """A page of another origin, with a chapter in a frame."""
    link = f"{address}/?view=lesson&chapter=hierarchy&embed=1&lang=en"
    page = f"<title>Course</title><iframe src='{link}' width=900 height=700></iframe>".encode()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, *arguments):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_port}/"
        server.shutdown()


def test_a_chapter_works_in_a_frame_of_another_page(browser, other_site):
    context = browser.new_context()
    page = context.new_page()
    page.goto(other_site)
    frame = page.frame_locator("iframe")
    frame.locator("#lesson .action").click()
    frame.locator(SHOWN).first.wait_for()
    frame.locator("#lesson .quiz:visible").wait_for()
    assert not frame.locator("#header").is_visible()
    context.close()
