"""The lesson in a real browser: every card in both languages, on a projector and on a phone."""

import json

import pytest

from mnist_cnn.lesson.chapters import CHAPTERS, QUESTION
from tests.browser.accessibility import serious, turn_the_light
from tests.browser.chapters import (
    CARDS,
    GO,
    SHOWN,
    act,
    ask,
    cards_of,
    open_chapter,
    source_of,
    speak,
    title,
    turn_to,
    wait_for_card,
    wipe,
)
from tests.browser.pointer import (
    draw_and_settle,
    draw_digit,
    painted,
    settled,
    unfold,
    wait_for_digit,
)
from tests.browser.windows import PHONE, USUAL
from tests.browser.words import CHINESE, LATIN, NAMES, TAGS, at_rest, texts

PROJECTOR = (1920, 1080)
SMALL = (390, 664)

BOXES = """() => {
    const box = (selector) => {
        const found = document.querySelector(selector).getBoundingClientRect();
        return { left: found.left, top: found.top, right: found.right, bottom: found.bottom };
    };
    const isRiver = document.body.dataset.answer === "river";
    return {
        card: box("#lesson .card"),
        footer: box("#lesson .next"),
        picture: box(isRiver ? "#view-layers" : "#lesson .picture"),
        page: [document.documentElement.scrollWidth, document.documentElement.scrollHeight],
    };
}"""


def assert_one_screen(page, width, height):
    """Card and picture, and the way on, are in the window together, and do not cover each other."""
    boxes = page.evaluate(BOXES)
    assert boxes["page"] == [width, height]
    for part in ("card", "footer", "picture"):
        box = boxes[part]
        assert 0 <= box["left"] < box["right"] <= width, (part, box)
        assert 0 <= box["top"] < box["bottom"] <= height, (part, box)
    card, picture = boxes["card"], boxes["picture"]
    assert card["right"] <= picture["left"] or picture["bottom"] <= card["top"]
    return (picture["right"] - picture["left"]) * (picture["bottom"] - picture["top"])


def predict(page):
    """Choose the first, if the card asks, and wait for what it is."""
    if page.locator("#lesson .choices button").count() == 0:
        return
    assert page.locator("#lesson .action").is_disabled()
    page.locator("#lesson .choices button").first.click()
    page.locator("#lesson .outcome:not(:empty)").wait_for()
    assert page.locator("#lesson .choices .right").count() == 1
    assert page.locator("#lesson .outcome").get_attribute("data-how") in ("right", "wrong")


@pytest.mark.parametrize("size", [PROJECTOR, SMALL], ids=str)
@pytest.mark.parametrize("tag", TAGS)
def test_keys_lead_through_every_card_beside_its_picture(open_page, tag, size):
    page = open_chapter(open_page, CHAPTERS[0], tag)
    draw_digit(page, 7)
    wait_for_digit(page, 7)
    width, height = size
    page.set_viewport_size({"width": width, "height": height})
    for name, card in CARDS:
        wait_for_card(page, card)
        where = (name, card)
        assert page.locator("#lesson h2").inner_text() == title(tag, name), where
        predict(page)
        if card == QUESTION:
            page.locator("#lesson .quiz:visible").wait_for()
        page.locator(SHOWN).first.wait_for()
        page.locator("#lesson .stage:not(.waiting)").wait_for(state="attached")
        area = assert_one_screen(page, width, height)
        if size == PROJECTOR:
            assert area >= 0.6 * width * height, where
        said = page.locator("#lesson .card").inner_text()
        assert "{" not in said, where
        assert page.locator("#lesson .trouble").inner_text() == "", where
        if tag == "en":
            assert CHINESE.findall(said) == [], where
        else:
            assert set(LATIN.findall(said)) <= NAMES, where
        page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert page.locator("#lesson .next").is_disabled()


@pytest.fixture(scope="module")
def lesson(open_for_all):
    """A page with the lesson."""
    return open_chapter(open_for_all, CHAPTERS[0])


@pytest.fixture
def page(lesson):
    """The same with an empty pad, in the light, for tests that begin by turning to a chapter."""
    wipe(lesson)
    yield lesson
    lesson.set_viewport_size(USUAL["viewport"])
    turn_the_light(lesson, "light")
    assert lesson.locator("body").get_attribute("data-view") == "lesson"


