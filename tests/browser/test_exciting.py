"""The picture of what excites a channel most: from the file, or made in the page's worker."""

import re

import keras
import numpy as np
import pytest
import tensorflow as tf

from mnist_cnn.lesson import features_file
from mnist_cnn.making import excitation
from mnist_cnn.making.excitation import maximize
from mnist_cnn.network import importer, weights
from mnist_cnn.network.model import layer_table
from mnist_cnn.network.network_file import encode
from tests.browser.chapters import open_chapter
from tests.browser.modules import give_file
from tests.browser.other_networks import NETWORKS, read_with
from tests.browser.pointer import draw_and_settle
from tests.browser.test_lens import select

EXCITE = """async ([layer, channel]) => {
    const {excite} = await import("/experiments/gradients/excitation.js");
    const work = excite({network: window.network, layer, channel});
    const shares = [];
    for (;;) {
        const {done, value} = work.next();
        if (done) return {...value, levels: [...value.levels], shares};
        if (value !== undefined) shares.push(value);
    }
}"""
SHIPPED = {
    "conv1": 8,
    "pool1": 8,
    "conv2": 16,
    "pool2": 16,
    "conv3": 16,
    "dense1": 16,
    "softmax": 2,
}
QUICK = ("conv2", "softmax")
MOST = re.compile(r"^\s*the picture it would react to most")  # and not the one that is waited for
WAIT = "computing the picture it would react to most"


def excitement(network, name):
    """A function by TensorFlow: patches (n, h, w) → the cell that sees them, (n, channels).

    The cell is taken before the last activation, because a ReLU that is off has no gradient. A
    patch is as large as the receptive field, so without padding it gives exactly one cell.
    """
    layers = [row.name for row in layer_table(network)]
    chain = [network.get_layer(other) for other in layers[: layers.index(name) + 1]]
    weighted = (keras.layers.Conv2D, keras.layers.Dense)
    places = [index for index, layer in enumerate(chain) if isinstance(layer, weighted)]
    last = max(places, default=-1)
    mapped = len(chain[-1].output.shape) == 4

    def excite(patches):
        x = patches[..., None]
        for index, layer in enumerate(chain):
            if index <= last or not is_activation(layer):
                x = apply(layer, x, mapped)
            if index < last and isinstance(layer, weighted):
                x = layer.activation(x)
        return tf.reshape(x, (len(x), -1))

    return excite


def is_activation(layer):
    return isinstance(layer, (keras.layers.Activation, keras.layers.ReLU))


def apply(layer, x, valid):
    """The output of a layer without its activation, and if ``valid`` without padding."""
    if isinstance(layer, keras.layers.Dense):
        return tf.matmul(x, layer.kernel) + layer.bias
    if isinstance(layer, keras.layers.ZeroPadding2D):
        return x if valid else layer(x)
    padding = "VALID" if valid or not hasattr(layer, "padding") else layer.padding.upper()
    if isinstance(layer, keras.layers.Conv2D):
        return tf.nn.convolution(x, layer.kernel, layer.strides, padding) + layer.bias
    if isinstance(layer, keras.layers.MaxPooling2D):
        return tf.nn.max_pool2d(x, layer.pool_size, layer.strides, padding)
    if isinstance(layer, keras.layers.AveragePooling2D):
        return tf.nn.avg_pool2d(x, layer.pool_size, layer.strides, padding)
    return layer(x)


def excited(modules, layer, channel):
    """The picture that the page makes, uint8 (height, width)."""
    found = modules.evaluate(EXCITE, [layer, channel])
    shares = found["shares"]
    assert sorted(shares) == shares
    assert shares[0] > 0
    assert shares[-1] == 1
    return np.array(found["levels"], np.uint8).reshape(found["height"], found["width"])


def felt(network, layer, pictures):
    """How much uint8 pictures (n, height, width) excite all channels, as TensorFlow has it."""
    return np.asarray(excitement(network, layer)(np.float32(pictures) / 255))


@pytest.mark.parametrize(
    "layer",
    [pytest.param(name, marks=() if name in QUICK else pytest.mark.slow) for name in SHIPPED],
)
def test_it_excites_its_channel_as_tensorflow_s_does(modules, layer):
    described, arrays = importer.read(weights.DEFAULT)
    give_file(modules, encode(described, arrays))
    network = weights.load()
    with np.load(features_file.DEFAULT) as kept:
        theirs = kept[layer]
    channels = np.arange(0, len(theirs), SHIPPED[layer])
    mine = np.stack([excited(modules, layer, int(channel)) for channel in channels])
    assert mine.shape[1:] == theirs.shape[1:]
    own = felt(network, layer, mine)[np.arange(len(mine)), channels]
    ratios = own / felt(network, layer, theirs[channels])[np.arange(len(mine)), channels]
    assert (ratios >= 0.9).mean() > 0.7
    assert np.median(ratios) >= 0.95
    if len(theirs[0]) == 28:
        assert not mine[:, [0, 3, 24, 27]].any()  # outside of the box that digits are fitted to
    assert np.isin(mine, np.r_[:64, 192:256]).mean() > 0.6  # ink and paper, hardly any grey


