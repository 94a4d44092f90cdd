"""A person goes back in the drawing, and the page reads it as it was."""

import pytest

from tests.browser.pointer import (
    draw_and_settle,
    draw_digit,
    draw_stroke,
    place,
    wait_for_digit,
)

SLIDER = "#timeline .moment"


@pytest.fixture
def page(open_page):
    """A 4 whose second stroke has just been drawn; without it, the network reads no 4."""
    page = open_page()
    draw_digit(page, 4)
    wait_for_digit(page, 4)
    page.wait_for_timeout(200)
    return page


def scrub(page, percent):
    page.locator(SLIDER).evaluate(
        "(slider, value) => { slider.value = value; slider.dispatchEvent(new Event('input')); }",
        percent,
    )


def ink_on_pad(page):
    return page.locator("#pad canvas").first.evaluate(
        """c => c.getContext("2d").getImageData(0, 0, c.width, c.height).data
            .filter((value, i) => i % 4 === 3 && value > 127).length"""
    )


def test_going_back_shows_the_drawing_as_it_was(page):
    whole = ink_on_pad(page)
    scrub(page, 50)
    page.wait_for_function("document.querySelector('#answer .digit').textContent !== '4'")
    assert 0.3 * whole < ink_on_pad(page) < 0.8 * whole
    scrub(page, 100)
    wait_for_digit(page, 4)
    assert ink_on_pad(page) == pytest.approx(whole, rel=0.02)  # painted at once, not bit by bit


def test_a_new_stroke_goes_on_from_the_present(page):
    whole = ink_on_pad(page)
    scrub(page, 20)
    page.wait_for_timeout(200)
    draw_stroke(page, [(0.1, 0.92), (0.2, 0.92)])
    page.wait_for_timeout(200)
    assert ink_on_pad(page) > whole
    assert page.locator(SLIDER).input_value() == "100"


def test_undo_leaves_the_past_that_is_still_true(page):
    page.keyboard.press("Control+z")
    page.wait_for_function("document.querySelector('#answer .digit').textContent !== '4'")
    page.wait_for_timeout(100)
    words = page.locator(SLIDER).get_attribute("aria-valuetext")
    assert words.startswith("100% of the drawing")
    page.keyboard.press("Control+y")
    wait_for_digit(page, 4)


def test_the_slider_works_by_keyboard_and_says_what_it_shows(page):
    page.locator(SLIDER).focus()
    for _ in range(5):
        page.keyboard.press("PageDown")  # a tenth of the drawing each
    page.wait_for_function(
        """() => {
            const words = document.querySelector("#timeline .moment").ariaValueText ?? "";
            return /^[456]\\d% of the drawing: [^4]/.test(words
                || document.querySelector("#timeline .moment").getAttribute("aria-valuetext"));
        }"""
    )


def test_play_replays_the_drawing(page):
    page.evaluate(
        """() => {
            window.seen = new Set();
            document.addEventListener("mnist_cnn:answer", ({detail}) =>
                window.seen.add(detail.answer.empty ? "" : detail.answer.digit));
        }"""
    )
    page.locator("#timeline .play").click()
    page.wait_for_timeout(3500)
    wait_for_digit(page, 4)
    assert len(page.evaluate("[...window.seen]")) >= 2, "it was read as another digit on the way"


def test_an_empty_pad_has_no_past(open_page):
    page = open_page()
    assert page.locator(SLIDER).is_disabled()
    assert page.get_by_text("While you draw").is_visible()
    draw_digit(page, 1)
    wait_for_digit(page, 1)
    page.wait_for_timeout(200)
    assert page.get_by_text("While you draw").is_hidden()
    page.keyboard.press("Delete")
    page.get_by_text("While you draw").wait_for()


def readings(page):
    """How many drawings have been read so far, for whatever."""
    return page.evaluate("window.read")


COUNT_READINGS = """() => {
    window.read = 0;
    const {Network} = window.reader;
    const { reading } = Network.prototype;
    Network.prototype.reading = function (...asked) {
        window.read += this.layers.at(-1).shape[0] === 10;  // not the judge
        return reading.apply(this, asked);
    };
}"""


def counting(page):
    page.evaluate(
        """async () => {
            window.reader = (await window.mnistCnnModules).load("reader/network.js");
        }"""
    )
    page.evaluate(COUNT_READINGS)
    return page


def test_missed_moments_are_read_once(open_page):
    page = counting(open_page())
    page.evaluate("window.requestAnimationFrame = (paint) => setTimeout(paint, 100)")  # seldom
    draw_and_settle(page, 7)
    before = readings(page)
    page.locator(SLIDER).focus()
    page.wait_for_timeout(1500)
    missed = readings(page) - before
    assert 0 < missed <= 48
    page.locator(SLIDER).blur()
    page.locator(SLIDER).focus()
    page.wait_for_timeout(500)
    assert readings(page) - before - missed <= 1, "what is known is not read again"


def test_a_new_stroke_ends_the_search_for_missed_moments(open_page):
    page = counting(open_page())
    draw_and_settle(page, 4)
    page.keyboard.press("Delete")
    # All its moments are forgotten, and a stroke follows before any is read.
    before = page.evaluate(
        """() => new Promise((resolve) => {
            window.read = 0;
            document.addEventListener("mnist_cnn:past", () => setTimeout(() => {
                const drawn = {bubbles: true, isPrimary: true, pointerId: 1, button: 0};
                const canvas = document.querySelector("#pad canvas");
                const {left, top} = canvas.getBoundingClientRect();
                const at = {clientX: left + 30, clientY: top + 300};
                canvas.setPointerCapture = () => {};
                canvas.dispatchEvent(new PointerEvent("pointerdown", {...drawn, ...at}));
                resolve(window.read);
            }), {once: true});
            document.querySelector("#pad .undo").click();
        })"""
    )
    page.wait_for_timeout(500)
    assert before <= 8
    assert readings(page) - before <= 8, "not the forty of a search"


