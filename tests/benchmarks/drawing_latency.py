"""How long from pen to answer takes: ours in five situations, and Gradio's stock parts.

    python -m tests.benchmarks.drawing_latency [--moves 2000] [--strokes 15]

Ours is the page's own measure ``pen-to-maps``: from a pen event's time stamp until the answer and
the river are painted, its ribbons and the maps of every convolution and pooling, for each of the
moves of a pen; on loopback, through a line of 150 ms round trip, with the server stopped, while
somebody trains on this machine, and with the processor slowed four times, as a cheap phone is.
Stock is ``stock_app.py``: from the time stamp of the event that lifts the pen until the label has
its text, and until the galleries' pictures are loaded. All are taken inside the page, in headless
Chromium, in one run. There a sketchpad's WebGL is drawn in software, so the stock time from its
request on, which no graphics card shortens, is given too.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.metadata
import os
import platform
import secrets
import statistics
import time
from collections.abc import Iterable, Iterator

import httpx
import numpy as np
from playwright.sync_api import Browser, sync_playwright

from tests.benchmarks.our_page import Ours, open_ours, time_ours
from tests.benchmarks.stock_page import Stock, serve_stock, time_stock
from tests.browser.conftest import FLAGS, installed_chromium
from tests.proxy import proxy
from tests.serving import serve_process

STOCK = {"channels": "a picture a channel", "sprites": "a picture a layer"}  # --maps: in words
ROUND_TRIP = 0.150  # seconds
SLOWED = 4  # times
BARS = {  # p50 and p95 in milliseconds
    "loopback": (8, 16.7),
    "through 150 ms round trip": (9.2, 19.2),
    "with the server stopped": (9.2, 19.2),
    "slowed 4 times": (None, 50),
}


def main() -> None:
    """Measure both pages and print the table."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--moves", type=int, default=2000, help="pen moves in each situation")
    options.add_argument("--strokes", type=int, default=15, help="strokes on each stock page")
    chosen = options.parse_args()
    with chromium() as browser:
        print(machine(browser), flush=True)
        ours = in_every_situation(browser, chosen.moves)
        stock = {}
        for maps in STOCK:
            with serve_stock(maps) as address:
                stock[maps] = time_stock(browser, address, chosen.strokes)
    print(report(ours, stock))


def in_every_situation(browser: Browser, moves: int) -> dict[str, Ours]:
    """Draw on our page in one situation after the other; return what each was like."""
    found = {}
    with serve_process() as (address, process):
        page = open_ours(browser, address)
        found["loopback"] = time_ours(page, moves)
        with training(address):
            found["while somebody trains"] = time_ours(page, moves)
        with proxy(address) as (far, line):
            line.delay = ROUND_TRIP
            distant = open_ours(browser, far)
            found["through 150 ms round trip"] = time_ours(distant, moves)
            distant.close()
        process.terminate()
        process.wait()
    found["with the server stopped"] = time_ours(page, moves)
    devtools = page.context.new_cdp_session(page)
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWED})
    found["slowed 4 times"] = time_ours(page, max(moves // 4, 100))
    page.close()
    return found


@contextlib.contextmanager
def training(address: str) -> Iterator[None]:
    """Let somebody train meanwhile, as long as it takes."""
    headers = {"X-Mnist-Cnn-Session": secrets.token_urlsafe(18)}
    with httpx.Client(base_url=f"{address}/mnist_cnn", headers=headers, timeout=60) as client:
        choices = {"epochs": 100, "data": "generated"}
        run = client.post("/trainings", json=choices).raise_for_status().json()["id"]
        while client.get("/trainings").json()["runs"][0]["state"] != "training":
            time.sleep(0.2)
        yield
        client.post(f"/trainings/{run}?verb=leave").raise_for_status()


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


def report(ours: dict[str, Ours], stock: dict[str, Stock]) -> str:
    """Return the table."""
    near = ours["loopback"]
    whole = statistics.median(near.whole)
    lines = ["", f"{'milliseconds':52}{'p50':>8}{'p95':>8}{'max':>8}{'count':>7}{'ratio':>7}"]
    lines.append("ours: pen → answer and all maps painted")
    for name, times in ours.items():
        ratio = statistics.median(times.whole) / whole
        bar = "  bar {} / {}".format(*BARS[name]) if name in BARS else ""
        lines.append(row(f"  {name}", times.whole, ratio) + bar)
    for maps, times in stock.items():
        since_request = np.subtract(times.label, times.request)
        for what, values in (
            ("pen up → label", times.label),
            ("pen up → galleries", times.galleries),
            ("request → label", since_request),
        ):
            ratio = statistics.median(values) / whole
            lines.append(row(f"stock, {STOCK[maps]}: {what}", values, ratio))
    lines += ["", "where our time goes, on loopback"]
    lines.append(row("  pen event → reading (input, ink)", near.before))
    lines.append(row("  reading (preprocess, network, judge)", near.reading))
    lines.append(row("  answer → maps painted", near.after))
    idle, busy = (np.percentile(ours[name].whole, 95) for name in ("loopback", TRAINING))
    lines += ["", f"p95 while somebody trains: {busy / idle:.2f} × idle; the bar is 1.3 ×"]
    return "\n".join(lines)


TRAINING = "while somebody trains"


def row(name: str, times: Iterable[float], ratio: float | None = None) -> str:
    """Return a line of the table."""
    times = list(times)
    p50, p95 = np.percentile(times, [50, 95])
    text = f"{name:52}{p50:8.2f}{p95:8.2f}{max(times):8.1f}{len(times):7}"
    return text if ratio is None else f"{text}{ratio:7.1f}"


if __name__ == "__main__":
    main()