@pytest.mark.parametrize("kind", ["windows", "tanh", "dense"])
def test_it_does_so_for_networks_of_all_kinds(modules, kind, monkeypatch):
    monkeypatch.setattr(excitation, "_excitement", excitement)  # of any layers
    brought = NETWORKS[kind]()
    monkeypatch.setattr(importer, "from_model", lambda _: (brought.layers, []))
    give_file(modules, brought.file)
    for layer in brought.layers:
        if layer.kind == "Flatten":
            continue
        channels = np.arange(min(4, layer.shape[-1]))
        theirs = maximize(brought.keras, layer.name)[channels]
        mine = np.stack([excited(modules, layer.name, int(channel)) for channel in channels])
        assert mine.shape == theirs.shape, layer.name
        paper = felt(brought.keras, layer.name, theirs[:1] * 0)[0, channels]
        own, other = (
            felt(brought.keras, layer.name, each)[channels, channels] - paper
            for each in (mine, theirs)
        )
        alike = 0.9 if len(layer.shape) == 3 else 0.75  # in a whole picture there are many ways
        assert own.sum() >= alike * other.sum(), layer.name


def test_it_is_the_same_each_time(modules):
    give_file(modules, encode(*importer.read(weights.DEFAULT)))
    first = excited(modules, "conv3", 5)
    np.testing.assert_array_equal(excited(modules, "conv3", 5), first)
    assert not np.array_equal(excited(modules, "conv3", 6), first)


JOBS = """async () => {
    const { load } = await window.mnistCnnModules;
    window.posted = [];
    const post = Worker.prototype.postMessage;
    Worker.prototype.postMessage = function (message, ...others) {
        window.posted.push(message.job ?? (message.abandon ? "abandon" : ""));
        return post.call(this, message, ...others);
    };
}"""


def test_the_lens_shows_that_of_the_file_and_makes_others_in_the_worker(open_page):
    page = draw_and_settle(open_page(), 3)
    page.evaluate(JOBS)
    lens = select(page, "conv2", [0, 0, 5])
    lens.get_by_text(MOST).wait_for()
    with np.load(features_file.DEFAULT) as kept:
        np.testing.assert_allclose(shown(lens), kept["conv2"][5], atol=2)  # of 232 colours
    assert page.evaluate("posted") == []
    read_with(page, NETWORKS["LeNet-5"]())
    lens = select(page, "conv2", [0, 0, 5])
    lens.get_by_text(MOST).wait_for()
    assert shown(lens).shape == (14, 14)
    assert page.evaluate("posted").count("excite") == 1
    select(page, "conv2", [0, 0, 6]).get_by_text(MOST).wait_for()
    select(page, "conv2", [0, 0, 5]).get_by_text(MOST).wait_for()
    assert page.evaluate("posted").count("excite") == 2


@pytest.mark.parametrize("leave", ["another channel", "no lens"])
def test_what_nobody_waits_for_is_abandoned(open_page, leave):
    page = draw_and_settle(open_page(), 3)
    page.evaluate(JOBS)
    read_with(page, NETWORKS["VGG"]())
    lens = select(page, "softmax", [3])
    lens.get_by_text(WAIT).wait_for()
    page.wait_for_function("""() => !/ 0 %$/.test(document.querySelector(
        "#lens .channel figure:last-child figcaption").textContent)""")
    if leave == "no lens":
        page.keyboard.press("Escape")
    else:
        select(page, "conv1", [0, 0, 0]).get_by_text(MOST).wait_for()
    page.wait_for_function("posted.includes('abandon')")
    select(page, "softmax", [3]).get_by_text(MOST).wait_for(timeout=60_000)


def test_the_lesson_shows_those_of_the_file(open_page):
    page = open_chapter(open_page, "hierarchy", more="&card=strongest")
    page.evaluate(JOBS)
    page.locator("#lesson .action").click()
    sight = page.locator("#lesson .sight")
    sight.nth(4).get_by_text("what its channel would react to most").wait_for()
    sides = "all => all.map(({ width }) => width)"
    assert sight.locator("figure.made canvas").evaluate_all(sides) == [3, 4, 8, 10, 18]
    assert "excite" not in page.evaluate("posted")


def shown(lens):
    """The ink of the picture of what excites most, of a light page."""
    canvas = lens.locator("figure").filter(has_text=MOST).locator("canvas")
    found = canvas.evaluate("""(canvas) => {
        const { width, height } = canvas;
        return [height, width, [...canvas.getContext("2d").getImageData(0, 0, width, height).data]];
    }""")
    red = np.reshape(found[2], (found[0], found[1], 4))[..., 0]
    return np.rint((255 - red) / (255 - 23) * 255)