def test_another_drawing_has_its_own_past(open_page, modules):
    """What was thought of the old drawing is not shown as the past of one that takes its place."""
    page = open_page()
    draw_digit(page, 7)
    wait_for_digit(page, 7)
    fragment = modules.evaluate(
        """async () => (await import("/components/pad/sources/link.js")).encodeStrokes([{
            points: Array.from({length: 120}, (_, i) => i % 2 ? 40 + 3 * (i >> 1) / 2 : 140),
            width: 20, erase: false}])"""
    )
    draw_stroke(page, [(0.1, 0.9), (0.9, 0.9)])
    counting(page)
    page.evaluate("fragment => { location.hash = fragment; }", fragment)
    wait_for_digit(page, 1)
    page.wait_for_function("window.read > 30")  # the moments of the new drawing
    scrub(page, 60)
    page.wait_for_timeout(200)
    assert ": 1, " in page.locator(SLIDER).get_attribute("aria-valuetext")


def test_the_slider_stays_where_it_is_put(open_page):
    """What is read of where it was a moment ago does not pull it back."""
    page = draw_and_settle(open_page(), 4)
    for percent in (80, 60, 40, 30):
        scrub(page, percent)
        page.wait_for_timeout(60)
        assert page.locator(SLIDER).input_value() == str(percent)
    page.wait_for_timeout(600)
    assert page.locator(SLIDER).input_value() == "30"


def test_a_short_drawing_is_walked_by_arrow_keys(open_page):
    page = open_page()
    page.mouse.move(*place(page, 0.5, 0.2))
    page.mouse.down()
    page.mouse.move(*place(page, 0.5, 0.8), steps=5)
    page.mouse.up()
    wait_for_digit(page, 1)
    page.wait_for_timeout(200)
    page.locator(SLIDER).focus()
    page.keyboard.press("Home")
    for _ in range(99):
        page.keyboard.press("ArrowRight")
    page.wait_for_timeout(200)
    assert page.locator(SLIDER).input_value() == "100"
    wait_for_digit(page, 1)


def test_play_is_stopped_by_the_same_button(page):
    button = page.locator("#timeline .play")
    button.click()
    page.wait_for_timeout(400)
    assert button.get_attribute("aria-label") == "Stop the replay"
    button.click()
    assert button.get_attribute("aria-label") == "Replay the drawing"
    stopped = page.locator(SLIDER).input_value()
    page.wait_for_timeout(300)
    assert page.locator(SLIDER).input_value() == stopped
    assert int(stopped) < 100


def test_without_motion_the_replay_goes_stroke_by_stroke(open_page):
    page = open_page(reduced_motion="reduce")
    draw_digit(page, 4)
    wait_for_digit(page, 4)
    page.wait_for_timeout(200)
    page.evaluate(
        """() => {
            window.moments = [];
            document.addEventListener("mnist_cnn:scrub", ({detail}) =>
                window.moments.push(detail.moment));
        }"""
    )
    page.locator("#timeline .play").click()
    page.wait_for_timeout(1500)
    first, second = page.evaluate("window.moments")
    assert first > 1
    assert second is None, "the present"


def test_the_past_of_a_long_drawing_is_bounded(modules):
    counts = modules.evaluate(
        """async () => {
            const {Samples} = await import("/components/timeline/samples.js");
            const samples = new Samples();
            const points = [];
            samples.follow([{kind: "stroke", points, width: 20, erase: false}]);
            for (let moment = 1; moment <= 10000; moment++) {
                points.push(0, 0);
                samples.add(moment, new Float32Array(new ArrayBuffer(40000), 0, 10));
            }
            const kept = samples.sorted;
            const gaps = kept.slice(1).map(([moment], i) => moment - kept[i][0]);
            return [kept.length, Math.max(...gaps), kept[0][0], kept.at(-1)[0],
                kept.some(([, all]) => all.buffer)];
        }"""
    )
    kept, gap, first, last, views = counts
    assert kept <= 512
    assert gap < 10000 / 64, "the beginning is kept as well as the end"
    assert (first, last) == (1, 10000)
    assert not views, "a view would keep the whole answer in memory"


def test_an_answer_takes_over_where_the_lines_cross(modules):
    line, takeovers = modules.evaluate(
        """async () => {
            const {answers} = await import("/components/timeline/chart.js");
            const of = (one, seven) => [0, one, 0, 0, 0, 0, 0, seven, 0, 0];
            const {line, takeovers} = answers([[1, of(1, 0)], [5, of(0.75, 0.25)],
                [9, of(0, 1)], [13, of(0, 1)]]);
            return [line, takeovers];
        }"""
    )
    middle = pytest.approx([5 + 4 / 3, 0.5])
    assert takeovers == [[1, 1], [pytest.approx(5 + 4 / 3), 7]]
    assert line == [[1, 1], [1, 1], [5, 0.75], middle, [9, 1], [13, 1]]


def test_digits_that_never_win_are_named_where_they_come_closest(modules):
    found = modules.evaluate(
        """async () => {
            const {answers, peaks} = await import("/components/timeline/chart.js");
            const of = (one, four, seven) => [0, one, 0, 0, four, 0, 0, seven, 0, 0];
            const samples = [[1, of(0.9, 0.1, 0)], [5, of(0.6, 0.3, 0.1)], [9, of(0.8, 0.1, 0.1)]];
            return peaks(samples, answers(samples).takeovers);
        }"""
    )
    assert found == [[5, 0.3, 4]], "1 is the answer, and 7 hardly leaves the floor"
