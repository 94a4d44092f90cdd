"""How long from ``python app.py`` to page and first answer, and to its end: ours, and stock.

    python -m tests.benchmarks.start_up [--starts 3]

Both in turn, each in a new process. The page is there when a request for it is answered. Then a
drawing is read: ours in a browser that runs already, which then opens the page in an empty tab,
until the answer to a stroke stands there; the stock one through Gradio's queue, with Gradio's
client, which needs no browser. Memory is what the process occupies ten seconds after the answer;
then Ctrl+C ends it.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass

import httpx
import numpy as np
from gradio_client import Client, handle_file
from PIL import Image
from playwright.sync_api import Page

from mnist_cnn.digits import strokes
from tests import drawings
from tests.benchmarks.drawing_latency import chromium
from tests.benchmarks.first_visit import draw_on_ours
from tests.benchmarks.page_memory import MEBIBYTE, resident_bytes
from tests.benchmarks.pen_moves import WINDOW
from tests.browser.windows import SEEN
from tests.serving import ROOT, free_port

SEVEN = strokes.render(drawings.SEVEN, size=80)
REST = 10  # seconds after the answer, until memory is looked at
FIGURES = ("page", "answer", "memory", "end")
LOOK = 0.02  # seconds between two attempts
LIMITS = {"page": 4, "memory": 300, "end": 3}  # of the medians; seconds, MiB
AFTER_PAGE = 1  # second until the answer


@dataclass(frozen=True)
class Start:
    """Seconds since the process was started, and what it then occupies."""

    page: float
    answer: float
    memory: float  # MiB
    end: float  # seconds from Ctrl+C until the process has gone


def main() -> int:
    """Start both pages a few times and print the table; return whether a limit was missed."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--starts", type=int, default=3, help="of each page")
    count = options.parse_args().starts
    # A job in the background ignores Ctrl+C, and so would what it starts.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before", flush=True)
    found: dict[str, list[Start]] = {"ours": [], "stock": []}
    with chromium() as browser:
        for _ in range(count):
            with contextlib.closing(browser.new_page(viewport=WINDOW)) as tab:
                tab.add_init_script(SEEN)
                found["ours"].append(start(["app.py"], functools.partial(ours_answers, tab)))
            found["stock"].append(start(["-m", "tests.benchmarks.stock_app"], stock_answers))
    print(
        f"\n{'median (worst)':12}{'page, s':>16}{'answer, s':>16}{'memory, MiB':>16}{'end, s':>16}"
    )
    for name, starts in found.items():
        cells = [spread([getattr(s, what) for s in starts]) for what in FIGURES]
        print(f"{name:14}" + "".join(f"{cell:>16}" for cell in cells))
    print()
    missed = False
    median = {what: statistics.median(getattr(s, what) for s in found["ours"]) for what in FIGURES}
    for what, limit in (LIMITS | {"answer": median["page"] + AFTER_PAGE}).items():
        figure = median[what]
        missed |= figure > limit
        print(
            f"{what:8}{figure:8.1f}  limit {limit:4.1f}  {'missed' if figure > limit else 'kept'}"
        )
    return int(missed)


def start(program: list[str], answers: Callable[[str], bool]) -> Start:
    """Start a page in a new process, wait for its answer, and end it."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    began = time.monotonic()
    command = [sys.executable, *program, "--port", str(port)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) as process:
        try:
            page = first(lambda: httpx.get(address).status_code == 200) - began
            answer = first(lambda: answers(address)) - began
            time.sleep(REST)
            memory = resident_bytes(process.pid) / MEBIBYTE
            asked = time.monotonic()
            process.send_signal(signal.SIGINT)
            process.wait()
            return Start(page, answer, memory, time.monotonic() - asked)
        finally:
            process.kill()


def ours_answers(tab: Page, address: str) -> bool:
    """Open the page, and draw a one as soon as there is a pad, until it is read."""
    tab.goto(address, wait_until="commit")
    draw_on_ours(tab)
    return True


def stock_answers(address: str) -> bool:
    """Ask with a sketch of one layer, its ink in the alpha."""
    sketch = np.zeros((*SEVEN.shape, 4), np.uint8)
    sketch[..., 3] = SEVEN
    with tempfile.TemporaryDirectory() as folder:
        file = f"{folder}/layer.png"
        Image.fromarray(sketch).save(file)
        value = {"background": None, "layers": [handle_file(file)], "composite": handle_file(file)}
        label, *_ = Client(address, verbose=False).predict(value, api_name="/read")
    return label["label"] == "7"


def first(true: Callable[[], bool]) -> float:
    """Return the time at which something was true for the first time."""
    while True:
        try:
            if true():
                return time.monotonic()
        except httpx.TransportError:
            pass
        time.sleep(LOOK)


def spread(values: list[float]) -> str:
    """Return the median and the worst."""
    return f"{statistics.median(values):.1f} ({max(values):.1f})"


if __name__ == "__main__":
    sys.exit(main())
