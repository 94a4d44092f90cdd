"""What the page explains of a number: its terms, which are those of Keras' network, and guesses."""

import keras
import numpy as np
import pytest

from mnist_cnn.lesson import variants
from mnist_cnn.network import model
from mnist_cnn.reading.activations import Tracer
from tests.browser.modules import give_network, odd_network
from tests.drawings import IMAGES

CELLS = 24  # of each layer
GUESSED = ("conv1", "pool1", "pool2")

EXPLAIN = """async ({image, asked}) => {
    const {explain} = await import("/explain/arithmetic.js");
    const picture = Uint8Array.from(image);
    const layers = network.read(picture);
    return asked.map(([name, cell]) => explain(network, picture, layers, name, cell));
}"""

CHOOSE = """async ({image, layer, turns}) => {
    const {choose, tolerance} = await import("/explain/guess.js");
    const {explain} = await import("/explain/arithmetic.js");
    const picture = Uint8Array.from(image);
    const layers = network.read(picture);
    return turns.map((turn) => {
        const cell = choose(network, picture, layers, layer, turn);
        const terms = explain(network, picture, layers, layer, cell);
        return {...terms, tolerance: tolerance(terms)};
    });
}"""


class Case:
    """A network, in the page and in Keras, and a picture that both have read."""

    def __init__(self, modules, network, image):
        self.modules, self.network, self.image = modules, network, image
        self.activations = Tracer(network)(image)
        give_network(modules, network)

    def explain(self, *asked):
        """What the page explains of numbers, each a layer and a cell."""
        cells = [(layer, [int(i) for i in cell]) for layer, cell in asked]
        return self.modules.evaluate(
            EXPLAIN, {"image": self.image.ravel().tolist(), "asked": cells}
        )

    def expected(self, name, cell):
        """The terms by their names, from what Keras' layers hold and TensorFlow made of it."""
        layer = self.network.get_layer(name)
        names = ["image", *(row.name for row in model.layer_table(self.network))]
        source = names[names.index(name) - 1]
        layers = {"image": self.image[..., None] / np.float32(255), **self.activations.layers}
        read = layers[source].astype(float)
        own = {"layer": name, "cell": list(cell), "value": float(layers[name][tuple(cell)])}
        return own | TERMS[type(layer)](layer, read, source, cell)

    def choose(self, layer, *turns):
        """Cells to guess, with their terms."""
        asked = {"image": self.image.ravel().tolist(), "layer": layer, "turns": list(turns)}
        return self.modules.evaluate(CHOOSE, asked)


def random_cells(shape, count=CELLS):
    """The first and the last, where padding is, and others."""
    random = np.random.default_rng(len(shape) + shape[-1])
    others = [tuple(int(random.integers(n)) for n in shape) for _ in range(count)]
    return [(0,) * len(shape), tuple(n - 1 for n in shape), *others]


# --- the terms, worked out from what Keras has ---------------------------------------------