def test_every_card_has_a_link_and_back_and_forth_lead_through_cards(page):
    for name, card in CARDS:
        page.evaluate(GO, f"?view=lesson&lang=en&chapter={name}&card={card}")
        wait_for_card(page, card)
        assert page.locator("#lesson h2").inner_text() == title("en", name)
    turn_to(page, "network", card="layers")
    page.go_back()
    wait_for_card(page, "river")
    page.locator("#river .stage:visible").wait_for()
    page.go_forward()
    wait_for_card(page, "layers")
    page.reload()
    wait_for_card(page, "layers")


def test_a_lesson_that_cannot_be_had_says_so_and_comes_by_itself(open_page):
    page = open_page()
    page.route("**/lesson.en", lambda route: route.abort())
    page.get_by_role("tab", name="Learn").click()
    trouble = page.locator("#lesson .trouble")
    trouble.filter(has_text="The server does not answer").wait_for()
    page.unroute("**/lesson.en")
    page.locator("#lesson h2").filter(has_text=title("en", CHAPTERS[0])).wait_for()
    assert trouble.inner_text() == ""


@pytest.mark.parametrize("card", [("network", "river"), ("translation", "pooling")], ids="/".join)
def test_without_a_drawing_the_picture_invites_and_the_blue_button_draws(page, card):
    turn_to(page, card[0], card=card[1])
    page.locator("#lesson .picture .invitation:visible").wait_for()
    action = page.locator("#lesson .action")
    assert action.inner_text() == texts("en")["lessonOurs"]
    action.click()
    wait_for_digit(page, 7)
    page.locator(SHOWN).first.wait_for()
    assert not page.locator("#lesson .picture .invitation").is_visible()
    assert action.is_visible() == ("\n>" in source_of(*card))


HEAR = """name => mnistCnnModules.then(({ load }) => {
    window.heard = [];
    load("state/events.js").listen(name, (event) => window.heard.push(event));
})"""


def test_a_prediction_is_made_before_the_action_and_follows_the_drawing(page):
    turn_to(page, "convolution", card="slide")
    draw_and_settle(page, 7)
    page.evaluate(HEAR, "predicted")
    assert page.locator("#lesson .action").is_disabled()
    choices = page.locator("#lesson .choices button")
    choices.first.focus()
    page.keyboard.press("Enter")
    outcome = page.locator("#lesson .outcome")
    outcome.filter(has_text=choices.first.inner_text()).wait_for()
    assert page.locator("#lesson .action").is_enabled()
    assert choices.first.evaluate("one => one === document.activeElement")
    said = outcome.inner_text()
    wipe(page)
    draw_and_settle(page, 1)
    outcome.filter(has_not_text=said).wait_for()
    (event,) = page.evaluate("window.heard")
    assert (event["chapter"], event["card"]) == ("convolution", "slide")
    assert event["choice"] == 0
    assert event["right"] is (outcome.get_attribute("data-how") == "right")


def test_a_prediction_stays_in_another_language_and_when_the_view_is_left(page):
    turn_to(page, "network", card="parameters")
    draw_and_settle(page, 7)
    page.evaluate(HEAR, "predicted")
    predict(page)
    heard = len(page.evaluate("window.heard"))
    outcome = page.locator("#lesson .outcome")
    for tag in ("zh-CN", "en"):
        speak(page, tag)
        first = page.locator("#lesson .choices button").first.inner_text().strip(" ✓✗")
        outcome.filter(has_text=first).wait_for()
        page.locator("#lesson .stage h3").filter(has_text=texts(tag)["lessonProducts"]).wait_for()
        page.locator("#lesson .stage .layer-size:not(.waiting)").first.wait_for()
    page.get_by_role("tab", name="See").click()
    page.get_by_role("tab", name="Learn").click()
    page.locator("#lesson .stage .layer-size").first.wait_for()
    assert outcome.is_visible()
    page.wait_for_function("!document.querySelector('#lesson .stage .layer-size.waiting')")
    assert len(page.evaluate("window.heard")) == heard


def test_another_kernel_does_not_judge_a_prediction_anew(page):
    turn_to(page, "convolution", card="slide")
    draw_and_settle(page, 7)
    predict(page)
    outcome = page.locator("#lesson .outcome")
    said = outcome.inner_text()
    page.locator("#lesson .stage select").select_option(index=1)
    page.wait_for_function("location.search.includes('kernel=')")
    wipe(page)
    draw_and_settle(page, 1)
    outcome.filter(has_not_text=said).wait_for()
    wipe(page)
    draw_and_settle(page, 7)
    outcome.filter(has_text=said).wait_for()


