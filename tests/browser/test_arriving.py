"""The parts of the page may arrive in any order: over a slow line, on a busy phone."""

import time

import pytest

from tests.browser.chapters import act, title
from tests.browser.pointer import draw_digit, wait_for_digit

BUILDERS = "**/assets/Index-*.js"  # Gradio's own: one builds the rows, one the columns
OWN = ("modules.js", "network/shipped", "network/judge")
LATE = 1.5  # seconds


@pytest.fixture
def page(window):
    window.set_viewport_size({"width": 390, "height": 844})
    return window


def assert_all_works(page):
    page.locator("#lesson h2").filter(has_text=title("en", "convolution")).wait_for()
    assert page.locator("[id^=view-]:visible").count() == 1
    act(page)
    page.locator("#header").get_by_role("tab", name="Layers").click()
    assert page.locator("[id^=view-]:visible").count() == 1
    page.locator("#pad .clear").click()
    draw_digit(page, 7)
    wait_for_digit(page, 7)


@pytest.mark.parametrize("turn", range(1, 5))  # the very first builds the page
def test_a_builder_that_comes_last(page, address, turn):
    builders = []

    def hold(route):
        if route.request.url not in builders:
            builders.append(route.request.url)
        if builders.index(route.request.url) == turn:
            time.sleep(LATE)
        route.continue_()

    page.route(BUILDERS, hold)
    page.goto(f"{address}/?view=lesson&chapter=convolution")
    assert_all_works(page)
    assert len(builders) > turn


@pytest.mark.parametrize("name", OWN)
def test_a_file_of_the_page_that_comes_last(page, address, name):
    def hold(route):
        time.sleep(LATE)
        route.continue_()

    page.route(f"**/{name}*", hold)
    page.goto(f"{address}/?view=lesson&chapter=convolution")
    assert_all_works(page)
