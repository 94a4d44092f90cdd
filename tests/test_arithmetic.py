"""The terms of a number add up to what TensorFlow computed, and are the network's own."""

import keras
import numpy as np
import pytest
from keras import layers

from mnist_cnn import model, strokes
from mnist_cnn.activations import Tracer
from mnist_cnn.arithmetic import Arithmetic, CellError
from mnist_cnn.preprocess import preprocess

LAYERS = ["conv1", "pool1", "conv2", "pool2", "conv3", "flatten", "dense1", "softmax"]
CELLS = 200  # of each layer
CLOSE = 1e-4
RIM = 9  # cells of padding the tests put around a map, more than any window reaches

TURN = np.linspace(0, 2 * np.pi, 40)
DIGITS = {
    "0": [np.stack([140 + 60 * np.sin(TURN), 140 - 95 * np.cos(TURN)], axis=1)],
    "1": [[(110, 90), (150, 45), (150, 235)]],
    "4": [[(150, 50), (80, 160), (210, 160)], [(165, 110), (165, 240)]],
    "7": [[(75, 60), (205, 60), (120, 235)]],
}


class Case:
    """A network, what explains it, and what TensorFlow makes of some drawings."""

    def __init__(self, network, images):
        tracer = Tracer(network)
        self.network, self.arithmetic = network, Arithmetic(network)
        self.images, self.activations = images, [tracer(image) for image in images]
        self.weights = {layer.name: layer.get_weights() for layer in network.layers}

    def explained(self, layer, cells=CELLS):
        """Explanations of random cells, each with the drawing's number in the list."""
        random = np.random.default_rng(21)
        shape = self.activations[0].layers[layer].shape
        for _ in range(cells):
            drawing = int(random.integers(len(self.images)))
            cell = tuple(int(random.integers(n)) for n in shape)
            yield drawing, self.explain(drawing, layer, cell)

    def explain(self, drawing, layer, cell):
        return self.arithmetic.explain(self.images[drawing], self.activations[drawing], layer, cell)

    def layer(self, drawing, name):
        """What a layer answered; the picture as the network reads it."""
        if name == "image":
            return self.images[drawing][..., None] / 255
        return self.activations[drawing].layers[name]


@pytest.fixture(scope="module")
def drawn():
    return [preprocess(strokes.render(digit)).image for digit in DIGITS.values()]


@pytest.fixture(scope="module", params=["drawn here", "pen digits"])
def case(request, drawn, reader):
    """The shipped network and real drawings."""
    if request.param == "drawn here":
        return Case(reader.tracer.network, drawn)
    pens = request.getfixturevalue("pen_digits")
    box = (50, 40, 230, 240)
    digits = [strokes.fit(pens.strokes[row], box) for row in range(0, len(pens), 500)]
    return Case(reader.tracer.network, [preprocess(strokes.render(d)).image for d in digits])


def small(*parts):
    """A network with random weights and biases."""
    keras.utils.set_random_seed(6)
    image = x = keras.Input((model.IMAGE_SIZE, model.IMAGE_SIZE, 1), name="image")
    for part in (*parts, layers.Flatten(), layers.Dense(7), layers.Dense(10, "softmax")):
        x = part(x)
    network = keras.Model(image, x)
    random = np.random.default_rng(6)
    network.set_weights([w + random.normal(0, 0.1, w.shape) for w in network.get_weights()])
    return network


def convolution(filters, size, activation="relu", **options):
    return layers.Conv2D(filters, size, activation=activation, **options)


VARIANTS = {
    "strides instead of pooling": lambda: small(
        convolution(5, 3, strides=2), convolution(6, 3, strides=2), convolution(4, 3)
    ),
    "average pooling": lambda: small(
        *(convolution(5, 3), layers.AveragePooling2D(2), convolution(6, 3)),
        layers.AveragePooling2D(3, strides=2),
    ),
    "same padding": lambda: small(
        *(convolution(5, 4, padding="same"), layers.MaxPooling2D(3, padding="same")),
        *(convolution(6, 3, strides=2, padding="same"), layers.AveragePooling2D(2, padding="same")),
    ),
    "not square, without bias or activation": lambda: small(
        convolution(5, (5, 2), "linear", use_bias=False, padding="same", strides=(2, 3)),
        *(layers.MaxPooling2D((3, 2), strides=(1, 2)), convolution(3, (1, 4), "linear")),
    ),
    "dilation": lambda: small(convolution(5, 3, dilation_rate=(2, 3), padding="same")),
}


