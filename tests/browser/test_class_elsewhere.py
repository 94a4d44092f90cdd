"""The class behind nginx under a prefix, and where one has to sign in."""

import io

import pytest
import zxingcpp
from PIL import Image

from tests.browser.pointer import draw_digit, wait_for_digit, wait_until_there
from tests.browser.test_nginx import behind
from tests.serving import serve_class


def sign_in(page):
    page.get_by_label("username").fill("teacher")
    page.get_by_label("password").fill("chalk")
    page.get_by_role("button", name="Login").click()


@pytest.fixture(scope="module")
def prefixed():
    with serve_class("--root-path", "/digits") as both:
        yield both


@pytest.mark.slow
@pytest.mark.parametrize("blocked", [False, True], ids=["socket", "socket blocked"])
def test_the_class_meets_behind_nginx(tmp_path, browser, prefixed, blocked):
    app, teachers = prefixed
    with behind(tmp_path, app, blocked=blocked) as address:
        teacher = open_page(browser, f"{address}?view=class#teacher={teachers.token}")
        teacher.locator("#teacher .teacher").wait_for()
        pupil = open_page(browser, f"{address}?view=class")
        draw_digit(teacher, 7)
        wait_for_digit(teacher, 7)
        teacher.locator("#teacher .broadcast").click()
        wait_for_digit(pupil, 7)
        teacher.locator("#wall .choices button").nth(7).click()
        pupil.locator("#wall .digits li").wait_for()
        teacher.locator("#wall .digits .off").click()
        pupil.locator("#wall .digits li").wait_for(state="detached")
        teacher.get_by_label("Wall open").uncheck()
        pupil.get_by_text("The teacher has closed the wall").wait_for()
        teacher.get_by_label("Wall open").check()
        teacher.locator("#teacher .broadcast").click()
        pupil.locator("#pad .guest").wait_for(state="hidden")
        for page in (teacher, pupil):
            page.context.close()


@pytest.mark.slow
def test_the_code_behind_nginx_is_the_address_one_has_come_by(tmp_path, browser, prefixed):
    app, teachers = prefixed
    with behind(tmp_path, app) as address:
        here = address.replace("127.0.0.1", "digits.localhost")
        page = open_page(browser, f"{here}?view=class#teacher={teachers.token}")
        page.locator("#header .share").click()
        page.locator("#share dialog[open]").wait_for()
        page.locator("#share .qr").evaluate("image => image.decode()")
        (code,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(page.screenshot())))
        assert code.text == here
        page.context.close()


@pytest.mark.slow
def test_a_class_that_signs_in_meets_as_well(browser):
    with serve_class("--auth", "teacher:chalk") as (address, teachers):
        options = {"locale": "en-GB", "viewport": {"width": 1280, "height": 800}}
        teacher, pupil = (browser.new_context(**options).new_page() for _ in range(2))
        # The link comes first, and waits in the address until somebody has signed in.
        teacher.goto(f"{address}/?view=class#teacher={teachers.token}")
        sign_in(teacher)
        teacher.locator("#teacher .teacher").wait_for()
        assert "teacher" not in teacher.url
        pupil.goto(f"{address}/?view=class")
        sign_in(pupil)
        pupil.locator("#pad .undo:disabled").wait_for(state="attached")
        draw_digit(teacher, 7)
        wait_for_digit(teacher, 7)
        teacher.locator("#teacher .broadcast").click()
        wait_for_digit(pupil, 7)
        teacher.locator("#wall .choices button").nth(7).click()
        pupil.locator("#wall .digits li").wait_for()
        for page in (teacher, pupil):
            page.context.close()


def open_page(browser, address):
    page = browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 800}).new_page()
    page.goto(address)
    wait_until_there(page)
    page.locator("#pad .undo:disabled").wait_for(state="attached")
    return page