def test_what_an_address_sets_is_set_in_the_picture_that_stays(page):
    turn_to(page, "convolution", card="kernel")
    draw_and_settle(page, 7)
    page.locator("#lesson .stage select option").first.wait_for(state="attached")
    for kernel in ("right_edge", "outline"):
        page.evaluate(GO, f"?view=lesson&lang=en&chapter=convolution&card=kernel&kernel={kernel}")
        page.wait_for_function(
            "kernel => document.querySelector('#lesson .stage select').value === kernel", arg=kernel
        )


def test_a_card_that_comes_after_the_view_is_left_changes_nothing_there(open_page):
    page = open_page()
    waiting = []
    page.route("**/lesson.en", lambda route: waiting.append(route))
    with page.expect_request("**/lesson.en"):
        page.evaluate(GO, "?view=lesson&lang=en&chapter=filters")
    page.get_by_role("tab", name="See").click()
    with page.expect_response("**/lesson.en"):
        waiting[0].continue_()
    settled(page)
    assert page.locator("body").get_attribute("data-companion") == ""
    assert page.locator("#river .label.dimmed").count() == 0


FOCUSED = "document.activeElement.matches('#lesson h2')"


def test_the_focus_stays_in_the_card_where_what_had_it_is_gone(page):
    turn_to(page, "convolution")
    page.locator("#lesson .action").focus()
    page.keyboard.press("Enter")
    wait_for_digit(page, 7)
    page.wait_for_function(FOCUSED)
    turn_to(page, "convolution", card="slide")
    page.locator("#lesson .choices button").first.focus()
    page.keyboard.press("ArrowRight")
    wait_for_card(page, "kernel")
    page.wait_for_function(FOCUSED)


def test_keys_scroll_what_can_be_scrolled_before_they_turn(page):
    draw_and_settle(page, 7)
    turn_to(page, "network", card="layers")
    region = page.locator("#lesson .stage .wide")
    region.locator("tr").nth(1).wait_for()
    region.evaluate("e => (e.style.width = e.style.height = e.style.maxHeight = '60px')")
    region.evaluate("e => { e.style.flex = 'none'; e.style.overflow = 'auto'; }")
    region.focus()
    for key, at in (("ArrowDown", "scrollTop"), ("ArrowRight", "scrollLeft")):
        page.keyboard.press(key)
        page.wait_for_function(
            "at => document.querySelector('#lesson .stage .wide')[at] > 0", arg=at
        )
    assert page.locator("[data-card=layers] .card").count() == 1
    page.locator("#lesson h2").focus()
    page.keyboard.press("ArrowDown")
    wait_for_card(page, "parameters")


def typed(page, answer):
    page.locator("#lesson .typed").fill(str(answer))
    page.locator("#lesson .try [type=submit]").click()
    return page.locator("#lesson .verdict")


def test_an_answer_is_checked_and_a_known_mistake_is_named(page):
    draw_digit(page, 7)
    ask(page, "network")
    page.evaluate(HEAR, "answered")
    typed(page, "833").filter(has_text="Not yet").wait_for()
    typed(page, "800").filter(has_text=texts("en")["guessBias"]).wait_for()
    assert page.locator("#lesson .working").is_hidden()
    typed(page, "832").filter(has_text="Right").wait_for()
    assert page.locator("#lesson .working").is_visible()
    typed(page, "many").filter(has_text="Type a number").wait_for()
    rights = [event["right"] for event in page.evaluate("window.heard")]
    assert rights == [False, False, True]


KEPT = "localStorage.getItem('mnist_cnn.lesson')"


