"""The first minute: a hand shows how, then one hint at a time, then three doors are offered."""

import pytest

from tests.browser.accessibility import serious
from tests.browser.conftest import NETWORKS
from tests.browser.pointer import (
    draw_and_settle,
    draw_digit,
    draw_stroke,
    place,
    settled,
    shown_digit,
    wait_for_digit,
    wait_until_there,
)
from tests.browser.windows import PHONE, USUAL

SECOND = 1000  # milliseconds
QUIET = 4 * SECOND  # until there is room for a word, with a second to spare
WHOLE = 6 * SECOND  # of the hand, from before it begins until it is gone
GHOSTS = """window.ghosts = [];
document.addEventListener("mnist_cnn:ghost", ({detail}) => window.ghosts.push(detail));"""
TELL = """([name, detail]) =>
    document.dispatchEvent(new CustomEvent(`mnist_cnn:${name}`, {detail}))"""
PLACE = {
    "layer": "conv2",
    "cell": [0, 0, 0],
    "region": {"left": 0, "top": 0, "right": 9, "bottom": 9},
}


def hand(page):
    return page.locator("#onboarding .hand")


def bubble(page):
    return page.locator("#onboarding .bubble.shown")


def invitation(page):
    return page.locator("#pad .invitation")


def doors(page):
    return page.locator("#doors .card")


@pytest.fixture
def clocked(browser, address):
    """Open the page for a newcomer, whose time a test can move."""
    contexts, errors = [], []

    def open_page(path="/", held=None, **options):
        """``held`` is a list for the networks, which then are on their way."""
        contexts.append(browser.new_context(**USUAL | options))
        page = contexts[-1].new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        if held is not None:
            page.route(NETWORKS, lambda route: held.append(route))
        page.clock.install()
        page.goto(address + path)
        wait_until_there(page)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert errors == []


@pytest.fixture
def watched(clocked):
    """Open the page; the hand begins when all else is there."""

    def open_page(**options):
        held = []
        page = clocked(held=held, **options)
        page.evaluate(GHOSTS)
        for route in held:
            route.continue_()
        return page

    return open_page


def drawn(page, *digits):
    """Draw digits one after the other, the first ends the hand; the pointer leaves the pad."""
    for digit in digits:
        page.keyboard.press("Delete")
        draw_digit(page, digit)
        wait_for_digit(page, digit)
    page.mouse.move(3, 3)
    return page


def reloaded(page, digit):
    page.reload()
    page.locator("#answer .digit").wait_for(state="attached")
    wait_for_digit(page, digit)
    return page


def waited(page, time=QUIET):
    page.clock.run_for(time)
    return page


def test_a_hand_draws_a_three_that_is_read_and_leaves_no_trace(watched):
    page = watched()
    hand(page).wait_for()
    wait_for_digit(page, 3)
    assert page.locator("#pad .undo").is_disabled()
    assert page.evaluate("sessionStorage.getItem('mnist_cnn.drawing')") is None
    invitation(page).filter(has_text="Now you.").wait_for()
    assert hand(page).is_hidden()
    assert shown_digit(settled(page)) == "–"
    # At a person's speed, and live: the network has read it before it was done.
    lengths = page.evaluate("ghosts.map(({marks}) => marks?.[0].points.length ?? 0)")
    assert min(filter(None, lengths)) < 50
    assert len(set(lengths)) > 3  # of 101, on a busy machine
    assert page.locator("#pad .undo").is_disabled()
    assert page.locator("#timeline .empty").is_visible()


def test_it_is_the_person_s_turn_until_the_first_stroke(clocked):
    page = clocked()
    invitation(page).filter(has_text="Now you.").wait_for()
    page.locator("#header .language").click()
    assert invitation(page).inner_text() == "轮到你了。"
    page.locator("#header .language").click()
    draw_and_settle(page, 7)
    page.keyboard.press("Delete")
    assert invitation(page).inner_text() == "Draw a digit here"
    page.reload()  # nothing is on the pad, but it is no first visit
    wait_until_there(page)
    page.evaluate(GHOSTS)
    waited(page, WHOLE)
    assert page.evaluate("ghosts") == []


def touch_the_pad(page):
    draw_stroke(page, [(0.5, 0.2), (0.5, 0.8)])


def touch_something_else(page):
    page.mouse.click(3, 3)


def press_a_key(page):
    page.keyboard.press("Shift")


def paste(page):
    page.evaluate("document.body.dispatchEvent(new ClipboardEvent('paste', {bubbles: true}))")


def drop(page):
    page.evaluate("""document.querySelector('#pad .paper').dispatchEvent(new DragEvent(
        'drop', {bubbles: true, dataTransfer: new DataTransfer()}))""")


def choose_a_view(page):
    page.evaluate("history.pushState(null, '', '?view=train')")
    page.evaluate("dispatchEvent(new PopStateEvent('popstate'))")


