"""How well the shipped weights read, beside plain training in the same run and peers' own figures.

    python -m tests.benchmarks.reading_accuracy

Plain training is the lesson's recipe, made here from scratch. Needs MNIST and the pen strokes:
``MNIST_CNN_DATA`` and ``MNIST_CNN_PEN_STROKES``, the cache, or a download. The drawings are by
people whose digits nothing was trained on.
"""

from __future__ import annotations

import argparse

from mnist_cnn.system import quiet_tensorflow  # noqa: F401  first, before TensorFlow is imported

# isort: split
import keras

from mnist_cnn.digits import mnist_files, pen_digits, pen_drawings
from mnist_cnn.digits.pen_drawings import NORMAL, SMALL, LabelledImages
from mnist_cnn.evaluation import measures
from mnist_cnn.network import model, weights
from mnist_cnn.optimization import loop, recipes

PEERS = {  # the best figure any peer publishes
    "MNIST test": "99.2 % (keras-js, 600,810 parameters)",
    "pen drawings, normal size": "96.7 % (shreechaturvedi, freehand)",
    "the same, small, anywhere": "–",
}


def main() -> None:
    """Train plainly, measure both, print the table."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--seed", type=int, default=1, help="of the plain training")
    seed = options.parse_args().seed
    mnist = mnist_files.load()
    unseen = pen_digits.load().by((*pen_digits.MEASURING_WRITERS, *pen_digits.CALIBRATION_WRITERS))
    measured = {
        "MNIST test": LabelledImages(mnist.test_images, mnist.test_labels),
        "pen drawings, normal size": pen_drawings.for_measuring(unseen, NORMAL),
        "the same, small, anywhere": pen_drawings.for_measuring(unseen, SMALL),
    }
    plain, shipped = train_plainly(mnist, seed), weights.load()
    print(f"\n{'accuracy':28}{'pictures':>9}{'plain':>9}{'shipped':>9}   peers")
    for name, drawn in measured.items():
        shares = [accuracy(network, drawn) for network in (plain, shipped)]
        figures = "".join(f"{share:9.2%}" for share in shares)
        print(f"{name:28}{len(drawn.labels):9,}{figures}   {PEERS[name]}")


def train_plainly(mnist: mnist_files.Mnist, seed: int) -> keras.Model:
    """Return a network trained with the lesson's recipe."""
    network = model.build(seed)
    recipe = recipes.RECIPES["lesson"]
    for step in loop.train(network, mnist.train_images, mnist.train_labels, recipe, seed):
        print(f"\rplain training: step {step.step} of {step.steps}", end="", flush=True)
    return network


def accuracy(network: keras.Model, drawn: LabelledImages) -> float:
    """Return the share read right, 0 to 1."""
    return measures.score(network, drawn.images, drawn.labels).accuracy


if __name__ == "__main__":
    main()
