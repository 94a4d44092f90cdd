"""Hands on the pad: a palm beside a pen, two fingers, strokes that are cut off, other buttons."""

import itertools

import pytest

from tests.browser.pointer import (
    DIGITS,
    draw_and_settle,
    draw_stroke,
    place,
    settled,
    wait_for_digit,
)

TABLET = {"viewport": {"width": 810, "height": 1080}, "has_touch": True, "is_mobile": True}
SEVEN = DIGITS[7][0]
PALM = [(0.9, 0.9), (0.88, 0.91)]

# What the page does with events, at times that a test sets: `at` is their milliseconds.
POINT = """([name, type, id, x, y, at, more]) => {
    const canvas = document.querySelector("#pad canvas");
    const buttons = ["pointerup", "pointercancel"].includes(name) ? 0 : 1;
    const event = new PointerEvent(name, {
        pointerType: type, pointerId: id, clientX: x, clientY: y, buttons,
        bubbles: true, cancelable: true, composed: true, ...more,
    });
    Object.defineProperty(event, "timeStamp", {value: at});
    canvas.dispatchEvent(event);
}"""
HEAR = """() => {
    window.heard = [];
    document.addEventListener("mnist_cnn:pen", ({detail}) =>
        window.heard.push([detail.down, detail.marks.length]));
    document.addEventListener("mnist_cnn:answer", ({detail}) => window.marks = detail.frame.marks);
}"""
KEPT = "() => JSON.parse(sessionStorage.getItem('mnist_cnn.drawing') ?? '[]').length"
PERCENTS = "() => [...document.querySelectorAll('#answer .percent')].map((e) => e.textContent)"


class Hand:
    """Fingers, palms and pens at times of their own, in milliseconds."""

    def __init__(self, page):
        self.page = page
        self.now = 10_000
        page.evaluate(HEAR)

    def wait(self, milliseconds):
        self.now += milliseconds

    def send(self, name, kind, pointer, point=(0.5, 0.5), **more):
        x, y = place(self.page, *point)
        more.setdefault("isPrimary", kind != "touch" or pointer < 20)
        self.page.evaluate(POINT, [name, kind, pointer, x, y, self.now, more])

    def down(self, kind, pointer, point, **more):
        self.send("pointerdown", kind, pointer, point, **more)

    def move(self, kind, pointer, points):
        for point in points:
            self.wait(16)
            self.send("pointerrawupdate", kind, pointer, point)

    def up(self, kind, pointer, name="pointerup"):
        self.send(name, kind, pointer)

    def draw(self, kind, pointer, points):
        self.down(kind, pointer, points[0])
        self.move(kind, pointer, finely(points[1:]))
        self.up(kind, pointer)

    @property
    def marks(self):
        """How many strokes are on the pad."""
        return len(settled(self.page).evaluate("() => window.marks ?? []"))

    @property
    def pen(self):
        """What was heard of the pen last: whether it is down, and how many marks there are."""
        return self.page.evaluate("() => window.heard.at(-1)")


def finely(points, steps=6):
    yield points[0]
    for (x0, y0), (x1, y1) in itertools.pairwise(points):
        for i in range(1, steps + 1):
            yield x0 + (x1 - x0) * i / steps, y0 + (y1 - y0) * i / steps


@pytest.fixture
def hand(open_page):
    return Hand(open_page())


def test_a_pen_takes_over_from_the_palm_that_landed_first(hand):
    page = hand.page
    draw_stroke(page, [(0.1, 0.1), (0.2, 0.1)])
    page.keyboard.press("Control+z")  # can be done again, until something is drawn
    hand.down("touch", 10, PALM[0])
    hand.move("touch", 10, PALM * 20)
    hand.draw("pen", 1, SEVEN)
    hand.up("touch", 10)
    wait_for_digit(page, 7)
    assert hand.marks == 1
    assert hand.pen == [False, 1]
    page.keyboard.press("Control+z")
    wait_for_digit(page, "–")
    assert page.locator("#pad .undo").is_disabled()
    page.keyboard.press("Control+y")
    wait_for_digit(page, 7)
    assert page.locator("#pad .redo").is_disabled()


@pytest.mark.parametrize(("rest", "marks"), [(100, 1), (1000, 2)])
def test_a_palm_that_the_system_takes_away_before_the_pen_lands_leaves_nothing(hand, rest, marks):
    hand.down("touch", 1, (0.1, 0.9))
    hand.move("touch", 1, finely([(0.1, 0.9), (0.5, 0.8)], 30))  # far, and for long
    hand.up("touch", 1, "pointercancel")
    hand.wait(rest)
    hand.draw("pen", 30, SEVEN)
    assert hand.marks == marks
    hand.draw("pen", 30, SEVEN)  # and nothing else is taken back
    assert hand.marks == marks + 1