@pytest.fixture(scope="module", params=VARIANTS.values(), ids=VARIANTS)
def variant(request, drawn):
    return Case(request.param(), drawn)


def recombined(terms):
    """The number, from nothing but the terms that are shown."""
    if terms.kind == "flatten":
        return terms.value
    if terms.kind == "pooling":
        return terms.window.max() if terms.how == "max" else terms.window.mean()
    if terms.kind == "softmax":
        assert terms.denominator == pytest.approx(sum(terms.exponentials))
        return terms.exponentials[terms.cell[0]] / terms.denominator
    total = sum(terms.sums if terms.kind == "convolution" else terms.products) + terms.bias
    return max(total, 0) if terms.activation == "relu" else total


def check_inputs(case, drawing, terms):
    """Assert that the inputs are the numbers that stand where ``terms.inputs`` says."""
    inputs = terms.inputs
    read = case.layer(drawing, inputs.layer)
    layer = case.network.get_layer(terms.layer)
    if terms.kind == "flatten":
        assert read[inputs.row, inputs.column, inputs.channel] == terms.value
    elif terms.kind in ("dense", "softmax"):
        assert (inputs.row, inputs.column, inputs.channel) == (None, None, None)
        np.testing.assert_array_equal(terms.values, read[terms.units])
    elif terms.kind == "pooling":
        height, width = terms.window.shape
        rows, columns = (
            slice(inputs.row, inputs.row + height),
            slice(inputs.column, inputs.column + width),
        )
        np.testing.assert_array_equal(terms.window, read[rows, columns, inputs.channel])
        assert inputs.channel == terms.cell[2]
    else:
        padded = np.pad(read, [(RIM, RIM), (RIM, RIM), (0, 0)])[
            inputs.row + RIM :, inputs.column + RIM :
        ]
        every = [
            slice(0, (size - 1) * step + 1, step)
            for size, step in zip(layer.kernel_size, layer.dilation_rate, strict=True)
        ]
        patches = padded[every[0], every[1], terms.channels].transpose(2, 0, 1)
        np.testing.assert_allclose(terms.patches, patches, rtol=1e-6)
        assert inputs.channel is None


def check_weights(case, terms):
    """Assert that kernel, weights, bias and activation are those of the layer."""
    layer = case.network.get_layer(terms.layer)
    weights, *bias = case.weights[terms.layer]
    unit = terms.cell[-1]
    if terms.kind == "convolution":
        kernels = weights[:, :, terms.channels, unit].transpose(2, 0, 1)
        np.testing.assert_array_equal(terms.kernels, kernels)
    else:
        np.testing.assert_array_equal(terms.weights, weights[terms.units, unit])
    assert terms.bias == (bias[0][unit] if bias else 0)
    assert terms.activation == keras.activations.serialize(layer.activation)


def check(case, layer):
    """Assert everything that must hold of the terms of a layer's numbers."""
    for drawing, terms in case.explained(layer):
        value = case.layer(drawing, layer)[terms.cell]
        assert terms.layer == layer
        assert terms.value == value
        assert recombined(terms) == pytest.approx(value, abs=CLOSE)
        check_inputs(case, drawing, terms)
        if terms.kind in ("convolution", "dense", "softmax"):
            check_weights(case, terms)


@pytest.mark.parametrize("layer", LAYERS)
def test_the_terms_of_a_number_are_the_network_s_own_and_add_up_to_it(case, layer):
    check(case, layer)


def test_the_drawings_make_every_layer_answer(case):
    for name in LAYERS:
        answers = [activations.layers[name] for activations in case.activations]
        assert np.mean(np.array(answers) > 1e-3) > 0.05, name


def test_the_terms_add_up_in_other_architectures(variant):
    for row in model.layer_table(variant.network):
        check(variant, row.name)


