"""A real browser on the real app."""

from __future__ import annotations

import os
import shutil

import pytest
from playwright.sync_api import Error, sync_playwright

from tests.proxy import proxy
from tests.serving import serve_class

INSTALLED = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
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


# As a proxy does that lets no WebSocket through: drawings then go as requests.
NO_SOCKETS = """window.WebSocket = class extends WebSocket {
    constructor() { super("ws://127.0.0.1:9/"); }
};"""


@pytest.fixture(scope="module")
def school():
    """A class of its own for a file of tests: the address, and the teacher's token."""
    with serve_class() as both:
        yield both


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


@pytest.fixture
def line(address):
    """A line to the app that a test can slow down, cut or let hang."""
    with proxy(address) as (through, line):
        line.address = through
        yield line


@pytest.fixture
def window(browser):
    """A new window that shows nothing yet; what its page logs as an error fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-GB")
    page = context.new_page()
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert errors == []


@pytest.fixture
def open_page(address, browser):
    """Open the page in a new window; what the page logs as an error fails the test."""
    contexts, errors = [], []

    def open_page(path="/", sockets=True, script="", **options):
        options = {"viewport": {"width": 1280, "height": 800}, "locale": "en-GB"} | options
        context = browser.new_context(**options)
        contexts.append(context)
        for first in (script, "" if sockets else NO_SOCKETS):
            if first:
                context.add_init_script(first)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(address + path)
        page.locator("#maps figure[data-layer=softmax]").wait_for(state="attached")
        page.locator("#pad .undo:disabled").wait_for(state="attached")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert errors == []