def watch_the_teacher(page):
    shown = {"drawing": "", "edition": 1, "by": "another", "number": 1}
    page.evaluate(TELL, ["broadcast", shown])


@pytest.mark.parametrize(
    "act",
    [
        touch_the_pad,
        touch_something_else,
        press_a_key,
        paste,
        drop,
        choose_a_view,
        watch_the_teacher,
    ],
)
def test_it_leaves_at_once_when_something_is_done(watched, act):
    page = watched()
    page.wait_for_function("ghosts.at(-1)?.marks?.[0].points.length > 3")
    act(page)
    assert hand(page).is_hidden()
    count = page.evaluate("ghosts.length")
    assert page.evaluate("ghosts.at(-1)") == {"marks": None, "ink": 1, "invitation": "drawHere"}
    settled(page)
    assert shown_digit(page) == ("1" if act is touch_the_pad else "–")
    page.wait_for_timeout(500)
    assert page.evaluate("ghosts.length") == count
    assert page.locator("#pad .undo").is_disabled() == (act is not touch_the_pad)


@pytest.mark.parametrize(
    "path", ["/#drawing=1.damaged", "/?embed=1", "/?view=lesson", "/?view=train"]
)
def test_it_does_not_come_where_something_else_is_shown(clocked, path):
    page = clocked(path)
    page.evaluate(GHOSTS)
    waited(page, WHOLE)
    assert page.evaluate("ghosts") == []


def test_it_does_not_come_over_a_drawing_that_was_kept(clocked):
    page = clocked()
    drawn(page, 7)
    page.evaluate("localStorage.clear()")  # as if it had not been seen
    reloaded(page, 7)
    page.evaluate(GHOSTS)
    waited(page, WHOLE)
    assert page.evaluate("ghosts") == []
    assert shown_digit(page) == "7"


def test_without_motion_the_digit_stands_still(watched):
    page = watched(reduced_motion="reduce")
    wait_for_digit(page, 3)
    assert hand(page).is_hidden()
    invitation(page).filter(has_text="Now you.").wait_for()
    assert page.evaluate("ghosts.filter(({marks}) => marks).length") == 1


def test_hints_come_one_after_the_other_each_until_it_is_done(clocked):
    page = drawn(clocked(), 3)
    assert bubble(page).count() == 0
    waited(page)
    assert "Hold a map" in bubble(page).inner_text()
    page.evaluate(TELL, ["hold", {"layer": "conv2", "channel": 3}])
    assert bubble(page).count() == 1, "the mouse may only have passed over it"
    page.clock.run_for(500)
    assert "Hold a map" not in page.locator("#onboarding").inner_text()  # or the next one is there
    assert "Click or tap it" in bubble(waited(page)).inner_text()
    page.evaluate(TELL, ["select", PLACE])
    page.evaluate(TELL, ["select", None])
    assert "when did it know" in bubble(waited(page)).inner_text()
    page.locator("#timeline .play").click()
    page.mouse.move(3, 3)
    waited(page)
    assert "29 of 10,000" in bubble(waited(page)).inner_text()
    waited(page, 9 * SECOND)
    assert bubble(waited(page)).count() == 0
    reloaded(page, 3)
    assert bubble(waited(page)).count() == 0


def test_a_hint_is_gone_for_good_when_it_is_closed(clocked):
    page = drawn(clocked(), 3)
    waited(page)
    first = bubble(page).inner_text()
    bubble(page).get_by_role("button", name="Close").click()
    assert bubble(page).count() == 0
    reloaded(page, 3)
    waited(page)
    assert bubble(page).inner_text() != first


def test_no_hint_stands_in_the_way_of_the_pen(clocked):
    page = clocked()
    page.keyboard.press("Shift")  # the hand leaves
    assert bubble(waited(page)).count() == 0  # nothing has been drawn
    drawn(page, 3)
    assert bubble(waited(page)).count() == 1
    page.mouse.move(*place(page, 0.2, 0.2))
    page.mouse.down()
    assert bubble(page).count() == 0
    assert bubble(waited(page)).count() == 0  # the pen is down
    page.mouse.up()
    assert bubble(waited(page, 2 * SECOND)).count() == 0  # not yet
    assert bubble(waited(page)).count() == 1
    page.locator("#header").get_by_role("tab").nth(1).click()
    assert bubble(waited(page)).count() == 0


