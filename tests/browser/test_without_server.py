"""The page reads by itself: nothing is asked while one draws, and without a server it goes on."""

import io

import numpy as np
import pytest

from tests.browser.conftest import NETWORKS, opening
from tests.browser.pointer import (
    DIGITS,
    clear,
    draw_and_settle,
    draw_digit,
    draw_stroke,
    place,
    shown_digit,
    wait_for_digit,
)

ALONE = "The server does not answer"
ON_ITS_WAY = "The network is still loading"
PATIENCE = 20_000  # milliseconds


@pytest.fixture
def page(line, windows):
    with opening(line.address, windows) as open_page:
        yield draw_and_settle(open_page(), 1)
        line.mend()  # the window is emptied through it


def notice(page):
    return page.locator("#pad .notice")


def asked_for(page):
    """What the page asks for from now on, requests and messages alike."""
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.on(
        "websocket", lambda socket: socket.on("framesent", lambda sent: asked.append(str(sent)))
    )
    return asked


def replay(page):
    """Replay the drawing to its end."""
    page.locator("#timeline .play").click()
    page.locator("#timeline .play.playing").wait_for()
    page.locator("#timeline .play:not(.playing)").wait_for()


def test_nothing_leaves_the_device_while_a_digit_is_drawn(open_page):
    page = open_page()
    draw_and_settle(page, 1)  # what is asked for at the page's opening has come by now
    asked = asked_for(page)
    clear(page)
    draw_and_settle(page, 4)
    page.locator("#pad .undo").click()
    page.locator("#timeline .moment").press("ArrowLeft")
    replay(page)
    page.wait_for_timeout(500)
    assert asked == []


def test_the_page_promises_it_in_both_languages(open_page):
    page = open_page()
    promise = page.locator("#actions .promise")
    assert promise.inner_text().startswith("Drawings stay on this device")
    page.locator("#header .language").click()
    promise.get_by_text("只留在这台设备上").wait_for()


@pytest.mark.parametrize("fault", ["cut", pytest.param("fall_silent", marks=pytest.mark.slow)])
def test_drawing_reading_replay_saving_and_links_go_on_without_a_server(page, line, fault):
    getattr(line, fault)()
    clear(page)
    draw_and_settle(page, 4)
    page.locator("#river .tile[data-layer=conv2]").first.click()
    page.locator("#lens .line").first.wait_for()
    page.keyboard.press("Escape")
    replay(page)
    wait_for_digit(page, 4)
    page.locator("#actions .save").click()
    with page.expect_download() as download:
        page.get_by_role("menuitem", name="All activations").click()
    with np.load(io.BytesIO(download.value.path().read_bytes())) as saved:
        assert saved["digit"] == 4
        assert saved["conv3"].shape == (3, 3, 64)
    page.locator("#actions .link").click()
    assert notice(page).is_hidden()


def test_what_needs_the_server_says_so_and_comes_back(page, line):
    line.cut()
    verdict = page.locator("#actions .verdict")
    page.locator("#actions .check").click()
    verdict.get_by_text(ALONE).wait_for()
    page.get_by_role("tab", name="Learn").click()
    page.locator("#lesson").get_by_text(ALONE).first.wait_for()
    line.mend()
    page.locator("#lesson").get_by_text(ALONE).first.wait_for(state="hidden", timeout=PATIENCE)
    page.get_by_role("tab", name="See").click()
    page.locator("#actions .check").click()
    verdict.get_by_text("TensorFlow: 1").wait_for(timeout=PATIENCE)


def test_one_draws_while_the_network_is_on_its_way_and_is_answered_when_it_comes(open_page):
    page = open_page(network=False)
    draw_digit(page, 7)
    notice(page).filter(has_text=ON_ITS_WAY).wait_for()
    inked = "c => c.getContext('2d').getImageData(0,0,c.width,c.height).data.some(Boolean)"
    assert page.locator("#pad canvas").first.evaluate(inked)
    assert shown_digit(page) == "–"


