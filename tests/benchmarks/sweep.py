"""How long the answers at all shifts of a drawing take in the page, beside reading each by itself.

    python -m tests.benchmarks.sweep [--drawings 10]

Two networks, 441 shifts each, as the lesson shows them, on drawings by people nothing was trained
on. Beside the page: the same pictures read one by one in it, and as one batch of 441 by Keras, on
all cores. Needs the pen strokes: ``MNIST_CNN_PEN_STROKES``, the cache, or a download.
"""

from __future__ import annotations

import argparse
import base64
import time

from mnist_cnn.system import quiet_tensorflow  # noqa: F401  first, before TensorFlow is imported

# isort: split
import numpy as np

from mnist_cnn.evaluation.measures import probabilities
from mnist_cnn.lesson import variants
from mnist_cnn.network import weights
from tests.benchmarks import unseen
from tests.benchmarks.drawing_latency import chromium, machine
from tests.browser.experiments import Experiments
from tests.browser.modules import open_modules

REACH = 10  # pixels, as in mnist_cnn/page/experiments/translation.js
MOST = 1000  # milliseconds that both networks may take together

SWEEP = """async ({own, pictures, reach}) => {
    const {shift} = await import("/experiments/incremental/shifts.js");
    const {sweep} = await import("/experiments/translation.js");
    const {finished} = await import("/reader/slices.js");
    const networks = Object.values(window.experiments[own]);
    const bytes = Uint8Array.from(atob(pictures), (c) => c.charCodeAt(0));
    const shifts = Array.from({length: 2 * reach + 1}, (_, i) => i - reach);
    const taken = [];
    for (let at = 0; at < bytes.length; at += 784) {
        const image = bytes.subarray(at, at + 784);
        const start = performance.now();
        const digits = networks.map((network) => finished(sweep(network, image)).digits);
        const swept = performance.now();
        for (const network of networks) {
            for (const dy of shifts) for (const dx of shifts) network.read(shift(image, dx, dy));
        }
        taken.push({ours: swept - start, plain: performance.now() - swept, digits});
    }
    return taken;
}"""


def main() -> None:
    """Sweep the same drawings in each way; print medians and the slowest."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--drawings", type=int, default=10)
    images = unseen.pictures(options.parse_args().drawings)
    networks = [weights.load(), variants.load("dense")]
    with chromium() as browser:
        print(f"{machine(browser)}; medians of {len(images)} drawings")
        lesson = Experiments(open_modules(browser), networks[0], {"dense": networks[1]})
        sent = base64.b64encode(np.ascontiguousarray(images).tobytes()).decode()
        asked = {"own": lesson.own, "pictures": sent, "reach": REACH}
        found = lesson.modules.evaluate(SWEEP, asked)
    batches, alike = [], []
    for image, one in zip(images, found, strict=True):
        begin = time.perf_counter()
        pictures = _shifted(image)
        answers = [probabilities(network, pictures, len(pictures)) for network in networks]
        batches.append(1000 * (time.perf_counter() - begin))
        digits = np.stack([answer.argmax(axis=1) for answer in answers])
        alike.append((digits == np.reshape(one["digits"], digits.shape)).mean())
    ours = [one["ours"] for one in found]
    for words, times in (
        ("the page", ours),
        ("the page, one by one", [one["plain"] for one in found]),
        ("Keras, in one batch", batches),
    ):
        print(f"{words:24}{np.median(times):8.0f} ms, slowest {max(times):6.0f}")
    print(f"the same digits as Keras: {np.mean(alike):.2%}")
    print("within" if np.median(ours) <= MOST else "MORE THAN", f"{MOST} ms")


def _shifted(image: np.ndarray) -> np.ndarray:
    """Return a picture at all shifts, uint8 (441, 28, 28)."""
    padded = np.pad(image, REACH)
    steps = range(2 * REACH, -1, -1)
    return np.stack([padded[y : y + 28, x : x + 28] for y in steps for x in steps])


if __name__ == "__main__":
    main()
