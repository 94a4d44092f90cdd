"""Checks the accessibility of a page with axe, in light and dark mode."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page


def serious(page: Page, within: str | None = None) -> list[str]:
    """Return axe's findings of serious and critical impact, a line each.

    It waits until nothing moves on the page: what is of a moment ago is dimmed meanwhile.

    Args:
        page: the page to check.
        within: a selector of a part to check, which is faster; by default the whole page.
    """
    page.wait_for_function(
        "[...document.querySelectorAll('.moving')].every((one) => !one.checkVisibility())"
    )
    results = Axe().run(page, within, {"resultTypes": ["violations"]}).response
    return [
        f"{violation['id']}: {node['html'][:120]} {node['failureSummary'][:300]}"
        for violation in results["violations"]
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
    ]


def turn_the_light(page: Page, scheme: str) -> None:
    """Make the page light or dark with its button; wait for the transitions."""
    if (scheme == "dark") != page.evaluate("document.body.classList.contains('dark')"):
        page.locator("#header .theme").click()
    page.evaluate(
        """() => Promise.allSettled(document.getAnimations()
            .filter((one) => one instanceof CSSTransition).map((one) => one.finished))"""
    )
