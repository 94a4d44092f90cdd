"""The figures in the lesson's words: computed from networks and cards, and written out."""

from __future__ import annotations

import math

import keras

from mnist_cnn import variants
from mnist_cnn.comparison import multiplications
from mnist_cnn.data import TEST_DIGITS, TRAIN_DIGITS
from mnist_cnn.model import CLASSES, LayerRow, layer_table
from mnist_cnn.preprocess import BOX, IMAGE_SIZE
from mnist_cnn.receptive_field import ReceptiveField, receptive_fields, window
from mnist_cnn.recipes import RECIPES
from mnist_cnn.variants import VARIANTS, VariantCard

WIDER = 5  # side of the kernel that a question supposes


def figures(network: keras.Model) -> dict[str, str]:
    """Return every figure of the lesson's words by its name, as it is written.

    Args:
        network: the one the lesson is about: three convolutions, two poolings, two dense layers.

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
    return found | _network(network) | _variants() | _overfitting()


def count(number: int) -> str:
    """Write a whole number with its thousands apart."""
    return f"{number:,}"


def square(side: int) -> str:
    """Write how large a square is."""
    return f"{side}×{side}"


def percent(share: float, places: int = 2) -> str:
    """Write a share, 0 to 1."""
    return f"{share:.{places}%}"


def weights_of(layer: keras.Layer) -> str:
    """Write how many parameters a layer has, as their arithmetic: kernel, and a bias each."""
    *kernel, outputs = layer.kernel.shape
    return f"{'×'.join(map(str, (*kernel, outputs)))} + {outputs}"


def _network(network: keras.Model) -> dict[str, str]:
    fields = receptive_fields(network)
    rows = layer_table(network)
    total = sum(row.parameters for row in rows)
    products = multiplications(network)
    convolutions = [layer for layer in network.layers if isinstance(layer, keras.layers.Conv2D)]
    convolved = multiplications(keras.Model(network.inputs, convolutions[-1].output))
    kernel = convolutions[0].kernel_size[0]
    found = {
        "kernel": square(kernel),
        "kernel.numbers": str(kernel * kernel),
        "window": square(window(network.get_layer("pool1")).size[0]),
        "network.parameters": count(total),
        "network.products": count(products),
        "conv.share": percent(convolved / products, 0),
    }
    for row in rows:
        found |= _layer(network.get_layer(row.name), row, fields[row.name], total)
    return found


def _layer(layer: keras.Layer, row: LayerRow, field: ReceptiveField, total: int) -> dict[str, str]:
    name = row.name
    found = {
        f"{name}.parameters": count(row.parameters),
        f"{name}.share": percent(row.parameters / total, 0),
    }
    if row.parameters:
        found[f"{name}.arithmetic"] = weights_of(layer)
    if len(row.shape) == 1:
        return found | {f"{name}.units": count(row.shape[0])}
    height, _, channels = row.shape
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
    bare = VARIANTS["none"].build(1)
    last = [row for row in layer_table(bare) if len(row.shape) == 3][-1]
    recipe = RECIPES[cards["max"].recipe]
    found = {
        "lesson.epochs": str(cards["max"].epochs),
        "lesson.batch": str(recipe.batch_size),
        "none.map": square(last.shape[0]),
        "none.field": str(receptive_fields(bare)[last.name].size[0]),
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
