"""What the channels of every layer bring adds up to the lead, and is what TensorFlow finds."""

import base64
from dataclasses import dataclass

import keras
import numpy as np
import pytest
import tensorflow as tf

from mnist_cnn.digits import pen_drawings
from mnist_cnn.lesson import variants
from tests.browser.modules import give_network
from tests.drawings import IMAGES

DRAWINGS = 200
FEWER = 10  # of the networks of the lesson, and where all pairs of channels are looked at
FEWEST = 2  # where all ink is looked at, through every channel
MUTED = {  # of the shipped network
    "conv1": {0, 7, 9, 30},
    "pool1": {2},
    "conv2": {1, 20, 33, 63},
    "conv3": {4, 5, 44},
    "dense1": {3, 12, 40, 62},
}

FIND = """async ({pictures, digits, muted, chosen, pairs, each}) => {
    const {Contributions} = await import("/explain/contributions.js");
    const silent = new Map(muted.map(([name, channels]) => [name, new Set(channels)]));
    const contributions = new Contributions(network, silent);
    const bytes = Uint8Array.from(atob(pictures), (c) => c.charCodeAt(0));
    const hidden = network.layers.slice(0, -1);
    const weighted = network.layers.filter(({name}) => network.weights.has(name));
    return digits.map((digit, i) => {
        const image = bytes.subarray(784 * i, 784 * (i + 1));
        const account = contributions.to({image, layers: network.read(image, silent)}, digit);
        const layers = Object.fromEntries(hidden.map(({name}) => {
            const {channels, off} = account.of(name);
            return [name, {channels: [...channels], off}];
        }));
        const flows = Object.fromEntries((i < pairs ? weighted : []).map(({name, shape}) => {
            const all = [...Array(shape.at(-1)).keys()];
            return [name, account.into(name, all).map((flow) => [...flow])];
        }));
        const ink = Object.entries(i < pairs ? chosen : {}).map(
            ([name, channel]) => [name, [...account.ink(name, channel)]]);
        const few = hidden.filter(({kind}) => kind !== "Flatten");
        const inks = (i < each ? few : []).map(({name, shape}) => {
            const all = Array.from({length: shape.at(-1)}, (_, c) => account.ink(name, c));
            const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);
            return [name, {
                channels: all.map(sum), pixels: all[0].reduce((found, _, at) => {
                    found.push(sum(all.map((one) => one[at])));
                    return found;
                }, []),
            }];
        });
        const {lead, biases, pixels} = account;
        return {lead, biases, layers, flows, pixels: [...pixels],
            ink: Object.fromEntries(ink), inks: Object.fromEntries(inks)};
    });
}"""

NETWORKS = {
    "shipped": lambda reader: reader.tracer.network,
    "average": lambda reader: variants.load("average"),
    "stride": lambda reader: variants.load("stride"),
    "none": lambda reader: variants.load("none"),
    "muted": lambda reader: reader.tracer.network,
}


# --- the same by TensorFlow, with slopes that are means over the way from a blank picture --


@tf.custom_gradient
def relu(sums, blank):
    """ReLU; its slope is the share of the way on which it is on."""
    change = sums - blank
    risen = tf.nn.relu(sums) - tf.nn.relu(blank)
    on = tf.cast(sums > 0, tf.float32)
    slope = tf.where(change == 0, on, tf.math.divide_no_nan(risen, change))
    return tf.nn.relu(sums), lambda above: (above * slope, None)


@tf.custom_gradient
def largest(cells, blank):
    """The largest of the last axis; its slope is shared by the first and the last of the way."""
    count = cells.shape[-1]
    blank = tf.broadcast_to(blank, cells.shape)
    first, last = (tf.one_hot(tf.argmax(of, -1), count) for of in (blank, cells))
    ahead = tf.reduce_sum(blank * (first - last), -1, keepdims=True)
    behind = tf.reduce_sum(cells * (last - first), -1, keepdims=True)
    same = tf.reduce_all(first == last, -1, keepdims=True)
    share = tf.where(same, 1.0, tf.math.divide_no_nan(ahead, ahead + behind))
    slopes = first * share + last * (1 - share)
    return tf.reduce_max(cells, -1), lambda above: (above[..., None] * slopes, None)


def windows(layer, maps):
    """The cells of each window of a pooling layer, (n, rows, columns, channels, cells)."""
    size, stride = ((1, *pair, 1) for pair in (layer.pool_size, layer.strides))
    patches = tf.image.extract_patches(maps, size, stride, (1, 1, 1, 1), "VALID")
    count, rows, columns, _ = patches.shape
    channels = maps.shape[-1]
    return tf.transpose(tf.reshape(patches, (count, rows, columns, -1, channels)), (0, 1, 2, 4, 3))


