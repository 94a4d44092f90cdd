"""The server says that too many draw: the page says so, backs off, and goes on by itself."""

import itertools
import time

import pytest

from mnist_cnn import payload
from tests.browser.pointer import draw_digit, wait_for_digit
from tests.browser.windows import NO_SOCKETS

SLOW = "The server is slow"
BUSY_FOR = 3  # answers


@pytest.fixture
def page(browser):
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-GB")
    yield context.new_page()
    context.close()


def opened(page, address):
    page.goto(address)
    page.locator("#maps figure[data-layer=softmax]").wait_for()
    page.locator("#pad .undo:disabled").wait_for()
    return page


def backs_off_and_recovers(page, asked):
    draw_digit(page, 7)
    page.locator("#pad .notice").filter(has_text=SLOW).wait_for()
    wait_for_digit(page, 7)
    page.locator("#pad .notice").wait_for(state="hidden")
    waits = itertools.pairwise(asked[: BUSY_FOR + 1])
    gaps = [later - earlier for earlier, later in waits]
    assert gaps == sorted(gaps)  # longer and longer, however fast the pen moves
    assert min(gaps) > 0.45  # seconds


def test_a_busy_socket_is_left_alone_for_longer_and_longer(page, address):
    asked = []

    def connect(socket):
        server = socket.connect_to_server()

        def ask(message):
            asked.append(time.monotonic())
            if len(asked) > BUSY_FOR:
                return server.send(message)
            return socket.send(payload.encode_busy())

        socket.on_message(ask)

    page.route_web_socket("**/mnist_cnn/live*", connect)
    backs_off_and_recovers(opened(page, address), asked)


def test_so_are_busy_requests_where_there_are_no_sockets(page, address):
    asked = []

    def read(route):
        asked.append(time.monotonic())
        if len(asked) > BUSY_FOR:
            return route.continue_()
        return route.fulfill(status=429, json={"error": "Too many"}, headers={"Retry-After": "1"})

    page.add_init_script(NO_SOCKETS)
    page.route("**/mnist_cnn/read*", read)
    backs_off_and_recovers(opened(page, address), asked)
