"""Browser windows that tests reuse, because a page opens twice as fast in a used one.

A test gets a window without anything of the test before: no storage, cookie, route, listener or
other page. Only the HTTP cache and compiled scripts stay.
"""

from __future__ import annotations

import contextlib
import itertools
from collections import defaultdict
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Error, Page

# A service worker would serve pages of an earlier test.
USUAL = {
    "viewport": {"width": 1280, "height": 800},
    "locale": "en-GB",
    "service_workers": "block",
}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}

# As behind a proxy that lets no WebSocket through.
NO_SOCKETS = """window.WebSocket = class extends WebSocket {
    constructor() { super("ws://127.0.0.1:9/"); }
};"""

# As on a device on which the first minute was seen: no hand draws, no hint or card appears.
SEEN = """try {
    localStorage.setItem("mnist_cnn.seen", "hand hold open replay fool doors");
} catch {
    // about:blank has no storage.
}"""

EMPTY = """() => {
    localStorage.clear();
    sessionStorage.clear();
    return [localStorage.length, sessionStorage.length, document.cookie.length];
}"""


@dataclass
class Window:
    """A window, with the errors of its page since a test took it."""

    key: tuple
    context: BrowserContext
    page: Page
    errors: list[str] = field(default_factory=list)
    listeners: list[tuple] = field(default_factory=list)  # added by the test
    origins: set[str] = field(default_factory=set)  # visited by the test


class Windows:
    """The idle windows of a browser, by the options that a window cannot change."""

    def __init__(self, browser: Browser):
        self._browser = browser
        self._idle: dict[tuple, list[Window]] = defaultdict(list)

    def take(self, script: str = "", **options) -> Window:
        """Return an empty window.

        Args:
            script: runs before the scripts of each page.
            options: of Playwright's ``new_context``, besides ``USUAL``.
        """
        options = USUAL | options
        viewport = options.pop("viewport")
        media = {name: options.pop(name, None) for name in ("color_scheme", "reduced_motion")}
        key = (script, *sorted(options.items()))
        window = self._idle[key].pop() if self._idle[key] else self._open(key, script, options)
        window.page.set_viewport_size(viewport)
        window.page.emulate_media(**{name: value or "null" for name, value in media.items()})
        return window

    def give_back(self, window: Window) -> None:
        """Empty a window and keep it; close it if it cannot be emptied."""
        if window.page.is_closed():
            window.context.close()
            return
        try:
            _empty(window)
        except (Error, AssertionError):
            window.context.close()
            raise
        self._idle[window.key].append(window)

    def close(self) -> None:
        """Close all idle windows."""
        for window in itertools.chain.from_iterable(self._idle.values()):
            window.context.close()
        self._idle.clear()

    def _open(self, key: tuple, script: str, options: dict) -> Window:
        context = self._browser.new_context(**options)
        if script:
            context.add_init_script(script)
        window = Window(key, context, context.new_page())
        page = window.page
        page.on("pageerror", lambda error: window.errors.append(str(error)))
        page.on("framenavigated", lambda frame: window.origins.add(_origin(frame.url)))
        listen = page.on

        def remembered(event, handler):
            window.listeners.append((event, handler))
            listen(event, handler)

        page.on = remembered
        return window


def turn(page: Page, scheme: str) -> None:
    """Set the page's colour scheme, and wait for its transitions."""
    page.emulate_media(color_scheme=scheme)
    page.wait_for_function(
        "dark => document.body.classList.contains('dark') === dark", arg=scheme == "dark"
    )
    page.evaluate(
        """() => Promise.allSettled(document.getAnimations()
            .filter((one) => one instanceof CSSTransition)
            .map((one) => one.finished))"""
    )


def _origin(url: str) -> str:
    scheme, host = urlsplit(url)[:2]
    return f"{scheme}://{host}" if scheme in ("http", "https") else ""


def _empty(window: Window) -> None:
    page, context = window.page, window.context
    for other in context.pages:
        if other is not page:
            other.close()
    for event, handler in window.listeners:
        page.remove_listener(event, handler)
    page.unroute_all(behavior="ignoreErrors")
    context.set_offline(False)
    page.mouse.up()
    page.emulate_media(media="null")
    for origin in window.origins - {""}:
        # Not from the page itself, which may store more as it is left. If the server has ended, its
        # storage does not matter: no other server gets its port.
        with contextlib.suppress(Error):
            page.goto(f"{origin}/health")
        if _origin(page.url) == origin:
            assert page.evaluate(EMPTY) == [0, 0, 0], f"{origin} keeps something"
    page.goto("about:blank")
    context.clear_cookies()
    context.clear_permissions()
    window.listeners.clear()
    window.origins.clear()
    window.errors.clear()
