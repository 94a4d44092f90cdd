"""A drawing travels in a link, and a bad link does no harm."""

import random

import pytest
from playwright.sync_api import Error

from tests.browser.pointer import (
    clear,
    copied_link,
    draw_and_settle,
    draw_digit,
    draw_stroke,
    place,
    settled,
    wait_for_digit,
)

IMAGE = """() => {
    const canvas = document.querySelector("#river .image canvas");
    return [...canvas.getContext("2d").getImageData(0, 0, 28, 28).data]
        .filter((value, i) => i % 4 === 3);
}"""
CODEC = "import('/components/pad/sources/link.js')"


def test_a_link_opens_the_same_drawing_elsewhere(open_page):
    page, other = open_page(), open_page()
    for digit in (4, 5):
        draw_and_settle(page, digit)
        link = copied_link(page)
        other.goto("about:blank")
        other.goto(link)
        other.locator("#pad .undo:enabled").wait_for()
        wait_for_digit(other, digit)
        settled(other)
        pixels = zip(page.evaluate(IMAGE), other.evaluate(IMAGE), strict=True)
        # Of 255: points are rounded.
        assert sum(abs(a - b) for a, b in pixels) / 784 < 2, digit
        assert other.locator("#timeline .moment").is_enabled(), digit
        clear(page)


def test_following_a_link_on_the_open_page_shows_it(open_page):
    page = open_page()
    draw_digit(page, 1)
    wait_for_digit(page, 1)
    link = copied_link(page)
    page.keyboard.press("Delete")
    draw_digit(page, 7)
    wait_for_digit(page, 7)
    page.evaluate("link => { location.href = link; }", link)
    wait_for_digit(page, 1)
    page.keyboard.press("Control+z")  # and nothing is lost


def test_without_a_clipboard_the_link_is_shown(open_page):
    page = open_page()
    draw_digit(page, 1)
    wait_for_digit(page, 1)
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error()); }")
    page.locator("#actions .link").click()
    field = page.locator("#actions .notice input")
    assert "#drawing=1." in field.input_value()


DAMAGED = [
    "drawing=",
    "drawing=1.",
    "drawing=2.AAAA",
    "drawing=1.%00",
    "drawing=1.!!!!",
    "drawing=1.gICAgICAgIA",
    "drawing=1." + "A" * 20_000,
]


def test_a_damaged_link_gets_a_sentence(open_page):
    page = open_page("/#" + DAMAGED[0])
    sentence = page.get_by_text("The drawing in that link is damaged")
    for fragment in DAMAGED:
        page.evaluate("fragment => { location.hash = fragment; }", fragment)
        sentence.wait_for()
        assert page.locator("#answer .digit").inner_text() == "–", fragment
        draw_digit(page, 1)
        wait_for_digit(page, 1)
        sentence.wait_for(state="hidden")
        clear(page)


def test_random_drawings_come_back_as_they_were(modules):
    rng = random.Random(28)
    for _ in range(30):
        strokes = [
            {
                "kind": "stroke",
                "points": [rng.randint(-100, 660) / 2 for _ in range(2 * rng.randint(1, 60))],
                "width": rng.randint(4, 44),
                "erase": rng.random() < 0.3,
            }
            for _ in range(rng.randint(1, 6))
        ]
        back = modules.evaluate(
            f"async strokes => {{ const m = await {CODEC};"
            " return m.decodeStrokes('#' + m.encodeStrokes(strokes)); }",
            strokes,
        )
        for sent, got in zip(strokes, back, strict=True):
            assert (got["width"], got["erase"]) == (sent["width"], sent["erase"])
            assert got["points"] == without_repeats(sent["points"])


def without_repeats(points):
    pairs = list(zip(points[::2], points[1::2], strict=True))
    kept = [pair for i, pair in enumerate(pairs) if i == 0 or pair != pairs[i - 1]]
    return [value for pair in kept for value in pair]


def test_corrupted_links_are_refused_or_bounded(modules):
    worst = modules.evaluate(
        f"""async () => {{
            const m = await {CODEC};
            let seed = 7;
            const random = (n) => (seed = (seed * 48271) % 2147483647) % n;
            const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=%.";
            let worst = 0;
            for (let i = 0; i < 2000; i++) {{
                const length = random(300);
                const text = Array.from({{length}}, () => letters[random(67)]).join("");
                try {{
                    for (const stroke of m.decodeStrokes("#drawing=1." + text) ?? []) {{
                        worst = Math.max(worst, ...stroke.points.map(Math.abs), stroke.width);
                    }}
                }} catch (error) {{
                    if (error instanceof TypeError || error instanceof RangeError) throw error;
                }}
            }}
            return worst;
        }}"""
    )
    assert worst <= 330


