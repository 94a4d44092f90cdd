"""Teach it my digit: what was corrected is learned, its price shown, and all of it unlearned."""

import pytest
from playwright.sync_api import expect

from tests.browser.correcting import deny, teach
from tests.browser.pointer import draw_digit, wait_for_digit


@pytest.mark.slow
def test_a_digit_is_taught_its_price_is_shown_and_it_is_unlearned(open_page):
    ann, ben = open_page(), open_page()
    for page in (ann, ben):
        draw_digit(page, 1)
        wait_for_digit(page, 1)
    teach(ann, 7)
    ann.locator("#correction .outcome").wait_for(timeout=400_000)
    wait_for_digit(ann, 7)
    own = ann.locator("#correction .own").inner_text()
    assert own.startswith("Your digits: 0 of 1 read right before, 1 of 1 now.")
    others = ann.locator("#correction .others").inner_text()
    assert others.startswith("The 10,000 test digits it did not see: 9")
    assert ann.locator("#correction .changes li").count() == 10
    assert "taught with 1 of your digits" in ann.locator("#network .words").inner_text()

    ben.keyboard.press("Delete")  # another person's network is as it was
    draw_digit(ben, 1)
    wait_for_digit(ben, 1)
    ann.route("**/mnist_cnn/trainings", lambda route: route.abort(), times=2)
    ann.reload()
    ann.locator("#answer .digit").wait_for()
    wait_for_digit(ann, 7)  # and one's own is kept with the tab, as the drawing is
    ann.locator("#correction .outcome").wait_for()  # and so is its price
    assert ann.locator("#correction .own").inner_text() == own
    ann.locator("#correction .reset").click()
    wait_for_digit(ann, 1)
    assert ann.locator("#correction .reset").is_hidden()
    assert ann.locator("#correction .collected li").count() == 1


@pytest.mark.slow
def test_unlearned_while_it_is_taught_again_stays_unlearned(open_page):
    page = open_page()
    draw_digit(page, 1)
    wait_for_digit(page, 1)
    teach(page, 7)
    page.locator("#correction .outcome").wait_for(timeout=400_000)
    page.locator("#correction .teach").click()
    page.wait_for_timeout(1000)  # it is under way
    page.locator("#correction .reset").click()
    wait_for_digit(page, 1)
    page.locator("#correction .teach:enabled").wait_for()
    page.wait_for_timeout(8000)  # by then it would have been taught
    wait_for_digit(page, 1)
    assert page.locator("#correction .reset").is_hidden()
    assert page.locator("#correction .state").inner_text() == ""


def test_what_it_reads_already_is_said(open_page):
    page = open_page()
    assert page.locator("#correction .deny").is_disabled()
    draw_digit(page, 4)
    wait_for_digit(page, 4)
    deny(page, 4)
    assert "already reads this as 4" in page.locator("#correction .state").inner_text()


def test_collected_digits_can_be_taken_out_and_are_kept_with_the_tab(open_page):
    page = open_page()
    draw_digit(page, 4)
    wait_for_digit(page, 4)
    deny(page, 4)
    deny(page, 9)
    page.reload()
    collected = page.locator("#correction .collected button")
    collected.nth(1).wait_for()
    collected.nth(0).click()
    assert collected.all_inner_texts() == ["9\n×"]
    collected.click()
    assert page.locator("#correction .teach").is_hidden()


def test_the_menu_of_digits_works_by_keyboard(open_page):
    page = open_page("/?lang=zh-CN")
    draw_digit(page, 4)
    wait_for_digit(page, 4)
    button = page.locator("#correction .deny")
    assert button.inner_text().startswith("不对，应该是……")
    page.locator("#header .language").click()
    expect(button).to_contain_text("No, it is a…")
    button.press("ArrowDown")
    page.keyboard.press("9")
    page.keyboard.press("Enter")
    assert page.locator("#correction .collected button").inner_text() == "9\n×"
