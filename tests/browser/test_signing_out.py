"""Signing in and out in a real browser, over http and under a name that is not this machine's."""

import pytest
from playwright.sync_api import expect

from mnist_cnn.server.http.fairness import OverloadError
from tests.browser.pointer import wait_until_there
from tests.browser.test_class_elsewhere import sign_in
from tests.serving import serve, serving


def test_who_presses_the_button_is_signed_out_and_who_loads_a_picture_is_not(web):
    with serve("--auth", "teacher:chalk") as address:
        port = address.rpartition(":")[2]
        context = web.new_context(locale="en-GB")
        page, other = context.new_page(), web.new_context(locale="en-GB").new_page()
        for one in (page, other):
            one.goto(f"http://class.example:{port}/")
            sign_in(one)
            wait_until_there(one)
        # A picture on a page of the same name, so that the browser sends its cookies.
        page.evaluate(
            """(address) => new Promise((over) => {
              Object.assign(new Image(), { onload: over, onerror: over, src: address });
            })""",
            f"http://class.example:{port}/logout",
        )
        page.goto(f"http://class.example:{port}/")
        wait_until_there(page)
        page.goto(f"http://class.example:{port}/logout")
        page.get_by_role("button", name="Sign out").click()
        expect(page.locator("input[type=password]")).to_be_visible()
        assert page.url == f"http://class.example:{port}/"
        assert [one for one in context.cookies() if "access-token" in one["name"]] == []
        other.reload()
        wait_until_there(other)


@pytest.mark.parametrize("language", ["en-GB", "zh-CN"])
def test_the_form_says_that_a_right_password_may_be_refused_and_when_it_is(web, language):
    def refuse(*_):
        raise OverloadError("too many")

    with serving("--auth", "teacher:chalk") as (address, served):
        served.state.passwords.right = refuse
        page = web.new_context(locale=language).new_page()
        page.goto(f"http://class.example:{address.rpartition(':')[2]}/")
        expect(page.get_by_text("even the right one is refused")).to_be_visible()
        expect(page.get_by_text("即使密码正确也无法登录")).to_be_visible()
        page.locator("input[type=password]").press("Enter")
        expect(page.locator(".creds")).to_be_visible()
