"""The parts of the page may arrive in any order: over a slow line, on a busy phone."""

import time

import pytest

from tests.browser.chapters import act, title
from tests.browser.pointer import draw_digit, wait_for_digit

OWN = ("modules.js", "page.css", "files/*/network", "files/*/judge")
GRADIO = ("core-*.js", "Blocks-*.js", "HTML-*.js")
LATE = 1.5  # seconds


@pytest.fixture
def page(window):
    window.set_viewport_size({"width": 390, "height": 844})
    return window


def assert_all_works(page):
    page.locator("#lesson h2").filter(has_text=title("en", "convolution")).wait_for()
    assert page.locator("[id^=view-]:visible").count() == 1
    act(page)
    page.locator("#header").get_by_role("tab", name="See").click()
    assert page.locator("[id^=view-]:visible").count() == 1
    page.locator("#pad .clear").click()
    draw_digit(page, 7)
    wait_for_digit(page, 7)


@pytest.mark.parametrize("name", OWN + GRADIO)
def test_a_file_of_the_page_that_comes_last(page, address, name):
    def hold(route):
        time.sleep(LATE)
        route.continue_()

    page.route(f"**/{name}*", hold)
    page.goto(f"{address}/?view=lesson&chapter=convolution")
    assert_all_works(page)
