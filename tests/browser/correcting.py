"""Teach the network a digit on the page, for the tests that do."""

from playwright.sync_api import Page


def deny(page: Page, digit: int) -> None:
    """Say that the drawing on the pad is another digit."""
    page.locator("#correction .deny").click()
    page.locator("#correction .menu button").nth(digit).click()


def teach(page: Page, digit: int) -> None:
    """The same, and let the network learn it."""
    deny(page, digit)
    page.locator("#correction .teach").click()
