"""What axe finds on a page, in the light and in the dark."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page


def serious(page: Page, within: str | None = None) -> list[str]:
    """Return what axe finds of serious and critical impact, as lines to read.

    Args:
        page: that is looked at.
        within: a selector of the part that is, in half the time; the whole page by default.
    """
    results = Axe().run(page, within, {"resultTypes": ["violations"]}).response
    return [
        f"{violation['id']}: {node['html'][:120]} {node['failureSummary'][:300]}"
        for violation in results["violations"]
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
    ]


def turn_the_light(page: Page, scheme: str) -> None:
    """Make the page light or dark by its own button; wait until no colour changes any more."""
    if (scheme == "dark") != page.evaluate("document.body.classList.contains('dark')"):
        page.locator("#header .theme").click()
    page.evaluate(
        """() => Promise.allSettled(document.getAnimations()
            .filter((one) => one instanceof CSSTransition).map((one) => one.finished))"""
    )
