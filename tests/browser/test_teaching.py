"""The lesson at the front of a class: presented, linked to, embedded, printed."""

import http.server
import re
import threading

import pytest

from mnist_cnn.lesson.text import CHAPTERS
from tests.browser.chapters import SHOWN, act, open_chapter, title, turn_to, wipe
from tests.browser.pointer import draw_and_settle, draw_digit, painted, wait_for_digit
from tests.browser.windows import USUAL
from tests.browser.words import TAGS, texts

SHOWN_AT_ONCE = """() => ["#lesson .prose p", "#lesson .picture", "#lesson .quiz"].map((selector) =>
    [...document.querySelectorAll(selector)].filter((e) => e.checkVisibility()).length)"""


@pytest.fixture(scope="module")
def lesson(open_for_all):
    """A page with the lesson."""
    return open_chapter(open_for_all, CHAPTERS[0])


@pytest.fixture
def page(lesson):
    """The same with an empty pad, for tests that begin by turning to a chapter."""
    wipe(lesson)
    yield lesson
    lesson.keyboard.press("Escape")
    lesson.set_viewport_size(USUAL["viewport"])
    lesson.evaluate("scrollTo(0, 0)")
    assert lesson.locator("body.presenting").count() == 0
    assert lesson.locator("body").get_attribute("data-view") == "lesson"


def resize(page, width, height):
    page.set_viewport_size({"width": width, "height": height})
    painted(page)


def test_a_clicker_turns_from_paragraph_to_picture_to_question_to_the_next_chapter(page):
    resize(page, 1920, 1080)
    draw_digit(page, 7)
    for key in ("PageDown", "ArrowRight", "Space"):
        turn_to(page, "convolution")
        page.locator("#lesson .present").click()
        steps = []
        for kind in ("words", "words", "words", "picture", "question"):
            page.locator(f"body[data-step={kind}]").wait_for()
            steps.append(page.locator("#lesson .prose p:visible").all_inner_texts())
            assert page.evaluate("document.documentElement.scrollWidth") <= 1920, key
            page.keyboard.press(key)
        assert [len(step) for step in steps] == [1, 1, 1, 0, 0], key
        assert len({*map(str, steps[:3])}) == 3, key
        page.locator("#lesson h2").filter(has_text=title("en", "network")).wait_for()
        page.keyboard.press("PageUp")
        page.locator("#lesson h2").filter(has_text=title("en", "convolution")).wait_for()
        page.locator("#lesson .quiz:visible").wait_for()
        page.keyboard.press("Escape")
        assert page.locator("#lesson .prose p:visible").count() == 3, key
        assert "present" not in page.evaluate("location.search"), key


def test_a_step_that_is_presented_has_a_link(open_page):
    page = open_chapter(open_page, "flatten", more="&present=2")
    assert page.locator("#lesson .prose p:visible").count() == 1
    assert not page.locator("#header").is_visible()


def test_a_link_shows_a_chapter_without_controls(open_page):
    page = open_chapter(open_page, "hierarchy", more="&embed=1")
    for hidden in ("#header", "#actions", "#lesson .chapters", "#lesson footer"):
        assert not page.locator(hidden).first.is_visible()
    act(page)


def test_back_leads_to_the_chapter_before(page):
    turn_to(page, "convolution")
    page.locator("#lesson .next").click()
    page.locator("#lesson h2").filter(has_text=title("en", "network")).wait_for()
    page.go_back()
    page.locator("#lesson h2").filter(has_text=title("en", "convolution")).wait_for()


@pytest.mark.parametrize("tag", TAGS)
def test_a_worksheet_is_made_of_the_drawing_with_the_answers_on_the_last_page(open_page, tag):
    page = open_chapter(open_page, "convolution", tag)
    draw_and_settle(page, 7)
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


@pytest.mark.parametrize(
    "size", [(1920, 1080), pytest.param((1280, 800), marks=pytest.mark.slow)], ids=str
)
def test_the_whole_lesson_is_presented_one_thing_at_a_time(page, size):
    """From the first paragraph to the last question by one key, none wider than the screen."""
    resize(page, *size)
    draw_digit(page, 7)
    turn_to(page, CHAPTERS[0])
    page.locator("#lesson .present").click()
    for name in CHAPTERS:
        page.locator("#lesson h2").filter(has_text=title("en", name)).wait_for(state="attached")
        for i, step in enumerate(([1, 0, 0], [1, 0, 0], [1, 0, 0], [0, 1, 0], [0, 1, 1])):
            page.locator("#lesson .progress").filter(has_text=f"· {i + 1} of 5").wait_for()
            if step[2]:
                page.locator("#lesson .quiz:visible").wait_for()
            assert page.evaluate(SHOWN_AT_ONCE) == step, (name, i)
            assert page.evaluate("document.documentElement.scrollWidth") <= size[0], (name, i)
            assert page.locator("#lesson h2").is_visible()
            page.keyboard.press("PageDown")


@pytest.mark.parametrize("size", [(1920, 1080), (1280, 800), (390, 844)], ids=str)
def test_the_way_on_stands_still_and_words_stand_in_the_middle(page, size):
    _, height = size
    turn_to(page, "failures")
    page.locator("#lesson .present").click()
    resize(page, *size)
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
def test_the_table_of_shifts_fits_a_phone(page, tag):
    resize(page, 390, 844)
    turn_to(page, "translation", tag)
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


@pytest.fixture(scope="module")
def other(open_for_all):
    """A page in another window, for links."""
    return open_for_all()


GO = """address => {  // as going back or forth does
    history.pushState(null, "", address);
    dispatchEvent(new PopStateEvent("popstate"));
}"""


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_copied_link_opens_drawing_chapter_and_what_is_set(page, other, name):
    more, selector, value = STATES.get(name, ("", "canvas", None))
    draw_and_settle(page, 7)
    turn_to(page, name)
    page.evaluate(GO, f"?view=lesson&lang=en&chapter={name}{more}")
    page.locator(SHOWN).first.wait_for()
    page.evaluate(
        """() => {
            window.copied = null;
            navigator.clipboard.writeText = async (words) => { window.copied = words; };
        }"""
    )
    page.locator("#actions .link").click()
    other.goto(page.wait_for_function("window.copied").json_value())
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
