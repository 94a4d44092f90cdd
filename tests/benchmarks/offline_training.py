"""How well a fresh network reads MNIST's test digits after training without MNIST.

    python -m tests.benchmarks.offline_training [--seeds 3] [--data mnist.npz]

One network is trained on 60,000 generated digits, its rival on MNIST's 60,000 training digits,
with the same recipe, in turns, for each seed.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import time
from importlib import metadata

from mnist_cnn.system import quiet_tensorflow  # noqa: F401  first, before TensorFlow is imported

# isort: split
import numpy as np

from mnist_cnn.digits import mnist_files
from mnist_cnn.digits.generated import Generator
from mnist_cnn.evaluation import measures
from mnist_cnn.making.generator_training import OFFLINE, trial
from mnist_cnn.network import model
from mnist_cnn.optimization import loop


def main() -> None:
    """Train both networks for each seed and print the table."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--seeds", type=int, default=3)
    options.add_argument("--data", help="mnist.npz or a folder of idx files")
    chosen = options.parse_args()
    mnist = mnist_files.load(chosen.data)
    print(machine(), flush=True)
    runs: dict[str, list[tuple[float, float]]] = {"generated": [], "MNIST": []}
    print(f"{'seed':<6}{'trained on':<12}{'accuracy':>10}{'seconds':>9}{'load':>7}")
    for seed in range(1, chosen.seeds + 1):
        for name, results in runs.items():
            results.append(run(name, seed, mnist))
            accuracy, seconds = results[-1]
            row = f"{seed:<6}{name:<12}{accuracy:>10.2%}{seconds:>9.1f}{load():>7}"
            print(row, flush=True)
    for name, results in runs.items():
        print(summary(name, results))


def run(name: str, seed: int, mnist: mnist_files.Mnist) -> tuple[float, float]:
    """Train a fresh network; return its accuracy, 0 to 1, and seconds, making digits included."""
    if name == "generated":
        return trial(Generator.load(), mnist.test_images, mnist.test_labels, seed)
    network = model.build(seed)
    started = time.monotonic()
    for _ in loop.train(network, mnist.train_images, mnist.train_labels, OFFLINE, seed):
        pass
    seconds = time.monotonic() - started
    return measures.score(network, mnist.test_images, mnist.test_labels).accuracy, seconds


def summary(name: str, results: list[tuple[float, float]]) -> str:
    """Return the line with mean and spread."""
    accuracies, seconds = np.array(results).T
    spread = statistics.stdev(accuracies) if len(accuracies) > 1 else 0.0
    return (
        f"{name}: {accuracies.mean():.2%} ± {spread:.2%} (standard deviation of "
        f"{len(accuracies)} seeds), {accuracies.min():.2%} to {accuracies.max():.2%}, "
        f"{seconds.mean():.0f} s"
    )


def machine() -> str:
    """Return the header: what this was measured on."""
    words = [f"{os.cpu_count()} cores {platform.machine()}", f"Python {platform.python_version()}"]
    words += [f"{name} {metadata.version(name)}" for name in ("tensorflow", "keras", "numpy")]
    return ", ".join([*words, f"load {load()} before"])


def load() -> str:
    """Return how many processes compete for the cores: other work makes times longer."""
    return f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "–"


if __name__ == "__main__":
    main()
