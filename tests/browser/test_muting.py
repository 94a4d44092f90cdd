"""A network reads with channels muted, and the page finds the fewest that change an answer."""

import itertools

import keras
import numpy as np
import pytest
import tensorflow as tf

from mnist_cnn.digits import pen_drawings
from tests.browser.modules import give_network, odd_network
from tests.drawings import IMAGES

DRAWINGS = 5

READ = """([image, muted]) => {
    const silent = new Map(muted.map(([name, channels]) => [name, new Set(channels)]));
    const layers = network.read(Uint8Array.from(image), silent);
    return [...layers.values()].map(({sums, values}) => [[...sums], [...values]]);
}"""

FEWEST = """async ([image, muted]) => {
    const {findFewestToMute} = await import("/explain/muting.js");
    const silent = new Map(muted.map(([name, channels]) => [name, new Set(channels)]));
    const work = findFewestToMute(network, Uint8Array.from(image), silent);
    for (let rests = 0; ; rests++) {
        const {done, value} = work.next();
        if (done) return value && {...value, rests};
    }
}"""


def muted_model(network, muted):
    """The same network with zeros for what is muted: the outputs of all layers, and the logits."""
    values, outputs = network.input, []
    for layer in network.layers[1:]:
        values = layer(values)
        if layer.name in muted:
            mask = np.ones(values.shape[-1], np.float32)
            mask[[*muted[layer.name]]] = 0
            values = values * mask
        outputs.append(values)
    kernel, bias = network.layers[-1].get_weights()
    return keras.Model(network.input, [*outputs, outputs[-2] @ kernel + bias])


def said(network, images, muted):
    """TensorFlow's: the numbers of every layer, and the logits, of uint8 images (n, 28, 28)."""
    pictures = tf.constant(images[..., None] / np.float32(255))
    *layers, logits = muted_model(network, muted)(pictures)
    return [layer.numpy() for layer in layers], logits.numpy()


def digit_of(network, image, muted):
    return int(said(network, image[None], muted)[1].argmax())


def as_lists(muted):
    return [[name, sorted(channels)] for name, channels in muted.items()]


ODD = {"conv1": {0, 3}, "pool1": {1}, "conv2": {2}, "pool2": {5}, "flatten": {7}, "dense1": {4, 6}}
NETWORKS = {
    "shipped": (
        lambda reader: reader.tracer.network,
        {"conv1": {0, 7, 31}, "conv2": {5, 63}, "pool2": {6}, "conv3": {44}, "dense1": {1, 2}},
    ),
    "odd": (lambda reader: odd_network("relu"), ODD),
}


@pytest.mark.parametrize("kind", NETWORKS)
def test_it_reads_as_tensorflow_does_with_zeros_for_what_is_muted(modules, reader, kind):
    make, muted = NETWORKS[kind]
    network = make(reader)
    give_network(modules, network)
    image = IMAGES["crossed 7"]
    expected, logits = said(network, image[None], muted)
    found = modules.evaluate(READ, [image.ravel().tolist(), as_lists(muted)])
    for layer, (sums, values), of in zip(network.layers[1:], found, expected, strict=True):
        of = of[0].ravel()
        tolerance = 1e-5 * np.abs(of).max()
        np.testing.assert_allclose(values, of, atol=tolerance, err_msg=layer.name)
        by_channel = np.reshape(sums, (-1, layer.output.shape[-1]))
        assert not by_channel[:, sorted(muted.get(layer.name, ()))].any()
    np.testing.assert_allclose(found[-1][0], logits[0], atol=1e-4)


def test_muting_for_one_reading_leaves_the_others_as_they_were(modules, reader):
    give_network(modules, reader.tracer.network)
    image = IMAGES["0"].ravel().tolist()
    before = modules.evaluate(READ, [image, []])
    assert modules.evaluate(READ, [image, [["conv2", [1, 2, 3]], ["flatten", [9]]]]) != before
    assert modules.evaluate(READ, [image, []]) == before


# --- the fewest ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def shipped(modules, reader):
    give_network(modules, reader.tracer.network)
    return reader.tracer.network


@pytest.fixture(scope="module")
def doubtful(shipped, all_pen_digits):
    """Drawings by people of which the network is least sure: a few channels carry the answer."""
    images = pen_drawings.for_measuring(all_pen_digits, pen_drawings.NORMAL).images
    images = np.random.default_rng(7).permutation(images)[:1000]
    logits = np.sort(said(shipped, images, {})[1], axis=1)
    order = np.argsort(logits[:, -1] - logits[:, -2])
    return images[order[[3, 20, 60, 110, 300]]]


def flipping(network, image, size, muted):
    """All sets of so many channels of conv3 that change the answer, by TensorFlow."""
    layers, logits = said(network, image[None], muted)
    names = [layer.name for layer in network.layers[1:]]
    values = layers[names.index("conv3")]
    sets = np.array(list(itertools.combinations(range(values.shape[-1]), size)))
    masks = np.ones((len(sets), values.shape[-1]), np.float32)
    np.put_along_axis(masks, sets, 0, axis=1)
    left = (values * masks[:, None, None]).reshape(len(sets), -1)
    hidden = network.get_layer("dense1")(left).numpy()
    hidden[:, sorted(muted.get("dense1", ()))] = 0
    kernel, bias = network.layers[-1].get_weights()
    digits = (hidden @ kernel + bias).argmax(axis=1)
    return {tuple(one) for one in sets[digits != logits.argmax()].tolist()}


