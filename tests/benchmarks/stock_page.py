"""Time the page of Gradio's stock parts: from pen up until label and galleries have the answer."""

from __future__ import annotations

import contextlib
import itertools
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from playwright.sync_api import Browser, Page, TimeoutError

from mnist_cnn.digits.strokes import PAD_SIZE
from tests.benchmarks.pen_moves import (
    PATIENCE,
    PEN_RATE,
    WINDOW,
    Digit,
    Times,
    in_steps,
    many_digits,
    placer,
)
from tests.serving import ROOT, free_port


@dataclass
class Stock:
    """Milliseconds from pen up on a stock page, for each stroke."""

    request: Times = field(default_factory=list)
    label: Times = field(default_factory=list)
    galleries: Times = field(default_factory=list)


WATCH = """() => {
    const galleries = [...document.querySelectorAll(".maps")];
    const loaded = (gallery) => {
        const pictures = [...gallery.querySelectorAll("img")];
        return pictures.length > 0 && pictures.every((picture) => picture.complete);
    };
    let times;
    const look = () => {
        if (!times) return;
        const label = document.querySelector("#label .output-class")?.textContent.trim();
        if (label) times.label ??= performance.now() - times.up;
        if (galleries.every(loaded)) times.galleries ??= performance.now() - times.up;
    };
    new MutationObserver(look).observe(document.body,
        {subtree: true, childList: true, characterData: true, attributeFilter: ["src"]});
    document.addEventListener("load", look, true);
    document.addEventListener("pointerup", (event) => {
        if (event.target.matches("canvas")) times = window.stockTimes = {up: event.timeStamp};
    }, true);
}"""

TIMES = """() => {
    const {up, label, galleries} = window.stockTimes;
    const request = performance.getEntriesByType("resource")
        .find((entry) => entry.startTime >= up && entry.name.includes("/queue/join"));
    return {label, galleries, request: request.startTime - up};
}"""

IS_COMPLETE = "window.stockTimes?.label && window.stockTimes.galleries"

IS_EMPTY = """() => !document.querySelector("#label .output-class")?.textContent.trim()
    && !document.querySelector(".maps img")"""


def time_stock(browser: Browser, address: str, strokes_wanted: int) -> Stock:
    """Draw digits of one stroke on a cleared pad each; the first is warm-up."""
    page = browser.new_page(viewport=WINDOW)
    digits = (digit for digit in many_digits() if len(digit) == 1)
    open_stock(page, address, next(digits))
    stock = Stock()
    for digit in itertools.islice(digits, strokes_wanted):
        page.locator("#sketchpad button[aria-label='Clear canvas']").click()
        page.wait_for_function(IS_EMPTY, timeout=PATIENCE)
        page.wait_for_timeout(300)  # what clearing still does in the background is not timed
        draw_freely(page, digit)
        page.wait_for_function(IS_COMPLETE, timeout=PATIENCE)
        for name, milliseconds in page.evaluate(TIMES).items():
            getattr(stock, name).append(milliseconds)
    page.close()
    return stock


def open_stock(page: Page, address: str, digit: Digit) -> None:
    """Open the page until it answers a digit: a brush that is chosen too early draws nothing."""
    for _ in range(5):
        page.goto(address)
        page.locator("#sketchpad canvas").first.wait_for()
        page.evaluate("performance.setResourceTimingBufferSize(100000)")  # pictures are resources
        page.evaluate(WATCH)
        page.wait_for_timeout(2000)
        draw_freely(page, digit)
        try:
            page.wait_for_function(IS_COMPLETE, timeout=PATIENCE)
            return
        except TimeoutError:
            continue
    raise SystemExit("The stock page does not answer.")


def pick_brush(page: Page) -> None:
    """Choose the brush, which is not chosen at first and not after clearing; nor is it at once."""
    brush = page.locator("#sketchpad button[aria-label=Brush]")
    while "highlight" not in brush.get_attribute("class"):
        brush.click()
        page.wait_for_timeout(200)


def draw_freely(page: Page, digit: Digit) -> None:
    """Choose the brush and draw at ``PEN_RATE`` without waiting for answers."""
    pick_brush(page)
    place = placer(page.locator("#sketchpad canvas").first, PAD_SIZE)
    for stroke in digit:
        page.mouse.move(*place(*stroke[0]))
        page.mouse.down()
        for point in in_steps(stroke, 1):  # one move a part: each takes long here
            time.sleep(1 / PEN_RATE)
            page.mouse.move(*place(*point))
        page.mouse.up()


@contextlib.contextmanager
def serve_stock(maps: str) -> Iterator[str]:
    """Run ``stock_app.py``, yield its address, end it."""
    with serve_stock_process(maps) as (address, _):
        yield address


@contextlib.contextmanager
def serve_stock_process(maps: str) -> Iterator[tuple[str, subprocess.Popen]]:
    """The same, with its process."""
    command = [sys.executable, "-m", "tests.benchmarks.stock_app"]
    command += ["--port", str(free_port()), "--maps", maps]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process.stdout.readline().split()[1], process
        finally:
            process.terminate()
