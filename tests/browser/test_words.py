"""Percentages are short enough for their place, and say 100 or 0 only when that is so."""

import pytest

CALL = """async ([name, share]) => {
    const words = await import("/mnist_cnn/files/any/answer/words.js");
    return words[name](share);
}"""


@pytest.fixture(scope="module")
def page(address, browser):
    page = browser.new_page()
    page.goto(address)
    page.locator("#answer .bars li").first.wait_for()
    yield page
    page.close()


@pytest.mark.parametrize(
    ("share", "long", "short"),
    [
        (0.0, "0%", "0%"),
        (0.000049, "0%", "0%"),
        (0.00012, "0.01%", "0%"),
        (0.004, "0.4%", "0%"),
        (0.0567, "5.7%", "6%"),
        (0.5, "50.0%", "50%"),
        (0.9876, "98.8%", "99%"),
        (0.9932, "99.3%", "99.3%"),
        (0.9994, "99.9%", "99.9%"),
        (0.99968, "99.97%", "99.9%"),
        (0.99994, "99.99%", "99.9%"),
        (0.99996, "100%", "100%"),
        (1.0, "100%", "100%"),
    ],
)
def test_percentages(page, share, long, short):
    assert page.evaluate(CALL, ["inPercent", share]) == long
    assert page.evaluate(CALL, ["inShortPercent", share]) == short
