"""The river: who is in the cast, what flows, what hands do with it."""

import re

import numpy as np
import pytest

from tests.browser.modules import give_network
from tests.browser.pointer import (
    DIGITS,
    clear,
    draw_and_settle,
    draw_stroke,
    painted,
    place,
    wait_for_digit,
)
from tests.drawings import IMAGES

SIZE = {"width": 1280, "height": 800}
ANSWER = """async () => {
    const { load } = await window.mnistCnnModules;
    const { answer } = await new Promise((r) => load("state/events.js").listen("answer", r));
    const { accountOf } = load("explain/contributions.js");
    const asked = window.askedDigit ?? answer.digit;
    const account = accountOf(answer, asked);
    const names = ["conv1", "conv2", "conv3", "dense1"];
    return {
        digit: answer.digit,
        lead: account.lead,
        biases: account.biases,
        channels: Object.fromEntries(names.map((name) => [name, [...account.of(name).channels]])),
        off: account.of("conv3").off,
    };
}"""
STREAM = """() => {
    const canvas = document.querySelector("#river .stream");
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    let sum = 0;
    for (let i = 0; i < data.length; i += 4) sum = (31 * sum + data[i] + data[i + 3]) % 1000003;
    return sum;
}"""


@pytest.fixture(scope="module")
def shared(open_for_all):
    """A page with a 3."""
    return draw_and_settle(open_for_all(viewport=SIZE), 3)


@pytest.fixture
def page(shared):
    """The same at rest, for tests that leave the drawing as it is."""
    yield shared
    while shared.locator("#lens .lens").is_visible():
        shared.locator("#lens .close").click()
    shared.evaluate("document.activeElement.blur()")
    shared.keyboard.press("Escape")
    if shared.locator("#river .unmute").is_visible():
        shared.locator("#river .unmute").click()
    shared.mouse.move(5, 5)
    shared.set_viewport_size(SIZE)
    wait_for_digit(painted(shared), 3)
    shared.wait_for_timeout(200)  # until who came into the cast has faded in


@pytest.fixture
def own(open_page):
    """A page with a 3 for one test alone."""
    return draw_and_settle(open_page(viewport=SIZE), 3)


def cast(page, layer):
    """The channels that are shown large, slot by slot."""
    tiles = page.locator(f"#river .tile[data-layer={layer}]").evaluate_all(
        "tiles => tiles.map((tile) => tile.dataset.channel)"
    )
    return [int(channel) for channel in tiles if channel]


def tile(page, layer, slot=0):
    return page.locator(f"#river .tile[data-layer={layer}]:not(:disabled)").nth(slot)


def number(text):
    return float(text.replace("−", "-"))


@pytest.mark.parametrize("layer", ["conv1", "conv2", "conv3", "dense1"])
def test_the_cast_are_the_channels_that_bring_most(page, layer):
    brought = np.abs(page.evaluate(ANSWER)["channels"][layer])
    best = [int(channel) for channel in np.argsort(-brought)[:6] if brought[channel] > 0]
    assert sorted(cast(page, layer)) == sorted(best)


def test_seven_are_in_the_cast_where_there_is_room(page):
    page.set_viewport_size({"width": 1920, "height": 1080})
    painted(page)
    assert len(cast(page, "conv2")) == 7


def slots_of(page, layer):
    return page.locator(f"#river .tile[data-layer={layer}]").evaluate_all(
        "tiles => tiles.map((tile) => tile.dataset.channel)"
    )


def test_slots_keep_their_places_while_the_pen_is_down(own):
    clear(own)
    first, *others = DIGITS[3][0]
    draw_stroke(own, [first, *others[:6]], lift=False)
    before = slots_of(own, "conv2")
    for point in others[6:]:
        own.mouse.move(*place(own, *point), steps=3)
        now = slots_of(own, "conv2")
        for channel in set(before) & set(now) - {""}:
            assert before.index(channel) == now.index(channel)
        before = now
    own.mouse.up()


def test_the_sum_adds_up_to_the_lead(page):
    account = page.evaluate(ANSWER)
    terms = page.locator("#river .sum .piece b, #river .sum .term b").all_inner_texts()
    total = number(page.locator("#river .sum .total").inner_text().removeprefix("= "))
    assert total == pytest.approx(account["lead"], abs=0.006)
    assert sum(map(number, terms)) == pytest.approx(total, abs=0.006 * len(terms))
    sizes = [abs(number(text)) for text in page.locator("#river .piece b").all_inner_texts()]
    assert sizes == sorted(sizes, reverse=True)
    assert page.locator("#river .sum .share").inner_text() == "→ 99.9%"


