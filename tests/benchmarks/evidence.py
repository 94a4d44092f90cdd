"""How long the heat on a drawing takes, and how much of the lead the ink under it carries.

    python -m tests.benchmarks.evidence [--drawings 50]

On drawings by people nothing was trained on: milliseconds, beside reading itself; and how much of
the digit's lead over the others, as far as it comes from ink, is gone once the fifth of the ink is
erased that the heat says brings most. Beside it the same without spreading, by gradient × ink, and
by chance. Needs the pen strokes: ``MNIST_CNN_PEN_STROKES``, the cache, or a download.
"""

from __future__ import annotations

import argparse
import base64

from mnist_cnn.system import quiet_tensorflow  # noqa: F401  first, before TensorFlow is imported

# isort: split
import numpy as np

from mnist_cnn.network import weights
from mnist_cnn.reading.activations import Tracer
from tests.benchmarks import unseen
from tests.benchmarks.drawing_latency import chromium, machine
from tests.browser.modules import give_network, open_modules

ERASED = 0.2  # of the ink
WAYS = {"heat": "the heat", "shares": "not spread", "gradient": "gradient × ink, spread"}

EXPLAIN = """async (pictures) => {
    const {Contributions} = await import("/explain/contributions.js");
    const {heatOf} = await import("/explain/heatmap.js");
    const {Gradients} = await import("/explain/gradients.js");
    const contributions = new Contributions(network);
    const slopes = new Gradients(network);
    const bytes = Uint8Array.from(atob(pictures), (c) => c.charCodeAt(0));
    const all = [];
    for (let at = 0; at < bytes.length; at += 784) {
        const image = bytes.subarray(at, at + 784);
        const start = performance.now();
        const reading = {image, layers: network.read(image)};
        const read = performance.now();
        const {sums: logits} = reading.layers.get(network.layers.at(-1).name);
        const digit = logits.indexOf(Math.max(...logits));
        const account = contributions.to(reading, digit);
        const {pixels} = account;
        const added = performance.now();
        const heat = heatOf(account);
        const spread = performance.now();
        const counts = logits.map((_, i) => (i === digit ? 1 : -1 / 9));
        const plain = slopes.between(reading, reading, counts).picture();
        const gradient = heatOf(account, plain.map((slope, i) => (slope * image[i]) / 255));
        all.push({
            digit, heat: [...heat], shares: [...pixels], gradient: [...gradient],
            times: [read - start, added - read, spread - added],
        });
    }
    return all;
}"""


def main() -> None:
    """Explain the same drawings in each way; print the medians."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--drawings", type=int, default=50)
    count = options.parse_args().drawings
    network = weights.load()
    images = unseen.pictures(count)
    with chromium() as browser:
        print(f"{machine(browser)}; medians of {len(images)} drawings")
        page = open_modules(browser)
        give_network(page, network)
        sent = base64.b64encode(np.ascontiguousarray(images).tobytes()).decode()
        found = page.evaluate(EXPLAIN, sent)
    reading, account, spread = np.median([one["times"] for one in found], axis=0)
    print(f"reading {reading:.1f} ms, account {account:.1f} ms, spreading {spread:.1f} ms")
    digits = np.array([one["digit"] for one in found])
    tracer = Tracer(network)
    for way, words in WAYS.items():
        worth = np.array([one[way] for one in found])
        print(f"{words:24}{np.median(_taken(tracer, images, digits, worth)):5.0%}")
    chance = np.random.default_rng(2).random((10, len(images), 784))
    taken = [_taken(tracer, images, digits, worth) for worth in chance]
    print(f"{'by chance':24}{np.median(taken):5.0%}")


def _taken(tracer: Tracer, images: np.ndarray, digits: np.ndarray, worth: np.ndarray) -> np.ndarray:
    """Return the share of each lead that goes with the ink that is worth most, (n,)."""
    erased = images.reshape(len(images), -1).copy()
    for picture, one in zip(erased, worth, strict=True):
        ink = np.flatnonzero(picture > 25)
        picture[ink[np.argsort(-one[ink])][: round(ERASED * len(ink))]] = 0
    there, left, blank = (
        _leads(tracer, of.reshape(-1, 28, 28), digits)
        for of in (images, erased, np.zeros_like(images))
    )
    return (there - left) / (there - blank)


def _leads(tracer: Tracer, images: np.ndarray, digits: np.ndarray) -> np.ndarray:
    kernel, bias = tracer.network.layers[-1].get_weights()
    logits = np.stack([one.layers["dense1"] for one in tracer.many(images)]) @ kernel + bias
    chosen = logits[np.arange(len(logits)), digits]
    return chosen - (logits.sum(axis=1) - chosen) / 9


if __name__ == "__main__":
    main()
