"""Open a chapter of the lesson as a person does."""

from mnist_cnn.lesson.text import LANGUAGES
from tests.browser.pointer import wait_for_digit

SHOWN = "#lesson .stage canvas, #lesson .stage .chart"


def title(tag, name):
    first = (LANGUAGES / tag / "lesson" / f"{name}.md").read_text(encoding="utf-8").splitlines()[0]
    return first.removeprefix("# ")


def open_chapter(open_page, name, tag="en", more="", **options):
    """Open a chapter with a link, and wait until its words are there."""
    page = open_page(f"/?view=lesson&lang={tag}&chapter={name}{more}", **options)
    page.locator("#lesson h2").filter(has_text=title(tag, name)).wait_for(state="attached")
    return page


def turn_to(page, name, tag="en"):
    """Open a chapter of a lesson that is open, by the page's own buttons; wait for its words."""
    # The words of the chapter before must not pass for those that are awaited.
    page.locator("#lesson h2").evaluate("title => title.replaceChildren()")
    speak(page, tag)
    page.locator(f"#lesson .chapters [data-chapter={name}]").click()
    page.locator("#lesson h2").filter(has_text=title(tag, name)).wait_for()


def speak(page, tag):
    """Switch a page to a language, by its own button."""
    if page.locator("html").get_attribute("lang") != tag:
        page.locator("#header .language").click()
        page.locator(f"html[lang={tag}]").wait_for()


def wipe(page):
    """Empty the pad, wherever the keyboard's focus is."""
    page.locator("#pad .clear").click()
    wait_for_digit(page, "–")


def act(page):
    """Press the chapter's button and wait for its picture and question."""
    page.locator("#lesson .action").click()
    page.locator(SHOWN).first.wait_for()
    page.locator("#lesson .quiz:visible").wait_for()
