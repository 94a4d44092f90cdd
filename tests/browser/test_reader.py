"""The reader in the page computes what TensorFlow and Python's preprocessing do."""

import base64

import numpy as np
import pytest
from PIL import Image

from mnist_cnn.digits import strokes
from mnist_cnn.lesson import variants
from mnist_cnn.network import model
from mnist_cnn.reading.activations import Tracer
from mnist_cnn.reading.preprocess import preprocess
from tests.browser.modules import give_network

DIGITS = 1000  # of the 10,000 test pictures, which all are read in the slow tests
IN_FULL = 100  # of which every activation is compared
AT_ONCE = 25  # pictures whose activations leave the page together

READ = """async ({pictures, names}) => {
    const bytes = Uint8Array.from(atob(pictures), (c) => c.charCodeAt(0));
    const digits = [], kept = [];
    for (let at = 0; at < bytes.length; at += 784) {
        const layers = network.read(bytes.subarray(at, at + 784));
        const last = [...layers.values()].at(-1).values;
        digits.push(last.indexOf(Math.max(...last)));
        for (const name of names) kept.push(layers.get(name).values);
    }
    const floats = new Uint8Array(await new Blob(kept).arrayBuffer());
    let text = "";
    for (let at = 0; at < floats.length; at += 0x8000) {
        text += String.fromCharCode(...floats.subarray(at, at + 0x8000));
    }
    return [digits, btoa(text)];
}"""


def read(modules, pictures, names=()):
    """Return the digits that the page's network reads, and all activations of some layers."""
    sent = {"pictures": base64.b64encode(pictures.tobytes()).decode(), "names": list(names)}
    digits, floats = modules.evaluate(READ, sent)
    return np.array(digits), np.frombuffer(base64.b64decode(floats), "<f4")


def assert_same(modules, network, pictures, tolerance=1e-5):
    """Every activation is TensorFlow's, but for so much of the layer's largest."""
    give_network(modules, network)
    tracer = Tracer(network)
    for start in range(0, len(pictures), AT_ONCE):
        some = pictures[start : start + AT_ONCE]
        expected = tracer.many(some)
        names = list(expected[0].layers)
        _, floats = read(modules, some, names)
        rows = np.array_split(floats, len(some))
        assert sum(len(row) for row in rows) == sum(
            layer.size for one in expected for layer in one.layers.values()
        )
        for row, one in zip(rows, expected, strict=True):
            at = 0
            for name, layer in one.layers.items():
                found = row[at : at + layer.size].reshape(layer.shape)
                at += layer.size
                # A layer's only number may be nearly 0 while its terms are not: no scale by itself.
                alike = [layer] if layer.size > 1 else [other.layers[name] for other in expected]
                assert np.abs(found - layer).max() <= tolerance * np.abs(alike).max(), name


@pytest.fixture(scope="module")
def shipped(reader):
    return reader.tracer.network


def test_digits_are_read_as_tensorflow_reads_them(modules, reader, shipped, mnist):
    give_network(modules, shipped)
    pictures = mnist.test_images[:DIGITS]
    expected = [one.digit for one in reader.tracer.many(pictures)]
    np.testing.assert_array_equal(read(modules, pictures)[0], expected)


@pytest.mark.slow
def test_all_test_digits_are_read_as_tensorflow_reads_them(modules, reader, shipped, mnist):
    give_network(modules, shipped)
    for start in range(0, 10_000, 1000):
        pictures = mnist.test_images[start : start + 1000]
        expected = [one.digit for one in reader.tracer.many(pictures)]
        np.testing.assert_array_equal(read(modules, pictures)[0], expected)


def test_every_activation_is_tensorflow_s(modules, shipped, mnist):
    assert_same(modules, shipped, mnist.test_images[:IN_FULL])


@pytest.fixture(scope="module")
def trained(mnist):
    """A network that has just learned a little."""
    network = model.build(seed=5)
    network.compile("adam", "sparse_categorical_crossentropy")
    images, labels = mnist.train_images[:2000], mnist.train_labels[:2000]
    network.fit(images[..., None] / np.float32(255), labels, verbose=0)
    return network


def test_a_network_that_has_just_been_trained_computes_the_same(modules, trained, mnist):
    assert_same(modules, trained, mnist.test_images[:10])


@pytest.mark.parametrize("name", variants.VARIANTS)
def test_the_lesson_s_networks_compute_the_same(modules, name, drawn):
    assert_same(modules, variants.load(name), drawn[:5])


def test_the_judge_computes_the_same(modules, reader, drawn):
    assert_same(modules, reader.judge.network, drawn)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["shipped", "judge", "trained", *variants.VARIANTS])
