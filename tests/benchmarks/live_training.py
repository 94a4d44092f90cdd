"""How often a training tells how it goes, and how soon it stops: ours, and ``model.fit``.

    python -m tests.benchmarks.live_training [--pauses 10]

Each network trains in its own process, as on the page, with the largest batch that may be chosen
for it: so every step takes as long as it can. It is paused at moments that have nothing to do with
its steps, which is noticed as a stop is, and at last stopped. The bars: 4 updates a second, and
half a second. The rival is what a Gradio page usually does: a generator around ``model.fit`` that
yields after every epoch, so that Gradio can end it only there. Its epoch of 60,000 digits is
computed from one of a few thousand.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import time

from mnist_cnn.system import quiet_tensorflow  # noqa: F401  first, before TensorFlow is imported

# isort: split
import keras
import numpy as np

from mnist_cnn.network import model
from mnist_cnn.optimization.events import LAST_EVENTS, Evaluating, Paused, Resumed, Snapshot, Step
from mnist_cnn.runs.worker import Worker
from mnist_cnn.training.options import MAX_BATCH_SIZE, RANGES, Options
from tests.waiting import Listener

WATCHED = 5.0  # seconds in which updates are counted
FITTED = 40  # batches of the rival's epoch that are timed
DIGITS = 60_000  # of a real epoch
UPDATES, STOP = 4.0, 0.5  # the bars


def main() -> None:
    """Measure every downsampling and print the table."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--pauses", type=int, default=10, help="of each training")
    pauses = options.parse_args().pauses
    load = f", load {os.getloadavg()[0]:.1f} before" if hasattr(os, "getloadavg") else ""
    print(f"{os.cpu_count()} cores{load}; the bars: {UPDATES:.0f} updates a second, {STOP} s")
    heads = ("updates/s", "weights/s", "stop: median", "longest", "model.fit: mean")
    print(f"{'downsampling, batch':22}" + "".join(f"{head:>17}" for head in heads), flush=True)
    for downsampling in model.DOWNSAMPLING:
        batch = MAX_BATCH_SIZE.get(downsampling, int(RANGES["batch_size"].high))
        updates, weights, stops = ours(downsampling, batch, pauses)
        epoch = seconds_of_an_epoch(downsampling, batch)
        figures = (updates, weights, statistics.median(stops), max(stops), epoch / 2)
        name = f"{downsampling}, {batch}"
        print(f"{name:22}" + "".join(f"{figure:17.2f}" for figure in figures), flush=True)


def ours(downsampling: str, batch: int, pauses: int) -> tuple[float, float, list[float]]:
    """Return updates and weights told a second, and the seconds until each pause and the stop."""
    choices = {"data": "generated", "digits": 5000, "epochs": 200}
    listener = Listener()
    worker = Worker(
        Options.parse(choices | {"downsampling": downsampling, "batch_size": batch}), listener
    )
    try:
        listener.wait_for(Step)
        time.sleep(1.0)  # it gets into its stride
        before = [len(listener.of(kind)) for kind in (Step, Snapshot)]
        time.sleep(WATCHED)
        after = [len(listener.of(kind)) for kind in (Step, Snapshot)]
        stops = [_pause(worker, listener) for _ in range(pauses)]
        asked = time.monotonic()
        worker.stop()
        listener.wait_for(Evaluating)
        stops.append(time.monotonic() - asked)
        listener.wait_for(LAST_EVENTS)
    finally:
        worker.end()
        worker.join()
    updates, weights = np.subtract(after, before) / WATCHED
    return updates, weights, stops


def _pause(worker: Worker, listener: Listener) -> float:
    """Pause at a chance moment and go on; return the seconds until it stood still."""
    time.sleep(random.uniform(0.3, 1.3))
    said, asked = listener.count, time.monotonic()
    worker.pause()
    listener.wait_for(Paused, said)
    stood = time.monotonic() - asked
    worker.resume()
    listener.wait_for(Resumed, said)
    return stood


def seconds_of_an_epoch(downsampling: str, batch: int) -> float:
    """Return how long ``model.fit`` takes for an epoch of all digits, compiling left out."""
    network = model.build(1, downsampling)
    network.compile("rmsprop", "sparse_categorical_crossentropy")
    chance = np.random.default_rng(1)
    images = chance.random((FITTED * batch, 28, 28, 1), np.float32)
    labels = chance.integers(0, 10, len(images))
    network.fit(images[:batch], labels[:batch], batch_size=batch, verbose=0)
    began = time.monotonic()
    network.fit(images, labels, batch_size=batch, verbose=0)
    seconds = (time.monotonic() - began) * DIGITS / len(images)
    keras.backend.clear_session()
    return seconds


if __name__ == "__main__":
    main()
