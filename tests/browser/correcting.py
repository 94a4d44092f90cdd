"""Correct the network on the page."""

from playwright.sync_api import Page


def deny(page: Page, digit: int) -> None:
    """Say that the drawing on the pad is another digit."""
    page.locator("#correction .deny").click()
    page.locator("#correction .menu button").nth(digit).click()


def teach(page: Page, digit: int) -> None:
    """Say so, and let the network learn it."""
    deny(page, digit)
    page.locator("#correction .teach").click()
