"""How well the shipped weights read, beside plain training in the same run and peers' own figures.

    python -m tests.benchmarks.reading_accuracy

Plain training is the lesson's recipe, made here from scratch. Needs MNIST and the pen strokes:
``MNIST_CNN_DATA`` and ``MNIST_CNN_PEN_STROKES``, the cache, or a download. The drawings are by
people whose digits nothing was trained on.
"""

from __future__ import annotations

import argparse

from mnist_cnn import quiet  # noqa: F401  first, before TensorFlow is imported

# isort: split
import keras

from mnist_cnn import data, drawings, evaluation, model, pens, recipes, training, weights
from mnist_cnn.drawings import NORMAL, SMALL, Drawn

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
    mnist = data.load()
    unseen = pens.load().by((*pens.MEASURING_WRITERS, *pens.CALIBRATION_WRITERS))
    measured = {
        "MNIST test": Drawn(mnist.test_images, mnist.test_labels),
        "pen drawings, normal size": drawings.for_measuring(unseen, NORMAL),
        "the same, small, anywhere": drawings.for_measuring(unseen, SMALL),
    }
    plain, shipped = train_plainly(mnist, seed), weights.load()
    print(f"\n{'accuracy':28}{'pictures':>9}{'plain':>9}{'shipped':>9}   peers")
    for name, drawn in measured.items():
        shares = [accuracy(network, drawn) for network in (plain, shipped)]
        figures = "".join(f"{share:9.2%}" for share in shares)
        print(f"{name:28}{len(drawn.labels):9,}{figures}   {PEERS[name]}")


def train_plainly(mnist: data.Mnist, seed: int) -> keras.Model:
    """Return a network trained with the lesson's recipe."""
    network = model.build(seed)
    recipe = recipes.RECIPES["lesson"]
    for step in training.train(network, mnist.train_images, mnist.train_labels, recipe, seed):
        print(f"\rplain training: step {step.step} of {step.steps}", end="", flush=True)
    return network


def accuracy(network: keras.Model, drawn: Drawn) -> float:
    """Return the share read right, 0 to 1."""
    return evaluation.score(network, drawn.images, drawn.labels).accuracy


if __name__ == "__main__":
    main()