@pytest.mark.parametrize("foreign", ["no JSON", "7", '{"network": 7}'])
def test_a_chapter_is_ticked_when_done_on_this_device_whatever_was_kept_there(page, foreign):
    page.evaluate("words => localStorage.setItem('mnist_cnn.lesson', words)", foreign)
    turn_to(page, "network", card="parameters")
    draw_digit(page, 7)
    wait_for_digit(page, 7)
    chip = page.locator("#lesson .chapters [data-chapter=network]")
    predict(page)
    assert "done" not in chip.get_attribute("aria-label")
    page.locator("#lesson .next").click()
    page.locator("#lesson .quiz:visible").wait_for()
    typed(page, "832").filter(has_text="Right").wait_for()
    assert chip.inner_text() == "2✓"
    page.reload()
    page.locator("#lesson .chapters .done[data-chapter=network]").wait_for()
    assert "done" in chip.get_attribute("aria-label")
    assert json.loads(page.evaluate(KEPT))["network"] == ["parameters", "question"]
    page.evaluate("localStorage.removeItem('mnist_cnn.lesson')")


LOOK = "canvas => canvas.toDataURL()"
CHANGED = """([selector, before]) =>
    (document.querySelector(selector)?.toDataURL() ?? before) !== before"""


def test_the_river_is_lit_where_a_card_speaks_of_it(page):
    draw_and_settle(page, 7)
    turn_to(page, "filters")
    assert page.locator("#river .label.dimmed").count() == 4
    before = page.locator("#river .stream").evaluate(LOOK)
    turn_to(page, "network")
    assert page.locator("#river .label.dimmed").count() == 0
    page.wait_for_function(CHANGED, arg=["#river .stream", before])


def test_a_card_plays_by_itself_when_it_comes_up_by_turning_on(page):
    draw_and_settle(page, 7)
    turn_to(page, "filters", card=QUESTION)
    page.keyboard.press("ArrowRight")
    page.wait_for_function("location.search.includes('dx=4')")
    turn_to(page, "filters", card=QUESTION)
    page.emulate_media(reduced_motion="reduce")
    page.keyboard.press("ArrowRight")
    wait_for_card(page, cards_of("translation")[0])
    page.locator(SHOWN).first.wait_for()
    settled(page)
    assert "dx=" not in page.evaluate("location.search")
    page.emulate_media(reduced_motion="no-preference")


def test_the_wheel_turns_one_card_and_none_while_something_under_it_scrolls(page):
    draw_and_settle(page, 7)
    turn_to(page, "network")
    page.mouse.move(*middle(page, "#lesson .words"))
    page.mouse.wheel(0, 120)
    page.mouse.wheel(0, 120)
    wait_for_card(page, "layers")
    page.wait_for_timeout(1000)  # a gesture turns one card, and is over when the wheel rests
    page.mouse.wheel(0, -120)
    wait_for_card(page, "river")
    page.locator("#lesson .words").evaluate("words => words.append('long '.repeat(2000))")
    page.mouse.wheel(0, 120)
    page.wait_for_function("document.querySelector('#lesson .card').scrollTop > 0")
    assert page.evaluate("location.search").endswith("card=river")


def middle(page, selector):
    box = page.locator(selector).bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def swipe(page, start, way):
    hand = page.context.new_cdp_session(page)
    x, y = start
    touch = lambda kind, *at: hand.send(  # noqa: E731
        "Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in at]}
    )
    touch("touchStart", (x, y))
    for step in (1, 2, 3):
        touch("touchMove", (x + way * step / 3, y))
    touch("touchEnd")


def test_on_a_phone_the_small_pad_is_enlarged_to_draw_and_the_card_is_swiped(open_page):
    phone = PHONE | {"viewport": {"width": 390, "height": 664}}
    page = open_chapter(open_page, "network", **phone)
    assert page.locator("#pad .paper").bounding_box()["width"] == 84
    page.locator("#lesson .enlarge").click()
    assert page.locator("#pad .paper").bounding_box()["width"] > 250
    draw_digit(page, 7)
    page.get_by_role("button", name="Done").click()
    wait_for_digit(page, 7)
    assert page.locator("#pad .paper").bounding_box()["width"] == 84
    page.locator("#river .stage:visible").wait_for()
    swipe(page, middle(page, "#lesson .words"), -150)
    wait_for_card(page, "layers")
    swipe(page, middle(page, "#lesson .words"), 150)
    wait_for_card(page, "river")


