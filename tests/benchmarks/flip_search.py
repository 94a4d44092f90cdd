"""How few pixels flip an answer, how small a change, and how long the page takes, beside rivals.

    python -m tests.benchmarks.flip_search [--drawings 40]

On drawings by people nothing was trained on; our searches in Chromium, the rivals with TensorFlow.
Needs the pen strokes: ``MNIST_CNN_PEN_STROKES``, the cache, or a download.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

from mnist_cnn.system import quiet_tensorflow  # noqa: F401  first, before TensorFlow is imported

# isort: split
import keras
import numpy as np
import tensorflow as tf
from playwright.sync_api import Page, sync_playwright

from mnist_cnn.evaluation.measures import probabilities
from mnist_cnn.network import weights
from tests.benchmarks import unseen
from tests.browser.conftest import FLAGS, installed_chromium
from tests.browser.modules import give_network, open_modules

MOST_PIXELS = 60  # changed before a search gives up
FLIP = """async ([method, image]) => {
    const flips = await import("/experiments/gradients/adversarial.js");
    const {finished} = await import("/reader/slices.js");
    const begin = performance.now();
    const flip = finished(flips[method](network, Uint8Array.from(image)));
    return [flip && flip.image, performance.now() - begin];
}"""

# From a picture, uint8 (28, 28), to one that is read otherwise, or None, and milliseconds.
Method = Callable[[np.ndarray], "tuple[np.ndarray | None, float]"]


def main() -> None:
    """Flip the same drawings by each method; print the medians."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--drawings", type=int, default=40)
    count = options.parse_args().drawings
    network = weights.load()
    images = unseen.pictures(count)
    print(f"medians of {count} drawings; norm of pixels in 0..1")
    print(f"{'':36}{'flipped':>9}{'pixels':>8}{'norm':>8}{'ms':>8}{'slowest':>9}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=installed_chromium(), args=FLAGS)
        modules = open_modules(browser)
        give_network(modules, network)
        for name, method in methods(network, modules).items():
            print(f"{name:36}{measure(network, method, images)}")
        browser.close()


def methods(network: keras.Model, modules: Page) -> dict[str, Method]:
    """Return our two searches and their rivals."""
    return {
        "fewest pixels, ours": in_page(modules, "fewestPixels"),
        "one by one, every pixel tried": timed(every_pixel(network)),
        "ink erased, random order": timed(erased(network)),
        "smallest norm, ours": in_page(modules, "smallestNorm"),
        "fast gradient sign": timed(gradient_sign(network)),
    }


def in_page(modules: Page, name: str) -> Method:
    """Return a search of the page, timed there."""

    def search(image: np.ndarray) -> tuple[np.ndarray | None, float]:
        flipped, milliseconds = modules.evaluate(FLIP, [name, image.ravel().tolist()])
        return flipped and np.array(flipped, np.uint8), milliseconds

    return search


def timed(search: Callable[[np.ndarray], np.ndarray | None]) -> Method:
    """Return the same search, which tells how long it took."""

    def found(image: np.ndarray) -> tuple[np.ndarray | None, float]:
        begin = time.perf_counter()
        flipped = search(image)
        return flipped, 1000 * (time.perf_counter() - begin)

    return found


def measure(network: keras.Model, method: Method, images: np.ndarray) -> str:
    """Return one row: share flipped, pixels and norm of the change, median and longest time."""
    method(images[0])  # trace before it is timed
    times, pixels, norms = [], [], []
    digits = probabilities(network, images).argmax(axis=1)
    for image, digit in zip(images, digits, strict=True):
        flipped, milliseconds = method(image)
        times.append(milliseconds)
        if flipped is None or probabilities(network, flipped[None]).argmax() == digit:
            continue
        change = flipped / 255 - image / 255
        pixels.append(np.count_nonzero(change))
        norms.append(np.sqrt((change**2).sum()))
    share = len(pixels) / len(images)
    if not pixels:
        return f"{share:9.0%}{'–':>8}{'–':>8}{np.median(times):8.0f}{max(times):9.0f}"
    return (
        f"{share:9.0%}{np.median(pixels):8.0f}{np.median(norms):8.2f}"
        f"{np.median(times):8.0f}{max(times):9.0f}"
    )


def every_pixel(network: keras.Model) -> Callable[[np.ndarray], np.ndarray | None]:
    """Return: try every pixel both ways, keep the best, again and again; no gradient."""

    def search(image: np.ndarray) -> np.ndarray | None:
        digit, changed = probabilities(network, image[None]).argmax(), image.copy()
        for _ in range(MOST_PIXELS):
            pictures = np.repeat(changed.reshape(1, -1), 2 * changed.size, axis=0)
            places = np.arange(changed.size)
            pictures[places, places], pictures[changed.size + places, places] = 0, 255
            pictures = pictures.reshape(-1, *changed.shape)
            answers = probabilities(network, pictures, len(pictures))
            changed = pictures[answers[:, digit].argmin()]
            if answers[answers[:, digit].argmin()].argmax() != digit:
                return changed
        return None

    return search


def erased(network: keras.Model) -> Callable[[np.ndarray], np.ndarray | None]:
    """Return: erase the ink pixel by pixel in random order until the answer flips."""

    def search(image: np.ndarray) -> np.ndarray | None:
        digit = probabilities(network, image[None]).argmax()
        order = np.random.default_rng(0).permutation(np.flatnonzero(image))
        pictures = np.repeat(image.reshape(1, -1), len(order), axis=0)
        for count in range(len(order)):
            pictures[count, order[: count + 1]] = 0
        pictures = pictures.reshape(-1, *image.shape)
        flipped = probabilities(network, pictures, len(pictures)).argmax(axis=1) != digit
        return pictures[flipped.argmax()] if flipped.any() else None

    return search


def gradient_sign(network: keras.Model) -> Callable[[np.ndarray], np.ndarray | None]:
    """Return: one step along the gradient's sign, as small as flips (Goodfellow, 2014)."""
    loss = keras.losses.SparseCategoricalCrossentropy()

    @tf.function(input_signature=[tf.TensorSpec((1, 28, 28, 1)), tf.TensorSpec((1,), tf.int64)])
    def gradient(picture, digit):
        with tf.GradientTape() as tape:
            tape.watch(picture)
            error = loss(digit, network(picture, training=False))
        return tape.gradient(error, picture)

    def search(image: np.ndarray) -> np.ndarray | None:
        digit = probabilities(network, image[None]).argmax(axis=1)
        picture = image[None, ..., None].astype(np.float32) / 255
        sign = np.sign(gradient(picture, digit).numpy())[0, ..., 0]
        steps = np.arange(1, 256)[:, None, None]
        pictures = np.clip(image + steps * sign, 0, 255).astype(np.uint8)
        flipped = probabilities(network, pictures, len(pictures)).argmax(axis=1) != digit
        return pictures[flipped.argmax()] if flipped.any() else None

    return search


if __name__ == "__main__":
    main()