def test_a_network_that_does_not_come_is_asked_for_until_it_does(page):
    asked = []

    def refuse(route):
        asked.append(route.request.url)
        if len(asked) < 4:
            return route.abort()
        return route.continue_()

    clear(page)
    page.route(NETWORKS, refuse)
    page.reload()
    page.locator("#pad .undo:disabled").wait_for()
    draw_digit(page, 7)
    notice(page).filter(has_text=ALONE).wait_for()
    wait_for_digit(page, 7)
    notice(page).wait_for(state="hidden")


def test_at_most_one_reading_a_frame(page):
    """However often a mouse moves, nothing piles up, and the last move is read."""
    clear(page)
    page.evaluate(
        """() => {
            window.frames = 0;
            const count = () => { frames++; requestAnimationFrame(count); };
            requestAnimationFrame(count);
            performance.clearMeasures("reading");
        }"""
    )
    moves = page.evaluate(
        """async ([[x0, y0], [x1, y1]]) => {
            const canvas = document.querySelector("#pad canvas");
            canvas.setPointerCapture = () => {};
            const kind = "onpointerrawupdate" in canvas ? "pointerrawupdate" : "pointermove";
            const send = (name, share) => canvas.dispatchEvent(new PointerEvent(name, {
                bubbles: true, pointerId: 1, button: 0, buttons: 1,
                clientX: x0 + share * (x1 - x0), clientY: y0 + share * (y1 - y0)}));
            send("pointerdown", 0);
            for (let i = 1; i <= 400; i++) {
                send(kind, i / 400);
                if (i % 20 === 0) await new Promise((resolve) => setTimeout(resolve));
            }
            send("pointerup", 1);
            return 400;
        }""",
        [place(page, 0.5, 0.2), place(page, 0.5, 0.8)],
    )
    wait_for_digit(page, 1)
    page.wait_for_timeout(100)
    readings, frames = page.evaluate("[performance.getEntriesByName('reading').length, frames]")
    assert readings <= frames + 1
    assert readings < moves / 4
    box = page.locator("#pad .paper > canvas").evaluate(
        """c => {
            const {data} = c.getContext("2d").getImageData(0, 0, c.width, c.height);
            let last = 0;
            for (let i = 3; i < data.length; i += 4) if (data[i]) last = i;
            return last / data.length;
        }"""
    )
    assert box > 0.8


def test_checking_compares_every_number_with_tensorflow(open_page):
    page = open_page()
    draw_and_settle(page, 7)
    sent = asked_for(page)
    page.locator("#actions .check").click()
    verdict = page.locator("#actions .verdict")
    verdict.get_by_text("TensorFlow: 7").wait_for(timeout=PATIENCE)
    words = verdict.inner_text()
    assert "37,610 numbers of 8 layers" in words
    difference = float(words.split("Largest difference: ")[1].split(",")[0].replace("−", "-"))
    assert 0 < difference < 1e-4
    assert [url.split("?")[0].rsplit("/", 1)[1] for url in sent] == ["check"]
    draw_stroke(page, DIGITS[1][0])
    verdict.wait_for(state="hidden")  # it was of another drawing


def test_checking_tells_what_differs(open_page):
    """The server's answer is another: the page does not take its own for granted."""
    page = open_page()
    draw_and_settle(page, 7)

    def altered(route):
        content = bytearray(route.fetch().body())
        content[400] ^= 9  # a pixel
        numbers = np.frombuffer(content, "<f4", offset=784).copy()
        numbers[-10:] = np.eye(10)[2]
        route.fulfill(body=bytes(content[:784]) + numbers.tobytes())

    page.route("**/mnist_cnn/check?*", altered)
    page.locator("#actions .check").click()
    verdict = page.locator("#actions .verdict")
    verdict.get_by_text("This page: 7").wait_for(timeout=PATIENCE)
    assert "TensorFlow: 2, 100%" in verdict.inner_text()
    assert "differ by up to 9 of 255 levels" in verdict.inner_text()
