"""Thirty pupils open the heaviest picture of the lesson at once: the server's work, and theirs.

The server has to send each of them the networks the chapter looks at; each of them computes for
itself. Beside it stands what a server would take that computes for all of them: Keras, all shifts
of one drawing in one batch, thirty times.

    python -m tests.benchmarks.chapter
"""

from __future__ import annotations

import asyncio
import re
import statistics
import time

import httpx
import numpy as np
from playwright.sync_api import sync_playwright

from mnist_cnn.lesson import variants
from mnist_cnn.network import weights
from tests.browser.conftest import FLAGS, installed_chromium
from tests.browser.experiments import Experiments
from tests.browser.modules import open_modules
from tests.drawings import IMAGES
from tests.serving import serve_process

PUPILS = 30
NEEDED = {  # by the heaviest pictures of the lesson
    "the answer at every shift": ("translation", "everywhere", ["network", "variant-dense"]),
    "the smallest change that flips the answer": ("failures", "flips", ["network"]),
    "without pooling": ("why-downsample", "sides", ["variant-max", "variant-none"]),
}
DRAWING = "crossed 7"


def main() -> None:
    """Measure and print."""
    with serve_process() as (address, _):
        addresses = files(address)
        sent = {
            picture: asyncio.run(together(address, [addresses[name] for name in names]))
            for picture, (_, _, names) in NEEDED.items()
        }
    computed = in_the_page()
    print(f"{PUPILS} pupils at once, seconds until the slowest has its picture")
    for picture in NEEDED:
        slowest, own = max(sent[picture]), computed[picture]
        print(f"  {picture}: {slowest:.2f} for the files, then {own:.2f} on its own device")
    print(f"  the same by one server, all shifts: {PUPILS * by_the_server():.1f}")


def files(address: str) -> dict[str, str]:
    """Return the addresses of what the page loads, as its HTML tells them."""
    page = httpx.get(address, timeout=60).text
    told = re.findall(r"(mnist_cnn/files/\w+/([\w.-]+))", page)
    return {name: path for path, name in told}


async def together(address: str, paths: list[str]) -> list[float]:
    """Return how long each of thirty took that ask for these files at the same time."""
    async with httpx.AsyncClient(base_url=address, timeout=120) as client:

        async def one() -> float:
            began = time.perf_counter()
            await asyncio.gather(*(take(client, path) for path in paths))
            return time.perf_counter() - began

        return list(await asyncio.gather(*(one() for _ in range(PUPILS))))


async def take(client: httpx.AsyncClient, path: str) -> None:
    """Fetch a file as it comes: each pupil's own device unpacks it."""
    async with client.stream("GET", f"/{path}") as answer:
        assert answer.status_code == 200
        async for _ in answer.aiter_raw():
            pass


def in_the_page() -> dict[str, float]:
    """Return the median time of each picture in Chromium."""
    others = {name: variants.load(name) for name in ("max", "dense", "none")}
    found = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=installed_chromium(), args=FLAGS)
        lesson = Experiments(open_modules(browser), weights.load(), others, FACTS)
        for picture, (chapter, name, _) in NEEDED.items():
            taken = []
            for _ in range(3):
                began = time.perf_counter()
                lesson.draw(chapter, name, IMAGES[DRAWING])  # small: it is sent as text
                taken.append(time.perf_counter() - began)
            found[picture] = statistics.median(taken)
        browser.close()
    return found


FACTS = {"cards": {name: {"accuracy": "", "trials": 1} for name in ("max", "none")}}


def by_the_server() -> float:
    """Return the time of Keras for the shifts of one drawing and two networks, seconds."""
    networks = [weights.load(), variants.load("dense")]
    image = IMAGES[DRAWING]
    shifted = [np.roll(image, (dy, dx), (0, 1)) for dy in range(-10, 11) for dx in range(-10, 11)]
    pictures = np.array(shifted)[..., None] / np.float32(255)
    for network in networks:
        network(pictures[:1])
    began = time.perf_counter()
    for network in networks:
        network.predict(pictures, batch_size=len(pictures), verbose=0)
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
