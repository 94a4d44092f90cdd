"""Every figure of the lesson's words, worked out a second time with TensorFlow and NumPy."""

import dataclasses
import json
import math
import re

import keras
import numpy as np
import pytest
import tensorflow as tf

from mnist_cnn.lesson import chapters, lesson_file, variants
from mnist_cnn.lesson.chapters import CHAPTERS
from mnist_cnn.lesson.figures import figures
from mnist_cnn.lesson.learned import learned
from mnist_cnn.network import keras_file, weights
from mnist_cnn.optimization.recipes import RECIPES

MAPS = ("conv1", "pool1", "conv2", "pool2", "conv3")
VECTORS = ("flatten", "dense1", "softmax")


@pytest.fixture(scope="module")
def network():
    return weights.load()


def kernel_of(network, layer):
    arrays = network.get_layer(layer).get_weights()
    return arrays[0] if arrays else np.zeros(0)


def output(network, layer, picture):
    return keras.Model(network.inputs, network.get_layer(layer).output)(picture)


def reach(network, layer, cell=(0, 0)):
    """First and last row of the pixels that a cell depends on: where its gradient is not 0."""
    bare = keras.models.clone_model(network)
    bare.set_weights([np.ones_like(array) for array in network.get_weights()])
    # Max pooling passes one gradient of four: in other pictures, the others.
    pictures = tf.random.stateless_uniform((30, 28, 28, 1), (1, 8))
    with tf.GradientTape() as tape:
        tape.watch(pictures)
        value = tf.reduce_sum(output(bare, layer, pictures)[:, cell[0], cell[1], 0])
    gradients = tape.gradient(value, pictures).numpy()[..., 0]
    rows = np.flatnonzero((gradients != 0).any(axis=(0, 2)))
    return rows[0], rows[-1]


def products(network, layer):
    """Multiplications: the kernel's numbers, at every place of the map."""
    kernel = kernel_of(network, layer)
    maps = network.get_layer(layer).output.shape[1:-1]
    return kernel.size * math.prod(maps)


def of_the_network(network):
    total = sum(array.size for array in network.get_weights())
    every = sum(products(network, layer) for layer in MAPS + VECTORS)
    convolved = sum(products(network, layer) for layer in MAPS)
    height, width = kernel_of(network, "conv1").shape[:2]
    pooled = network.get_layer("pool1").pool_size
    return {
        "kernel": f"{height}×{width}",
        "kernel.numbers": f"{height * width}",
        "window": f"{pooled[0]}×{pooled[1]}",
        "network.parameters": f"{total:,}",
        "network.products": f"{every:,}",
        "conv.share": f"{convolved / every:.0%}",
    }


def of_layers(network):
    total = sum(array.size for array in network.get_weights())
    found = {}
    for name in MAPS + VECTORS:
        arrays = network.get_layer(name).get_weights()
        count = sum(array.size for array in arrays)
        found |= {f"{name}.parameters": f"{count:,}", f"{name}.share": f"{count / total:.0%}"}
        if arrays:
            shape = "×".join(map(str, arrays[0].shape))
            found[f"{name}.arithmetic"] = f"{shape} + {arrays[1].size}"
    return found


def of_maps(network):
    found = {}
    picture = tf.zeros((1, 28, 28, 1))
    for name in VECTORS:
        found[f"{name}.units"] = str(output(network, name, picture).shape[1])
    for name in MAPS:
        _, height, width, channels = output(network, name, picture).shape
        first, last = reach(network, name)
        found |= {
            f"{name}.map": f"{height}×{width}",
            f"{name}.side": f"{height}",
            f"{name}.places": f"{height * width}",
            f"{name}.channels": f"{channels}",
            f"{name}.field": f"{last - first + 1}",
            f"{name}.stride": f"{reach(network, name, (1, 0))[0] - first}",
        }
    return found