def first_of(layer, read, size, cell):
    """Where the window of a cell begins, row and column, as in TensorFlow; below 0 in padding."""
    found = []
    for axis in (0, 1):
        stride, side, window = layer.strides[axis], read.shape[axis], size[axis]
        missing = max((-(-side // stride) - 1) * stride + window - side, 0)
        before = missing // 2 if layer.padding == "same" else 0
        found.append(int(cell[axis]) * stride - before)
    return found


def convolution_terms(layer, read, source, cell):
    size = layer.kernel_size
    top, left = first_of(layer, read, size, cell)
    around = np.pad(read, ((9, 9), (9, 9), (0, 0)))[top + 9 :, left + 9 :]
    patches = around[: size[0], : size[1]].transpose(2, 0, 1)
    weights, biases = layer.get_weights()
    kernels = weights[..., cell[2]].transpose(2, 0, 1).astype(float)
    sums = (patches * kernels).sum(axis=(1, 2))
    return {
        "kind": "convolution",
        "inputs": {"layer": source, "row": top, "column": left},
        "channels": list(range(len(sums))),
        "sums": sums,
        "patches": patches,
        "kernels": kernels,
        "bias": float(biases[cell[2]]),
        "total": float(sums.sum() + biases[cell[2]]),
        "activation": layer.activation.__name__,
    }


def pooling_terms(layer, read, source, cell):
    (top, left), size = first_of(layer, read, layer.pool_size, cell), layer.pool_size
    bottom, right = top + size[0], left + size[1]
    top, left = max(top, 0), max(left, 0)  # padding is left out
    window = read[top:bottom, left:right, cell[2]]
    largest = isinstance(layer, keras.layers.MaxPooling2D)
    return {
        "kind": "pooling",
        "how": "max" if largest else "average",
        "inputs": {"layer": source, "row": top, "column": left, "channel": int(cell[2])},
        "window": window,
        "winner": [*map(int, divmod(window.argmax(), window.shape[1]))] if largest else None,
        "total": float(window.max() if largest else window.mean()),
    }


def flatten_terms(layer, read, source, cell):
    place = [int(i) for i in np.unravel_index(cell[0], read.shape)]
    inputs = dict(zip(("row", "column", "channel"), place, strict=True))
    return {"kind": "flatten", "inputs": {"layer": source, **inputs}}


def dense_terms(layer, read, source, cell):
    kernel, biases = (array.astype(float) for array in layer.get_weights())
    weights = kernel[:, cell[0]]
    logits = read @ kernel + biases
    found = {
        "kind": "dense",
        "inputs": {"layer": source},
        "units": list(range(len(read))),
        "values": read,
        "weights": weights,
        "products": read * weights,
        "bias": biases[cell[0]],
        "total": logits[cell[0]],
        "activation": layer.activation.__name__,
    }
    if found["activation"] != "softmax":
        return found
    powers = np.exp(logits - logits.max())
    shares = {"logits": logits, "exponentials": powers, "denominator": powers.sum()}
    return found | {"kind": "softmax"} | shares


TERMS = {
    keras.layers.Conv2D: convolution_terms,
    keras.layers.MaxPooling2D: pooling_terms,
    keras.layers.AveragePooling2D: pooling_terms,
    keras.layers.Flatten: flatten_terms,
    keras.layers.Dense: dense_terms,
}


SORTED = {  # fields in the order of the first, by kind
    "convolution": ("channels", "sums", "patches", "kernels"),
    "dense": ("units", "products", "values", "weights"),
    "softmax": ("units", "products", "values", "weights"),
}


def in_index_order(terms):
    """The terms without their order, in which the two may differ where terms are all but equal."""
    names = SORTED.get(terms["kind"], ())
    if not names:
        return terms
    assert (np.diff(np.abs(terms[names[1]])) <= 1e-6).all(), "the largest first"
    order = np.argsort(terms[names[0]])
    return terms | {name: np.array(terms[name])[order].tolist() for name in names}


def assert_same(found, expected):
    """The same fields; numbers but for the rounding of float32 sums."""
    found = in_index_order(found)
    for name, value in expected.items():
        if isinstance(value, (float, np.ndarray)):
            np.testing.assert_allclose(found[name], value, atol=3e-5, rtol=1e-5, err_msg=name)
        else:
            assert found[name] == value, name


def assert_explains(case):
    for row in model.layer_table(case.network):
        cells = random_cells(row.shape)
        for cell, found in zip(cells, case.explain(*((row.name, c) for c in cells)), strict=True):
            assert_same(found, case.expected(row.name, cell))


@pytest.fixture(scope="module", params=["open 4", "0"])
def case(request, modules, reader):
    return Case(modules, reader.tracer.network, IMAGES[request.param])


def test_every_number_of_the_shipped_network_is_explained(case):
    give_network(case.modules, case.network)
    assert_explains(case)


@pytest.mark.parametrize(
    "name", ["average", "stride", pytest.param("none", marks=pytest.mark.slow)]
)
def test_so_are_those_of_the_lesson_s_networks(modules, name):
    assert_explains(Case(modules, variants.load(name), IMAGES["open 4"]))


def test_so_are_those_behind_padding_and_strides(modules):
    assert_explains(Case(modules, odd_network(), IMAGES["0"]))


def test_equal_terms_stay_in_their_order(case):
    """Which are many: a unit that is off gives nothing to any other."""
    give_network(case.modules, case.network)
    for terms in case.explain(*(("dense1", (unit,)) for unit in range(8))):
        equal = np.diff(np.abs(terms["products"])) == 0
        assert equal.sum() > 20
        assert (np.diff(terms["units"])[equal] > 0).all()


def test_a_number_that_is_not_there_is_named(case):
    with pytest.raises(Exception, match=r"conv1 has the cells row 0 to 25.*no cell 26, 0, 0"):
        case.explain(("conv1", (26, 0, 0)))
    with pytest.raises(Exception, match="no cell 0, 0"):
        case.explain(("dense1", (0, 0)))
    with pytest.raises(Exception, match="has no layer conv9"):
        case.explain(("conv9", (0, 0, 0)))


# --- guess first --------------------------------------------------------------------------


def checked(modules, terms, guess):
    check = "async ([terms, guess]) => (await import('/explain/guess.js')).check(terms, guess)"
    return modules.evaluate(check, [terms, float(guess)])


@pytest.fixture
def guessed(case):
    give_network(case.modules, case.network)
    return case


def convolution_scores(image, map):
    """How well each cell is worth working out: on, of mixed pixels, strong for its channel."""
    windows = np.lib.stride_tricks.sliding_window_view(image, (3, 3))
    inked = (windows > 0).sum(axis=(2, 3))
    mixed = windows.std(axis=(2, 3)) / 128 * ((inked >= 4) & (inked <= 8))
    strength = map / np.maximum(map.max(axis=(0, 1)), 1e-6)
    return np.where(map > 0.1, strength * mixed[..., None], 0) + 1e-3 * strength


def pooling_scores(read, map):
    """The same: a clear winner among four numbers that differ."""
    rows, columns, channels = map.shape
    blocks = read[: 2 * rows, : 2 * columns].reshape(rows, 2, columns, 2, channels)
    four = np.sort(blocks.transpose(0, 2, 4, 1, 3).reshape(rows, columns, channels, 4), axis=-1)
    clear = four[..., 3] - four[..., 2] >= 0.05
    different = (np.diff(four, axis=-1) >= 0.025).sum(axis=-1)
    strength = four[..., 3] / np.maximum(read.max(axis=(0, 1)), 1e-6)
    return clear * different * (four > 0).sum(axis=-1) * strength + 1e-3 * strength


def test_cells_to_guess_are_those_worth_it_the_best_first(guessed):
    maps = guessed.activations.layers
    scores = {
        "conv1": convolution_scores(guessed.image, maps["conv1"]),
        "pool1": pooling_scores(maps["conv1"], maps["pool1"]),
        "pool2": pooling_scores(maps["conv2"], maps["pool2"]),
    }
    for layer, all_scores in scores.items():
        found = [tuple(terms["cell"]) for terms in guessed.choose(layer, *range(20))]
        assert len(set(found)) == 20
        best = np.sort(all_scores, axis=None)[::-1]
        np.testing.assert_allclose([all_scores[cell] for cell in found], best[:20], rtol=1e-3)
        assert all(maps[layer][cell] > 0 for cell in found)
        count = min(200, np.count_nonzero(best > 0))
        assert guessed.choose(layer, count)[0]["cell"] == list(found[0])


def test_even_a_picture_without_anything_of_interest_has_a_cell(modules):
    network = variants.VARIANTS["max"].build(1)  # its biases are 0: nothing is on
    case = Case(modules, network, np.zeros((28, 28), np.uint8))
    for layer in ("conv1", "pool1"):
        assert case.choose(layer, 0, 1)[1]["cell"] == [0, 0, 0]


@pytest.mark.parametrize("layer", GUESSED)
def test_the_network_s_number_is_right_and_so_is_any_honest_rounding(guessed, layer):
    for terms in guessed.choose(layer, *range(12)):
        assert checked(guessed.modules, terms, terms["value"])["right"]
        if layer == "conv1":
            patch, kernel = (np.round(terms[name][0], 2) for name in ("patches", "kernels"))
            worked = max((patch * kernel).sum() + round(terms["bias"], 2), 0)
        else:
            worked = np.round(terms["window"], 2).max()
        assert checked(guessed.modules, terms, round(worked, 2))["right"]
        assert terms["tolerance"] < 0.06


def off_cell(case):
    """The terms of a cell that ReLU turned off."""
    cells = np.argwhere(case.activations.layers["conv1"] == 0)[::7]
    explained = case.explain(*(("conv1", cell) for cell in cells))
    return next(terms for terms in explained if terms["total"] < -0.2)


def test_known_mistakes_are_named(guessed):
    convolutions = guessed.choose("conv1", *range(200))
    convolution = next(t for t in convolutions if abs(t["bias"]) > 2 * t["tolerance"])
    pooling, off = guessed.choose("pool1", 0)[0], off_cell(guessed)
    mistakes = {
        "relu": (off, off["total"]),
        "bias": (convolution, convolution["total"] - convolution["bias"]),
        "sign": (convolution, -convolution["value"]),
        "average": (pooling, np.mean(pooling["window"])),
        "sum": (pooling, np.sum(pooling["window"])),
        None: (pooling, 77.7),
    }
    for name, (terms, number) in mistakes.items():
        answer = checked(guessed.modules, terms, number)
        assert (answer["right"], answer["mistake"]) == (False, name)
        assert answer["value"] == terms["value"]


def test_in_average_pooling_the_largest_is_a_mistake(modules):
    case = Case(modules, model.build(3, "average"), IMAGES["0"])
    (terms,) = case.choose("pool1", 0)
    answer = checked(modules, terms, np.max(terms["window"]))
    assert (answer["right"], answer["mistake"]) == (False, "largest")
    assert checked(modules, terms, np.mean(terms["window"]))["right"]


TYPED = {
    "0.53": 0.53,
    " 0,53 ": 0.53,
    "−0.5": -0.5,
    "0。53": 0.53,
    "０．５３": 0.53,
    "－１": -1,
    ".5": 0.5,
    "5e-1": 0.5,
    "+2": 2,
} | dict.fromkeys(["", "half", "1.2.3", "1,2,3", "0x10", "1 2", "nan", "inf", "-inf"])


def test_a_number_may_be_typed_as_people_type(modules):
    parse = "async (typed) => typed.map((await import('/explain/answers.js')).parseNumber)"
    found = modules.evaluate(parse, list(TYPED))
    assert dict(zip(TYPED, found, strict=True)) == TYPED


@pytest.mark.parametrize("layer", ["conv2", "flatten", "dense1", "softmax"])
def test_layers_nobody_can_work_out_by_hand_are_refused(guessed, layer):
    with pytest.raises(Exception, match=f"A number of {layer} is not for guessing|no cell"):
        guessed.choose(layer, 0)
