"""The server is far, hangs, or is gone: the pen never waits, the page says so and recovers."""

import itertools

import pytest

from tests.browser.conftest import opening
from tests.browser.pointer import DIGITS, clear, draw_digit, draw_stroke, place, wait_for_digit

UNREACHABLE = "The server does not answer"
SLOW = "The server is slow"

# For each move of the pen: whether its ink is on the pad when the event has been handled, which is
# before the frame it belongs to is shown.
WATCH_INK = """() => {
    const canvas = document.querySelector("#pad canvas");
    window.inked = [];
    const look = (event) => {
        if (!event.buttons) return;
        const box = canvas.getBoundingClientRect();
        const x = (event.clientX - box.left) / box.width * canvas.width;
        const y = (event.clientY - box.top) / box.height * canvas.height;
        inked.push(canvas.getContext("2d").getImageData(x, y, 1, 1).data[3] > 0);
    };
    document.addEventListener("pointerrawupdate", look);
    document.addEventListener("pointerdown", look);
}"""

# Start and end of each reading, answered or given up.
READINGS = """performance.getEntriesByName("reading")
    .map((entry) => [entry.startTime, entry.startTime + entry.duration])"""

# Of requests: the most at once.
COUNT_FLIGHTS = """() => {
    window.most = 0;
    let flying = 0;
    const send = XMLHttpRequest.prototype.send;
    XMLHttpRequest.prototype.send = function (body) {
        most = Math.max(most, ++flying);
        this.addEventListener("readystatechange", () => (flying -= this.readyState === 4));
        return send.call(this, body);
    };
}"""


@pytest.fixture(params=["socket", pytest.param("requests", marks=pytest.mark.slow)])
def page(line, windows, request):
    with opening(line.address, windows) as open_page:
        page = open_page(sockets=request.param == "socket")
        draw_digit(page, 1)
        wait_for_digit(page, 1)
        clear(page)
        page.evaluate(WATCH_INK)
        page.evaluate(COUNT_FLIGHTS)
        yield page
        line.mend()  # the window is emptied through it


def notice(page):
    return page.locator("#pad .notice")


def never_two_at_once(page):
    """Whether each reading began after the one before had ended, and requests did so too."""
    readings = sorted(page.evaluate(READINGS))
    apart = all(one[1] <= other[0] + 0.1 for one, other in itertools.pairwise(readings))
    return apart and page.evaluate("most") <= 1


def said(page, sentence):
    notice(page).filter(has_text=sentence).wait_for()


def test_strokes_follow_the_pen_when_answers_take_200_ms(page, line):
    line.delay = 0.2
    draw_digit(page, 3)
    moves = page.evaluate("inked")
    assert len(moves) > 50
    assert all(moves)
    wait_for_digit(page, 3)
    readings = page.evaluate(READINGS)
    late = [(start, end) for start, end in readings if end - start > 190]
    assert late
    assert all(one[1] <= other[0] for one, other in itertools.pairwise(late))
    assert never_two_at_once(page)
    assert notice(page).is_hidden()  # that is no trouble yet


def test_no_drawing_piles_up_behind_a_slow_answer(page, line):
    line.delay = 0.2
    draw_digit(page, 3)
    before = len(page.evaluate(READINGS))
    wait_for_digit(page, 3)
    page.wait_for_timeout(600)
    after = page.evaluate(READINGS)
    assert len(after) - before <= 2  # the one in flight, and the newest


def test_a_server_that_hangs_is_named_and_the_newest_drawing_is_read_when_it_is_back(page, line):
    line.fall_silent()
    draw_digit(page, 1)
    assert all(page.evaluate("inked"))
    said(page, SLOW)
    said(page, UNREACHABLE)
    page.keyboard.press("Delete")
    page.evaluate("inked.length = 0")
    draw_digit(page, 7)
    assert page.evaluate("inked.length") > 8
    assert all(page.evaluate("inked"))
    said(page, UNREACHABLE)
    line.mend()
    wait_for_digit(page, 7)
    notice(page).wait_for(state="hidden")
    assert never_two_at_once(page)


def test_a_server_that_hangs_is_named_before_it_is_asked_again(page, line):
    line.fall_silent()
    silent = page.evaluate("performance.now()")  # an answer may still be on its way to the page
    draw_stroke(page, DIGITS[1][0])
    attempts = page.evaluate(
        f"""() => new Promise((resolve) => {{
            const notice = document.querySelector("#pad .notice");
            new MutationObserver(() => notice.textContent.startsWith("{UNREACHABLE}")
                && resolve({READINGS})).observe(notice, {{childList: true}});
        }})"""
    )
    # An entry at most: the attempt that was given up, after 5 seconds.
    assert len([start for start, _ in attempts if start > silent]) <= 1


def test_a_new_stroke_does_not_hide_the_trouble(page, line):
    line.cut()
    draw_stroke(page, DIGITS[4][0])
    said(page, UNREACHABLE)
    page.mouse.move(*place(page, 0.5, 0.5))
    page.mouse.down()
    assert notice(page).is_visible()
    page.mouse.up()


def test_broken_connections_are_named_at_once_and_forgiven(page, line):
    draw_stroke(page, DIGITS[4][0])
    page.wait_for_timeout(300)
    line.cut()
    draw_stroke(page, DIGITS[4][1])
    said(page, UNREACHABLE)
    attempts = len(page.evaluate(READINGS))
    page.wait_for_timeout(1200)
    assert len(page.evaluate(READINGS)) - attempts <= 3  # it tries again, but does not storm
    line.mend()
    wait_for_digit(page, 4)
    notice(page).wait_for(state="hidden")
    assert never_two_at_once(page)


def test_clearing_the_pad_ends_the_trouble(page, line):
    line.cut()
    draw_digit(page, 1)
    said(page, UNREACHABLE)
    page.keyboard.press("Delete")
    notice(page).wait_for(state="hidden")
    wait_for_digit(page, "–")
    page.wait_for_timeout(700)
    assert notice(page).is_hidden()


def test_a_slow_server_is_named_until_the_pen_rests(page, line):
    line.delay = 2.0
    draw_digit(page, 1)
    said(page, SLOW)
    wait_for_digit(page, 1)
    notice(page).wait_for(state="hidden")
