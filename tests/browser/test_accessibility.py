"""Everyone can use the page: axe finds nothing serious, answers are spoken, nothing jumps."""

import itertools
import json
import re

import pytest

from tests.browser.accessibility import serious, turn_the_light
from tests.browser.chapters import speak, wipe
from tests.browser.conftest import NETWORKS
from tests.browser.pointer import (
    clear,
    draw_and_settle,
    draw_stroke,
    settled,
    wait_until_there,
)
from tests.serving import ROOT

SIZES = {
    "desktop": {"viewport": {"width": 1280, "height": 800}},
    "phone": {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True},
}
SHIFTS = """() => {
    window.shifts = [];
    new PerformanceObserver((list) => {
        for (const {value, sources} of list.getEntries()) {
            const what = sources.map(({node}) => node?.className || node?.nodeName);
            window.shifts.push([value, what.join(" ")]);
        }
    }).observe({type: "layout-shift", buffered: false});
}"""


@pytest.fixture(scope="module")
def pages(open_for_all):
    """A page of each size, for all tests that leave it as it was."""
    return {size: open_for_all(**options) for size, options in SIZES.items()}


@pytest.fixture
def page(request, pages):
    """The one of the size that a test names: in English, light, with an empty pad."""
    page = pages[getattr(request, "param", "desktop")]
    yield page
    page.emulate_media(reduced_motion="null")
    turn_the_light(page, "light")
    speak(page, "en")
    page.keyboard.press("Escape")
    wipe(page)
    assert page.locator("#lens .lens").is_hidden()
    assert page.locator("#actions .menu").is_hidden()


@pytest.mark.parametrize("page", SIZES, indirect=True)
def test_axe_finds_nothing_serious(page):
    for drawn in (False, True):
        if drawn:
            draw_and_settle(page, 7)
        for language, scheme in itertools.product(("en", "zh-CN"), ("light", "dark")):
            speak(page, language)
            turn_the_light(page, scheme)
            assert serious(page) == [], (drawn, language, scheme)


def test_axe_finds_nothing_serious_in_what_opens(page):
    draw_and_settle(page, 4)
    for scheme in ("light", "dark"):
        turn_the_light(page, scheme)
        page.locator("#actions .save").click()
        assert page.locator("#actions .menu").is_visible()
        assert serious(page) == [], scheme
        page.keyboard.press("Escape")
        page.locator("#river .tile[data-layer=conv2]").first.click()
        page.locator("#lens .tile").first.wait_for()
        assert serious(page) == [], scheme
        page.keyboard.press("Escape")


def test_axe_sees_what_is_wrong(open_page):
    page = open_page()
    page.evaluate("document.querySelector('#pad .undo').removeAttribute('aria-label')")
    page.evaluate("document.querySelector('#pad .undo').removeAttribute('title')")
    assert any(finding.startswith("button-name") for finding in serious(page, "#pad"))
    assert any(finding.startswith("button-name") for finding in serious(page))


@pytest.mark.parametrize(
    ("language", "start", "empty"),
    [("en", "7, 99.", "The pad is empty."), ("zh-CN", "7，99.", "画板是空的。")],
)
def test_the_answer_is_spoken_when_the_drawing_rests(open_page, language, start, empty):
    page = open_page(f"/?lang={language}")
    page.evaluate(
        """() => {
            window.spoken = [];
            const region = document.querySelector("#answer .announcement");
            new MutationObserver(() => spoken.push(region.textContent))
                .observe(region, {childList: true, characterData: true, subtree: true});
        }"""
    )
    region = page.locator("#answer .announcement")
    assert region.get_attribute("role") == "status"
    draw_and_settle(page, 7)
    page.wait_for_function("spoken.length")
    page.keyboard.press("Delete")
    page.wait_for_function("spoken.length === 2")
    spoken = page.evaluate("spoken")
    assert spoken[0].startswith(start)
    assert spoken[1] == empty


def test_top_three_are_spoken_in_order_and_the_doubt_too(open_page):
    page = open_page()
    draw_stroke(page, [(0.1, 0.2), (0.9, 0.8)])
    draw_stroke(page, [(0.1, 0.8), (0.9, 0.2)])
    draw_stroke(page, [(0.1, 0.5), (0.9, 0.5)])
    page.locator("#answer .doubt:visible").wait_for()
    region = page.locator("#answer .announcement")
    region.filter(has_text=re.compile("may not be a digit|Not sure")).wait_for()
    shown = page.locator("#answer li button").evaluate_all("all => all.map((bar) => bar.title)")
    order = sorted(range(10), key=lambda digit: -float(shown[digit].split(": ")[1].rstrip("%")))
    words = region.inner_text()
    top = [part.split(", ")[0].removeprefix("then ") for part in words.split("; ")]
    assert [int(digit) for digit in top] == order[:3]
    assert words.endswith(page.locator("#answer .doubt").inner_text())


