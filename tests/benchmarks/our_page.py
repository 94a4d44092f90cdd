"""Time our page: from a pen event until the answer and every layer's maps are painted."""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass, field

from playwright.sync_api import Browser, Page

from tests.benchmarks.pen_moves import PEN_RATE, Digit, Times, in_steps, many_digits, placer
from tests.browser.windows import SEEN

DESK = {"width": 1280, "height": 800}  # holds all of ours
STEPS = 3  # moves between two points of a digit


@dataclass
class Ours:
    """Milliseconds of each answer on our page, whole and in parts."""

    whole: Times = field(default_factory=list)
    before: Times = field(default_factory=list)  # pen event to reading: input, drawing, ink
    reading: Times = field(default_factory=list)  # preprocessing, network, judge
    after: Times = field(default_factory=list)  # reading to maps on their canvases

    def add(self, pen: float, began: float, read: float, painted: float) -> None:
        """Add the answer whose four moments these are."""
        self.whole.append(painted - pen)
        self.before.append(began - pen)
        self.reading.append(read - began)
        self.after.append(painted - read)


MOMENTS = """() => {
    const end = (entry) => entry.startTime + entry.duration;
    const readings = performance.getEntriesByName("reading");
    return performance.getEntriesByName("pen-to-maps").map((measure) => {
        const reading = readings.findLast((entry) => end(entry) <= end(measure));
        return [measure.startTime, reading.startTime, end(reading), end(measure)];
    });
}"""

FORGET = """() => {
    performance.clearMeasures("pen-to-maps");
    performance.clearMeasures("reading");
}"""

# Without looking again and again, which would take time from what is measured.
ANSWERED = """(count) => new Promise((resolve) => {
    const answered = () => performance.getEntriesByName("pen-to-maps").length >= count;
    if (answered()) return resolve();
    const observer = new PerformanceObserver(() => answered() && done());
    const timer = setTimeout(done, 2000);  // a move that changes nothing has no answer
    function done() {
        observer.disconnect();
        clearTimeout(timer);
        resolve();
    }
    observer.observe({entryTypes: ["measure"]});
})"""


def open_ours(browser: Browser, address: str) -> Page:
    """Open our page, and draw a first digit on it: the browser compiles meanwhile."""
    page = browser.new_page(viewport=DESK)
    page.add_init_script(SEEN)
    page.goto(address)
    page.locator("#river .tile").last.wait_for()
    page.locator("#pad .undo:disabled").wait_for()
    page.wait_for_function("performance.getEntriesByName('pen-to-maps').length > 0")
    page.evaluate(FORGET)
    draw_answered(page, next(many_digits()))
    page.keyboard.press("Delete")
    return page


def time_ours(page: Page, moves: int) -> Ours:
    """Draw digits one after another until ``moves`` answers have come."""
    ours = Ours()
    for digit in many_digits():
        page.evaluate(FORGET)
        draw_answered(page, digit)
        for moments in page.evaluate(MOMENTS):
            ours.add(*moments)
        page.keyboard.press("Delete")
        if len(ours.whole) >= moves:
            return ours


def draw_answered(page: Page, digit: Digit) -> None:
    """Draw at ``PEN_RATE``, each move no sooner than the one before has its answer."""
    place = placer(page.locator("#pad canvas"))
    answers = itertools.count(1)
    due = time.perf_counter()
    for stroke in digit:
        page.mouse.move(*place(*stroke[0]))
        page.mouse.down()
        page.evaluate(ANSWERED, next(answers))
        for point in in_steps(stroke, STEPS):
            due = max(due + 1 / PEN_RATE, time.perf_counter())
            time.sleep(max(0, due - time.perf_counter()))
            page.mouse.move(*place(*point))
            page.evaluate(ANSWERED, next(answers))
        page.mouse.up()