def along(layer, values, blank):
    """What a layer makes of its input, and of the blank picture's, without what is muted."""
    if isinstance(layer, keras.layers.MaxPooling2D):
        return largest(windows(layer, values), windows(layer, blank)), layer(blank)
    if getattr(layer, "activation", None) is None:
        return layer(values), layer(blank)
    kernel, bias = layer.weights
    if isinstance(layer, keras.layers.Dense):
        sums, before = (of @ kernel + bias for of in (values, blank))
    else:
        sums, before = (
            tf.nn.conv2d(of, kernel, layer.strides, layer.padding.upper()) + bias
            for of in (values, blank)
        )
    if layer.activation is keras.activations.relu:
        return relu(sums, before), tf.nn.relu(before)
    return sums, before  # the logits, or no activation


@dataclass
class Case:
    """A network, pictures, and a digit asked for in each: what TensorFlow and the page find."""

    names: list[str]  # of the layers
    leads: np.ndarray  # (n,)
    biases: np.ndarray  # (n,) the same of a picture without ink
    terms: list[np.ndarray]  # of each layer but the last, what each channel brings, (n, channels)
    on: list[np.ndarray]  # and whether it is on
    by_pixel: np.ndarray  # (n, 784)
    chosen: dict[str, int]  # of each layer, the channel that brings most
    ink: dict[str, np.ndarray]  # by layer, what each pixel brings through it, (n, 784)
    muted: dict[str, set[int]]
    page: list[dict]

    def hidden(self):
        """The name of each layer but the last, its terms, where it is on, what the page says."""
        for name, terms, on in zip(self.names, self.terms, self.on, strict=False):
            yield name, terms, on, [one["layers"][name] for one in self.page]


def examine(modules, network, pictures, muted):
    """Ask TensorFlow and the page; now and then for another digit than the answer."""
    inputs = tf.constant(pictures[..., None] / np.float32(255))
    digits = network(inputs).numpy().argmax(axis=1)
    digits[::7] = (digits[::7] + 1) % 10
    counts = np.where(np.eye(10, dtype=bool)[digits], 1, -1 / 9).astype(np.float32)
    way = [(inputs, tf.zeros_like(inputs[:1]))]
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(inputs)
        for layer in network.layers[1:]:
            mask = np.ones(layer.output.shape[-1], np.float32)
            mask[[*muted.get(layer.name, ())]] = 0
            way.append(tuple(made * mask for made in along(layer, *way[-1])))
        leads = tf.reduce_sum(way[-1][0] * counts, axis=1)
    slopes = tape.gradient(leads, [values for values, _ in way[:-1]])
    by_pixel, *terms = (
        (slope * (values - blank)).numpy()
        for slope, (values, blank) in zip(slopes, way, strict=False)
    )
    names = [layer.name for layer in network.layers[1:]]
    terms = [per_channel(of).sum(axis=1) for of in terms]
    chosen, ink = {}, {}
    for name, brings, slope, (values, _) in zip(names, terms, slopes[1:], way[1:], strict=False):
        chosen[name] = int(np.abs(brings).sum(axis=0).argmax())
        one = slope * np.eye(brings.shape[1], dtype=np.float32)[chosen[name]]
        ink[name] = (tape.gradient(values, inputs, one) * inputs).numpy().reshape(len(pictures), -1)
    give_network(modules, network)
    asked = {
        "pictures": base64.b64encode(np.ascontiguousarray(pictures).tobytes()).decode(),
        "digits": digits.tolist(),
        "muted": [[name, sorted(channels)] for name, channels in muted.items()],
        "chosen": chosen,
        "pairs": FEWER,
        "each": FEWEST,
    }
    return Case(
        names=names,
        leads=leads.numpy(),
        biases=counts @ way[-1][1].numpy()[0],
        terms=terms,
        on=[per_channel(values.numpy()).any(axis=1) for values, _ in way[1:-1]],
        by_pixel=by_pixel.reshape(len(pictures), -1),
        chosen=chosen,
        ink=ink,
        muted=muted,
        page=modules.evaluate(FIND, asked),
    )


def per_channel(maps):
    """Maps or vectors as (n, cells, channels)."""
    return maps.reshape(len(maps), -1, maps.shape[-1])


@pytest.fixture(scope="module")
def pen_images(all_pen_digits):
    """Drawings by people."""
    images = pen_drawings.for_measuring(all_pen_digits, pen_drawings.NORMAL).images
    return np.random.default_rng(19).permutation(images)[:DRAWINGS]


