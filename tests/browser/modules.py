"""The page's own JavaScript in a browser, from its files: without the page and without an app."""

from __future__ import annotations

import json
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, Route

from mnist_cnn.ui.languages import LANGUAGES, PAGE, languages
from tests.serving import ROOT

UI = ROOT / "mnist_cnn" / "ui"
HOST = "http://modules.example"


def open_modules(browser: Browser) -> Page:
    """Return an empty page on which ``import("/pad/link.js")`` is ``mnist_cnn/ui/pad/link.js``."""
    page = browser.new_page()

    page.add_init_script(
        f"window.mnistCnnPrefix = ''; window.mnistCnnLanguages = {json.dumps(languages())};"
    )  # as mount.js does

    def answer(route: Route) -> None:
        path = UI / urlsplit(route.request.url).path[1:]
        if path.suffix == ".js":
            route.fulfill(content_type="text/javascript", body=path.read_text("utf-8"))
        elif path.parent.name == "languages":
            words = (LANGUAGES / path.name / PAGE).read_text("utf-8")
            route.fulfill(content_type="application/json", body=words)
        else:
            route.fulfill(content_type="text/html", body="<!doctype html><title>Modules</title>")

    page.route(f"{HOST}/**", answer)
    page.goto(HOST)
    return page
