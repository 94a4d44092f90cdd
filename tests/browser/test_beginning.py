"""A page of which something does not come at first is whole all the same, in the end."""

import pytest

from tests.browser.pointer import draw_digit, wait_for_digit

FAULTS = {
    "none": lambda route: route.abort(),
    "busy": lambda route: route.fulfill(status=429, json={"error": "Too many requests."}),
}


@pytest.mark.parametrize(
    ("what", "fault", "times"),
    [
        ("**/languages/en", "none", 1),
        ("**/languages/en", "busy", 1),
        ("**/pad/pad.js", "none", 2),  # before it is needed, and then
        ("**/pad/surface.js", "none", 2),
    ],
)
def test_what_does_not_come_at_first_is_asked_for_again(window, address, what, fault, times):
    asked = []

    def fail(route):
        asked.append(route)
        FAULTS[fault](route)

    window.route(what, fail)
    window.goto(address)
    while len(asked) < times:
        window.wait_for_timeout(100)
    window.unroute(what)
    window.locator("#pad .undo:disabled").wait_for()
    draw_digit(window, 7)
    wait_for_digit(window, 7)


def test_a_server_that_does_not_say_whether_it_wakes_is_asked_about_drawings(window, address):
    window.route("**/health", lambda route: None)
    window.goto(address)
    window.locator("#pad .undo:disabled").wait_for()
    draw_digit(window, 7)
    wait_for_digit(window, 7)


def test_a_server_that_does_not_know_its_addresses_is_not_waited_for(window, address):
    window.route("**/mnist_cnn/share", lambda route: None)
    window.goto(address)
    window.locator("#pad .undo:disabled").wait_for()
    window.locator("#header .share").click()
    window.locator("#share dialog[open]").wait_for()
