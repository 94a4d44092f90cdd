"""Worksheet and guess: numbers a pencil gets exactly, and answers checked with sense."""

import numpy as np
import pytest

from mnist_cnn import guess, model
from mnist_cnn.activations import Tracer
from mnist_cnn.arithmetic import Arithmetic, CellError
from mnist_cnn.guess import GuessError, check, choose, hide, parse
from mnist_cnn.interesting import convolution_cells, pooling_cells
from mnist_cnn.worksheet import worksheet
from tests.drawn import IMAGES

NETWORKS = {"shipped": None, "average": "average", "stride": "stride", "none": "none"}


class Case:
    """A network that explains itself on one drawing."""

    def __init__(self, network, image):
        self.image, self.arithmetic = image, Arithmetic(network)
        self.activations = Tracer(network)(image)

    def worksheet(self):
        return worksheet(self.arithmetic, self.image, self.activations)

    def choose(self, *arguments, **options):
        return choose(self.explain, self.image, self.activations, *arguments, **options)

    def explain(self, layer, cell):
        return self.arithmetic.explain(self.image, self.activations, layer, cell)


@pytest.fixture(scope="module", params=IMAGES)
def case(request, reader):
    return Case(reader.tracer.network, IMAGES[request.param])


@pytest.fixture(scope="module", params=NETWORKS)
def any_network(request, reader):
    how = NETWORKS[request.param]
    network = model.build(3, how) if how else reader.tracer.network
    return Case(network, IMAGES["open 4"])


def in_decimals(numbers, decimals):
    return np.allclose(np.round(numbers, decimals), numbers, atol=1e-12)


# --- the sheet ----------------------------------------------------------------------------


def test_the_printed_numbers_give_the_answers_exactly(any_network):
    task = any_network.worksheet().convolution
    assert in_decimals([*task.patch.ravel(), *task.kernel.ravel(), task.bias], 2)
    np.testing.assert_allclose(task.products, task.patch * task.kernel, atol=1e-12)
    assert task.sum == pytest.approx(task.products.sum(), abs=1e-9)
    assert task.total == pytest.approx(task.sum + task.bias, abs=1e-9)
    assert task.value == max(task.total, 0)
    assert not any(np.signbit(number) and number == 0 for number in task.products.ravel())


def test_the_printed_numbers_are_the_network_s_own_rounded(any_network):
    task = any_network.worksheet().convolution
    row, column, channel = task.cell
    terms = any_network.explain("conv1", task.cell)
    top, left = task.pixels
    assert (top, left) == (terms.inputs.row, terms.inputs.column)
    pixels = any_network.image[top : top + 3, left : left + 3] / 255
    np.testing.assert_allclose(task.patch, pixels, atol=0.005001)
    np.testing.assert_allclose(task.kernel, terms.kernels[0], atol=0.005001)
    assert task.network == any_network.activations.layers["conv1"][row, column, channel]
    allowed = guess.tolerance(terms, 2)
    assert task.value == pytest.approx(task.network, abs=allowed)


def test_a_pooling_task_is_there_where_there_is_pooling(any_network):
    task = any_network.worksheet().pooling
    if "pool1" not in any_network.activations.layers:
        assert task is None
        return
    row, column, channel = task.cell
    top, left = task.cells
    read = any_network.activations.layers["conv1"]
    np.testing.assert_allclose(
        task.window, read[top : top + 2, left : left + 2, channel], atol=0.005001
    )
    expected = task.window.max() if task.how == "max" else task.window.mean()
    assert task.value == pytest.approx(expected, abs=1e-9)
    assert task.network == any_network.activations.layers["pool1"][row, column, channel]
    if task.how == "max":
        assert task.window[task.winner] == task.value


def test_the_tasks_are_worth_working_out(case):
    sheet = case.worksheet()
    patch = sheet.convolution.patch
    assert 0 < np.count_nonzero(patch) < 9
    assert sheet.convolution.value > 0.05
    window = sheet.pooling.window
    assert len(np.unique(window)) == 4
    assert np.count_nonzero(window == window.max()) == 1  # one winner, as printed


def test_a_worksheet_needs_ink(reader):
    blank = np.zeros((28, 28), np.uint8)
    with pytest.raises(ValueError, match="There is no ink to make a worksheet of"):
        Case(reader.tracer.network, blank).worksheet()


# --- which cells --------------------------------------------------------------------------


def test_interesting_cells_are_cells_and_the_first_are_on(case):
    conv1, pool1 = (case.activations.layers[name] for name in ("conv1", "pool1"))
    for cells, map in (
        (convolution_cells(case.image, conv1), conv1),
        (pooling_cells(conv1, pool1), pool1),
    ):
        assert len(cells) == len(set(cells)) > 20
        assert all(map[cell] > 0 for cell in cells[:20])


def test_cells_of_a_convolution_with_stride_look_at_their_own_patch():
    case = Case(model.build(3, "stride"), IMAGES["0"])
    row, column, _ = convolution_cells(case.image, case.activations.layers["conv1"])[0]
    patch = case.image[2 * row : 2 * row + 3, 2 * column : 2 * column + 3]
    assert 4 <= np.count_nonzero(patch) <= 8


