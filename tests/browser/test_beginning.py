"""A page of which something does not come at first is whole all the same, in the end."""

import re
import time
from urllib.parse import urlsplit

import httpx
import pytest

from tests.browser.pointer import draw_digit, wait_for_digit

PATIENCE = 30  # seconds
FAULTS = {
    "none": lambda route: route.abort(),
    "busy": lambda route: route.fulfill(status=429, json={"error": "Too many requests."}),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("what", ["**/modules.js*", "**/files/*/network", "**/files/*/judge"])
def test_what_does_not_come_at_first_is_asked_for_again(window, address, what, fault):
    asked = []

    def fail(route):
        asked.append(route)
        FAULTS[fault](route)

    window.route(what, fail)
    window.goto(address)
    end = time.monotonic() + PATIENCE
    while len(asked) < 2:  # before it is needed, and then
        assert time.monotonic() < end
        window.wait_for_timeout(100)
    window.unroute(what)
    window.locator("#pad .undo:disabled").wait_for()
    draw_digit(window, 7)
    wait_for_digit(window, 7)


def test_the_page_can_read_before_its_pad_is_there(window, address):
    """It need not wait for Gradio to put the page together."""
    window.route("**/HTML-*.js", lambda route: None)
    window.goto(address, wait_until="commit")
    window.wait_for_function(
        """async () => {
            const {load} = await window.mnistCnnModules;
            const pixels = new Uint8Array(280 * 280);
            for (let y = 60; y < 220; y++) pixels.fill(255, 280 * y + 130, 280 * y + 150);
            const { read } = load("state/choice.js");
            return read({width: 280, height: 280, pixels})?.digit === 1;
        }"""
    )
    assert window.locator("#pad").count() == 0


def test_all_that_is_needed_is_asked_for_at_once(window, address):
    """By the page's HTML: nothing has to come before it is known what else has to."""
    asked = []
    window.on("request", lambda request: asked.append(urlsplit(request.url)))
    window.goto(address)
    window.locator("#pad .undo:disabled").wait_for()
    draw_digit(window, 7)
    wait_for_digit(window, 7)
    html = httpx.get(address).text
    named = set(re.findall(r'<(?:link|script)[^>]* (?:href|src)="(?:\./)?([^"]+)"', html))
    files = {one.path[1:] + (f"?{one.query}" if one.query else "") for one in asked[1:]}
    needed = ("assets/", "mnist_cnn/files/", "mnist_cnn/network/")
    assert {file for file in files - named if file.startswith(needed)} == set()
    assert len(asked) < 40


def test_a_server_that_does_not_say_whether_it_wakes_is_asked_about_drawings(window, address):
    window.route("**/health", lambda route: None)
    window.goto(address)
    window.locator("#pad .undo:disabled").wait_for()
    draw_digit(window, 7)
    wait_for_digit(window, 7)


def test_a_server_that_does_not_know_its_addresses_is_not_waited_for(window, address):
    window.route("**/mnist_cnn/share?*", lambda route: None)
    window.goto(address)
    window.locator("#pad .undo:disabled").wait_for()
    window.locator("#header .share").click()
    window.locator("#share dialog[open]").wait_for()
