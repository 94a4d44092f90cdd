"""How long a page takes from pen to answer: ours, and one of Gradio's stock parts.

    python -m tests.benchmarks.drawing_latency [--moves 2000] [--strokes 15]

Ours is the page's own measure ``pen-to-maps``: from a pen event's time stamp until the answer and
every layer's maps are on their canvases, for each of the moves of a pen. Stock is
``stock_app.py``: from the time stamp of the event that lifts the pen until the label has its text,
and until the galleries' pictures are loaded. Both are taken inside the page, in headless Chromium,
in one run. There a sketchpad's WebGL is drawn in software, so the stock time from its request on,
which no graphics card shortens, is given too.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.metadata
import os
import platform
import statistics
from collections.abc import Iterable, Iterator

import numpy as np
from playwright.sync_api import Browser, sync_playwright

from tests.benchmarks.our_page import Ours, time_ours
from tests.benchmarks.pen_moves import Times
from tests.benchmarks.server_stages import time_server
from tests.benchmarks.stock_page import Stock, serve_stock, time_stock
from tests.browser.conftest import FLAGS, installed_chromium
from tests.serving import serve_process

SERVER_DRAWINGS = 500
STOCK = {"channels": "a picture a channel", "sprites": "a picture a layer"}  # --maps: in words


def main() -> None:
    """Measure both pages and print the table."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--moves", type=int, default=2000, help="pen moves on our page")
    options.add_argument("--strokes", type=int, default=15, help="strokes on each stock page")
    chosen = options.parse_args()
    with chromium() as browser:
        print(machine(browser), flush=True)
        with serve_process() as (address, _):
            ours = time_ours(browser, address, chosen.moves)
        stock = {}
        for maps in STOCK:
            with serve_stock(maps) as address:
                stock[maps] = time_stock(browser, address, chosen.strokes)
    print(report(ours, stock, time_server(SERVER_DRAWINGS)))


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """Start the browser that is installed, or the one named in ``CHROMIUM``."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=installed_chromium(), args=FLAGS)
        yield browser
        browser.close()


def machine(browser: Browser) -> str:
    """Return the header: what this was measured on."""
    versions = [f"{name} {importlib.metadata.version(name)}" for name in ("gradio", "tensorflow")]
    words = [f"{os.cpu_count()} cores {platform.machine()}", f"Python {platform.python_version()}"]
    if hasattr(os, "getloadavg"):  # other work makes all figures larger
        words.append(f"load {os.getloadavg()[0]:.1f} before")
    return ", ".join([*words, f"Chromium {browser.version} headless", *versions])


def report(ours: Ours, stock: dict[str, Stock], server: dict[str, Times]) -> str:
    """Return the table."""
    whole = statistics.median(ours.whole)
    lines = ["", f"{'milliseconds':52}{'p50':>8}{'p95':>8}{'max':>8}{'count':>7}{'ratio':>7}"]
    lines.append(row("ours: pen → answer and all maps painted", ours.whole, 1.0))
    for maps, times in stock.items():
        since_request = np.subtract(times.label, times.request)
        for what, values in (
            ("pen up → label", times.label),
            ("pen up → galleries", times.galleries),
            ("request → label", since_request),
        ):
            ratio = statistics.median(values) / whole
            lines.append(row(f"stock, {STOCK[maps]}: {what}", values, ratio))
    lines += ["", "where our time goes, in the page"]
    lines.append(row("  pen event → request (ink, pixels)", ours.before))
    lines.append(row("  request round trip", ours.request))
    lines.append(row("  answer → maps (decode, paint)", ours.after))
    lines += ["", "where our time goes, in the server's code (part of the round trip)"]
    lines += [row(f"  {stage}", times) for stage, times in server.items()]
    rest = statistics.median(ours.request) - sum(map(statistics.median, server.values()))
    lines.append(f"{'  HTTP, the rest of the round trip':52}{rest:8.2f}")
    return "\n".join(lines)


def row(name: str, times: Iterable[float], ratio: float | None = None) -> str:
    """Return a line of the table."""
    times = list(times)
    p50, p95 = np.percentile(times, [50, 95])
    text = f"{name:52}{p50:8.2f}{p95:8.2f}{max(times):8.1f}{len(times):7}"
    return text if ratio is None else f"{text}{ratio:7.1f}"


if __name__ == "__main__":
    main()
