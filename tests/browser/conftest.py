"""Fixtures: a real browser, its windows, and pages of the real app."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from playwright.sync_api import Error, Page, sync_playwright

from mnist_cnn.digits import strokes
from mnist_cnn.reading.preprocess import preprocess
from tests.browser.modules import open_modules
from tests.browser.pointer import wait_until_there
from tests.browser.training import leave_all
from tests.browser.windows import NO_SOCKETS, SEEN, USUAL, Windows
from tests.fake_worker import Workers
from tests.proxy import proxy
from tests.serving import serve, serve_class

NETWORKS = re.compile(r"/mnist_cnn/network/|/files/\w+/(network|judge)$")
INSTALLED = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
STROKES = {  # in pad units
    7: [[(70, 60), (210, 56), (168, 140), (126, 238)]],
    1: [[(140, 50), (140, 230)]],
    4: [[(100, 56), (84, 154), (196, 154)], [(174, 56), (168, 238)]],
}
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Names, since Gradio and browsers treat the machine's own address in other ways.
NAMES = "--host-resolver-rules=MAP *.example 127.0.0.1"


def installed_chromium() -> str | None:
    """Return the path of the browser in ``CHROMIUM``, or of an installed one, or None."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, INSTALLED)), None)


@pytest.fixture(scope="module")
def school():
    """A class for one test file, with fake trainings: its address, and who is the teacher."""
    with serve_class(worker=Workers(pace=0.02)) as both:
        yield both


@pytest.fixture(scope="session")
def stage():
    """The address of an app whose fake trainings are over in a second."""
    with serve(worker=Workers(pace=0.02)) as address:
        yield address


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=installed_chromium(), args=FLAGS)
        except Error as error:
            pytest.skip(
                "no Chromium: install it, name it in CHROMIUM, or run "
                f"python -m playwright install chromium ({str(error).splitlines()[0]})"
            )
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def web(browser):
    """A browser that finds every name below ``example`` on this machine."""
    program, flags = installed_chromium(), [*FLAGS, NAMES]
    named = browser.browser_type.launch(executable_path=program, args=flags)
    yield named
    named.close()


@pytest.fixture(scope="session")
def windows(browser):
    windows = Windows(browser)
    yield windows
    windows.close()


@pytest.fixture(scope="session")
def modules(browser):
    """An empty page that can import single modules of the page, see ``modules.py``."""
    page = open_modules(browser)
    yield page
    page.close()


@pytest.fixture(scope="module")
def a_line(address):
    with proxy(address) as (through, line):
        line.address = through
        yield line


@pytest.fixture
def line(a_line):
    """A line to the app, with its own address, that a test can slow down, cut or let hang."""
    yield a_line
    a_line.delay = 0.0
    a_line.mend()


@pytest.fixture(scope="module", params=STROKES)
def drawing(request):
    """A digit drawn on the pad, uint8 (80, 80), for the chapters of the lesson."""
    lines = [np.array(stroke, float) for stroke in STROKES[request.param]]
    return strokes.render(lines, size=80)


@pytest.fixture
def image(drawing):
    """The drawing, preprocessed to 28×28."""
    return preprocess(drawing).image


@pytest.fixture
def window(browser):
    """An empty page in a new window; uncaught errors fail the test."""
    context = browser.new_context(**USUAL)
    context.add_init_script(SEEN)
    page = context.new_page()
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert errors == []


@pytest.fixture
def open_page(address, windows):
    """A function that opens the page in an empty window; uncaught errors fail the test."""
    with opening(address, windows) as open_page:
        yield open_page


@pytest.fixture(scope="module")
def open_for_all(address, windows):
    """As ``open_page``, for one page that all tests of a module share."""
    with opening(address, windows) as open_page:
        yield open_page


@pytest.fixture
def open_train(open_page):
    """Open the Train page in a new window; at the end its runs are given up."""
    pages = []

    def open_train(query="", **options):
        pages.append(open_page(f"/?view=train{query}", **options))
        pages[-1].locator("#train .layers td").first.wait_for()
        return pages[-1]

    yield open_train
    for page in pages:
        if not page.is_closed():
            leave_all(page)


@contextlib.contextmanager
def opening(address: str, windows: Windows) -> Iterator[Callable[..., Page]]:
    taken = []

    def open_page(
        path: str = "/",
        sockets: bool = True,
        network: bool = True,
        newcomer: bool = False,
        script: str = "",
        **options,
    ) -> Page:
        """Open the page at ``path``.

        Args:
            path: of the page.
            sockets: False as behind a proxy that lets no WebSocket through.
            network: False if the network and the judge never arrive.
            newcomer: whether the first minute is shown.
            script: runs before the page's scripts.
            options: of Playwright's ``new_context``.
        """
        scripts = ("" if newcomer else SEEN, script, "" if sockets else NO_SOCKETS)
        first = "\n".join(filter(None, scripts))
        taken.append(windows.take(first, **options))
        page = taken[-1].page
        if not network:
            page.route(NETWORKS, lambda route: None)
        page.goto(address + path)
        wait_until_there(page)
        return page

    yield open_page
    errors = [error for window in taken for error in window.errors]
    for window in taken:
        windows.give_back(window)
    assert errors == []
