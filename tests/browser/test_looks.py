"""The page in both languages, both themes, and on small screens."""

import json

import pytest

from tests.browser.pointer import draw_digit, wait_for_digit
from tests.serving import ROOT

LANGUAGES = ROOT / "mnist_cnn" / "languages"


@pytest.mark.parametrize(("locale", "language"), [("en-US", "en"), ("zh-CN", "zh-CN")])
def test_the_browser_s_language_is_used(open_page, locale, language):
    page = open_page(locale=locale)
    texts = json.loads((LANGUAGES / language / "page.json").read_text(encoding="utf-8"))
    assert page.locator("#header h1").inner_text() == texts["title"]
    assert page.locator("html").get_attribute("lang") == language


def test_the_language_is_switched_at_once_and_kept(open_page):
    page = open_page()
    page.locator("#header .language").click()
    page.get_by_text("每一层看到了什么").wait_for()
    assert page.locator("#pad .clear").inner_text() == "清空"
    page.reload()
    page.get_by_text("每一层看到了什么").wait_for()


def test_a_link_sets_the_language(open_page):
    page = open_page("/?lang=zh-CN")
    assert page.locator("#maps h2").inner_text() == "每一层看到了什么"


@pytest.mark.parametrize("width", [360, 390, 768, 1024, 1920])
def test_nothing_is_wider_than_the_window(open_page, width):
    page = open_page(viewport={"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_ink_and_paper_differ_in_both_themes(open_page, scheme):
    page = open_page(color_scheme=scheme)
    ink, paper = page.locator("#pad canvas").evaluate(
        "c => [getComputedStyle(c).color, getComputedStyle(c.parentElement).backgroundColor]"
    )
    light = [sum(map(int, c[c.index("(") + 1 : -1].split(", ")[:3])) > 382 for c in (ink, paper)]
    assert light == [scheme == "dark", scheme == "light"]


# The mean of red, green and blue where there is most ink on a canvas.
INK = """(canvas) => {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    let most = 3;
    for (let i = 3; i < data.length; i += 4) if (data[i] > data[most]) most = i;
    return (data[most - 1] + data[most - 2] + data[most - 3]) / 3;
}"""


@pytest.mark.parametrize("canvas", ["#pad canvas", "#filmstrip .drawing canvas"])
def test_what_is_drawn_turns_with_the_page(open_page, canvas):
    page = open_page(color_scheme="light")
    draw_digit(page, 7)
    wait_for_digit(page, 7)
    drawn = page.locator(canvas).first
    assert drawn.evaluate(INK) < 128
    page.locator("#header .theme").click()
    page.wait_for_function(f"({INK})(document.querySelector({canvas!r})) > 128")
