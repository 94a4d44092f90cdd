"""Open a chapter of the lesson as a person does."""

from mnist_cnn.lesson.text import LANGUAGES

SHOWN = "#lesson .stage canvas, #lesson .stage .chart"


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