@pytest.fixture(scope="module", params=NETWORKS)
def case(request, modules, reader, pen_images):
    pictures = pen_images if request.param == "shipped" else pen_images[:FEWER]
    muted = MUTED if request.param == "muted" else {}
    return examine(modules, NETWORKS[request.param](reader), pictures, muted)


def test_at_every_layer_the_terms_add_up_to_the_lead(case):
    for name, found in (("lead", case.leads), ("biases", case.biases)):
        np.testing.assert_allclose([one[name] for one in case.page], found, atol=1e-4)
    for name, _, _, page in case.hidden():
        totals = [sum(one["channels"]) + one["off"] for one in page] + case.biases
        np.testing.assert_allclose(totals, case.leads, atol=1e-3, err_msg=name)


def test_each_channel_brings_what_tensorflow_s_gradients_say(case):
    for name, terms, on, page in case.hidden():
        channels, off = ([one[what] for one in page] for what in ("channels", "off"))
        np.testing.assert_allclose(channels, terms * on, atol=1e-3, err_msg=name)
        np.testing.assert_allclose(off, (terms * ~on).sum(axis=1), atol=1e-3, err_msg=name)
    pixels = [one["pixels"] for one in case.page]
    np.testing.assert_allclose(pixels, case.by_pixel, atol=1e-4)


def test_what_a_channel_brings_flows_into_it_from_below_and_on_to_the_next_layer(case):
    terms = dict(zip(case.names, case.terms, strict=False))
    for i, one in enumerate(case.page[:FEWER]):
        below = [sum(one["pixels"])]
        for name, flows in one["flows"].items():
            flows = np.array(flows)  # (channels, channels below)
            np.testing.assert_allclose(flows.sum(axis=0), below, atol=1e-3, err_msg=name)
            if name != case.names[-1]:
                np.testing.assert_allclose(flows.sum(axis=1), terms[name][i], atol=1e-3)
            below = flows.sum(axis=1)


def test_what_is_muted_brings_nothing_and_nothing_comes_through_it(case):
    for one in case.page[:FEWER]:
        for (name, flows), after in zip(
            one["flows"].items(), [*[*one["flows"]][1:], None], strict=True
        ):
            silent = sorted(case.muted.get(name, ()))
            assert not np.array(one["layers"].get(name, {"channels": [0]})["channels"])[
                silent
            ].any()
            assert not np.array(flows)[silent].any()
            if after:
                assert not np.array(one["flows"][after])[:, silent].any()


def test_ink_through_one_channel_is_what_tensorflow_s_gradients_say(case):
    for name, expected in case.ink.items():
        found = [one["ink"][name] for one in case.page[:FEWER]]
        np.testing.assert_allclose(found, expected[:FEWER], atol=1e-4, err_msg=name)


def test_ink_through_a_channel_adds_up_to_it_and_through_all_to_the_pixels(case):
    for i, one in enumerate(case.page[:FEWEST]):
        terms = dict(zip(case.names, case.terms, strict=False))
        for name, found in one["inks"].items():
            np.testing.assert_allclose(found["channels"], terms[name][i], atol=1e-3, err_msg=name)
            np.testing.assert_allclose(found["pixels"], one["pixels"], atol=1e-6, err_msg=name)


ACCOUNTS = """async (image) => {
    const {accountOf} = await import("/explain/contributions.js");
    const none = new Map();
    let readings = 0;
    const read = (picture, muted) => {
        readings++;
        return Network.prototype.read.call(network, picture, muted);
    };
    const {Network} = await import("/reader/network.js");
    const counted = Object.assign(Object.create(network), {read});
    const answer = (muted) => ({
        image: Uint8Array.from(image), digit: 7, network: counted, muted,
        layers: network.read(Uint8Array.from(image), muted),
    });
    const one = answer(none);
    const silent = answer(new Map([["conv3", new Set([44])]]));
    return {
        same: accountOf(one) === accountOf(one, 7) && accountOf(one, 3) === accountOf(one, 3),
        digits: [accountOf(one).digit, accountOf(one, 3).digit],
        another: accountOf(one) !== accountOf(answer(none)),
        leads: [accountOf(one).lead, accountOf(silent).lead],
        muted: accountOf(silent).of("conv3").channels[44],
        readings,
    };
}"""


def test_an_account_is_made_once_for_each_answer_and_digit(modules, reader):
    give_network(modules, reader.tracer.network)
    found = modules.evaluate(ACCOUNTS, IMAGES["crossed 7"].ravel().tolist())
    assert found["same"]
    assert found["another"]
    assert found["digits"] == [7, 3]
    assert found["leads"][0] != found["leads"][1]
    assert found["muted"] == 0
    assert found["readings"] == 2, "the blank picture once with each set of mutes"
