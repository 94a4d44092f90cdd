"""How long the page computes evidence, how exact it is, and how much of an answer it explains.

    python -m tests.benchmarks.evidence [--drawings 50]

On drawings by people nothing was trained on, for several numbers of steps: the whole time and that
of one step, in milliseconds; by how much the heat differs from that of very many steps; and what is
left of the lead over the runner-up once the strongest ink is erased, beside what is left when each
pixel keeps its own share, and when ink is erased by chance. Needs the pen strokes:
``MNIST_CNN_PEN_STROKES``, the cache, or a download.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from functools import partial

from mnist_cnn import quiet  # noqa: F401  first, before TensorFlow is imported

# isort: split
import numpy as np
from playwright.sync_api import Page

from mnist_cnn import weights
from mnist_cnn.activations import Tracer
from tests.benchmarks import unseen
from tests.benchmarks.drawing_latency import chromium, machine
from tests.browser.modules import give_network, open_modules

STEPS = (1, 2, 4, 6, 8, 12, 16, 32)
EXACT = 128  # steps
ERASED = 0.2  # of the ink

WORK = """async ([image, steps]) => {
    const {evidence} = await import("/explain/evidence.js");
    const work = evidence(network, Uint8Array.from(image), steps);
    const times = [];
    for (;;) {
        const start = performance.now();
        const {done, value} = work.next();
        times.push(performance.now() - start);
        if (done) return {...value, times, pixels: [...value.pixels]};
    }
}"""

PLAIN = """async ([image, steps, digit, other]) => {
    const {Slopes} = await import("/explain/slopes.js");
    const slopes = new Slopes(network);
    const at = (part) => {
        const picture = image.map((pixel) => part * pixel);
        return {image: picture, layers: network.read(picture)};
    };
    const wanted = new Float64Array(10);
    [wanted[digit], wanted[other]] = [1, -1];
    const shares = new Float64Array(image.length);
    for (let step = 0; step < steps; step++) {
        const found = slopes.between(at(step / steps), at((step + 1) / steps), wanted).picture();
        image.forEach((pixel, i) => (shares[i] += (found[i] * pixel) / 255 / steps));
    }
    return [...shares];
}"""


def main() -> None:
    """Explain the same drawings with each number of steps; print the medians."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--drawings", type=int, default=50)
    count = options.parse_args().drawings
    network = weights.load()
    images = unseen.pictures(count)
    left = partial(_left, Tracer(network))
    with chromium() as browser:
        print(f"{machine(browser)}; medians of {len(images)} drawings")
        print("steps    ms  a step, p95    off,   p95  largest   left")
        page = open_modules(browser)
        give_network(page, network)
        exact = [_explained(page, image, EXACT) for image in images]
        for steps in STEPS:
            _row(steps, [_explained(page, image, steps) for image in images], exact, images, left)
        _others(page, exact, images, left)


def _explained(page: Page, image: np.ndarray, steps: int) -> dict:
    found = page.evaluate(WORK, [image.ravel().tolist(), steps])
    return found | {"pixels": np.array(found["pixels"])}


def _row(
    steps: int, found: list[dict], exact: list[dict], images: np.ndarray, left: Callable
) -> None:
    whole = np.median([sum(one["times"]) for one in found])
    slices = np.percentile(np.concatenate([one["times"][2:] for one in found]), 95)
    pairs = [(one["pixels"], best["pixels"]) for one, best in zip(found, exact, strict=True)]
    off = [np.abs(pixels - best).sum() / np.abs(best).sum() for pixels, best in pairs]
    remains = [left(image, one, one["pixels"]) for image, one in zip(images, found, strict=True)]
    print(
        f"{steps:5}{whole:6.0f}{slices:13.1f}{np.median(off):6.1%},{np.percentile(off, 95):6.1%}"
        f"{max(off):9.1%}{np.median(remains):7.0%}"
    )


def _others(page: Page, exact: list[dict], images: np.ndarray, left: Callable) -> None:
    random = np.random.default_rng(2)
    plain, chance = [], []
    for image, one in zip(images, exact, strict=True):
        pair = [one["digit"], one["runnerUp"]]
        pixels = np.array(page.evaluate(PLAIN, [image.ravel().tolist(), 32, *pair]))
        plain.append(left(image, one, pixels))
        chance.append(left(image, one, random.random(image.size)))
    print(
        f"left where no share is spread {np.median(plain):.0%}, by chance {np.median(chance):.0%}"
    )


def _left(tracer: Tracer, image: np.ndarray, one: dict, worth: np.ndarray) -> float:
    """Return the share of the lead that is left without the ink that is worth most."""
    ink = np.flatnonzero(image > 25)
    erased = image.ravel().copy()
    erased[ink[np.argsort(-worth[ink])][: round(ERASED * len(ink))]] = 0
    shares = np.log(np.maximum(tracer(erased.reshape(28, 28)).probabilities, 1e-30))
    return (shares[one["digit"]] - shares[one["runnerUp"]]) / one["difference"]


if __name__ == "__main__":
    main()
