"""How long the evidence in a drawing takes and how much it explains, beside rival methods.

    python -m tests.benchmarks.attribution_speed [--drawings 100]

On drawings by people nothing was trained on. A method explains the more, the less of the
difference between winner and runner-up is left once the ink it calls strongest is erased. Needs
the pen strokes: ``MNIST_CNN_PEN_STROKES``, the cache, or a download.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

from mnist_cnn import quiet  # noqa: F401  first, before TensorFlow is imported

# isort: split
import keras
import numpy as np
import tensorflow as tf

from mnist_cnn import attribution, drawings, pens, weights
from mnist_cnn.attribution import Attribution, Evidence

ERASED = (0.1, 0.2, 0.4)  # shares of the ink
PATCH = 4  # pixels: both sides of what occlusion covers

# From a picture, uint8 (28, 28), winner and runner-up to what each pixel is worth, (28, 28).
Method = Callable[[np.ndarray, int, int], np.ndarray]


def main() -> None:
    """Explain the same drawings by each method; print the medians."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--drawings", type=int, default=100)
    count = options.parse_args().drawings
    network = weights.load()
    unseen = pens.load().by(pens.MEASURING_WRITERS)
    images = drawings.for_measuring(unseen, drawings.NORMAL).images
    images = np.random.default_rng(1).permutation(images)[:count]
    attribute = Attribution(network)
    evidence = [attribute(image) for image in images]
    shares = "".join(f"{share:>8.0%}" for share in ERASED)
    print(f"medians of {len(images)} drawings; of the difference is left with that ink erased:")
    print(f"{'':36}{'ms':>8}{shares}")
    for name, method in methods(network).items():
        milliseconds, left = measure(network, method, images, evidence)
        print(f"{name:36}{milliseconds:8.1f}{''.join(f'{share:8.0%}' for share in left)}")


def methods(network: keras.Model) -> dict[str, Method]:
    """Return our method, two with a part of it left out, and its rivals."""
    ours, precise = Attribution(network), Attribution(network, steps=4 * attribution.STEPS)
    random = np.random.default_rng(2)
    return {
        f"ours, {attribution.STEPS} steps": lambda image, *_: ours(image).pixels,
        f"ours, {4 * attribution.STEPS} steps": lambda image, *_: precise(image).pixels,
        "ours, not spread over the ink": not_spread(network),
        f"occlusion, {PATCH}×{PATCH}": occlusion(network),
        "Grad-CAM, conv3": grad_cam(network, "conv3"),
        "chance": lambda image, *_: random.random(image.shape),
    }


def measure(
    network: keras.Model, method: Method, images: np.ndarray, evidence: list[Evidence]
) -> tuple[float, list[float]]:
    """Return median milliseconds, and what is left for each of ``ERASED``, medians."""
    logits = traced_logits(network)
    times, left = [], []
    method(images[0], evidence[0].digit, evidence[0].runner_up)  # trace before it is timed
    for image, known in zip(images, evidence, strict=True):
        begin = time.perf_counter()
        worth = method(image, known.digit, known.runner_up)
        times.append(1000 * (time.perf_counter() - begin))
        scores = logits(tf.constant(erased(image, worth))).numpy()
        left.append((scores[:, known.digit] - scores[:, known.runner_up]) / known.difference)
    return float(np.median(times)), np.median(left, axis=0).tolist()


def erased(image: np.ndarray, worth: np.ndarray) -> np.ndarray:
    """Return ``image`` in 0..1 without its strongest ink, once for each of ``ERASED``."""
    ink = np.flatnonzero(image > 25)
    strongest = ink[np.argsort(-worth.ravel()[ink])]
    pictures = np.tile(image.ravel().astype(np.float32) / 255, (len(ERASED), 1))
    for picture, share in zip(pictures, ERASED, strict=True):
        picture[strongest[: round(share * len(ink))]] = 0
    return pictures.reshape(-1, *image.shape)


def traced_logits(network: keras.Model) -> Callable[[tf.Tensor], tf.Tensor]:
    """Return a traced function: pictures ``(n, 28, 28)`` in 0..1 → logits ``(n, 10)``."""
    last = network.layers[-1]
    body = keras.Model(network.input, last.input)
    pictures = tf.TensorSpec((None, 28, 28), tf.float32)
    return tf.function(
        lambda x: tf.matmul(body(x[..., None]), last.kernel) + last.bias,
        input_signature=[pictures],
    )


def not_spread(network: keras.Model) -> Method:
    """Return plain integrated gradients from a black picture, as many steps as ours."""
    logits = traced_logits(network)
    way = (np.arange(attribution.STEPS, dtype=np.float32) + 0.5) / attribution.STEPS

    @tf.function(input_signature=[tf.TensorSpec((28, 28)), *[tf.TensorSpec((), tf.int32)] * 2])
    def integrate(picture, winner, other):
        pictures = way[:, None, None] * picture
        with tf.GradientTape() as tape:
            tape.watch(pictures)
            scores = logits(pictures)
            difference = scores[:, winner] - scores[:, other]
        return picture * tf.reduce_mean(tape.gradient(difference, pictures), axis=0)

    return lambda image, *pair: integrate(image.astype(np.float32) / 255, *pair).numpy()


def occlusion(network: keras.Model) -> Method:
    """Return: what is lost with a patch covered (Zeiler and Fergus, 2014), mean of its pixels."""
    logits = traced_logits(network)
    side = 28 - PATCH + 1
    covers = np.zeros((side, side, 28, 28), np.float32)
    for row, column in np.ndindex(side, side):
        covers[row, column, row : row + PATCH, column : column + PATCH] = 1
    covers = covers.reshape(-1, 28, 28)

    def explain(image: np.ndarray, winner: int, other: int) -> np.ndarray:
        picture = image.astype(np.float32) / 255
        covering = covers[(covers * picture).any(axis=(1, 2))]
        scores = logits(tf.constant(np.concatenate([picture[None], picture * (1 - covering)])))
        difference = scores.numpy()[:, winner] - scores.numpy()[:, other]
        lost = np.einsum("n,nhw->hw", difference[0] - difference[1:], covering)
        return lost / np.maximum(covering.sum(axis=0), 1)

    return explain


def grad_cam(network: keras.Model, layer: str) -> Method:
    """Return: a layer's maps, each weighted by its mean gradient (Selvaraju and others, 2017)."""
    last, tapped = network.layers[-1], network.get_layer(layer).output
    front = keras.Model(network.input, tapped)
    back = keras.Model(tapped, last.input)

    @tf.function(input_signature=[tf.TensorSpec((28, 28)), *[tf.TensorSpec((), tf.int32)] * 2])
    def explain(picture, winner, other):
        maps = front(picture[None, ..., None])
        with tf.GradientTape() as tape:
            tape.watch(maps)
            scores = tf.matmul(back(maps), last.kernel) + last.bias
            difference = scores[:, winner] - scores[:, other]
        channels = tf.reduce_mean(tape.gradient(difference, maps), axis=(1, 2), keepdims=True)
        heat = tf.reduce_sum(channels * maps, axis=3, keepdims=True)
        return tf.image.resize(heat, (28, 28))[0, ..., 0]

    return lambda image, *pair: explain(image.astype(np.float32) / 255, *pair).numpy()


if __name__ == "__main__":
    main()
