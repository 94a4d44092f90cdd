"""The dialog that shows others how to open the page, with a code that a phone can read."""

import io

import pytest
import zxingcpp
from PIL import Image

from mnist_cnn.ui import addresses
from tests.browser.conftest import opening
from tests.browser.pointer import wait_until_there
from tests.serving import serve


def code_on(page) -> str:
    """What a phone reads off the screen."""
    (code,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(page.screenshot())))
    return code.text


def open_dialog(page):
    page.locator("#header .share").click()
    page.locator("#share dialog[open]").wait_for()


@pytest.fixture(scope="module")
def for_everybody():
    if addresses.on_this_network("0.0.0.0", 80) is None:
        pytest.skip("this machine is in no network")
    with serve() as address:
        yield address


@pytest.fixture(scope="module")
def for_this_machine():
    with serve("--host", "127.0.0.1") as address:
        yield address


@pytest.fixture
def page(for_everybody, windows):
    with opening(for_everybody, windows) as open_page:
        yield open_page()


def test_the_code_is_the_address_of_this_network(page):
    for width, height in ((1280, 800), (1920, 1080), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        open_dialog(page)
        address = page.locator("#share .address").inner_text()
        assert address.startswith("http://")
        assert "127.0.0.1" not in address
        page.locator("#share .qr").evaluate("image => image.decode()")
        assert code_on(page) == address, width
        box = page.locator("#share dialog").bounding_box()
        assert box["x"] >= 0, width
        assert box["x"] + box["width"] <= width
        page.keyboard.press("Escape")
        page.locator("#share dialog").wait_for(state="hidden")


def test_the_code_leads_to_the_page(page):
    open_dialog(page)
    page.locator("#share .qr").evaluate("image => image.decode()")
    page.goto(code_on(page))
    wait_until_there(page)
    open_dialog(page)  # a phone can pass it on
    page.locator("#share .qr").evaluate("image => image.decode()")
    assert page.url.startswith(code_on(page))


def test_a_page_for_this_machine_only_says_how_to_let_others_in(for_this_machine, windows):
    said = {
        "en": "Only this computer can open the page",
        "zh-CN": "目前只有这台电脑能打开",
    }
    with opening(for_this_machine, windows) as open_page:
        for language, words in said.items():
            page = open_page(f"/?lang={language}")
            open_dialog(page)
            dialog = page.locator("#share dialog")
            assert words in dialog.inner_text()
            assert "python app.py" in dialog.locator("code").all_inner_texts()
            assert page.locator("#share .qr").is_hidden()


def test_the_dialog_changes_its_language(page):
    page.locator("#header .language").click()
    open_dialog(page)
    assert page.locator("#share h2").inner_text() == "在其他设备上打开这个页面"
    assert "二维码" in page.locator("#share .hint").inner_text()
    assert "二维码" in page.locator("#share .qr").get_attribute("alt")
