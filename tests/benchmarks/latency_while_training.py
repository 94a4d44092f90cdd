"""How long a drawing takes while somebody trains: ours, and training in a thread of the server.

    python -m tests.benchmarks.latency_while_training [--drawings 600] [--rounds 3]

Drawings go to the live route's WebSocket, as the page sends them, as fast as a pen moves, each
after the answer to the one before. Ours trains the lesson on MNIST (or on generated digits, where
it is not there) in a process of low priority; it is paused and goes on in turn, so that idle and
training are measured side by side. The rival is what a Gradio event handler does: the same training
in a thread of the server. The bar: p95 while training at most twice that of an idle server.
"""

from __future__ import annotations

import argparse
import itertools
import os
import secrets
import struct
import time
from collections.abc import Iterator

import httpx
import numpy as np
from websockets.sync.client import ClientConnection, connect

from tests.benchmarks.pen_moves import PEN_RATE, Times, many_digits
from tests.benchmarks.server_stages import as_sent, timed
from tests.benchmarks.training_thread import serve_thread
from tests.serving import serve_process

SETTLE = 1.0  # seconds from one state to the next measurement
WARM_UP = 100  # drawings
BAR = 2.0


def main() -> None:
    """Measure both and print the table."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--drawings", type=int, default=600, help="in each state and round")
    options.add_argument("--rounds", type=int, default=3)
    chosen = options.parse_args()
    load = f", load {os.getloadavg()[0]:.1f} before" if hasattr(os, "getloadavg") else ""
    print(f"{os.cpu_count()} cores{load}", flush=True)
    drawings = [message(as_sent(digit)) for digit in itertools.islice(many_digits(), 60)]
    ours = ours_by_state(drawings, chosen.drawings, chosen.rounds)
    rival = rival_by_state(drawings, chosen.drawings, chosen.rounds)
    print(f"\n{'milliseconds':52}{'p50':>8}{'p95':>8}{'p99':>8}{'count':>7}{'p95 ratio':>11}")
    for name, times in (("a process of low priority", ours), ("a thread of the server", rival)):
        idle = np.percentile(times["idle"], 95)
        for state, values in times.items():
            p50, p95, p99 = np.percentile(values, [50, 95, 99])
            row = f"{f'{name}: {state}':52}{p50:8.2f}{p95:8.2f}{p99:8.1f}{len(values):7}"
            print(f"{row}{p95 / idle:11.2f}")
    ratio = np.percentile(ours["training"], 95) / np.percentile(ours["idle"], 95)
    print(f"\np95 while training: {ratio:.2f} × idle; the bar is {BAR:.0f} ×")


def ours_by_state(drawings: list[bytes], count: int, rounds: int) -> dict[str, Times]:
    """Time drawings in turn while a run is paused and while it trains."""
    times: dict[str, Times] = {"idle": [], "training": []}
    headers = {"X-Mnist-Cnn-Session": secrets.token_urlsafe(18)}
    with (
        serve_process() as (address, _),
        httpx.Client(base_url=address, headers=headers, timeout=60) as client,
        connect(f"{address.replace('http', 'ws')}/mnist_cnn/live") as socket,
    ):
        time_drawings(socket, drawings, WARM_UP)
        times["idle"] += time_drawings(socket, drawings, count)
        run = client.post("/mnist_cnn/train/start", json={"epochs": 200}).json()["id"]
        for turn in range(rounds):
            if turn:
                steer(client, "resume", run)
            wait_for(client, run, "training")
            times["training"] += time_drawings(socket, drawings, count)
            steer(client, "pause", run)
            wait_for(client, run, "paused")
            times["idle"] += time_drawings(socket, drawings, count)
        steer(client, "leave", run)
    return times


def rival_by_state(drawings: list[bytes], count: int, rounds: int) -> dict[str, Times]:
    """The same where the server trains in a thread of its own."""
    times: dict[str, Times] = {"idle": [], "training": []}
    with serve_thread() as (address, switch), connect(f"{address}/mnist_cnn/live") as socket:
        time_drawings(socket, drawings, WARM_UP)
        times["idle"] += time_drawings(socket, drawings, count)
        for _ in range(rounds):
            for state in ("training", "idle"):
                switch()
                times[state] += time_drawings(socket, drawings, count)
    return times


def time_drawings(socket: ClientConnection, drawings: list[bytes], count: int) -> Times:
    """Send drawings at ``PEN_RATE``, each after the last answer; return milliseconds of each."""
    time.sleep(SETTLE)
    return [
        timed(exchange, socket, drawing)[0]
        for drawing in paced(itertools.islice(itertools.cycle(drawings), count))
    ]


def exchange(socket: ClientConnection, drawing: bytes) -> bytes:
    """Return the answer to a drawing."""
    socket.send(drawing)
    return socket.recv()


def paced(drawings: Iterator[bytes]) -> Iterator[bytes]:
    """Yield at most ``PEN_RATE`` a second."""
    due = time.perf_counter()
    for drawing in drawings:
        due = max(due + 1 / PEN_RATE, time.perf_counter())
        time.sleep(max(0, due - time.perf_counter()))
        yield drawing


def message(drawing: np.ndarray) -> bytes:
    """Return a drawing as the page asks about it, with all layers."""
    height, width = drawing.shape
    return struct.pack("<HHH", width, height, 1) + b"*" + drawing.tobytes()


def steer(client: httpx.Client, verb: str, run: str) -> None:
    """Tell a run what to do."""
    client.post(f"/mnist_cnn/train/steer/{verb}", params={"run": run}).raise_for_status()


def wait_for(client: httpx.Client, run: str, state: str) -> None:
    """Wait until a run is doing that."""
    while True:
        runs = client.get("/mnist_cnn/train/mine").json()["runs"]
        found = next(r["state"] for r in runs if r["id"] == run)
        if found == state:
            return
        if found in ("done", "stopped", "failed"):
            raise SystemExit(f"The run is {found}, it should be {state}.")
        time.sleep(0.2)


if __name__ == "__main__":
    main()
