"""The heat on the drawing: what speaks for a digit and what against it, while the pen moves."""

import re

import pytest

from tests.browser.pointer import DIGITS, clear, draw_and_settle, draw_stroke, painted

SIZE = {"width": 1280, "height": 800}

TELL = """async ([name, detail]) =>
    (await window.mnistCnnModules).load("state/events.js").emit(name, detail)"""

PAINTED = """canvas => {
    const {data} = canvas.getContext("2d").getImageData(0, 0, 280, 280);
    let [blue, orange, elsewhere] = [0, 0, 0];
    for (let i = 0; i < data.length; i += 4) {
        if (data[i + 3] < 30) continue;
        if (data[i] < data[i + 2]) blue++; else orange++;
        const [x, y] = [(i / 4) % 280, Math.floor(i / 1120)];
        if (x < 40 || x > 240 || y < 30) elsewhere++;
    }
    return [blue, orange, elsewhere];
}"""

PICTURE = "canvas => canvas.toDataURL()"


@pytest.fixture
def page(open_page):
    """A page with a 7."""
    return draw_and_settle(open_page(viewport=SIZE), 7)


def why(page):
    page.locator("#actions .why").click()
    painted(page)


def tell(page, name, detail):
    page.evaluate(TELL, [name, detail])
    painted(page)


def heat(page):
    """What is painted, as text."""
    return page.locator("#pad .heat").evaluate(PICTURE)


def legend(page):
    return re.sub(r"\s+", " ", page.locator("#pad .legend").inner_text())


def test_why_paints_what_speaks_for_the_answer_and_what_against_it(page):
    assert page.locator("#pad .heat").count() == 0
    assert page.locator("#pad .legend").is_hidden()
    why(page)
    assert legend(page) == "speaks for 7 speaks against it"
    assert page.locator("#pad .explained").count() == 1, "ink turns pale"
    blue, orange, elsewhere = page.locator("#pad .heat").evaluate(PAINTED)
    assert blue > 10 * orange, "more speaks for the answer than against it"
    assert elsewhere == 0, "the heat lies on the ink"
    why(page)
    assert page.locator("#pad .heat").count() == 0
    assert page.locator("#pad .explained").count() == 0
    assert page.locator("#pad .legend").is_hidden()


def test_heat_follows_the_pen(page):
    why(page)
    before = heat(page)
    draw_stroke(page, [(0.35, 0.52), (0.7, 0.5)], lift=False)
    painted(page)
    assert heat(page) != before
    page.mouse.up()
    clear(page)
    assert page.locator("#pad .heat").count() == 0
    assert page.locator("#pad .legend").is_hidden()
    for stroke in DIGITS[1]:
        draw_stroke(page, stroke, lift=False)
    painted(page)
    assert legend(page) == "speaks for 1 speaks against it"
    page.mouse.up()


def test_asked_for_another_digit_it_is_the_heat_of_that(page):
    why(page)
    own = heat(page)
    tell(page, "asked", {"digit": 8})
    assert legend(page) == "speaks for 8 speaks against it"
    assert page.locator("#pad .heat").evaluate(PAINTED)[1] > 500, "the foot of a 7 is none of an 8"
    tell(page, "asked", {"digit": None})
    assert heat(page) == own
    assert legend(page) == "speaks for 7 speaks against it"


@pytest.mark.parametrize("on", [False, True])
def test_a_piece_that_is_pointed_at_shows_what_comes_through_it_alone(page, on):
    if on:
        why(page)
        whole = heat(page)
    tell(page, "piece", {"layer": "conv3", "channel": 44})
    assert legend(page) == "speaks for 7 speaks against it"
    one = heat(page)
    tell(page, "piece", {"layer": "conv3", "channel": 23})
    assert heat(page) != one
    tell(page, "piece", None)
    assert page.locator("#pad .heat").count() == on
    if on:
        assert heat(page) == whole != one


def test_what_is_muted_is_not_in_the_heat(page):
    tell(page, "piece", {"layer": "conv3", "channel": 44})
    assert page.locator("#pad .heat").evaluate(PAINTED)[0] > 0
    page.evaluate(
        """async () => (await window.mnistCnnModules)
            .load("state/muted.js").toggle("conv3", 44)"""
    )
    page.wait_for_function(f"({PAINTED})(document.querySelector('#pad .heat'))[0] === 0")
