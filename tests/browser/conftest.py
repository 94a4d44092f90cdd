"""A real browser on the real app."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from playwright.sync_api import Error, Page, sync_playwright

from mnist_cnn import strokes
from mnist_cnn.preprocess import preprocess
from tests.browser.modules import open_modules
from tests.browser.pointer import wait_until_there
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


def installed_chromium() -> str | None:
    """Return the browser named in ``CHROMIUM``, or one that is installed, or None."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, INSTALLED)), None)


@pytest.fixture(scope="module")
def school():
    """A class of its own for a file of tests, trained as on the ``stage``: address and token."""
    with serve_class(worker=Workers(pace=0.02)) as both:
        yield both


@pytest.fixture(scope="session")
def stage():
    """The app, where trainings are over in a second, since nothing is learned."""
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


@pytest.fixture(scope="session")
def windows(browser):
    windows = Windows(browser)
    yield windows
    windows.close()


@pytest.fixture(scope="session")
def modules(browser):
    """An empty page that imports the page's own modules, see ``modules``."""
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
    """A line to the app that a test can slow down, cut or let hang; its address is another."""
    yield a_line
    a_line.delay = 0.0
    a_line.mend()


@pytest.fixture(scope="module", params=STROKES)
def drawing(request):
    """A digit on the whole pad, uint8 (280, 280), for the chapters of the lesson."""
    lines = [np.array(stroke, float) for stroke in STROKES[request.param]]
    return strokes.render(lines, size=80)


@pytest.fixture
def image(drawing):
    """The 28×28 picture that is read of it."""
    return preprocess(drawing).image


@pytest.fixture
def window(browser):
    """A new window that shows nothing yet; what its page logs as an error fails the test."""
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
    """Open the page in an empty window; what the page logs as an error fails the test."""
    with opening(address, windows) as open_page:
        yield open_page


@pytest.fixture(scope="module")
def open_for_all(address, windows):
    """The same for the tests of a module that only look, and leave the page as it was."""
    with opening(address, windows) as open_page:
        yield open_page


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
        """Without ``network``, what the page reads with stays on its way.

        A ``newcomer`` is shown the first minute, which others have seen.
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
