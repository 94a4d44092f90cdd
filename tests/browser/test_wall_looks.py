"""The class's wall over a restart of the server, and where its confusion matrix stands."""

import httpx
import numpy as np

from mnist_cnn.digits import strokes
from mnist_cnn.reading.preprocess import preprocess
from tests.browser.pointer import draw_digit, wait_for_digit, wait_until_there
from tests.browser.test_class import tiles
from tests.serving import free_port, serve_class

DRAWN = {
    1: [np.array([(140.0, 50), (140, 230)])],
    7: [np.array([(70.0, 60), (210, 56), (168, 140), (126, 238)])],
}
IMAGES = {digit: preprocess(strokes.render(drawn)).image for digit, drawn in DRAWN.items()}


def put_up(address, digit, session="somebody-else-0000000", place="10.0.0.1"):
    answer = httpx.post(
        f"{address}/mnist_cnn/wall",
        params={"meant": digit},
        content=IMAGES[digit].tobytes() + np.eye(10, dtype="<f4")[digit].tobytes(),
        headers={"X-Mnist-Cnn-Session": session, "X-Forwarded-For": place},
    )
    assert answer.status_code == 200
    return answer.json()["id"]


def open_wall(browser, address, **options):
    page = browser.new_context(locale="en-GB", **options).new_page()
    page.goto(f"{address}/?view=class")
    wait_until_there(page)
    return page


def test_a_page_that_outlives_a_restart_shows_the_new_wall(browser):
    port = str(free_port())
    with serve_class("--port", port) as (address, _):
        page = open_wall(browser, address)
        number = put_up(address, 7)
        page.evaluate("id => sessionStorage.setItem('mnist_cnn.wall', `[${id}]`)", number)
        page.reload()
        page.locator("#wall .digits .off:visible").wait_for()
        assert tiles(page).all_inner_texts() == ["7"]
    with serve_class("--port", port) as (address, _):
        put_up(address, 1)
        page.locator("#wall .caption", has_text="1").wait_for(timeout=60_000)
        assert tiles(page).all_inner_texts() == ["1"]
        assert page.locator("#wall .digits .off:visible").count() == 0
    page.context.close()


def test_why_a_digit_cannot_be_taken_off_is_said(browser):
    with serve_class() as (address, _):
        page = open_wall(browser, address)
        number = put_up(address, 7)
        page.evaluate("id => sessionStorage.setItem('mnist_cnn.wall', `[${id}]`)", number)
        page.reload()
        page.locator("#wall .digits .off:visible").click()
        page.locator("#wall .said", has_text="no longer on the wall").wait_for()
        page.context.close()


def test_a_refusal_stays_readable_beside_another_drawing(open_page):
    page = open_page("/?view=class")
    draw_digit(page, 1)
    wait_for_digit(page, 1)
    page.locator("#wall .choices button").nth(1).click()
    page.locator("#wall .said", has_text="It is on the wall").wait_for()
    page.keyboard.press("Delete")
    draw_digit(page, 7)
    wait_for_digit(page, 7)
    page.locator("#wall .said:empty").wait_for(state="attached")
    page.evaluate("() => { window.fetch = () => Promise.reject(new TypeError()); }")
    page.locator("#wall .digits .off:visible").click()
    page.locator("#wall .said:not(:empty)").wait_for()
    page.wait_for_timeout(300)
    assert page.locator("#wall .said").inner_text()


def test_the_matrix_of_a_large_wall_stays_on_the_screen(browser):
    with serve_class() as (address, _):
        for i in range(120):
            put_up(address, (1, 7)[i % 2], f"session-number-{i // 20:08}", f"10.0.1.{i // 20}")
        page = open_wall(browser, address, viewport={"width": 1280, "height": 800})
        page.locator("#wall .digits li").nth(119).wait_for()
        page.locator("#wall .digits li").last.scroll_into_view_if_needed()
        page.mouse.wheel(0, 10_000)
        page.wait_for_timeout(300)
        matrix = page.locator("#wall .matrix")
        box = matrix.bounding_box()
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= 800
        page.set_viewport_size({"width": 390, "height": 844})
        below = page.locator("#wall .digits").bounding_box()["y"]
        assert matrix.bounding_box()["y"] + matrix.bounding_box()["height"] <= below
        page.context.close()
