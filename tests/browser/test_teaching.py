"""The lesson at the front of a class: presented, linked to, embedded, printed."""

import http.server
import re
import threading

import pytest

from mnist_cnn.lesson import lesson_file, units
from mnist_cnn.lesson.chapters import CHAPTERS
from mnist_cnn.lesson.figures import figures
from tests.browser.chapters import GO, SHOWN, act, open_chapter, title, wait_for_card, wipe
from tests.browser.pointer import draw_and_settle, draw_digit, wait_for_digit
from tests.browser.words import TAGS, texts


@pytest.fixture(scope="module")
def lesson(open_for_all):
    """A page with the lesson."""
    return open_chapter(open_for_all, CHAPTERS[0])


@pytest.fixture
def page(lesson):
    """The same with an empty pad, for tests that begin by turning to a chapter."""
    wipe(lesson)
    yield lesson
    assert lesson.locator("body").get_attribute("data-view") == "lesson"


def test_a_link_shows_a_chapter_without_controls(open_page):
    page = open_chapter(open_page, "hierarchy", more="&embed=1")
    for hidden in ("#header", "#actions", "#lesson .chapters", "#lesson .present"):
        assert not page.locator(hidden).first.is_visible()
    act(page)


def open_sheet(page, *parts):
    """The printed pages of the first unit: those of ``parts``, ``tasks`` besides."""
    page.locator("#lesson .sheet").click()
    sheet = page.locator("#lesson .worksheet")
    for part in parts:
        sheet.locator(f".bar [data-name={part}]").click()
    sheet.locator(".tasks table").first.wait_for()
    return sheet


def open_unit(page, name):
    page.emulate_media(media="screen")
    page.locator(f"#lesson .worksheet .bar [data-name='{name}']").click()
    page.locator(f"#lesson .worksheet .bar [data-name='{name}'][aria-current]").wait_for()


def printed(page, paper):
    """How many sheets of paper come out."""
    page.emulate_media(media="print")
    return len(re.findall(rb"/Type\s*/Page\b", page.pdf(format=paper)))


def number(words):
    return float(words.replace("−", "-"))


@pytest.mark.parametrize("tag", TAGS)
def test_a_unit_is_printed_with_tasks_and_answers_made_of_the_drawing(open_page, tag):
    page = open_chapter(open_page, "convolution", tag)
    draw_and_settle(page, 7)
    sheet = open_sheet(page, "plan", "answers")
    unit = units.read_all(tag, figures(lesson_file.SUBJECT))[0]
    assert sheet.locator(".page h1").all_inner_texts() == [unit.title] * 3
    assert sheet.locator(".plan tbody tr").count() == len(unit.steps)
    minutes = sheet.locator(".plan .minutes").all_inner_texts()
    assert sum(map(int, minutes)) == units.LESSON
    tables = sheet.locator(".tasks table")
    patch, kernel, blank = (tables.nth(i).locator("td").all_inner_texts() for i in range(3))
    assert set(blank) == {""}
    answers = sheet.locator(".solutions table").first.locator("td").all_inner_texts()
    for p, k, answer in zip(patch, kernel, answers, strict=True):
        assert number(p) * number(k) == pytest.approx(number(answer), abs=1e-9)
    page.emulate_media(media="print")
    assert not page.locator("#pad").is_visible()
    assert not sheet.locator(".bar").is_visible()
    before = "element => getComputedStyle(element).breakBefore"
    for name in (".tasks", ".solutions"):
        assert sheet.locator(name).evaluate(before) == "page"
    for name in ("1", "2", "3"):
        open_unit(page, name)
        for paper in ("A4", "Letter"):
            assert printed(page, paper) in (3, 4)  # a plan may take two
    open_unit(page, "curriculum")
    assert printed(page, "A4") == printed(page, "Letter") == 1
    assert sheet.locator(".curriculum a").count() == 3
    page.emulate_media(media="screen")
    page.go_back()
    sheet.locator(".bar [data-name='3'][aria-current]").wait_for()
    sheet.locator(".close").click()
    page.locator("#pad").wait_for()


def test_the_plan_leads_to_its_cards_and_only_the_teacher_gets_it_unasked(open_page):
    page = open_chapter(open_page, "convolution")
    sheet = open_sheet_without_a_drawing(page)
    assert sheet.locator(".plan, .solutions").count() == 0
    sheet.locator(".bar [data-name=plan]").click()
    sheet.locator(".plan a.place").filter(has_text="1.3").click()
    wait_for_card(page, "kernel")
    assert not sheet.is_visible()


def open_sheet_without_a_drawing(page):
    page.locator("#lesson .sheet").click()
    sheet = page.locator("#lesson .worksheet")
    sheet.get_by_text(texts("en")["unitDraw"]).wait_for()
    return sheet


STATES = {  # what can be set in a chapter: the card that shows it, and how
    "convolution": ("kernel", "&kernel=top_edge&bias=-0.5&relu=0", "select", "top_edge"),
    "filters": ("question", "&layer=conv2", "[aria-pressed=true]", "conv2"),
    "translation": ("move", "&dx=3", "input[type=range]", "3"),
    "training": ("learn", "&epoch=3", "input[type=range]", "3"),
}


@pytest.fixture(scope="module")
def other(open_for_all):
    """A page in another window, for links."""
    return open_for_all()


@pytest.mark.parametrize("name", STATES)
def test_a_copied_link_opens_drawing_card_and_what_is_set(page, other, name):
    card, more, selector, value = STATES[name]
    draw_and_settle(page, 7)
    page.evaluate(GO, f"?view=lesson&lang=en&chapter={name}&card={card}{more}")
    wait_for_card(page, card)
    page.locator(SHOWN).first.wait_for()
    page.evaluate(
        """() => {
            window.copied = null;
            navigator.clipboard.writeText = async (words) => { window.copied = words; };
        }"""
    )
    page.locator("#actions .link").evaluate("button => button.click()")  # it is in another view
    other.goto(page.wait_for_function("window.copied").json_value())
    wait_for_card(other, card)
    assert other.locator("#lesson h2").inner_text() == title("en", name)
    wait_for_digit(other, 7)
    shown = other.locator(f"#lesson .stage {selector}").first
    shown.wait_for()
    if selector == "[aria-pressed=true]":
        shown.filter(has_text=value).wait_for()
    else:
        other.wait_for_function(
            "([selector, value]) => document.querySelector(selector).value === value",
            arg=[f"#lesson .stage {selector}", value],
        )


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
    assert not frame.locator("#header").is_visible()
    context.close()