def test_the_share_leads_to_how_it_is_computed(page):
    page.locator("#river .sum .share").click()
    page.locator("#lens .technical").filter(has_text="softmax · unit 3").wait_for()


def test_a_digit_that_is_clicked_is_asked_for(page):
    before = page.evaluate(STREAM)
    page.locator("#answer li button").nth(8).click()
    page.locator("#river .sum .lead").filter(has_text="Why not 8?").wait_for()
    page.evaluate("window.askedDigit = 8")
    account = page.evaluate(ANSWER)
    page.evaluate("delete window.askedDigit")
    total = number(page.locator("#river .sum .total").inner_text().removeprefix("= "))
    assert total == pytest.approx(account["lead"], abs=0.006)
    assert page.evaluate(STREAM) != before
    page.keyboard.press("Escape")
    page.locator("#river .sum .lead").filter(has_text="Why 3?").wait_for()


@pytest.mark.parametrize("how", ["mouse", "keyboard"])
def test_a_tile_that_is_held_lights_its_way_and_its_field(page, how):
    before = page.evaluate(STREAM)
    if how == "mouse":
        tile(page, "conv3").hover()
    else:
        tile(page, "conv3").focus()
    page.locator("#pad .outline.point:visible").wait_for()
    page.locator("#river .outline.point:visible").wait_for()
    assert page.evaluate(STREAM) != before
    if how == "mouse":
        page.mouse.move(5, 5)
    else:
        page.evaluate("document.activeElement.blur()")
    page.locator("#pad .outline.point").wait_for(state="hidden")
    assert page.evaluate(STREAM) == before


def test_a_piece_shows_on_the_pad_where_it_comes_from(page):
    assert page.locator("#pad .heat").count() == 0
    page.locator("#river .piece").first.hover()
    page.locator("#pad .heat").wait_for()
    page.mouse.move(5, 5)
    page.locator("#pad .heat").wait_for(state="detached")


def test_m_mutes_a_channel_and_the_answer_follows(page):
    percent = page.locator("#answer li").nth(3).locator("button").get_attribute("title")
    held = tile(page, "conv1")
    held.focus()
    page.keyboard.press("m")
    counter = page.locator("#river .counter")
    counter.filter(has_text="2 of 256 maps muted").wait_for()  # it and what pooling makes of it
    assert page.locator("#answer li").nth(3).locator("button").get_attribute("title") != percent
    page.keyboard.press("Enter")
    page.locator("#lens .working").filter(has_text="This channel is muted").wait_for()
    page.keyboard.press("Escape")
    page.locator("#river .unmute").click()
    page.wait_for_function(
        "t => document.querySelectorAll('#answer li button')[3].title === t", arg=percent
    )


def test_a_long_press_mutes_and_opens_nothing(page):
    box = tile(page, "conv3").bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    page.locator("#river .counter").filter(has_text="1 of 256 maps muted").wait_for()
    page.mouse.up()
    assert page.locator("#lens .lens").is_hidden()


def test_the_fewest_flip_the_answer(page):
    page.locator("#river .fewest").click()
    words = page.locator("#river .counter").filter(has_text=re.compile("the 3 is read as"))
    words.wait_for()
    page.wait_for_function("document.querySelector('#answer .digit').textContent !== '3'")
    flipped = page.locator("#answer .digit").inner_text()
    assert words.inner_text().endswith(f"the 3 is read as {flipped}.")
    page.locator("#river .unmute").click()
    wait_for_digit(page, 3)


GESTURES = ("mouse", "touch", "keyboard")


@pytest.mark.parametrize("hand", GESTURES)
def test_a_pixel_leads_to_the_logit_in_one_gesture(open_page, hand):
    page = draw_and_settle(open_page(viewport=SIZE, has_touch=hand == "touch"), 3)
    picture = page.locator("#river .tile.image")
    box = picture.bounding_box()
    middle = {"x": box["width"] / 2, "y": box["height"] / 2}
    if hand == "mouse":
        picture.click(position=middle)
    elif hand == "touch":
        picture.tap(position=middle)
    else:
        picture.focus()
        page.keyboard.press("Enter")
    page.locator("#lens .working").filter(has_text=re.compile("by which 3 leads")).wait_for()