def test_a_presented_card_is_read_from_the_last_row_and_turned_by_a_clicker(page):
    page.set_viewport_size(dict(zip(("width", "height"), PROJECTOR, strict=True)))
    draw_and_settle(page, 7)
    turn_to(page, "convolution")
    page.locator("#lesson .present").click()
    for key, (_, card) in zip(["", "PageDown", "Space", "ArrowDown"], CARDS, strict=False):
        if key:
            page.keyboard.press(key)
        wait_for_card(page, card)
        size = page.locator("#lesson .words").evaluate(
            "e => parseFloat(getComputedStyle(e).fontSize)"
        )
        assert size >= 32
        assert assert_one_screen(page, *PROJECTOR) >= 0.6 * 1920 * 1080
    assert "present=1" in page.evaluate("location.search")
    page.keyboard.press("PageUp")
    wait_for_card(page, CARDS[2][1])
    page.evaluate("document.body.append(document.createElement('dialog'))")
    page.evaluate("document.querySelector('body > dialog:last-child').showModal()")
    page.keyboard.press("Escape")  # closes the dialog alone
    page.evaluate("document.querySelector('body > dialog:last-child:not([open])').remove()")
    assert "present=1" in page.evaluate("location.search")
    page.keyboard.press("Escape")
    page.locator("#header").wait_for()
    assert "present" not in page.evaluate("location.search")
    assert page.evaluate("document.activeElement.className") == "present"


def test_an_own_kernel_changes_the_map_and_stands_in_the_address(page, open_page):
    turn_to(page, "convolution", card="kernel")
    act(page)
    at_rest(page)
    kernel = "#lesson .stage input[inputmode=decimal]"
    page.locator(kernel).nth(4).fill("9")
    page.wait_for_function("location.search.includes('kernel=')")
    other = open_page(page.evaluate("location.pathname + location.search"))
    other.locator("#lesson .action").click()
    other.locator(kernel).nth(4).wait_for()
    other.wait_for_function(
        "selector => document.querySelectorAll(selector)[4]?.value === '9'", arg=kernel
    )


def test_a_number_is_guessed_before_it_is_shown(open_page):
    page = open_page()
    draw_and_settle(page, 7)
    unfold(page)
    page.locator("#maps [data-layer=pool1] canvas").click(position={"x": 20, "y": 20})
    lens = page.locator("#lens")
    lens.locator(".tile").first.wait_for()
    lens.locator(".guessing").click()
    hidden = lens.locator(".guess").get_attribute("data-cell")
    lens.get_by_text("Another number").click()
    lens.locator(f".guess:not([data-cell='{hidden}'])").wait_for()
    cells = [float(c) for c in lens.locator(".tile.large > *").all_inner_texts()]
    assert lens.locator(".sum").inner_text() == "?"
    lens.locator(".typed").fill(str(sum(cells)))
    lens.get_by_text("Check", exact=True).click()
    lens.get_by_text("That is the sum of the window").wait_for()
    lens.locator(".typed").fill(str(max(cells)).replace(".", ","))
    lens.get_by_text("Check", exact=True).click()
    lens.get_by_text("Right: the network has").wait_for()
    lens.locator(".winner").wait_for()  # one, or this fails
    page.locator("#maps [data-layer=conv2] canvas").click(position={"x": 20, "y": 20})
    lens.locator(".guessing").wait_for(state="hidden")  # 288 products, by hand


@pytest.mark.parametrize("name", CHAPTERS)
def test_axe_finds_nothing_serious_in_a_chapter(page, name):
    draw_digit(page, 7)
    part = None if name == CHAPTERS[0] else "#lesson"  # once in all that is around it
    cards = cards_of(name)
    for tag, scheme, card in (("en", "light", cards[-1]), ("zh-CN", "dark", cards[-2])):
        turn_the_light(page, scheme)
        turn_to(page, name, tag, card)
        predict(page)
        page.locator(SHOWN).first.wait_for()
        at_rest(page)
        assert serious(page, part) == [], (tag, scheme)


def test_a_row_of_the_table_leads_to_the_maps_of_its_layer(open_page):
    page = open_chapter(open_page, "network", more="&card=layers")
    act(page)
    page.locator("#lesson table.layers .link").filter(has_text="conv2").click()
    page.locator("#lens .title").filter(has_text="corners, arcs").wait_for()


def test_the_chapter_on_training_leads_to_where_one_trains(open_page):
    page = open_chapter(open_page, "training", more="&card=train")
    draw_digit(page, 7)
    wait_for_digit(page, 7)
    page.locator("#lesson .action").click()
    page.locator("#view-train form").wait_for()
    painted(page)
