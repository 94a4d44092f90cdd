"""How long a drawing takes to the server and back in a browser: as a request, and on a socket.

    python -m tests.benchmarks.round_trip [--drawings 300]

Both in turn in one page, so that whatever else the machine does slows both; everything the network
answers comes back, and nothing is painted.
"""

from __future__ import annotations

import argparse

import numpy as np

from tests.benchmarks.drawing_latency import chromium, machine, row
from tests.benchmarks.pen_moves import PEN_RATE
from tests.serving import serve_process

BOTH = """async ([count, pause]) => {
    const {ask} = await import("/mnist_cnn/files/any/transport/transport.js");
    const {Socket} = await import("/mnist_cnn/files/any/transport/socket.js");
    const socket = new Socket(location.origin.replace("http", "ws") + "/mnist_cnn/live");
    const wait = (time) => new Promise((resolve) => setTimeout(resolve, time));
    while (!socket.ready) await wait(10);
    const pixels = Uint8Array.from({length: 6400}, (_, i) => (Math.abs(i % 80 - 40) < 6 ? 255 : 0));
    const frame = {width: 80, height: 80, pixels};
    const ways = {request: () => ask(frame), socket: () => socket.ask(frame, 5000)};
    const times = {request: [], socket: []};
    for (let i = 0; i < count + 10; i++) {
        for (const [name, way] of Object.entries(ways)) {
            const start = performance.now();
            await way();
            if (i >= 10) times[name].push(performance.now() - start);
            await wait(pause);
        }
    }
    return times;
}"""


def main() -> None:
    """Measure and print the table."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--drawings", type=int, default=300, help="on each way")
    count = options.parse_args().drawings
    with chromium() as browser, serve_process() as (address, _):
        print(machine(browser), flush=True)
        page = browser.new_page()
        page.goto(address)
        page.locator("#maps figure[data-layer=softmax]").wait_for()
        times = page.evaluate(BOTH, [count, 1000 / PEN_RATE])
    print(f"\n{'milliseconds':52}{'p50':>8}{'p95':>8}{'max':>8}{'count':>7}{'ratio':>7}")
    ours = np.median(times["socket"])
    for name, values in times.items():
        print(row(f"a drawing there and back, {name}", values, float(np.median(values) / ours)))


if __name__ == "__main__":
    main()
