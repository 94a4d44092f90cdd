"""A person may draw before the network is there; the answer comes by itself."""

import json

import pytest

from tests.browser.pointer import draw_digit, shown_digit, wait_for_digit
from tests.serving import ROOT, serve_asleep

LANGUAGES = ROOT / "mnist_cnn" / "languages"


@pytest.mark.parametrize(("locale", "language"), [("en-GB", "en"), ("zh-CN", "zh-CN")])
def test_a_drawing_made_while_the_network_wakes_is_answered_by_itself(browser, locale, language):
    waking = json.loads((LANGUAGES / language / "page.json").read_text(encoding="utf-8"))["waking"]
    with serve_asleep() as (address, _, wake):
        page = browser.new_page(locale=locale)
        page.goto(address)
        page.locator("#pad .undo:disabled").wait_for()
        page.locator("#pad .notice:visible").wait_for()
        assert page.locator("#pad .notice").inner_text() == waking
        assert page.locator("#maps figure").count() == 8
        draw_digit(page, 7)
        assert shown_digit(page) == "–"
        wake()
        wait_for_digit(page, 7)
        page.locator("#pad .notice").wait_for(state="hidden")
        page.close()


def test_the_teacher_s_controls_come_when_the_network_is_awake(browser):
    with serve_asleep() as (address, token, wake):
        page = browser.new_page()
        with page.expect_response("**/class/teacher*") as answer:
            page.goto(f"{address}/?view=class&teacher={token}")
        assert answer.value.status == 503
        wake()
        page.locator("#teacher .teacher").wait_for()
        assert page.locator("#teacher .queue").inner_text() != ""
        page.close()
