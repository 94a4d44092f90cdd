"""A switch of language changes every visible string, from one file of the language to the other."""

import pytest

from mnist_cnn.lesson.chapters import CHAPTERS
from tests.browser.chapters import cards_of
from tests.browser.pointer import draw_digit, wait_for_digit
from tests.browser.words import CHINESE, LATIN, NAMES, TAGS, Known, visible, worded


@pytest.fixture(scope="module")
def address(school):
    return school[0]


@pytest.fixture(scope="module")
def known(address):
    return {tag: Known(tag) for tag in TAGS}


def work_out(page):
    if page.locator("#lesson .choices button").count():
        if not page.locator("#lesson .choices [aria-pressed=true]").count():  # chosen once for all
            page.locator("#lesson .choices button").first.click()
        page.locator("#lesson .outcome:not(:empty)").wait_for()
        return
    page.locator("#lesson .quiz:visible").wait_for()
    page.locator("#lesson .reveal").click()
    page.locator("#lesson .working:visible").wait_for()


def make_a_sheet(page):
    page.locator("#lesson .sheet").click()
    page.locator("#lesson .worksheet [data-name=plan]").click()
    page.locator("#lesson .worksheet .plan").wait_for()
    page.locator("#lesson .worksheet [data-name=answers]").click()
    page.locator("#lesson .worksheet .solutions").wait_for()


def look_into(page):
    page.locator("#river .tile[data-layer=conv2]").first.click()
    page.locator("#lens .tile").first.wait_for()


def open_menu(page):
    page.locator("#actions .save").click()
    page.locator("#actions .menu").wait_for()


def open_share(page):
    page.locator("#header .share").click()
    page.locator("#share dialog").wait_for()


def deny(page):
    page.locator("#correction .deny").click()
    page.locator("#deny-menu [role=menuitem]").filter(has_text="1").first.click()
    page.locator("#correction .teach").wait_for()


def nothing(page):
    pass


STATES = {  # what a link opens, and what is done then
    "layers": ("", nothing),
    "a number": ("", look_into),
    "the menu": ("", open_menu),
    "sharing": ("", open_share),
    "a correction": ("", deny),
    "train": ("view=train", nothing),
    "class": ("view=class", nothing),
    "teacher": ("view=class#teacher={teachers.token}", nothing),
    "worksheet": ("view=lesson", make_a_sheet),
    "presented": ("view=lesson&present=1", nothing),
} | {name: (f"view=lesson&chapter={name}&card={cards_of(name)[-1]}", work_out) for name in CHAPTERS}
CLOSED = ("the menu", "sharing")  # nobody can switch the language while they are open
AGAIN = (*CLOSED, *CHAPTERS)  # a chapter is opened anew


def settled(page):
    """What is visible when nothing changes any more."""
    before, now = None, visible(page)
    while before != now:
        page.wait_for_timeout(700)
        before, now = now, visible(page)
    return now


@pytest.mark.parametrize("state", STATES)
def test_a_switch_changes_every_visible_string(open_page, school, known, state):
    query, show = STATES[state]
    page = open_page(f"/?lang=en&{query.format(teachers=school[1])}")
    draw_digit(page, 7)
    wait_for_digit(page, 7)
    show(page)
    before = settled(page)
    if state in CLOSED:
        page.keyboard.press("Escape")
    page.locator("#header .language").evaluate("button => button.click()")
    page.wait_for_function("document.documentElement.lang === 'zh-CN'")
    if state in AGAIN:
        show(page)
    after = settled(page)
    assert [string for string in before if CHINESE.search(string)] == []
    assert [string for string in after if not set(LATIN.findall(string)) <= NAMES] == []
    assert [string for string in {*before} & {*after} if worded(string)] == []
    for tag, strings in zip(TAGS, (before, after), strict=True):
        assert [string for string in strings if not known[tag].covers(string)] == []