@pytest.mark.parametrize("layer", ["conv1", "conv2", "conv3", "dense1", "softmax"])
def test_terms_are_sorted_and_total_what_they_show(case, layer):
    for _, terms in case.explained(layer):
        if terms.kind == "convolution":
            order, numbers = terms.channels, terms.sums
            np.testing.assert_allclose(numbers, (terms.patches * terms.kernels).sum((1, 2)))
        else:
            order, numbers = terms.units, terms.products
            np.testing.assert_allclose(numbers, terms.values * terms.weights)
        assert sorted(order) == list(range(len(order)))
        assert (np.diff(np.abs(numbers)) <= 0).all()
        assert terms.total == pytest.approx(sum(numbers) + terms.bias, abs=1e-9)


def test_equal_terms_stay_in_their_order(case):
    """Which are many: a unit that is off gives nothing to any other."""
    for unit in range(8):
        terms = case.explain(0, "dense1", (unit,))
        equal = np.diff(np.abs(terms.products)) == 0
        assert equal.sum() > 20
        assert (np.diff(terms.units)[equal] > 0).all()


def test_the_winner_of_a_pooling_is_where_the_value_is(case):
    for _, terms in [*case.explained("pool1"), *case.explained("pool2")]:
        assert terms.window.shape == (2, 2)
        assert terms.window[terms.winner] == terms.value


def test_a_softmax_shows_the_logits_of_all_digits(case):
    for drawing in range(len(case.images)):
        each = [case.explain(drawing, "softmax", (digit,)) for digit in range(10)]
        np.testing.assert_allclose([terms.total for terms in each], each[0].logits, atol=1e-9)
        powers = np.exp(each[0].logits - max(each[0].logits))
        np.testing.assert_allclose(each[0].exponentials, powers)
        probabilities = case.activations[drawing].probabilities
        np.testing.assert_allclose(powers / sum(powers), probabilities, atol=1e-5)


def test_padding_is_nought_in_a_patch_and_left_out_of_pooling(drawn):
    case = Case(VARIANTS["same padding"](), drawn)
    first, pool, _, average = [row.name for row in model.layer_table(case.network)][:4]
    corner = case.explain(0, first, (0, 0, 2))
    assert (corner.inputs.row, corner.inputs.column) == (-1, -1)  # 4 wide: 1 before, 2 after
    assert not corner.patches[:, 0].any()
    assert not corner.patches[:, :, 0].any()
    assert case.explain(0, pool, (0, 0, 2)).window.shape == (2, 2)  # 30 for 28: 1 before, 1 after
    assert case.explain(0, pool, (1, 9, 2)).window.shape == (3, 2)
    assert case.explain(0, average, (0, 2, 1)).window.shape == (2, 1)  # 6 for 5: 1 after
    assert case.explain(0, average, (0, 0, 1)).winner is None


@pytest.mark.parametrize(
    ("layer", "cell", "message"),
    [
        ("conv9", (0, 0, 0), "no layer 'conv9'. Its layers are conv1, pool1, conv2, pool2"),
        ("image", (0, 0, 0), "no layer 'image'"),
        ("conv1", (26, 0, 0), "conv1 has the cells row 0 to 25, column 0 to 25, channel 0 to 31"),
        ("conv1", (0, -1, 0), "no cell 0, -1, 0"),
        ("pool2", (0, 0, 64), "channel 0 to 63, and no cell 0, 0, 64"),
        ("conv3", (0, 0), "channel 0 to 63, and no cell 0, 0"),
        ("conv3", (), "channel 0 to 63, and no cell "),
        ("flatten", (576,), "flatten has the cells unit 0 to 575, and no cell 576"),
        ("dense1", (0, 0, 0), "unit 0 to 63, and no cell 0, 0, 0"),
        ("softmax", (10,), "unit 0 to 9, and no cell 10"),
    ],
)
def test_a_number_that_is_not_there_is_named(case, layer, cell, message):
    with pytest.raises(CellError, match=message.replace(".", r"\.")):
        case.explain(0, layer, cell)


@pytest.mark.parametrize(
    ("part", "message"),
    [
        (layers.Dropout(0.5, name="d"), r"d is a Dropout that reads \(28, 28, 1\)"),
        (convolution(4, 3, "gelu", name="c"), "c has the activation gelu. Explained are relu"),
        (layers.Dense(4, name="dense"), "dense is a Dense that reads"),
    ],
    ids=["dropout", "gelu", "dense on maps"],
)
def test_a_network_that_cannot_be_explained_is_refused(part, message):
    with pytest.raises(TypeError, match=message):
        Arithmetic(small(part))
