"""How long a class waits that opens the page at once: ours, and stock.

    python -m tests.benchmarks.opening [--people 30]

A real browser opens the page first and tells what it asks for; then so many people ask for the
same at once, each over six connections as a browser does, and with nothing kept from before. A
page is open when its last file is there. Nothing is drawn or run: this is the server's part, and
generator and server share the machine.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import numpy as np
import psutil
from playwright.sync_api import Browser

from tests.benchmarks.drawing_latency import chromium
from tests.browser.windows import SEEN
from tests.serving import ROOT, free_port, serve_process

CONNECTIONS = 6  # of a browser to one host, over HTTP/1.1
READY = {"ours": "#pad .undo:disabled", "stock": "#sketchpad canvas"}
CALLS = ("fetch", "xhr", "eventsource", "websocket")  # not files
SETTLE = 1000  # milliseconds, until the last files have been asked for


def main() -> None:
    """Measure both pages and print the table."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--people", type=int, default=30)
    people = options.parse_args().people
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before", flush=True)
    print(f"{people} open it{'files':>8}{'kB':>7}", end="")
    print(f"{'alone, s':>10}{'median, s':>11}{'last, s':>9}{'server, ms of a core a page':>29}")
    for name, serving in (("ours", serve_process), ("stock", serve_stock)):
        with serving() as (address, process):
            with chromium() as browser:
                paths = asked_for(browser, address, READY[name])
            row = asyncio.run(measure(address, psutil.Process(process.pid), paths, people))
        print(
            f"{name:10}{len(paths):8}{row[0]:7.0f}{row[1]:10.2f}{row[2]:11.2f}{row[3]:9.2f}", end=""
        )
        print(f"{row[4]:29.0f}", flush=True)


@contextlib.contextmanager
def serve_stock() -> Iterator[tuple[str, subprocess.Popen]]:
    """Run the stock page; yield its address and process."""
    port = free_port()
    command = [sys.executable, "-m", "tests.benchmarks.stock_app", "--port", str(port)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            next(line for line in process.stdout if line.startswith("Open"))
            yield f"http://127.0.0.1:{port}", process
        finally:
            process.kill()


def asked_for(browser: Browser, address: str, ready: str) -> list[str]:
    """Return the paths of the files a browser gets until the page is ready, in their order."""
    page = browser.new_context().new_page()
    page.add_init_script(SEEN)
    paths = []

    def note(response) -> None:
        parts = urlsplit(response.url)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        if response.request.resource_type not in CALLS and response.url.startswith(address):
            paths.append(path)

    page.on("response", note)
    page.goto(address)
    page.locator(ready).first.wait_for(state="attached")
    page.wait_for_timeout(SETTLE)
    page.context.close()
    return list(dict.fromkeys(paths))


async def measure(
    address: str, server: psutil.Process, paths: list[str], people: int
) -> tuple[float, float, float, float, float]:
    """Return kB of a page; seconds alone, median, last; the server's milliseconds for one page."""
    await open_page(address, paths)  # what is read and compiled once is not counted
    alone, size = await open_page(address, paths)
    before = server.cpu_times()
    opened = await asyncio.gather(*(open_page(address, paths) for _ in range(people)))
    after = server.cpu_times()
    busy = after.user + after.system - before.user - before.system
    seconds = [second for second, _ in opened]
    return size / 1e3, alone, float(np.median(seconds)), max(seconds), 1000 * busy / people


async def open_page(address: str, paths: list[str]) -> tuple[float, int]:
    """Get the page, then all its files; return the seconds it took and the bytes that came."""
    began, host, left = time.perf_counter(), urlsplit(address), list(reversed(paths))

    async def get_some(count: int) -> int:
        reader, writer = await asyncio.open_connection(host.hostname, host.port)
        size = 0
        while left and count:
            size += await get(reader, writer, host.netloc, left.pop())
            count -= 1
        writer.close()
        return size

    size = await get_some(1)
    size += sum(await asyncio.gather(*(get_some(len(paths)) for _ in range(CONNECTIONS))))
    return time.perf_counter() - began, size


async def get(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str, path: str
) -> int:
    """Get one file over an open connection; return the bytes of its body as they were sent."""
    writer.write(
        f"GET {path} HTTP/1.1\r\nHost: {host}\r\nAccept-Encoding: gzip, br\r\n\r\n".encode()
    )
    head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
    status, *_ = head.splitlines()
    if " 200 " not in status:
        raise RuntimeError(f"{path}: {status}")
    if "transfer-encoding: chunked" in head:
        size = 0
        while chunk := int(await reader.readline(), 16):
            await reader.readexactly(chunk + 2)
            size += chunk
        await reader.readline()
        return size
    length = int(head.partition("content-length: ")[2].partition("\r\n")[0])
    await reader.readexactly(length)
    return length


if __name__ == "__main__":
    main()
