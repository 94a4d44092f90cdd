"""Whether the page's memory stays flat while somebody draws and draws.

    python -m tests.benchmarks.page_memory [--moves 10000] [--clears 10]

After a warm-up, digits are drawn over one another and the pad is cleared from time to time. Between
clears the page is looked at as it is after a garbage collection: the JavaScript heap, the buffers
outside of it, which hold the answers, the DOM nodes and event listeners, and how much memory the
browser's processes occupy.
"""

from __future__ import annotations

import argparse
import itertools
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

from playwright.sync_api import Browser, CDPSession, Page

from tests.benchmarks.drawing_latency import chromium, machine
from tests.benchmarks.pen_moves import WINDOW, Point, in_steps, many_digits, placer
from tests.browser.windows import SEEN
from tests.serving import serve_process

STEPS = 6  # moves between two points of a digit
WARM_UP = 200  # moves, before anything is measured
LOOKS = (0.1, 0.5, 1.0)  # shares of the moves after which the page is looked at
MEBIBYTE = 2**20


@dataclass(frozen=True)
class Footprint:
    """What the page occupies after a number of moves of the pen."""

    moves: int
    answers: int  # so far
    heap: int  # bytes of JavaScript objects that are still reachable
    buffers: int  # bytes of arrays outside of the heap
    nodes: int  # of the DOM, detached ones too
    listeners: int
    renderer: int  # bytes of resident memory of the processes that show pages
    browser: int  # bytes of resident memory of all its processes


def main() -> None:
    """Draw, and print a line for each look at the page."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--moves", type=int, default=10_000, help="pen moves")
    options.add_argument("--clears", type=int, default=10, help="how often the pad is cleared")
    chosen = options.parse_args()
    with chromium() as browser, serve_process() as (address, _):
        print(machine(browser))
        print(f"{'moves':>7}{'answers':>9}{'heap MiB':>10}{'buffers MiB':>13}", end="")
        print(f"{'nodes':>8}{'listeners':>11}{'renderer MiB':>14}{'browser MiB':>13}", flush=True)
        for look in footprints(browser, address, chosen.moves, chosen.clears):
            print(f"{look.moves:7,}{look.answers:9,}{look.heap / MEBIBYTE:10.2f}", end="")
            print(f"{look.buffers / MEBIBYTE:13.2f}{look.nodes:8,}{look.listeners:11,}", end="")
            print(f"{look.renderer / MEBIBYTE:14.0f}{look.browser / MEBIBYTE:13.0f}", flush=True)


def footprints(browser: Browser, address: str, moves: int, clears: int) -> Iterator[Footprint]:
    """Draw ``moves`` moves, the pad cleared ``clears`` times; yield what the page then occupies."""
    page = browser.new_page(viewport=WINDOW)
    page.add_init_script(SEEN)
    page.goto(address)
    page.locator("#river .tile").last.wait_for()
    page.locator("#pad .undo:disabled").wait_for()
    page.evaluate(COUNT_ANSWERS)
    session = page.context.new_cdp_session(page)
    places = pen(page)
    draw(page, places, WARM_UP)
    clear(page)
    looks = {round(share * moves) for share in LOOKS}
    per_clear = -(-moves // clears)
    yield look_at(browser, page, session, 0)
    done = 0
    while done < moves:
        step = min(per_clear - done % per_clear, *(at - done for at in looks if at > done), moves)
        draw(page, places, step)
        done += step
        if done % per_clear == 0 or done in looks:
            clear(page)
        if done in looks:
            yield look_at(browser, page, session, done)
    page.close()


COUNT_ANSWERS = """() => {
    window.answers = 0;
    document.addEventListener("mnist_cnn:answer", () => window.answers++);
}"""


def pen(page: Page) -> Iterator[Point | None]:
    """Yield without end where the pen goes in the window; None: it is lifted."""
    place = placer(page.locator("#pad canvas"))
    for digit in many_digits():
        for stroke in digit:
            yield place(*stroke[0])
            yield from itertools.starmap(place, in_steps(stroke, STEPS))
            yield None


def draw(page: Page, places: Iterator[Point | None], moves: int) -> None:
    """Move the pen ``moves`` times, and lift it."""
    down = False
    while moves:
        place = next(places)
        if place is None:
            page.mouse.up()
            down = False
            continue
        page.mouse.move(*place)
        if down:
            moves -= 1
        else:
            page.mouse.down()
            down = True
    page.mouse.up()


def clear(page: Page) -> None:
    """Clear the pad, and let the last answers come."""
    page.keyboard.press("Delete")
    page.locator("#answer .invitation:visible").wait_for()
    page.wait_for_timeout(500)


def look_at(browser: Browser, page: Page, session: CDPSession, moves: int) -> Footprint:
    """Return what the page occupies after a garbage collection."""
    session.send("HeapProfiler.collectGarbage")
    session.send("Performance.enable")
    metrics = {m["name"]: m["value"] for m in session.send("Performance.getMetrics")["metrics"]}
    processes = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
    resident = [(process["type"], resident_bytes(process["id"])) for process in processes]
    return Footprint(
        moves=moves,
        answers=page.evaluate("window.answers"),
        heap=int(metrics["JSHeapUsedSize"]),
        buffers=int(session.send("Runtime.getHeapUsage")["backingStorageSize"]),
        nodes=int(metrics["Nodes"]),
        listeners=int(metrics["JSEventListeners"]),
        renderer=sum(size for kind, size in resident if kind == "renderer"),
        browser=sum(size for _, size in resident),
    )


def resident_bytes(process: int) -> int:
    """Return the resident memory of a process; one that has just ended has none."""
    listed = subprocess.run(
        ["ps", "-o", "rss=", "-p", str(process)], capture_output=True, text=True, check=False
    )
    return 1024 * int(listed.stdout.strip() or 0)


if __name__ == "__main__":
    main()