@pytest.mark.parametrize("hand", GESTURES)
def test_a_tile_opens_under_every_hand(open_page, hand):
    page = draw_and_settle(open_page(viewport=SIZE, has_touch=hand == "touch"), 3)
    if hand == "mouse":
        tile(page, "conv2").click()
    elif hand == "touch":
        tile(page, "conv2").tap()
    else:
        tile(page, "conv2").focus()
        page.keyboard.press("Enter")
    page.locator("#lens .technical").filter(has_text="conv2").wait_for()
    page.keyboard.press("Escape")
    page.locator("#lens .lens").wait_for(state="hidden")


def test_the_pulse_runs_once_and_never_for_whom_motion_is_too_much(open_page):
    inked = """() => {
        const canvas = document.querySelector("#river .pulse");
        const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
        return data.some((value) => value > 0);
    }"""
    page = open_page(viewport=SIZE)
    draw_stroke(page, DIGITS[1][0])
    page.wait_for_function(inked)
    page.wait_for_function(f"!({inked})()")
    still = open_page(viewport=SIZE, reduced_motion="reduce")
    draw_stroke(still, DIGITS[1][0])
    wait_for_digit(still, 1)
    for _ in range(10):
        assert not still.evaluate(inked)
        still.wait_for_timeout(30)


def test_strokes_are_told_one_by_one(own):
    clear(own)
    draw_and_settle(own, 4)
    strokes = own.locator("#strokes li button")
    strokes.nth(1).wait_for()
    assert strokes.count() == 2
    assert "makes it a 4 and not a" in own.locator("#strokes .telling").inner_text()
    strokes.first.hover()
    own.locator("#pad .heat").wait_for()
    own.mouse.move(5, 5)
    own.locator("#pad .heat").wait_for(state="detached")
    clear(own)
    own.locator("#strokes .strokes").wait_for(state="hidden")


CAST = """async ([size, steps]) => {
    const { Cast } = await import("/components/river/cast.js");
    const cast = new Cast(size);
    cast.begin(steps[0][0]);
    return steps.map(([contributions, now]) => {
        cast.follow(contributions, now);
        return [...cast.slots];
    });
}"""


def test_a_newcomer_must_lead_by_a_third_for_a_while(modules):
    a_little_more = [3.0, 2.0, 1.0, 1.3]
    much_more = [3.0, 2.0, 1.0, 1.4]
    steps = [
        [[3.0, 2.0, 1.0, 0.5], 0],
        [a_little_more, 100],
        [a_little_more, 900],
        [much_more, 1000],
        [much_more, 1290],
        [much_more, 1300],
    ]
    slots = modules.evaluate(CAST, [3, steps])
    assert slots[:5] == [[0, 1, 2]] * 5
    assert slots[5] == [0, 1, 3]


RIBBONS = """async ([digit, image]) => {
    const { accountOf } = await import("/explain/contributions.js");
    const { ribbonsBetween } = await import("/components/river/painting/ribbons.js");
    const muted = new Map();
    const layers = network.read(Uint8Array.from(image), muted);
    const answer = { image: Uint8Array.from(image), layers, network, muted, digit };
    const account = accountOf(answer, digit);
    const digits = Array.from({ length: 10 }, (_, i) => i);
    const names = ["conv1", "conv2", "conv3", "dense1"];
    const slots = names.map((name) => {
        const { channels } = account.of(name);
        const on = [...channels.keys()].filter((channel) => channels[channel] !== 0);
        return [on[2], null, on[0]];
    });
    const stops = [
        { name: null, slots: [0] },
        ...names.map((name, i) => ({ name, slots: slots[i] })),
        { name: "softmax", slots: digits },
    ];
    return {
        slots,
        lead: account.lead - account.biases,
        brought: stops.slice(1, -1).map(({ name }) => [...account.of(name).channels]),
        gaps: stops.slice(1).map((to, i) => ribbonsBetween(account, stops[i], to)),
    };
}"""


def test_nothing_is_lost_on_the_way(modules, reader):
    give_network(modules, reader.tracer.network)
    found = modules.evaluate(RIBBONS, [4, IMAGES["open 4"].ravel().tolist()])
    ends = [[0], *found["slots"], list(range(10))]
    for gap, ribbons in enumerate(found["gaps"]):
        assert sum(one["value"] for one in ribbons) == pytest.approx(found["lead"], abs=1e-3)
        for side, column in (("from", gap), ("to", gap + 1)):
            if column in (0, 5):
                continue
            for slot, channel in enumerate(ends[column]):
                through = sum(one["value"] for one in ribbons if one[side] == slot)
                expected = 0 if channel is None else found["brought"][column - 1][channel]
                assert through == pytest.approx(expected, abs=1e-3), (gap, side, slot)
