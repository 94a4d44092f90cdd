"""What a class that draws costs the server: ours, and Gradio's stock parts.

    python -m tests.benchmarks.load [--people 60] [--rate 10] [--pages 3] [--seconds 15]

Ours: so many pages are open, each with its socket, and on some of them, as many as this machine's
browser can show, somebody draws as fast as ``--rate``. Nothing of a drawing reaches the server,
which is what is looked at: the processor time it takes, and what it is asked. Stock: one person
draws on ``stock_app.py``, stroke after stroke; its processor time for each, which ``--people``
would all need ``--rate`` times a second.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import time

import psutil
from playwright.async_api import Browser, Page, async_playwright
from playwright.sync_api import sync_playwright
from websockets.asyncio.client import connect

from tests.benchmarks.stock_page import serve_stock_process, time_stock
from tests.browser.conftest import FLAGS, installed_chromium
from tests.browser.pointer import DIGITS
from tests.browser.windows import SEEN
from tests.serving import serve_process

BAR = 0.01  # of a core, while everybody draws
STROKES = 10  # on the stock page


def main() -> int:
    """Measure both and print them; return whether the bar was missed."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--people", type=int, default=60, help="with the page open")
    options.add_argument("--pages", type=int, default=3, help="of them in a real browser, drawing")
    options.add_argument("--rate", type=float, default=10, help="drawings a second and person")
    options.add_argument("--seconds", type=float, default=15)
    chosen = options.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before", flush=True)
    with serve_process() as (address, process):
        taken, asked = asyncio.run(draw(address, psutil.Process(process.pid), chosen))
    print(f"ours: {chosen.people} people, {chosen.rate:g} drawings a second each: ", end="")
    print(f"{taken:.2%} of a core, {asked} requests  ", end="")
    print(f"bar {BAR:.0%}  {'missed' if taken > BAR else 'kept'}", flush=True)
    stroke = stock_seconds()
    print(
        f"stock: {1000 * stroke:.0f} ms of a core for a drawing; so many people would need ", end=""
    )
    print(f"{stroke * chosen.people * chosen.rate:.0f} cores")
    return int(taken > BAR)


async def draw(
    address: str, server: psutil.Process, chosen: argparse.Namespace
) -> tuple[float, int]:
    """Return the share of a core that the server takes, and how much the drawing pages ask it."""
    news = f"{address.replace('http', 'ws')}/mnist_cnn/news"
    sockets = [await connect(news, origin=address) for _ in range(chosen.people - chosen.pages)]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=installed_chromium(), args=FLAGS)
        pages = [await open_page(browser, address) for _ in range(chosen.pages)]
        asked: list[str] = []
        for page in pages:
            page.on("request", lambda request: asked.append(request.url))
        before, began = cpu_seconds(server), time.monotonic()
        await asyncio.gather(*(draw_on(page, chosen.rate, chosen.seconds) for page in pages))
        share = (cpu_seconds(server) - before) / (time.monotonic() - began)
        await browser.close()
    for socket in sockets:
        await socket.close()
    return share, len(asked)


async def open_page(browser: Browser, address: str) -> Page:
    """Return the page, when it reads."""
    page = await browser.new_page()
    await page.add_init_script(SEEN)
    await page.goto(address)
    await page.locator("#pad .undo:disabled").wait_for()
    await page.wait_for_timeout(3000)  # what it asks for at its opening has come
    return page


async def draw_on(page: Page, rate: float, seconds: float) -> None:
    """Draw digits over one another, ``rate`` moves a second."""
    box = await page.locator("#pad canvas").first.bounding_box()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for stroke in DIGITS[7]:
            for number, (x, y) in enumerate(stroke):
                at = box["x"] + x * box["width"], box["y"] + y * box["height"]
                await page.mouse.move(*at)
                if number == 0:
                    await page.mouse.down()
                await asyncio.sleep(1 / rate)
            await page.mouse.up()


def stock_seconds() -> float:
    """Return the seconds of a core that the stock app takes for a drawing."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=installed_chromium(), args=FLAGS)
        with serve_stock_process("sprites") as (address, process):
            server = psutil.Process(process.pid)
            time_stock(browser, address, 1)
            before = cpu_seconds(server)
            time_stock(browser, address, STROKES)
            taken = cpu_seconds(server) - before
        browser.close()
    return taken / (STROKES + 1)  # and the one that warms it up


def cpu_seconds(process: psutil.Process) -> float:
    """Return the processor time a process and its children have taken."""
    family = [process, *process.children(recursive=True)]
    return sum(times.user + times.system for times in (one.cpu_times() for one in family))


if __name__ == "__main__":
    sys.exit(main())