def of_the_data(mnist):
    uniform = tf.fill((1, 10), 0.1)
    loss = float(keras.losses.sparse_categorical_crossentropy(tf.constant([3]), uniform)[0])
    ink = mnist.train_images[:500] > 0
    sides = [max(np.ptp(np.argwhere(digit), axis=0)) + 1 for digit in ink]
    return {
        "image": "×".join(map(str, mnist.train_images.shape[1:])),
        "image.side": str(mnist.train_images.shape[1]),
        "box": str(max(sides)),
        "classes": str(len(set(mnist.train_labels.tolist()))),
        "zero": "0",
        "wider": "5×5",
        "chance.share": f"{float(uniform[0, 3]):.0%}",
        "chance.loss": f"{loss:.3f}",
        "train.digits": f"{len(mnist.train_images):,}",
        "test.digits": f"{len(mnist.test_images):,}",
    }


def of_the_cards():
    found = {}
    for name in ("max", "average", "stride", "dense", "none"):
        card = json.loads((variants.FOLDER / f"{name}.json").read_text(encoding="utf-8"))
        runs = 100 * np.array([trial["accuracy"] for trial in card["trials"]])
        spread = f" ± {runs.std(ddof=1):.2f}" if len(runs) > 1 else ""
        found[f"{name}.accuracy"] = f"{runs.mean():.2f}%{spread}"
        found[f"{name}.seeds"] = str(len(runs))
        trained = variants.load(name)
        found[f"{name}.parameters"] = f"{sum(a.size for a in trained.get_weights()):,}"
        if name == "max":
            found["lesson.epochs"] = str(card["epochs"])
            found["lesson.batch"] = str(RECIPES[card["recipe"]].batch_size)
    bare = variants.load("none")
    side = output(bare, "conv3", tf.zeros((1, 28, 28, 1))).shape[1]
    first, last = reach(bare, "conv3")
    curves = json.loads((variants.FOLDER / "curves.json").read_text(encoding="utf-8"))
    fewest = min(curves["curves"], key=lambda curve: curve["digits"])
    end = fewest["curve"][-1]
    return found | {
        "none.map": f"{side}×{side}",
        "none.field": f"{last - first + 1}",
        "overfit.digits": str(fewest["digits"]),
        "overfit.train": f"{end['training_accuracy']:.0%}",
        "overfit.test": f"{end['test_accuracy']:.1%}",
    }


def of_what_is_kept(network, mnist):
    room = sum(array.nbytes for array in network.get_weights())
    return {
        "weights.room": f"{room / 1000:,.0f} kB",
        "train.room": f"{mnist.train_images.nbytes / 1e6:,.0f} MB",
        "weights.fit": str(room // mnist.train_images[0].nbytes),
    }


def of_the_shipped_card():
    card = json.loads(keras_file.DEFAULT.with_suffix(".json").read_text(encoding="utf-8"))
    drawings, people = re.fullmatch(
        r"([\d,]+) UCI pen digits by (\d+) people", card["drawings"]
    ).groups()
    return {
        "train.writers": "250",
        "learned.drawings": drawings,
        "learned.people": people,
        "learned.epochs": str(card["epochs"]),
        "learned.minutes": f"{card['training_seconds'] / 60:.0f}",
        "learned.misread": f"{10_000 - round(10_000 * card['test_accuracy'])}",
    }


def test_a_card_that_does_not_count_its_drawings_is_refused(tmp_path):
    path = tmp_path / "mine.keras"
    card = dataclasses.replace(weights.load_card(), drawn=0)
    weights.save_card(card, path)
    with pytest.raises(keras_file.WeightsError, match="how many drawings"):
        learned(path)
    weights.save_card(dataclasses.replace(card, drawings="none", drawers=0), path)
    assert (learned(path).drawings, learned(path).people) == (0, 0)


def test_every_figure_is_what_tensorflow_finds(network, mnist):
    expected = (
        of_the_network(network)
        | of_layers(network)
        | of_maps(network)
        | of_the_data(mnist)
        | of_the_cards()
        | of_what_is_kept(network, mnist)
        | of_the_shipped_card()
    )
    assert figures(lesson_file.SUBJECT) == expected


def test_the_words_use_figures_in_every_chapter():
    known = figures(lesson_file.SUBJECT)
    for name in CHAPTERS:
        source = chapters.file_of("en", name).read_text(encoding="utf-8")
        assert set(chapters.PLACEHOLDER.findall(source)) & set(known), name