def test_even_a_drawing_without_anything_of_interest_has_a_cell():
    assert convolution_cells(np.zeros((28, 28), np.uint8), np.zeros((26, 26, 2))) == [(0, 0, 0)]
    assert pooling_cells(np.zeros((4, 4, 2)), np.zeros((2, 2, 2))) == [(0, 0, 0)]


# --- guess first --------------------------------------------------------------------------


@pytest.mark.parametrize("layer", ["conv1", "pool1", "pool2"])
def test_the_network_s_number_is_right_and_so_is_any_honest_rounding(case, layer):
    for turn in range(12):
        hidden = case.choose(layer, turn)
        terms, value = hidden.terms, case.activations.layers[layer][hidden.terms.cell]
        assert terms.layer == layer
        assert check(hidden, value).right
        if layer == "conv1":
            patch, kernel = np.round(terms.patches[0], 2), np.round(terms.kernels[0], 2)
            worked = max((patch * kernel).sum() + round(terms.bias, 2), 0)
        else:
            worked = np.round(terms.window, 2).max()
        assert check(hidden, round(worked, 2)).right
        assert hidden.tolerance < 0.06


def test_another_turn_is_another_cell_until_all_were_shown(case):
    cells = [case.choose("pool1", turn).terms.cell for turn in range(20)]
    assert len(set(cells)) == 20
    count = len(pooling_cells(case.activations.layers["conv1"], case.activations.layers["pool1"]))
    assert case.choose("pool1", count).terms.cell == cells[0]


def test_more_decimals_are_checked_more_closely(case):
    terms = case.choose("conv1").terms
    assert hide(terms, 3).tolerance == pytest.approx(hide(terms, 2).tolerance / 10, rel=0.05)


def test_a_wrong_guess_is_wrong_and_says_by_how_much(case):
    hidden = case.choose("pool1")
    checked = check(hidden, hidden.terms.value + 0.5)
    assert not checked.right
    assert checked.difference == pytest.approx(0.5)
    assert (checked.guess, checked.value) == (hidden.terms.value + 0.5, hidden.terms.value)


def off_cell(case):
    """The terms of a cell that ReLU turned off."""
    conv1 = case.activations.layers["conv1"]
    for cell in np.argwhere(conv1 == 0):
        terms = case.explain("conv1", tuple(map(int, cell)))
        if terms.total < -0.2:
            return terms
    raise AssertionError("every cell is on")


def test_known_mistakes_are_named(case):
    turns = (case.choose("conv1", turn) for turn in range(200))
    convolution = next(h.terms for h in turns if abs(h.terms.bias) > 2 * h.tolerance)
    pooling, off = case.choose("pool1").terms, off_cell(case)
    mistakes = {
        "relu": (off, off.total),
        "bias": (convolution, convolution.total - convolution.bias),
        "sign": (convolution, -convolution.value),
        "average": (pooling, pooling.window.mean()),
        "sum": (pooling, pooling.window.sum()),
    }
    for name, (terms, number) in mistakes.items():
        checked = check(hide(terms), float(number))
        assert (checked.right, checked.mistake) == (False, name)
        assert name in guess.MISTAKES


def test_in_average_pooling_the_largest_is_a_mistake():
    case = Case(model.build(3, "average"), IMAGES["0"])
    hidden = case.choose("pool1")
    checked = check(hidden, float(hidden.terms.window.max()))
    assert (checked.right, checked.mistake) == (False, "largest")
    assert check(hidden, float(hidden.terms.window.mean())).right


def test_a_guess_from_nowhere_has_no_name(case):
    assert check(case.choose("pool1"), 77.7).mistake is None


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0.53", 0.53),
        (" 0,53 ", 0.53),
        ("−0.5", -0.5),
        ("0。53", 0.53),
        ("０．５３", 0.53),
        ("－１", -1),
        (".5", 0.5),
        ("5e-1", 0.5),
        ("+2", 2),
    ],
)
def test_a_number_may_be_typed_as_people_type(text, number):
    assert parse(text) == pytest.approx(number)


@pytest.mark.parametrize("text", ["", "half", "1.2.3", "1,2,3", "0x10", "1 2"])
def test_what_is_no_number_is_refused_with_an_example(text):
    with pytest.raises(GuessError, match=r"is not a number\. Type one, such as 0\.53"):
        parse(text)


@pytest.mark.parametrize("text", ["nan", "inf", "-inf"])
def test_what_is_no_ordinary_number_is_refused(text):
    with pytest.raises(GuessError, match="Type an ordinary number"):
        parse(text)


@pytest.mark.parametrize("layer", ["conv2", "flatten", "dense1", "softmax"])
def test_layers_nobody_can_work_out_by_hand_are_refused(case, layer):
    with pytest.raises(ValueError, match=f"A number of {layer} is not for guessing"):
        case.choose(layer)


def test_a_layer_that_is_not_there_is_named(case):
    with pytest.raises(CellError, match="The network has no layer 'conv9'"):
        case.choose("conv9")
