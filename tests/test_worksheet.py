"""The worksheet: numbers a pencil gets exactly."""

import numpy as np
import pytest

from mnist_cnn import model
from mnist_cnn.activations import Tracer
from mnist_cnn.arithmetic import Arithmetic
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
    # Each number printed is off by at most u: a product of patch p and kernel k by u (|p| + |k|).
    unit = 0.005
    sizes = np.abs(terms.patches) + np.abs(terms.kernels) + unit
    assert task.value == pytest.approx(task.network, abs=unit * sizes.sum() + 2 * unit)


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
