"""The figures in the lesson's chapters, computed from layers and cards and formatted."""

from __future__ import annotations

import math
from collections.abc import Sequence

from mnist_cnn.digits.mnist_files import TEST_DIGITS, TRAIN_DIGITS, TRAIN_WRITERS
from mnist_cnn.lesson import variants
from mnist_cnn.lesson.learned import learned
from mnist_cnn.lesson.variants import VARIANTS, VariantCard
from mnist_cnn.network import model
from mnist_cnn.network.architecture import CLASSES, IMAGE_SIZE, Layer
from mnist_cnn.network.receptive_field import ReceptiveField, fields_along
from mnist_cnn.optimization.recipes import RECIPES
from mnist_cnn.reading.preprocess import BOX

WIDER_KERNEL = 5  # side of the kernel in a question
WEIGHT = 4  # bytes: a float32


def figures(layers: Sequence[Layer]) -> dict[str, str]:
    """Return name: text, of every figure in the lesson.

    Args:
        layers: three convolutions, two poolings, and two dense layers.

    Raises:
        WeightsError: a card of ``weights/variants`` cannot be read.
    """
    found = {
        "image": square(IMAGE_SIZE),
        "image.side": str(IMAGE_SIZE),
        "box": str(BOX),
        "classes": str(CLASSES),
        "zero": "0",
        "wider": square(WIDER_KERNEL),
        "chance.share": percent(1 / CLASSES, 0),
        "chance.loss": f"{math.log(CLASSES):.3f}",
        "train.digits": count(TRAIN_DIGITS),
        "test.digits": count(TEST_DIGITS),
    }
    return found | _network(layers) | _variants() | _overfitting() | _room(layers) | _learned()


def count(number: int) -> str:
    """Format a whole number, with commas between thousands."""
    return f"{number:,}"


def square(side: int) -> str:
    """Format the size of a square."""
    return f"{side}×{side}"


def percent(share: float, places: int = 2) -> str:
    """Format a share, 0 to 1, as a percentage."""
    return f"{share:.{places}%}"


def weights_of(layer: Layer) -> str:
    """Format the number of a layer's parameters as a sum: kernel + biases."""
    kernel, (outputs,) = layer.arrays
    return f"{'×'.join(map(str, kernel))} + {outputs}"


def _network(layers: Sequence[Layer]) -> dict[str, str]:
    fields = fields_along(layers)
    total = sum(layer.parameters for layer in layers)
    products = sum(layer.multiplications for layer in layers)
    convolved = sum(layer.multiplications for layer in layers if layer.kind == "Conv2D")
    first, pool = layers[:2]
    found = {
        "kernel": square(first.size[0]),
        "kernel.numbers": str(math.prod(first.size)),
        "window": square(pool.size[0]),
        "network.parameters": count(total),
        "network.products": count(products),
        "conv.share": percent(convolved / products, 0),
    }
    for layer in layers:
        found |= _layer(layer, fields[layer.name], total)
    return found


def _layer(layer: Layer, field: ReceptiveField, total: int) -> dict[str, str]:
    name = layer.name
    found = {
        f"{name}.parameters": count(layer.parameters),
        f"{name}.share": percent(layer.parameters / total, 0),
    }
    if layer.parameters:
        found[f"{name}.arithmetic"] = weights_of(layer)
    if len(layer.shape) == 1:
        return found | {f"{name}.units": count(layer.shape[0])}
    height, _, channels = layer.shape
    return found | {
        f"{name}.map": square(height),
        f"{name}.side": str(height),
        f"{name}.places": count(height * height),
        f"{name}.channels": str(channels),
        f"{name}.field": str(field.size[0]),
        f"{name}.stride": str(field.stride[0]),
    }


def _variants() -> dict[str, str]:
    cards = {name: variants.load_card(name) for name in VARIANTS}
    bare = model.variant("none")
    last = [layer for layer in bare if len(layer.shape) == 3][-1]
    recipe = RECIPES[cards["max"].recipe]
    found = {
        "lesson.epochs": str(cards["max"].epochs),
        "lesson.batch": str(recipe.batch_size),
        "none.map": square(last.shape[0]),
        "none.field": str(fields_along(bare)[last.name].size[0]),
    }
    for name, card in cards.items():
        found[f"{name}.parameters"] = count(card.parameters)
        found[f"{name}.accuracy"] = accuracy(card)
        found[f"{name}.seeds"] = str(len(card.trials))
    return found


def accuracy(card: VariantCard) -> str:
    """Format the mean test accuracy of a variant, and its standard deviation."""
    if card.spread is None:
        return percent(card.mean)
    return f"{percent(card.mean)} ± {100 * card.spread:.2f}"


def _overfitting() -> dict[str, str]:
    fewest = variants.load_curves().curves[0]
    last = fewest.curve[-1]
    return {
        "overfit.digits": count(fewest.digits),
        "overfit.train": percent(last.training_accuracy, 0),
        "overfit.test": percent(last.test_accuracy, 1),
    }


def _room(layers: Sequence[Layer]) -> dict[str, str]:
    """Return the room that the weights take, and that of the digits they were learned from."""
    parameters = sum(layer.parameters for layer in layers)
    digit = IMAGE_SIZE**2  # bytes
    return {
        "weights.room": f"{WEIGHT * parameters / 1e3:,.0f} kB",
        "train.room": f"{TRAIN_DIGITS * digit / 1e6:,.0f} MB",
        "weights.fit": count(WEIGHT * parameters // digit),
    }


def _learned() -> dict[str, str]:
    training = learned()
    return {
        "train.writers": count(TRAIN_WRITERS),
        "learned.drawings": count(training.drawings),
        "learned.people": count(training.people),
        "learned.epochs": count(training.epochs),
        "learned.minutes": count(round(training.seconds / 60)),
        "learned.misread": count(training.misread),
    }