@pytest.mark.parametrize("muted", [{}, {"conv2": {3, 40}, "conv3": {9}, "dense1": {0, 5, 30}}])
def test_the_fewest_change_the_answer_and_no_smaller_set_does(modules, shipped, doubtful, muted):
    sizes = set()
    for image in doubtful:
        found = modules.evaluate(FEWEST, [image.ravel().tolist(), as_lists(muted)])
        channels = found["channels"]
        sizes.add(len(channels))
        together = {name: set(all_) for name, all_ in muted.items()}
        for name, channel in channels:
            assert channel not in together.setdefault(name, set())
            together[name].add(channel)
        assert digit_of(shipped, image, muted) != found["digit"]
        assert digit_of(shipped, image, together) == found["digit"]
        for size in range(1, min(len(channels), 3)):
            assert flipping(shipped, image, size, muted) == set()
        if len(channels) > 1:
            assert {name for name, _ in channels} == {"conv3"}
    assert 1 in sizes
    assert max(sizes) >= 3


def test_where_two_are_needed_two_are_found(modules, shipped, doubtful):
    """Every set of two that TensorFlow finds is one that the page may name."""
    checked = 0
    for image in doubtful:
        found = modules.evaluate(FEWEST, [image.ravel().tolist(), []])["channels"]
        if len(found) == 1 and found[0][0] == "conv3":
            assert (found[0][1],) in flipping(shipped, image, 1, {})
        elif len(found) == 2:
            assert tuple(sorted(channel for _, channel in found)) in flipping(shipped, image, 2, {})
        elif len(found) > 2:
            continue
        checked += 1
    assert checked >= 2


def test_the_search_rests_often(modules, shipped):
    assert modules.evaluate(FEWEST, [IMAGES["0"].ravel().tolist(), []])["rests"] > 50


def stubborn_network():
    """It answers 0 by its biases alone, whatever is muted."""
    network = odd_network("relu")
    *others, last, bias = network.get_weights()
    network.set_weights([*others, 0 * last, np.eye(10)[0] + bias])
    return network


def test_where_nothing_changes_the_answer_nothing_is_found(modules):
    give_network(modules, stubborn_network())
    assert modules.evaluate(FEWEST, [IMAGES["0"].ravel().tolist(), []]) is None


# --- what is muted on the page -------------------------------------------------------------


@pytest.fixture
def page_state(modules):
    """Its state, with nothing muted, and a log of its events."""
    modules.evaluate(
        """async () => {
            window.state = await import("/state/muted.js");
            state.unmuteAll();
            window.counts = [];
            window.log ??= document.addEventListener(
                "mnist_cnn:muted", ({detail}) => counts.push(detail.count)) ?? true;
        }"""
    )
    return modules


def held(modules):
    return modules.evaluate("[...state.muted()].map(([name, all]) => [name, [...all]])")


def test_channels_are_muted_and_speak_again(page_state):
    page_state.evaluate("state.toggle('conv1', 3); state.toggle('conv1', 5)")
    page_state.evaluate("state.toggle('conv3', 0)")
    assert held(page_state) == [["conv1", [3, 5]], ["conv3", [0]]]
    asked = "[['conv1', 3], ['conv1', 4], ['pool1', 3]].map((place) => state.isMuted(...place))"
    assert page_state.evaluate(asked) == [True, False, False]
    page_state.evaluate("state.toggle('conv1', 3)")
    page_state.evaluate("state.toggle('conv3', 0)")
    assert held(page_state) == [["conv1", [5]]]
    page_state.evaluate("state.unmuteAll(); state.unmuteAll()")
    assert held(page_state) == []
    assert page_state.evaluate("counts") == [1, 2, 3, 2, 1, 0]


def test_others_take_the_place_of_those_before(page_state):
    page_state.evaluate("state.toggle('conv1', 3)")
    page_state.evaluate("state.muteAll([['conv3', 1], ['conv2', 1], ['conv3', 2]])")
    assert held(page_state) == [["conv3", [1, 2]], ["conv2", [1]]]
    assert page_state.evaluate("[state.count(), ...counts]") == [3, 1, 3]


def test_what_an_answer_was_read_with_stays_as_it_was(page_state):
    page_state.evaluate("state.toggle('conv1', 3); window.before = state.muted()")
    page_state.evaluate("state.toggle('conv1', 4)")
    assert page_state.evaluate("[...before.get('conv1')]") == [3]


def test_another_network_has_nothing_muted_but_newer_weights_of_it_do(page_state):
    page_state.evaluate(
        """async () => {
            window.events = await import("/state/events.js");
            window.layers = [{name: "conv1"}];
            events.emit("network", {layers});
            state.toggle("conv1", 3);
            events.emit("network", {layers});
        }"""
    )
    assert held(page_state) == [["conv1", [3]]]
    page_state.evaluate("events.emit('network', {layers: [{name: 'conv1'}]})")
    assert held(page_state) == []
    assert page_state.evaluate("counts.at(-1)") == 0