def test_touches_beside_a_pen_draw_nothing(hand):
    hand.down("pen", 1, SEVEN[0])
    hand.down("touch", 10, PALM[0])
    hand.move("touch", 10, PALM)
    hand.move("pen", 1, finely(SEVEN[1:]))
    hand.up("touch", 10)
    hand.up("pen", 1)
    hand.wait(400)  # between two strokes the hand stays, or lands anew
    hand.draw("touch", 11, PALM)
    assert hand.marks == 1
    wait_for_digit(hand.page, 7)
    hand.wait(600)  # the pen has been put away
    hand.draw("touch", 12, [(0.1, 0.9), (0.3, 0.9)])
    assert hand.marks == 2


def test_touches_below_a_pen_in_the_air_draw_nothing(hand):
    hand.send("pointerrawupdate", "pen", 1, SEVEN[0], buttons=0)
    hand.wait(100)
    hand.draw("touch", 10, PALM)
    assert hand.marks == 0


def test_a_touch_whose_end_was_lost_keeps_no_other_out(hand):
    hand.down("touch", 10, SEVEN[0])
    hand.move("touch", 10, finely(SEVEN, 16))
    hand.draw("touch", 11, [(0.1, 0.9), (0.3, 0.9)])
    assert hand.pen == [False, 2]
    hand.draw("touch", 12, [(0.1, 0.1), (0.3, 0.1)])
    assert hand.marks == 3


def test_what_is_taken_back_leaves_no_trace(hand):
    page = hand.page
    draw_and_settle(page, 7)
    draw_stroke(page, [(0.2, 0.9), (0.8, 0.9)])
    page.keyboard.press("Control+z")
    before = [settled(page).evaluate(words) for words in (PERCENTS, KEPT)]
    hand.down("touch", 10, (0.3, 0.6))
    hand.move("touch", 10, [(0.31, 0.61)])
    assert hand.pen == [True, 2]
    hand.down("touch", 20, (0.7, 0.6))
    assert hand.pen == [False, 1]
    assert [settled(page).evaluate(words) for words in (PERCENTS, KEPT)] == before
    hand.move("touch", 10, [(0.2, 0.6)])
    hand.move("touch", 20, [(0.8, 0.6)])
    hand.up("touch", 20)
    hand.down("touch", 20, (0.7, 0.6))  # put down again beside the first
    hand.up("touch", 20)
    hand.up("touch", 10)
    assert hand.marks == 1
    assert page.locator("#pad .redo").is_enabled()
    assert (
        page.evaluate("() => Number(document.querySelector('#timeline input[type=range]').value)")
        == 100
    )
    hand.draw("touch", 11, [(0.1, 0.9), (0.3, 0.9)])
    assert hand.marks == 2, "one finger draws again"


def test_a_hand_at_rest_beside_a_finger_s_stroke_does_not_end_it(hand):
    hand.down("touch", 10, SEVEN[0])
    hand.move("touch", 10, finely(SEVEN[:2], 16))
    hand.down("touch", 20, PALM[0])
    hand.move("touch", 10, finely(SEVEN[1:]))
    hand.up("touch", 20)
    hand.up("touch", 10)
    wait_for_digit(hand.page, 7)
    assert hand.marks == 1


@pytest.mark.parametrize(
    ("kind", "points", "marks"),
    [
        ("touch", SEVEN, 1),
        ("touch", [(0.5, 0.5), (0.51, 0.5)], 0),  # hardly moved: the system's own gesture
        ("pen", [(0.5, 0.5), (0.51, 0.5)], 1),
    ],
)
def test_a_stroke_that_is_cut_off_ends(hand, kind, points, marks):
    hand.down(kind, 10, points[0])
    hand.move(kind, 10, finely(points, 16))
    hand.up(kind, 10, "pointercancel")
    assert hand.pen == [False, marks]
    hand.move(kind, 10, finely(points))
    assert hand.marks == marks


def test_a_quick_touch_that_the_browser_takes_is_no_stroke(hand):
    hand.down("touch", 10, (0.2, 0.2))
    hand.move("touch", 10, [(0.3, 0.3), (0.4, 0.4)])  # 32 ms
    hand.up("touch", 10, "pointercancel")
    assert hand.marks == 0