def test_a_drawing_with_a_picture_says_why_it_has_no_link(open_page, tmp_path):
    from PIL import Image, ImageDraw

    picture = Image.new("L", (80, 80), 255)
    ImageDraw.Draw(picture).line([(40, 10), (40, 70)], fill=0, width=8)
    picture.save(tmp_path / "one.png")
    page = open_page()
    page.locator("#pad .file").set_input_files(tmp_path / "one.png")
    wait_for_digit(page, 1)
    page.locator("#actions .link").click()
    page.get_by_text("A link holds pen strokes only").wait_for()


SEALED = """async numbers => {
    const bytes = numbers.flatMap((n) => {
        const out = [];
        for (; n > 127; n = Math.floor(n / 128)) out.push((n % 128) | 128);
        return [...out, n];
    });
    const m = await import("/components/pad/sources/link.js");
    return m.decodeStrokes("#" + m.seal(bytes));
}"""


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        ([], "no strokes"),
        ([40], "ends in the middle"),
        ([40, 0], "too many points"),
        ([40, 20_001], "too many points"),
        ([40, 2, 10, 10, 10], "ends in the middle"),
        ([40, 1, 2**28, 10], "too large"),
        ([40, 1, 10, 10] * 201, "too many strokes"),
    ],
)
def test_a_hostile_link_is_refused(modules, numbers, words):
    """Its checksum is right: someone made it by hand."""
    with pytest.raises(Error, match=words):
        modules.evaluate(SEALED, numbers)


def test_what_a_hostile_link_draws_is_bounded(modules):
    (stroke,) = modules.evaluate(SEALED, [2 * 10_000_000, 2, 2**27, 2**27 - 1, 10, 10])
    assert stroke["width"] == 44
    assert stroke["points"] == [330, -50, 330, -50]


def test_every_change_of_a_link_is_noticed(modules):
    """Cut off, a letter changed, or one left out: never a drawing that is not the one sent."""
    taken = modules.evaluate(
        """async strokes => {
            const m = await import("/components/pad/sources/link.js");
            const link = m.encodeStrokes(strokes);
            let seed = 11;
            const random = (n) => (seed = (seed * 48271) % 2147483647) % n;
            const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
            const damages = [
                (at) => link.slice(0, at),
                (at) => link.slice(0, at) + letters[random(64)] + link.slice(at + 1),
                (at) => link.slice(0, at) + link.slice(at + 1),
            ];
            let taken = 0;
            for (let i = 0; i < 2000; i++) {
                const bad = damages[i % 3](10 + random(link.length - 10));
                if (bad === link) continue;
                try {
                    m.decodeStrokes("#" + bad);
                    taken++;
                } catch (error) {
                    if (error instanceof TypeError || error instanceof RangeError) throw error;
                }
            }
            return taken;
        }""",
        [{"points": [i * 7 % 280 for i in range(300)], "width": 20, "erase": False}] * 3,
    )
    assert taken == 0


@pytest.mark.parametrize(
    "strokes",
    [
        pytest.param([[0, 0]] * 201, id="strokes"),
        pytest.param([[i % 280 for i in range(44_000)]], id="points"),
        pytest.param([[i * 97 % 280 for i in range(30_000)]], id="bytes"),
    ],
)
def test_what_a_link_cannot_hold_is_said_before(modules, strokes):
    """Never a link that would be refused."""
    strokes = [{"points": points, "width": 20, "erase": False} for points in strokes]
    encode = f"async strokes => (await {CODEC}).encodeStrokes(strokes)"
    assert modules.evaluate(encode, strokes) is None
    assert modules.evaluate(encode, [strokes[0] | {"points": [1, 2]}]), "one that it can hold"


def test_a_link_is_made_before_the_network_is_there(open_page, modules):
    """It holds what is on the pad, not what has been read."""
    page = open_page(network=False)
    draw_digit(page, 4)
    assert page.locator("#answer .digit").inner_text() == "–"
    fragment = copied_link(page).split("#")[1]
    strokes = modules.evaluate(f"async f => (await {CODEC}).decodeStrokes(f)", fragment)
    assert len(strokes) == 2


def test_a_link_holds_the_whole_drawing_while_its_past_is_shown(open_page):
    page = open_page()
    draw_and_settle(page, 4)
    whole = copied_link(page)
    page.locator("#timeline .moment").evaluate(
        "s => { s.value = 30; s.dispatchEvent(new Event('input')); }"
    )
    page.wait_for_function("document.querySelector('#answer .digit').textContent !== '4'")
    assert copied_link(page) == whole


def test_a_link_that_comes_while_the_pen_is_down_takes_its_place(open_page):
    page = open_page()
    draw_digit(page, 1)
    wait_for_digit(page, 1)
    link = copied_link(page)
    page.keyboard.press("Delete")
    draw_stroke(page, [(0.2, 0.8), (0.8, 0.8)], lift=False)
    page.evaluate("link => { location.href = link; }", link)
    wait_for_digit(page, 1)
    page.mouse.move(*place(page, 0.2, 0.2), steps=5)
    page.mouse.up()
    assert settled(page).locator("#answer .digit").inner_text() == "1"