@pytest.mark.parametrize("options", [{}, PHONE])
def test_a_hint_covers_neither_the_pad_nor_what_it_is_about(clocked, options):
    page = drawn(clocked(**options), 3)
    waited(page)
    boxes = page.evaluate("""() => ["#onboarding .bubble.shown", "#pad .paper"].map((one) => {
        const {left, top, right, bottom} = document.querySelector(one).getBoundingClientRect();
        return {left, top, right, bottom};
    })""")
    words, pad = boxes
    assert words["left"] >= pad["right"] or words["top"] >= pad["bottom"]
    assert min(words["left"], words["top"]) >= 0
    assert words["right"] <= page.viewport_size["width"]
    assert words["bottom"] <= page.viewport_size["height"]


def test_a_place_is_beside_and_covers_nothing(modules):
    found = modules.evaluate("""async () => {
        const {beside, overlap} = await import("/components/onboarding/placement.js");
        const room = {width: 400, height: 300};
        const pad = {left: 0, top: 0, right: 150, bottom: 150};
        const size = {width: 120, height: 50};
        const wrong = [], sides = new Set();
        let nowhere = 0;
        const spots = [];
        for (let x = 0; x <= 380; x += 10) for (let y = 0; y <= 280; y += 10) {
            for (const high of [20, 260]) spots.push([x, y, high]);
        }
        for (const [x, y, high] of spots) {
            const about = {left: x, top: y, right: x + 20, bottom: y + high};
            const place = beside(about, size, room, pad);
            if (!place) { nowhere++; continue; }
            sides.add(place.side);
            const {left, top} = place;
            const box = {left, top, right: left + size.width, bottom: top + size.height};
            const outside = left < 0 || top < 0 || box.right > 400 || box.bottom > 300;
            if (outside || overlap(box, pad) || overlap(box, about)) wrong.push([x, y, place]);
        }
        return [wrong, [...sides].sort(), nowhere];
    }""")
    wrong, sides, nowhere = found
    assert wrong == []
    assert sides == ["above", "below", "left", "right"]
    assert 0 < nowhere < 500  # of 2,262: in the pad's middle


def after_a_while(page, *digits):
    drawn(page, *digits)
    page.clock.fast_forward(120 * SECOND)
    return waited(page)


def test_three_doors_open_after_three_drawings_and_two_minutes(clocked):
    page = after_a_while(clocked(), 3, 7)
    assert doors(page).is_hidden()  # two drawings
    drawn(page, 1)
    assert doors(waited(page)).is_visible()
    assert bubble(page).count() == 0
    assert serious(page, "#doors") == []
    assert page.evaluate("document.activeElement.closest('#doors')") is None
    page.keyboard.press("Escape")
    assert doors(page).is_hidden()
    reloaded(page, 1)
    after_a_while(page, 3, 7, 1)
    assert doors(page).is_hidden()  # once on a device


def test_no_door_before_two_minutes(clocked):
    page = drawn(clocked(), 3, 7, 1)
    assert doors(waited(page, 60 * SECOND)).is_hidden()


def test_who_has_found_the_doors_is_not_offered_them(clocked):
    page = clocked()
    page.locator("#entrance .open").click()
    page.keyboard.press("Escape")
    after_a_while(page, 3, 7, 1)
    assert doors(page).is_hidden()


def test_a_link_to_a_door_is_no_first_page(clocked):
    page = clocked("/?door=beat")
    page.evaluate(GHOSTS)
    waited(page, WHOLE)
    assert page.evaluate("ghosts") == []


@pytest.mark.parametrize("options", [{}, PHONE | {"viewport": {"width": 390, "height": 664}}])
def test_the_doors_leave_the_pad_free(clocked, options):
    page = after_a_while(clocked(**options), 3, 7, 1)
    card, pad = doors(page).bounding_box(), page.locator("#pad .paper").bounding_box()
    assert card["x"] >= pad["x"] + pad["width"] or card["y"] >= pad["y"] + pad["height"]
    assert card["y"] + card["height"] <= page.viewport_size["height"]


def test_the_door_to_fooling_it_leads_to_where_it_fails(clocked):
    page = after_a_while(clocked(), 3, 7, 1)
    doors(page).get_by_role("button", name="Fool it").click()
    doors(page).get_by_role("button", name="See where it fails").click()
    page.locator("#lesson h2").filter(has_text="Where it fails").wait_for()
    assert doors(page).is_hidden()


def test_the_door_to_training_chooses_the_fast_recipe(clocked):
    page = after_a_while(clocked(), 3, 7, 1)
    doors(page).get_by_role("button", name="Train your own").click()
    page.locator("#view-train").wait_for()
    page.locator("#train input[value=fast]:checked").wait_for(state="attached")


def test_where_training_is_held_its_doors_are_shut(clocked):
    page = clocked()
    page.evaluate(TELL, ["rules", {"training": False, "wall": True, "network": ""}])
    after_a_while(page, 3, 7, 1)
    assert doors(page).locator(".train").is_hidden()
    assert doors(page).locator("[data-door=lie]").is_disabled()
    assert "switched training off" in doors(page).locator("[data-door=lie]").inner_text()
