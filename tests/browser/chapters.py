"""Open chapters and cards of the lesson and use them, as a person does."""

import re

from mnist_cnn.lesson.chapters import CHAPTERS, QUESTION, file_of
from tests.browser.pointer import wait_for_digit

SHOWN = "#lesson .stage:visible > *, #view-layers .stage:visible"

# As going back or forth does.
GO = """address => {
    history.pushState(null, "", address);
    dispatchEvent(new PopStateEvent("popstate"));
}"""


def title(tag, name):
    first = file_of(tag, name).read_text(encoding="utf-8").splitlines()[0]
    return first.removeprefix("# ")


def cards_of(name, tag="en"):
    """The names of a chapter's cards, in order."""
    return re.findall(r"^## (.+)$", file_of(tag, name).read_text(encoding="utf-8"), re.MULTILINE)


CARDS = [(name, card) for name in CHAPTERS for card in cards_of(name)]


def source_of(name, card, tag="en"):
    """What is written of a card."""
    text = file_of(tag, name).read_text(encoding="utf-8")
    return text.partition(f"## {card}\n")[2].partition("\n## ")[0]


def open_chapter(open_page, name, tag="en", more="", **options):
    """Open a chapter by a link, and wait for its text."""
    page = open_page(f"/?view=lesson&lang={tag}&chapter={name}{more}", **options)
    page.locator("#lesson h2").filter(has_text=title(tag, name)).wait_for(state="attached")
    return page


def turn_to(page, name, tag="en", card=None):
    """Turn to a chapter with the lesson's buttons, and to a card of it; wait for its text."""
    # So that the old title is not taken for the new one.
    page.locator("#lesson h2").evaluate("title => title.replaceChildren()")
    speak(page, tag)
    page.locator(f"#lesson .chapters [data-chapter={name}]").click()
    page.locator("#lesson h2").filter(has_text=title(tag, name)).wait_for(state="attached")
    cards = cards_of(name)
    for following in cards[1 : cards.index(card or cards[0]) + 1]:
        page.locator("#lesson .next").click()
        wait_for_card(page, following)


def wait_for_card(page, card):
    page.locator(f"[data-card={card}] .card").wait_for()


def wait_for_question(page):
    page.locator("#lesson .quiz:visible").wait_for()


def speak(page, tag):
    """Switch the page's language with its button, which goes on to the next at every click."""
    while page.locator("html").get_attribute("lang") != tag:
        page.locator("#header .language").click()


def wipe(page):
    """Clear the pad with its button, wherever the focus is."""
    page.locator("#pad .clear").click()
    wait_for_digit(page, "–")


def act(page):
    """Play the card, by its first choice or its blue button, and wait for the picture."""
    choices = page.locator("#lesson .choices button:visible")
    choices.or_(page.locator("#lesson .action:visible")).first.wait_for()
    if choices.count():
        choices.first.click()
        page.locator("#lesson .outcome:not(:empty)").wait_for()
    else:
        page.locator("#lesson .action").click()
    page.locator(SHOWN).first.wait_for()


def ask(page, name, tag="en"):
    """Turn to the question of a chapter, and wait for it."""
    turn_to(page, name, tag, QUESTION)
    wait_for_question(page)
