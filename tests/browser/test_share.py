"""The dialog that shows others how to open the page, with a code that a phone can read."""

import io
from dataclasses import asdict

import pytest
import zxingcpp
from PIL import Image

from mnist_cnn.server.http import addresses
from mnist_cnn.server.http.addresses import Way
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
    if not addresses.on_this_network("0.0.0.0", 80):
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


WAYS = [
    Way("http://192.168.178.23:7860", "wifi", "wlan0"),
    Way("http://10.20.30.40:7860", "ethernet", "eth0"),
    Way("http://192.168.5.5:7860", "unknown", "School LAN"),
    Way("http://100.101.102.103:7860", "tunnel", "tailscale0"),
]
PUBLIC = "https://0f3b9e2ac4d5e6f7a8.gradio.live"


def told(page, ways, public=None):
    """Let the server tell of these ways."""
    texts = [*(way.address for way in ways), *([public] if public else [])]
    codes = {text: addresses.as_svg(text) for text in texts}
    answer = {"network": [asdict(way) for way in ways], "public": public, "codes": codes}
    page.route("**/mnist_cnn/share?*", lambda route: route.fulfill(json=answer))


def test_another_address_can_be_picked_and_stays_picked(for_this_machine, windows):
    with opening(for_this_machine, windows) as open_page:
        page = open_page()
        told(page, WAYS)
        open_dialog(page)
        ways, address = page.locator("#share .ways label"), page.locator("#share .address")
        assert ways.all_inner_texts() == [
            "Wi-Fi\n192.168.178.23",
            "Ethernet\n10.20.30.40",
            "School LAN\n192.168.5.5",
            "VPN\n100.101.102.103",
        ]
        assert address.inner_text() == WAYS[0].address
        assert "choose another address" in page.locator("#share .words").inner_text()
        ways.first.click()
        page.keyboard.press("ArrowDown")
        assert address.inner_text() == WAYS[1].address
        page.locator("#share .qr").evaluate("image => image.decode()")
        assert code_on(page) == WAYS[1].address
        ways.last.click()
        assert "in the same VPN" in page.locator("#share .hint").inner_text()
        page.keyboard.press("Escape")
        told(page, WAYS[1:])  # the machine has left a network meanwhile
        open_dialog(page)
        assert address.inner_text() == WAYS[3].address
        assert page.locator("#share input:checked").count() == 1
        page.keyboard.press("Escape")
        told(page, WAYS[:2], PUBLIC)
        open_dialog(page)
        assert address.inner_text() == PUBLIC
        told(page, WAYS[:1], PUBLIC)
        page.keyboard.press("Escape")
        open_dialog(page)
        assert ways.last.locator("b").inner_text() == "Local network"
        assert page.locator("#share .others").is_hidden()


@pytest.mark.parametrize("size", [(1280, 800), (390, 664)])
def test_the_code_of_a_machine_with_many_addresses_is_seen_whole(for_this_machine, windows, size):
    viewport = {"width": size[0], "height": size[1]}
    with opening(for_this_machine, windows) as open_page:
        page = open_page(viewport=viewport)
        told(page, WAYS)
        open_dialog(page)
        page.locator("#share .qr").evaluate("image => image.decode()")
        assert code_on(page) == WAYS[0].address
        dialog = page.locator("#share dialog")
        assert dialog.evaluate("it => it.scrollWidth <= it.clientWidth")


PLACES = {  # where the page is open: what it tells others first
    "http://127.0.0.1:7860/": [PUBLIC, WAYS[0].address, WAYS[1].address],
    "http://localhost:7860/": [PUBLIC, WAYS[0].address, WAYS[1].address],
    WAYS[1].address + "/": [PUBLIC, WAYS[1].address, WAYS[0].address],
    "https://school.example/digits/": ["https://school.example/digits/"],
}


@pytest.mark.parametrize("place", PLACES)
def test_the_address_by_which_a_page_is_open_is_known_to_work(modules, place):
    known = {"public": PUBLIC, "network": [asdict(way) for way in WAYS[:2]]}
    found = modules.evaluate(
        """async ([known, place]) => {
            const {bestFirst} = await import("/components/share/ways.js");
            return bestFirst(known, new URL(place)).map(({address}) => address);
        }""",
        [known, place],
    )
    assert found == PLACES[place]


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
