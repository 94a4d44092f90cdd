"""How long who opens the page for the first time waits for an answer: ours, static, stock.

    python -m tests.benchmarks.first_visit [--visits 5]

A new browser context with nothing kept, 150 ms from each request to its answer and 10 Mbit/s in
all, as Chromium's own throttle makes them; it adds nothing for opening a connection. The static
folder comes from a host that compresses nothing; the single file from the disk. The pad is
there when it can be drawn on; then a one is drawn, and again where that came too early, until the
page has an answer. Both pages in turn; generator, browser and servers share the machine.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, CDPSession, Locator, Page, TimeoutError

from mnist_cnn.__main__ import main as site
from mnist_cnn.digits.strokes import PAD_SIZE
from tests.benchmarks.drawing_latency import chromium, machine
from tests.benchmarks.pen_moves import PATIENCE, WINDOW, placer
from tests.benchmarks.stock_page import pick_brush, serve_stock
from tests.browser.windows import SEEN
from tests.file_host import serve_folder
from tests.serving import serve_process

DELAY, WIDTH = 150, 10e6 / 8  # milliseconds; bytes a second
# Left of the middle: on a slow line the stock page takes its pad for wider than it becomes, and the
# right half of the paper is cut off.
ONE = (0.3, 0.18), (0.3, 0.82)
EARLY = 3000  # milliseconds until a drawing without an answer is drawn again
LIMITS = {"served": 2.5, "folder": 2.5, "file": 1.5}  # seconds: the median until the answer


@dataclass(frozen=True)
class Visit:
    """What it took until the first answer."""

    requests: int
    kilobytes: float  # as they came, compressed and with their headers
    pad: float  # seconds from the navigation until it can be drawn on
    answer: float  # seconds from the navigation


def main() -> int:
    """Measure both pages and print the table; return whether the limit was missed."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--visits", type=int, default=5, help="of each page")
    count = options.parse_args().visits
    with (
        tempfile.TemporaryDirectory() as name,
        serve_process() as (served, _),
        serve_folder(Path(name)) as folder,
        serve_stock("sprites") as stock,
        chromium() as browser,
    ):
        single = Path(name) / "single.html"
        assert site(["site", name]) == site(["site", "--single", str(single)]) == 0
        print(f"{machine(browser)}, single file {single.stat().st_size / 1e6:.2f} MB", flush=True)
        pages = {
            "served": (served, draw_on_ours),
            "folder": (folder, draw_on_ours),
            "file": (single.as_uri(), draw_on_ours),
            "stock": (stock, draw_on_stock),
        }
        for address, draw in pages.values():  # what is read and compiled once is not counted
            visit(browser, address, draw)
        found = {name: [] for name in pages}
        for _ in range(count):
            for name, (address, draw) in pages.items():
                found[name].append(visit(browser, address, draw))
    print(f"\n{'median (worst)':8}{'requests':>10}{'kB':>8}{'pad, s':>16}{'answer, s':>16}")
    for name, visits in found.items():
        requests = statistics.median(one.requests for one in visits)
        kilobytes = statistics.median(one.kilobytes for one in visits)
        print(f"{name:14}{requests:10.0f}{kilobytes:8.0f}", end="")
        for seconds in ([one.pad for one in visits], [one.answer for one in visits]):
            print(f"{f'{statistics.median(seconds):.2f} ({max(seconds):.2f})':>16}", end="")
        print()
    missed = 0
    for name, limit in LIMITS.items():
        figure = statistics.median(one.answer for one in found[name])
        missed += figure > limit
        print(f"{name}: {figure:.2f}, limit {limit}: {'missed' if figure > limit else 'kept'}")
    return int(missed > 0)


def visit(browser: Browser, address: str, draw: Callable[[Page], float]) -> Visit:
    """Open the page with nothing kept and draw; ``draw`` returns when it could."""
    context = browser.new_context(viewport=WINDOW)
    page = context.new_page()
    page.add_init_script(SEEN)
    line = context.new_cdp_session(page)
    sizes = _slow(line)
    began = time.perf_counter()
    page.goto(address, wait_until="commit")
    pad = draw(page)
    answer = time.perf_counter()
    context.close()
    return Visit(len(sizes), sum(sizes.values()) / 1e3, pad - began, answer - began)


def _slow(line: CDPSession) -> dict[str, float]:
    """Slow the line down; return what fills with the bytes of each of its requests."""
    sizes: dict[str, float] = {}

    def asked(event: dict) -> None:
        if event["request"]["url"].startswith("http"):
            sizes[event["requestId"]] = 0

    def came(event: dict) -> None:
        if event["requestId"] in sizes:
            sizes[event["requestId"]] = event["encodedDataLength"]

    line.on("Network.requestWillBeSent", asked)
    line.on("Network.loadingFinished", came)
    line.send("Network.enable")
    line.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": DELAY,
            "downloadThroughput": WIDTH,
            "uploadThroughput": WIDTH,
        },
    )
    return sizes


def draw_on_ours(page: Page) -> float:
    """Draw a one until it is answered; return when the pad was there."""
    page.locator("#pad .undo:disabled").wait_for()
    there = time.perf_counter()
    canvas = page.locator("#pad canvas").first
    _draw(page, canvas, None, "document.querySelector('#answer .digit').textContent === '1'")
    return there


def draw_on_stock(page: Page) -> float:
    """The same on the stock page, whose brush has to be chosen first."""
    canvas = page.locator("#sketchpad canvas").first
    canvas.wait_for()
    pick_brush(page)
    there = time.perf_counter()
    answered = "document.querySelector('#label .output-class')?.textContent.trim()"
    _draw(page, canvas, PAD_SIZE, answered)
    return there


def _draw(page: Page, canvas: Locator, side: float | None, answered: str) -> None:
    """Draw a one, and again until ``answered`` is true in the page; ``side`` is the placer's."""
    for _ in range(PATIENCE // EARLY):
        place = placer(canvas, side)  # a page that is not all there yet moves it
        page.mouse.move(*place(*ONE[0]))
        page.mouse.down()
        page.mouse.move(*place(*ONE[1]), steps=2)
        page.mouse.up()
        try:
            page.wait_for_function(answered, timeout=EARLY)
            return
        except TimeoutError:
            continue
    raise SystemExit("No answer came.")


if __name__ == "__main__":
    sys.exit(main())