def test_every_activation_of_a_thousand_digits_is_tensorflow_s(
    modules, reader, trained, mnist, name
):
    own = {"shipped": reader.tracer.network, "judge": reader.judge.network, "trained": trained}
    network = own[name] if name in own else variants.load(name)
    assert_same(modules, network, mnist.test_images[:1000])


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("stride", [1, 2, 3])
def test_windows_lie_as_tensorflow_lays_them(modules, padding, stride, drawn):
    """Sides, strides and paddings that no network here has, and channels that fill no block."""
    import keras

    keras.utils.set_random_seed(stride)
    layers = keras.layers
    picture = keras.Input((28, 28, 1))
    x = layers.Conv2D(5, (3, 4), stride, padding, name="a", activation="relu")(picture)
    x = layers.MaxPooling2D((2, 3), (1, 2), padding, name="b")(x)
    x = layers.Conv2D(9, 2, padding=padding, name="c")(x)
    x = layers.AveragePooling2D(2, stride, padding, name="d")(x)
    x = layers.Dense(3, name="softmax", activation="softmax")(layers.Flatten(name="e")(x))
    assert_same(modules, keras.Model(picture, x), drawn[:3])


# --- preprocessing -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def drawings():
    """Lines of all widths and sizes: hairlines, dots, blobs, ink at the rim, single pixels."""
    random = np.random.default_rng(18)
    return [*odd_drawings(), *(drawing(random) for _ in range(300))]


@pytest.fixture(scope="module")
def drawn(drawings):
    """The 28×28 pictures of some of them."""
    found = [preprocess(one) for one in drawings[:40]]
    return np.stack([stages.image for stages in found if stages])


def odd_drawings():
    yield np.zeros((30, 20), np.uint8)
    for level in (1, 9, 10, 255):
        yield np.full((1, 1), level, np.uint8)
    yield np.full((280, 280), 255, np.uint8)
    yield np.full((1, 280), 255, np.uint8)
    yield np.full((280, 3), 128, np.uint8)
    faint = np.full((40, 40), 12, np.uint8)
    faint[10:20, 15:18] = 120
    yield faint
    faint = faint.copy()
    faint[10:20, 15:18] = 121
    yield faint
    yield strokes.render([np.array([(70.0, 60), (210, 56), (168, 140), (126, 238)])])


def drawing(random):
    """Return one of some strokes with a brush of 1 to 60 units, on a pad of 1 to 280 pixels."""
    size = int(random.integers(1, 281))
    count = random.integers(1, 4)
    spread = random.uniform(1, 140)
    middle = random.uniform(0, 280, 2)
    lines = [random.normal(middle, spread, (random.integers(1, 8), 2)) for _ in range(count)]
    ink = strokes.render(lines, brush=float(random.uniform(1, 60)), size=size)
    if random.random() < 0.2:
        ink = np.asarray(Image.fromarray(ink).resize((size, int(random.integers(1, 281)))))
    if random.random() < 0.2:
        ink = ink // np.uint8(random.integers(2, 20))
    return ink


PREPROCESS = """async (drawings) => {
    const {preprocess} = await import("/reader/preprocess.js");
    return drawings.map(([width, height, text]) => {
        const pixels = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
        const stages = preprocess({width, height, pixels});
        return stages && {
            box: stages.box, offset: stages.offset,
            scaled: [stages.scaled.width, stages.scaled.height], image: [...stages.image],
        };
    });
}"""


def preprocessed(modules, drawings):
    sent = [
        [one.shape[1], one.shape[0], base64.b64encode(one.tobytes()).decode()] for one in drawings
    ]
    return modules.evaluate(PREPROCESS, sent)


def assert_same_pictures(modules, drawings):
    for number, (found, one) in enumerate(
        zip(preprocessed(modules, drawings), drawings, strict=True)
    ):
        stages = preprocess(one)
        if stages is None:
            assert found is None, number
            continue
        assert found["box"] == list(stages.box), number
        assert found["scaled"] == [*stages.scaled.shape[::-1]], number
        assert found["offset"] == list(stages.offset), number
        image = np.array(found["image"]).reshape(28, 28)
        assert np.abs(image - stages.image.astype(int)).max() <= 1, number


def test_pictures_are_python_s(modules, drawings):
    assert_same_pictures(modules, drawings)


@pytest.mark.slow
def test_two_thousand_pictures_are_python_s(modules):
    random = np.random.default_rng(2000)
    for _ in range(10):
        assert_same_pictures(modules, [drawing(random) for _ in range(200)])


JUDGE = """async (drawings) => {
    const {preprocess} = await import("/reader/preprocess.js");
    const {doubt} = await import("/reader/judge.js");
    return drawings.map(([width, height, text, probabilities]) => {
        const pixels = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
        const stages = preprocess({width, height, pixels});
        return stages && doubt(network, stages, probabilities);
    });
}"""


def test_what_is_no_digit_is_doubted_for_the_same_reason(modules, reader, drawings):
    give_network(modules, reader.judge.network, {"threshold": reader.judge.threshold})
    inked = [one for one in drawings if one.any()]
    readings = [reader.read(one) for one in inked]
    sent = [
        [
            *(one.shape[1], one.shape[0], base64.b64encode(one.tobytes()).decode()),
            reading.activations.probabilities.tolist(),
        ]
        for one, reading in zip(inked, readings, strict=True)
    ]
    expected = [reading.doubt for reading in readings]
    assert {None, "wide", "blob", "unfamiliar"} <= set(expected)
    assert modules.evaluate(JUDGE, sent) == expected
