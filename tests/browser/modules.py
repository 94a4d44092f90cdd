"""The page's own JavaScript in a browser, from its files: without the page and without an app."""

from __future__ import annotations

from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, Route

from mnist_cnn.ui.web import sources

HOST = "http://modules.example"


def open_modules(browser: Browser) -> Page:
    """Return an empty page on which ``import("/pad/link.js")`` is ``mnist_cnn/ui/pad/link.js``."""
    page = browser.new_page()
    modules = sources()

    def answer(route: Route) -> None:
        name = urlsplit(route.request.url).path[1:]
        if name in modules:
            route.fulfill(content_type="text/javascript", body=modules[name])
        else:
            route.fulfill(content_type="text/html", body="<!doctype html><title>Modules</title>")

    page.route(f"{HOST}/**", answer)
    page.goto(HOST)
    return page
