"""The figures in the lesson's words: computed from layers and cards, and written out."""

from __future__ import annotations

import math
from collections.abc import Sequence

from mnist_cnn import architecture, variants
from mnist_cnn.architecture import Layer
from mnist_cnn.data import TEST_DIGITS, TRAIN_DIGITS
from mnist_cnn.model import CLASSES
from mnist_cnn.preprocess import BOX, IMAGE_SIZE
from mnist_cnn.receptive_field import ReceptiveField, fields_along
from mnist_cnn.recipes import RECIPES
from mnist_cnn.variants import VARIANTS, VariantCard

WIDER = 5  # side of the kernel that a question supposes


def figures(layers: Sequence[Layer]) -> dict[str, str]:
    """Return every figure of the lesson's words by its name, as it is written.

    Args:
        layers: of the network the lesson is about: three convolutions, two poolings, two dense
            layers.

    Raises:
        WeightsError: a card of ``weights/variants`` cannot be read.
    """
    found = {
        "image": square(IMAGE_SIZE),
        "image.side": str(IMAGE_SIZE),
        "box": str(BOX),
        "classes": str(CLASSES),
        "zero": "0",
        "wider": square(WIDER),
        "chance.loss": f"{math.log(CLASSES):.3f}",
        "train.digits": count(TRAIN_DIGITS),
        "test.digits": count(TEST_DIGITS),
    }
    return found | _network(layers) | _variants() | _overfitting()


def count(number: int) -> str:
    """Write a whole number with its thousands apart."""
    return f"{number:,}"


def square(side: int) -> str:
    """Write how large a square is."""
    return f"{side}×{side}"


def percent(share: float, places: int = 2) -> str:
    """Write a share, 0 to 1."""
    return f"{share:.{places}%}"


def weights_of(layer: Layer) -> str:
    """Write how many parameters a layer has, as their arithmetic: kernel, and a bias each."""
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
    bare = architecture.variant("none")
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
    """Write the mean test accuracy of a variant, and how far its runs scatter around it."""
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
