"""How long training takes: the fast recipe, the lesson's, and both in PyTorch.

    python -m tests.benchmarks.training_speed [--seeds 5] [--data mnist.npz] [--only NAME ...]

The clock runs from a press of the button to the last step, with libraries imported and MNIST in
memory: building the network, tracing and compiling are included. Every training has a process of
its own, so that nothing is compiled already, and the four take turns. PyTorch is measured where
it is installed: ``pip install torch --index-url https://download.pytorch.org/whl/cpu``.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable

from mnist_cnn.system import quiet_tensorflow  # noqa: F401  first, before TensorFlow is imported

# isort: split
import numpy as np

from mnist_cnn.digits import mnist_files
from mnist_cnn.digits.mnist_files import Mnist
from mnist_cnn.evaluation import measures
from mnist_cnn.network import model
from mnist_cnn.optimization import loop, recipes
from tests.benchmarks.offline_training import load, machine

Measured = tuple[float, float]  # seconds, accuracy from 0 to 1


def fast(mnist: Mnist, seed: int) -> Measured:
    """The fast recipe, as page and command line train it."""
    began = time.monotonic()
    network = model.build(seed)
    recipe = recipes.RECIPES["fast"]
    for _ in loop.train(network, mnist.train_images, mnist.train_labels, recipe, seed):
        pass
    seconds = time.monotonic() - began
    return seconds, measures.score(network, mnist.test_images, mnist.test_labels).accuracy


def lesson(mnist: Mnist, seed: int) -> Measured:
    """The lesson's recipe, as its book trains it."""
    pictures, labels = model.as_input(mnist.train_images), mnist.train_labels
    began = time.monotonic()
    network = model.build(seed)
    network.compile("rmsprop", "sparse_categorical_crossentropy", metrics=["accuracy"])
    network.fit(pictures, labels, epochs=5, batch_size=64, verbose=0)
    seconds = time.monotonic() - began
    return seconds, measures.score(network, mnist.test_images, mnist.test_labels).accuracy


def fast_in_pytorch(mnist: Mnist, seed: int) -> Measured:
    """The fast recipe in PyTorch."""
    from tests.benchmarks import pytorch

    return pytorch.fast(mnist, seed)


def lesson_in_pytorch(mnist: Mnist, seed: int) -> Measured:
    """The lesson's recipe in PyTorch."""
    from tests.benchmarks import pytorch

    return pytorch.lesson(mnist, seed)


TRAININGS: dict[str, Callable[[Mnist, int], Measured]] = {
    "fast": fast,
    "lesson": lesson,
    "fast-pytorch": fast_in_pytorch,
    "lesson-pytorch": lesson_in_pytorch,
}


def main() -> None:
    """Measure every training for every seed and print the table."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--seeds", type=int, default=5)
    options.add_argument("--data", help="mnist.npz or a folder of idx files")
    options.add_argument("--only", nargs="+", choices=TRAININGS, default=list(TRAININGS))
    options.add_argument("--seed", type=int, help="measure one training, here; print it as JSON")
    chosen = options.parse_args()
    if chosen.seed is not None:
        print(json.dumps(TRAININGS[chosen.only[0]](mnist_files.load(chosen.data), chosen.seed)))
        return
    print(machine(), flush=True)
    names = [name for name in chosen.only if "pytorch" not in name or _has_pytorch()]
    results: dict[str, list[Measured]] = {name: [] for name in names}
    print(f"{'seed':<6}{'training':<16}{'seconds':>9}{'accuracy':>10}{'load':>7}", flush=True)
    for seed in range(1, chosen.seeds + 1):
        for name in names:
            seconds, accuracy = in_a_process(name, seed, chosen.data)
            results[name].append((seconds, accuracy))
            print(f"{seed:<6}{name:<16}{seconds:>9.1f}{accuracy:>10.2%}{load():>7}", flush=True)
    print(summary(results))


def _has_pytorch() -> bool:
    found = importlib.util.find_spec("torch") is not None
    if not found:
        print("PyTorch is not installed here and not measured.", file=sys.stderr)
    return found


def in_a_process(name: str, seed: int, path: str | None) -> Measured:
    """Measure one training in a process that has done nothing before."""
    command = [sys.executable, "-m", __spec__.name, "--only", name, "--seed", str(seed)]
    command += ["--data", path] if path else []
    outcome = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=os.environ)
    seconds, accuracy = json.loads(outcome.stdout.splitlines()[-1])
    return seconds, accuracy


def summary(results: dict[str, list[Measured]]) -> str:
    """Return medians, means, and how often each is as long as the fast recipe."""
    lines = []
    for name, measured in results.items():
        seconds, accuracies = np.array(measured).T
        line = (
            f"{name}: median {np.median(seconds):.1f} s ({seconds.min():.1f} to "
            f"{seconds.max():.1f}), mean accuracy {accuracies.mean():.2%} "
            f"({accuracies.min():.2%} to {accuracies.max():.2%})"
        )
        if name != "fast" and "fast" in results:
            fastest = np.array(results["fast"])[:, 0]
            ratio, pairs = np.median(seconds) / np.median(fastest), np.median(seconds / fastest)
            line += f", {ratio:.1f} times as long as fast (median of the pairs {pairs:.1f})"
        lines.append(line)
    return "\n".join(lines)


if __name__ == "__main__":
    main()