@pytest.mark.parametrize("size", SIZES)
def test_nothing_jumps(open_page, size):
    page = open_page(**SIZES[size])
    page.wait_for_timeout(300)  # what moves while the page opens is not asked about
    page.evaluate(SHIFTS)
    draw_and_settle(page, 7)
    clear(page)
    for y in (0.3, 0.5, 0.7):
        draw_stroke(page, [(0.05, y), (0.95, y)])
    page.locator("#answer .doubt:visible").wait_for()
    settled(page)
    clear(page)
    settled(page)
    shifts = page.evaluate("window.shifts")
    assert sum(value for value, _ in shifts) < 0.02, sorted(shifts, reverse=True)[:5]


def test_doubt_and_trouble_do_not_move_the_rest(open_page):
    """What a layout shift leaves out: 500 ms after a key, everything counts here."""
    page = open_page(network=False)
    box = "s => document.querySelector(s).getBoundingClientRect().top"
    places = ("#river .stage", "#answer .bars", "#actions")
    before = [page.evaluate(box, place) for place in places]
    page.locator("#pad .notice:visible").wait_for()  # the network is on its way
    assert [page.evaluate(box, place) for place in places] == before
    page.unroute(NETWORKS)
    page.reload()
    wait_until_there(page)
    for y in (0.3, 0.5, 0.7):
        draw_stroke(page, [(0.05, y), (0.95, y)])
    page.locator("#answer .doubt:visible").wait_for()
    assert [page.evaluate(box, place) for place in places] == before


def test_landmarks_and_headings_are_in_order(page):
    assert page.locator("main").count() == 1
    levels = page.evaluate(
        """[...document.querySelectorAll("h1, h2, h3, h4")]
            .filter((heading) => heading.checkVisibility())
            .map((heading) => Number(heading.tagName[1]))"""
    )
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


@pytest.mark.parametrize(("page", "least"), [("desktop", 24), ("phone", 40)], indirect=["page"])
def test_targets_are_large_enough_for_a_finger(page, least):
    """In CSS pixels; WCAG 2.2 asks for 24."""
    small = page.locator("#header, #pad, #actions, #timeline").evaluate_all(
        """(parts, least) => parts.flatMap((part) => [...part.querySelectorAll("button, input")])
            .filter((target) => target.checkVisibility())
            .map((target) => [target.className, target.getBoundingClientRect()])
            .filter(([, box]) => box.height < least || box.width < Math.min(least, 36))
            .map(([name, box]) => `${name} ${box.width}×${box.height}`)""",
        least,
    )
    assert small == []


def test_every_control_shows_where_the_focus_is(page):
    draw_and_settle(page, 7)
    page.locator("#header .language").focus()
    unseen, seen = [], set()
    for _ in range(40):
        page.keyboard.press("Tab")
        name, outline, shadow = page.evaluate(
            """() => {
                const focused = document.activeElement;
                const style = getComputedStyle(focused);
                const inside = focused.closest("[id]")?.id;
                return [`${inside} ${focused.className || focused.nodeName}`,
                    style.outlineStyle, style.boxShadow];
            }"""
        )
        if name in seen and "CANVAS" not in name:
            break
        seen.add(name)
        if outline == "none" and shadow == "none" and "BODY" not in name:
            unseen.append(name)
    assert unseen == []
    assert len(seen) > 8


def test_reduced_motion_is_respected(page):
    page.emulate_media(reduced_motion="reduce")
    moving = page.evaluate(
        """[...document.querySelectorAll(".gradio-container *")]
            .filter((element) => {
                const style = getComputedStyle(element);
                const times = `${style.transitionDuration}, ${style.animationDuration}`;
                return times.split(", ").some((time) => parseFloat(time) > 0.001);
            }).map((element) => element.className || element.nodeName)"""
    )
    assert moving == []


def test_the_switch_of_language_shows_both_and_which_is_on(open_page):
    page = open_page(**SIZES["phone"])
    button = page.locator("#header .language")
    box = button.bounding_box()
    assert min(box["width"], box["height"]) >= 44  # a finger
    assert button.locator("span[lang=en].on").inner_text() == "EN"
    assert button.locator("span[lang=zh-CN]:not(.on)").inner_text() == "中"
    button.click()
    page.locator("html[lang=zh-CN]").wait_for()
    assert button.locator(".on").inner_text() == "中"
    texts = json.loads((ROOT / "mnist_cnn/languages/zh-CN/page.json").read_text(encoding="utf-8"))
    assert page.title() == texts["title"]
