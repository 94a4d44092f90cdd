"""What the page explains of a number: its terms, which are Python's own, and guesses at it."""

import json

import numpy as np
import pytest

from mnist_cnn import model, variants
from mnist_cnn.activations import Tracer
from mnist_cnn.arithmetic import Arithmetic
from mnist_cnn.interesting import convolution_cells, pooling_cells
from mnist_cnn.ui.requests import json_of
from tests.browser.modules import give_network, odd_network
from tests.drawn import IMAGES

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
        return {...terms, tolerance: tolerance(terms), finer: tolerance(terms, 3)};
    });
}"""


class Case:
    """A network, in the page and in Python, and a picture that both have read."""

    def __init__(self, modules, network, image):
        self.modules, self.network, self.image = modules, network, image
        self.arithmetic, self.activations = Arithmetic(network), Tracer(network)(image)
        give_network(modules, network)

    def explain(self, *asked):
        """What the page explains of numbers, each a layer and a cell."""
        cells = [(layer, [int(i) for i in cell]) for layer, cell in asked]
        return self.modules.evaluate(
            EXPLAIN, {"image": self.image.ravel().tolist(), "asked": cells}
        )

    def expected(self, layer, cell):
        """The same from Python's own arithmetic, as plain values."""
        terms = self.arithmetic.explain(self.image, self.activations, layer, cell)
        return json.loads(json_of(terms).body)

    def choose(self, layer, *turns):
        """Cells to guess, with their terms."""
        asked = {"image": self.image.ravel().tolist(), "layer": layer, "turns": list(turns)}
        return self.modules.evaluate(CHOOSE, asked)


def random_cells(shape, count=CELLS):
    """The first and the last, where padding is, and others."""
    random = np.random.default_rng(len(shape) + shape[-1])
    others = [tuple(int(random.integers(n)) for n in shape) for _ in range(count)]
    return [(0,) * len(shape), tuple(n - 1 for n in shape), *others]


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
    """The same fields; numbers but for the rounding of JSON and of float32 sums."""
    found, expected = in_index_order(found), in_index_order(expected)
    for name, value in expected.items():
        if name == "inputs":
            there = {part: number for part, number in value.items() if number is not None}
            assert found["inputs"] == there
        elif isinstance(value, list) and value and not isinstance(value[0], str):
            np.testing.assert_allclose(np.array(found[name]), np.array(value), atol=3e-5, rtol=1e-5)
        elif isinstance(value, float):
            assert found[name] == pytest.approx(value, abs=3e-5, rel=1e-5), name
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


def test_every_number_of_the_shipped_network_is_explained_as_python_does(case):
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


def test_cells_worth_guessing_are_those_of_the_worksheet(guessed):
    maps = guessed.activations.layers
    by_hand = {
        "conv1": convolution_cells(guessed.image, maps["conv1"]),
        "pool1": pooling_cells(maps["conv1"], maps["pool1"]),
        "pool2": pooling_cells(maps["conv2"], maps["pool2"]),
    }
    for layer, cells in by_hand.items():
        found = [tuple(terms["cell"]) for terms in guessed.choose(layer, *range(20))]
        # Their scores differ in the last bits of a float32, so equal ones may change places.
        assert len(set(found) & set(cells[:25])) >= 18, layer
        assert guessed.choose(layer, len(cells))[0]["cell"] == list(found[0])


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
        assert terms["finer"] == pytest.approx(terms["tolerance"] / 10, rel=0.05)


def off_cell(case):
    """The terms of a cell that ReLU turned off."""
    cells = np.argwhere(case.activations.layers["conv1"] == 0)[::7]
    asked = (("conv1", tuple(map(int, cell))) for cell in cells)
    far = next(one for one in asked if case.expected(*one)["total"] < -0.2)
    return case.explain(far)[0]


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
    parse = "async (typed) => { const {parse} = await import('/explain/guess.js'); "
    found = modules.evaluate(parse + "return typed.map(parse); }", list(TYPED))
    assert dict(zip(TYPED, found, strict=True)) == TYPED


@pytest.mark.parametrize("layer", ["conv2", "flatten", "dense1", "softmax"])
def test_layers_nobody_can_work_out_by_hand_are_refused(guessed, layer):
    with pytest.raises(Exception, match=f"A number of {layer} is not for guessing|no cell"):
        guessed.choose(layer, 0)
