"""Three doors: fool the network, teach it a lie, beat it."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from mnist_cnn.__main__ import main
from mnist_cnn.lesson import misread_file
from mnist_cnn.network import importer
from mnist_cnn.network.keras_file import DEFAULT
from tests.browser.accessibility import serious, turn_the_light
from tests.browser.pointer import (
    draw_and_settle,
    settled,
    shown_digit,
    stop_the_clock,
    wait_for_digit,
)
from tests.browser.words import texts
from tests.fake_worker import FORGOTTEN
from tests.file_host import serve_folder

PHONE = {"viewport": {"width": 390, "height": 664}, "has_touch": True, "is_mobile": True}
ROOMS = ("fool", "lie", "beat")
BOX = """(selector) => {
    const {left, top, right, bottom} = document.querySelector(selector).getBoundingClientRect();
    return [left, top, right, bottom];
}"""
LEVELS = """(canvas) => [...canvas.getContext("2d").getImageData(0, 0, 28, 28).data]
    .filter((_, i) => i % 4 === 0).map((level) => 255 - level)"""


@pytest.fixture(scope="module")
def address(stage):
    return stage


@pytest.fixture(scope="module")
def misread():
    return misread_file.load(*importer.read(DEFAULT))


def card(page):
    return page.locator("#doors .card")


def said(page, room):
    """What is said in a room, once something is."""
    sentence = card(page).locator(f".{room} .said")
    sentence.filter(has_text=re.compile(r"\.|。")).wait_for()
    return sentence.inner_text()


def enter(page, room):
    page.locator("#entrance .open").click()
    card(page).locator(f"[data-door={room}]").click()
    card(page).locator(f".room.{room}").wait_for()
    return page


def apart(page, one, other):
    a, b = page.evaluate(BOX, one), page.evaluate(BOX, other)
    return a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]


# --- the way in ---------------------------------------------------------------------------------


def test_the_doors_are_there_at_any_time_by_keyboard_alone(open_page):
    page = open_page()
    entrance = page.locator("#entrance .open")
    entrance.focus()
    page.keyboard.press("Enter")
    expect(card(page)).to_be_visible()
    expect(page.locator("#doors h2")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(card(page).locator("[data-door=fool]")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#doors h2")).to_have_text("Fool it")
    card(page).locator(".back").press("Enter")
    expect(page.locator("#doors h2")).to_have_text("Three ways to break it")
    page.keyboard.press("Escape")
    expect(card(page)).to_be_hidden()
    expect(entrance).to_be_focused()


@pytest.mark.parametrize("options", [{}, PHONE])
def test_the_entrance_stands_free_and_no_room_covers_the_pad(open_page, options):
    page = draw_and_settle(open_page(**options), 7)
    others = "#pad .paper", "#pad .size", "#timeline .play", "#actions .why", "#river .tile"
    for other in others:
        assert apart(page, "#entrance .open", other), other
    left, top, right, bottom = page.evaluate(BOX, "#entrance .open")
    assert right - left >= 44
    assert bottom - top >= (44 if options else 36)
    for room in ("fool", "lie"):
        page.evaluate("(name) => document.querySelector('#entrance .open').click()")
        assert apart(page, "#doors .card", "#pad .paper")
        card(page).locator(f"[data-door={room}]").click()
        assert apart(page, "#doors .card", "#pad .paper"), room
        page.keyboard.press("Escape")


@pytest.mark.parametrize("room", ROOMS)
def test_a_link_leads_into_a_room_and_the_address_follows(open_page, room):
    page = open_page(f"/?door={room}")
    expect(card(page).locator(f".room.{room}")).to_be_visible()
    page.keyboard.press("Escape")
    expect(card(page)).to_be_hidden()
    assert "door" not in page.url
    enter(page, room)
    assert page.url.endswith(f"?door={room}")
    page.locator("#header [data-view=train]").click()
    expect(card(page)).to_be_hidden()
    assert page.url.endswith("?view=train")
    page.go_back()
    expect(card(page).locator(f".room.{room}")).to_be_visible()


@pytest.mark.parametrize("path", ["/?door=window", "/?door=lie&embed=1", "/?door=fool&view=lesson"])
def test_other_links_lead_nowhere(open_page, path):
    page = open_page(path)
    settled(page)
    assert card(page).is_hidden()


def test_the_doors_lead_from_any_view_to_the_first(open_page):
    page = open_page("/?view=train")
    enter(page, "fool")
    assert page.evaluate("document.body.dataset.view") == "layers"


@pytest.mark.parametrize("options", [{}, PHONE])
def test_every_room_is_accessible_in_either_light(open_page, options):
    page = draw_and_settle(open_page(**options), 7)
    for room in ROOMS:
        page.evaluate("document.querySelector('#entrance .open').click()")
        for scheme in ("light", "dark"):
            turn_the_light(page, scheme)
            assert serious(page, "#doors") == [], scheme
        card(page).locator(f"[data-door={room}]").click()
        if room == "fool":
            card(page).locator("[data-trick=change]").click()
            card(page).locator("figure").nth(2).wait_for()
        if room == "lie":
            card(page).locator(".price").wait_for()
        if room == "beat":
            page.keyboard.press("3")
        for scheme in ("light", "dark"):
            turn_the_light(page, scheme)
            assert serious(page, "#doors") == [], (room, scheme)
        page.keyboard.press("Escape")


# --- fool it ------------------------------------------------------------------------------------


def test_a_heart_is_read_as_a_digit_and_the_doubt_is_told(open_page):
    page = enter(open_page(), "fool")
    card(page).locator("[data-trick=heart]").click()
    sentence = said(page, "fool")
    digit, percent = re.match(r"It reads the heart as (\d), ([\d.]+%) sure\.", sentence).groups()
    assert digit == shown_digit(page)
    assert percent == page.locator("#answer .winner .percent").inner_text()
    doubt = page.locator("#answer .doubt")
    assert (f"“{doubt.inner_text()}”" in sentence) if doubt.is_visible() else "Fooled" in sentence
    page.locator("#header .language").click()
    assert f"读作 {digit}" in said(page, "fool")


def test_each_letter_is_another_one(open_page):
    page = enter(open_page(), "fool")
    seen = []
    for _ in range(5):
        card(page).locator("[data-trick=letter]").click()
        page.wait_for_function(
            """(last) => {
                const {textContent} = document.querySelector("#doors .fool .said");
                return textContent.includes(" as ") && textContent !== last;
            }""",
            arg=seen[-1] if seen else "",
        )
        seen.append(said(page, "fool"))
    letters = [re.match(r"It reads the letter (\w) as \d", sentence)[1] for sentence in seen]
    assert len({*letters}) == 5


def test_a_reading_that_is_told_at_once_is_not_waited_for_again(open_page):
    page = enter(draw_and_settle(open_page(), 7), "fool")
    stop_the_clock(page)
    for trick, words in (("heart", "heart"), ("letter", "letter"), ("mute", "are muted")):
        card(page).locator(f"[data-trick={trick}]").click()
        expect(card(page).locator(".fool .said")).to_contain_text(words)
        settled(page)
    card(page).locator("[data-trick=change]").click()  # unmutes first
    card(page).locator(".plates figure").nth(2).wait_for()


def test_the_smallest_change_of_one_s_own_drawing_is_shown_and_flips_it(open_page, reader):
    page = enter(draw_and_settle(open_page(), 7), "fool")
    card(page).locator("[data-trick=change]").click()
    plates = card(page).locator(".plates figure")
    plates.nth(2).wait_for()
    other, digit, most = re.match(
        r"It now reads (\d) instead of (\d)\. No pixel changed by more than (\d+)%",
        said(page, "fool"),
    ).groups()
    before, after = (
        np.array(plates.nth(i).locator("canvas").evaluate(LEVELS)).reshape(28, 28) for i in (0, 2)
    )
    assert abs(100 * np.abs(after - before).max() / 255 - int(most)) <= 1
    read = reader.tracer.network.predict(
        np.stack([before, after])[..., None] / np.float32(255), verbose=0
    )
    assert read.argmax(axis=1).tolist() == [int(digit), int(other)] == [7, int(other)]
    assert f"{other}, {round(100 * float(read[1].max()))}%" in plates.nth(2).inner_text()


def test_the_fewest_are_muted_and_speak_again(open_page):
    page = enter(draw_and_settle(open_page(), 7), "fool")
    card(page).locator("[data-trick=mute]").click()
    unmute = card(page).locator(".unmute")
    unmute.wait_for()
    count, all_, layer, digit, other = re.match(
        r"(\d+) of the (\d+) channels of (\w+) are muted: what was a (\d) is read as (\d)\.",
        said(page, "fool"),
    ).groups()
    assert (digit, all_) == ("7", {"conv1": "32"}.get(layer, "64"))
    wait_for_digit(page, other)
    assert int(count) >= 1
    unmute.click()
    wait_for_digit(page, 7)
    expect(unmute).to_be_hidden()


def test_where_nothing_is_drawn_a_seven_is(open_page):
    page = enter(open_page(), "fool")
    card(page).locator("[data-trick=mute]").click()
    assert "what was a 7" in said(page, "fool")


# --- teach it a lie -----------------------------------------------------------------------------


def test_one_tap_teaches_a_lie_and_shows_what_is_forgotten(open_page):
    page = enter(draw_and_settle(open_page(), 7), "lie")
    room = card(page).locator(".room.lie")
    expect(room.locator(".claim p")).to_have_text("You say that this 7 is a 1.")
    expect(room.locator("progress")).to_be_visible()  # at once
    expect(room.locator(".forget")).to_have_text("Stop, do not teach it")
    room.locator(".price").wait_for()
    which = room.locator(".which").inner_text()
    assert which.startswith(f"It has forgotten {FORGOTTEN} of 1,000 real 7s.")
    assert room.locator(".forgotten li").all_inner_texts() == ["1"]
    picture = room.locator(".forgotten canvas")
    assert picture.get_attribute("aria-label") == "A real 7, now read as 1"
    assert picture.evaluate(LEVELS) == [255] * 784
    changes = room.locator(".changes li").all_inner_texts()
    assert changes == [f"{n} −{FORGOTTEN}" if n == 7 else f"{n} ±0" for n in range(10)]
    assert "generated digits" in room.locator(".source").inner_text()
    assert page.evaluate("sessionStorage.getItem('mnist_cnn.corrections')") is None
    page.reload()  # it is kept with the tab, and so is its price
    room.locator(".which").filter(has_text=f"{FORGOTTEN} of 1,000").wait_for()
    room.locator(".forget").click()
    page.wait_for_function("sessionStorage.getItem('mnist_cnn.network') === null")
    expect(room.locator(".begin")).to_be_visible()
    wait_for_digit(page, 7)


def test_a_link_alone_teaches_nothing(open_page):
    page = open_page("/?door=lie")
    asked = []
    page.on("request", lambda request: asked.append((request.method, request.url)))
    room = card(page).locator(".room.lie")
    expect(room.locator(".claim p")).to_have_text("Draw a digit, or let the page draw a 7.")
    settled(page)
    assert not [url for method, url in asked if url.endswith("/corrections")]
    draw_and_settle(page, 4)
    expect(room.locator(".claim p")).to_have_text("It reads this as 4. Say that it is a 9.")
    room.locator(".begin").click()
    room.locator(".price").wait_for()


def test_where_nothing_is_drawn_the_page_draws_a_seven(open_page):
    page = enter(open_page(), "lie")
    expect(card(page).locator(".claim p")).to_have_text("You say that this 7 is a 1.")
    card(page).locator(".price").wait_for()
    page.keyboard.press("Escape")
    page.locator("#correction .reset").click()
    wait_for_digit(page, 7)


@pytest.mark.parametrize("room", ["fool", "lie"])
def test_what_is_drawn_over_before_it_is_read_is_waited_for_no_longer(open_page, room):
    page = enter(open_page("/"), "fool")
    page.evaluate(
        """() => document.addEventListener("mnist_cnn:past", () => queueMicrotask(() =>
            document.dispatchEvent(new CustomEvent("mnist_cnn:strokes", {detail: {marks: []}}))
        ), {once: true})"""
    )
    said = card(page).locator(f".{room} .said")
    if room == "fool":
        card(page).locator("[data-trick=heart]").click()
    else:
        card(page).locator(".back").click()
        card(page).locator("[data-door=lie]").click()
        expect(card(page).locator(".lie .begin")).to_be_visible()
    expect(said).to_have_text("")
    assert page.evaluate("document.querySelector('#pad .undo').disabled") is False


def test_a_refusal_is_told(open_page):
    page = open_page()
    refusal = {"status": 403, "json": {"error": "No.", "key": "noTraining", "values": {}}}
    page.route("**/mnist_cnn/corrections*", lambda route: route.fulfill(**refusal))
    enter(page, "lie")
    expect(card(page).locator(".lie .said")).to_have_text(re.compile("."))
    expect(card(page).locator(".lie .begin")).to_be_visible()


# --- beat the machine ---------------------------------------------------------------------------


def shown(page, misread):
    """The row of the digit that is shown."""
    levels = np.array(card(page).locator(".picture canvas").evaluate(LEVELS)).reshape(28, 28)
    (row,) = np.flatnonzero((misread.images == levels).all(axis=(1, 2)))
    return row


def test_all_are_played_and_only_labels_that_are_sure_count(open_page, misread):
    page = enter(open_page(), "beat")
    room, you, counted, seen = card(page).locator(".room.beat"), 0, 0, []
    for turn in range(1, len(misread.labels) + 1):
        expect(room.locator(".score")).to_contain_text(f"{turn} of {len(misread.labels)}")
        row = shown(page, misread)
        label, answer = int(misread.labels[row]), int(misread.probabilities[row].argmax())
        mine = label if turn % 2 else (label + 1) % 10
        if turn == 1:
            room.locator(".keys button").nth(mine).click()
        else:
            page.keyboard.press(str(mine))
        votes = misread_file.PEOPLE.get(int(misread.indices[row]), (None, (5, 0, 0)))[1]
        doubtful = votes[0] < 3
        counted += not doubtful
        you += mine == label and not doubtful
        verdict = room.locator(".verdict").inner_text()
        assert f"MNIST’s label\t{label}" in verdict
        assert f"Network\t{answer}, " in verdict
        assert ("Nobody scores" in verdict) == doubtful
        expect(room.locator(".score b")).to_have_text(f"You {you} · network 0")
        seen.append(row)
        page.keyboard.press("Enter")  # the focus is on the way on
    assert sorted(seen) == [*range(len(misread.labels))]
    end = room.locator(".verdict").inner_text()
    rest = len(misread.labels) - counted
    assert end.startswith(f"Of {counted} digits you read {you} right, the network 0. {rest} did")
    page.keyboard.press("Enter")
    expect(room.locator(".score b")).to_have_text("You 0 · network 0")


def test_the_first_word_holds_and_is_kept_while_one_looks_elsewhere(open_page):
    page = enter(open_page(), "beat")
    page.keyboard.press("3")
    page.keyboard.press("4")
    verdict = card(page).locator(".verdict")
    assert verdict.inner_text().startswith("You\t3")
    page.keyboard.press("Escape")
    page.keyboard.press("5")  # nobody listens
    enter(page, "beat")
    assert verdict.inner_text().startswith("You\t3")


# --- without a server ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    assert main(["site", str(folder)]) == 0
    return folder


def test_without_a_server_only_the_lie_is_shut(window, folder):
    with serve_folder(folder) as address:
        window.goto(address)
        window.locator("#entrance .open").click()
        lie = card(window).locator("[data-door=lie]")
        assert lie.is_disabled()
        assert texts("en")["doorLieAway"] in lie.inner_text()
        assert card(window).locator(".train").is_hidden()
        card(window).locator("[data-door=beat]").click()
        card(window).locator(".picture canvas").wait_for()
        card(window).locator(".back").click()
        card(window).locator("[data-door=fool]").click()
        card(window).locator("[data-trick=heart]").click()
        assert said(window, "fool").startswith("It reads the heart as ")
