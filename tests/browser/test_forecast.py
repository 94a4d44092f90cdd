"""The server is asked to be ready for a training, again and again while somebody may begin one."""

import pytest

from tests.browser.modules import open_modules

MINUTE = 60_000  # milliseconds
FORECAST = """async () => {
    window.mnistCnnPage = { served: true, files: {} };
    window.asked = 0; // how often the server was asked to be ready
    window.checked = 0; // how often for the plan
    window.fetch = async (address, { method }) => {
        window.asked += method === "PUT" && String(address).endsWith("/trainings");
        return new Response("{}");
    };
    window.hide = (hidden) => {
        Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
        document.dispatchEvent(new Event("visibilitychange"));
    };
    const { createForecast } = await import("/components/train/forecast.js");
    window.forecast = createForecast(document.createElement("p"), () => window.checked++);
}"""


@pytest.fixture
def page(browser):
    page = open_modules(browser)
    page.clock.install()
    page.evaluate(FORECAST)
    yield page
    page.close()


def asked_after(page, what, minutes=10):
    """Return how often the server is asked in so many minutes after something is done."""
    before = page.evaluate("window.asked")
    page.evaluate(what)
    for _ in range(minutes):
        page.clock.run_for(MINUTE)
    return page.evaluate("window.asked") - before


def test_as_long_as_the_choices_are_open_it_is_asked_every_two_minutes(page):
    assert asked_after(page, "forecast.open(false)") == 0
    assert asked_after(page, "forecast.open(true)") == 1 + 5
    assert asked_after(page, "forecast.open(true)") == 5  # once is enough
    assert page.evaluate("window.checked") > 0
    assert asked_after(page, "forecast.open(false)") == 0


def test_a_page_that_nobody_sees_does_not_ask(page):
    asked_after(page, "forecast.open(true)")
    assert asked_after(page, "hide(true)") == 0
    assert asked_after(page, "hide(false)") == 1 + 5
    page.evaluate("forecast.open(false)")
    assert asked_after(page, "hide(false)") == 0