@pytest.mark.parametrize("lost", ["capture", "window"])
def test_no_stroke_is_left_hanging(hand, lost):
    page = hand.page
    hand.down("pen", 1, SEVEN[0])
    hand.move("pen", 1, finely(SEVEN))
    if lost == "capture":
        hand.send("lostpointercapture", "pen", 1)
    else:
        page.evaluate("window.dispatchEvent(new Event('blur'))")
    assert hand.pen == [False, 1]
    hand.move("pen", 1, [(0.1, 0.1)])
    hand.draw("pen", 2, [(0.1, 0.9), (0.3, 0.9)])
    assert hand.marks == 2


def test_other_buttons_draw_nothing_and_the_other_end_of_a_pen_erases(hand):
    page = hand.page
    page.mouse.move(*place(page, 0.2, 0.2))
    page.mouse.down(button="right")
    page.mouse.move(*place(page, 0.8, 0.8))
    page.mouse.up(button="right")
    assert hand.marks == 0
    hand.down("pen", 1, SEVEN[0], button=5, buttons=32)
    hand.up("pen", 1)
    hand.draw("pen", 1, SEVEN)
    assert settled(page).evaluate("() => window.marks.map((mark) => mark.erase)") == [True, False]


def test_a_long_press_opens_no_menu(open_page):
    page = open_page()
    prevented = """(type) => !document.querySelector("#pad canvas").dispatchEvent(
        new PointerEvent("contextmenu", {pointerType: type, cancelable: true}))"""
    assert page.evaluate(prevented, "touch")
    assert not page.evaluate(prevented, "mouse")


class Fingers:
    """Fingers as the system tells the browser of them."""

    def __init__(self, page):
        self.page = page
        self.session = page.context.new_cdp_session(page)

    def touch(self, kind, *points):
        at = [place(self.page, *point) for point in points]
        fingers = [{"x": x, "y": y, "id": i} for i, (x, y) in enumerate(at)]
        self.session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": fingers})


def test_two_fingers_zoom_the_page_and_draw_nothing(open_page):
    page = open_page(**TABLET)
    hand, fingers = Hand(page), Fingers(page)
    fingers.touch("touchStart", (0.45, 0.5))
    fingers.touch("touchMove", (0.44, 0.5))
    assert hand.pen == [True, 1]
    fingers.touch("touchStart", (0.44, 0.5), (0.55, 0.5))
    for i in range(12):
        x, y = place(page, 0, 0)
        points = [
            {"x": x + 100 - 6 * i, "y": y + 150, "id": 0},
            {"x": x + 160 + 6 * i, "y": y + 150, "id": 1},
        ]
        fingers.session.send(
            "Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": points}
        )
    fingers.touch("touchEnd")
    page.wait_for_function("visualViewport.scale > 1.2")
    assert hand.pen == [False, 0]
    assert hand.marks == 0


def test_two_fingers_scroll_the_page(open_page):
    page = open_page(**TABLET | {"viewport": {"width": 390, "height": 500}})
    fingers = Fingers(page)
    x, y = place(page, 0.3, 0.9)
    for kind, shift in [("touchStart", 0), *(("touchMove", 12 * i) for i in range(1, 15))]:
        points = [{"x": x + 60 * i, "y": y - shift, "id": i} for i in range(2)]
        fingers.session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    fingers.session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    page.wait_for_function("scrollY + visualViewport.offsetTop > 50")
    assert page.locator("#pad .undo").is_disabled()


def test_a_palm_zooms_nothing_beside_a_stroke(open_page):
    page = open_page(**TABLET)
    hand, fingers = Hand(page), Fingers(page)
    fingers.touch("touchStart", SEVEN[0])
    for point in finely(SEVEN[:2], 16):
        fingers.touch("touchMove", point)
    fingers.touch("touchStart", SEVEN[1], PALM[0])
    for i, point in enumerate(finely(SEVEN[1:], 16)):
        fingers.touch("touchMove", point, (0.9 - 0.01 * i, 0.9))
    fingers.touch("touchEnd")
    wait_for_digit(page, 7)
    assert hand.marks == 1
    assert page.evaluate("visualViewport.scale") == 1


def test_moves_of_a_stroke_are_the_page_s_own(open_page):
    """Else Safari waits whether a Pencil writes or a finger scrolls, and a quick stroke is lost."""
    page = open_page(**TABLET)
    page.evaluate(
        """() => addEventListener("touchmove", (event) => {
            (window.kept ??= []).push(event.defaultPrevented);
        })"""
    )
    fingers = Fingers(page)
    fingers.touch("touchStart", SEVEN[0])
    for point in finely(SEVEN):
        fingers.touch("touchMove", point)
    fingers.touch("touchEnd")
    wait_for_digit(page, 7)
    assert set(page.evaluate("window.kept")) == {True}
