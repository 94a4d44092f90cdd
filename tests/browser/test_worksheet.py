"""The task sheets: numbers a pencil gets exactly, and Keras' beside them."""

import keras
import numpy as np
import pytest

from mnist_cnn.network import model
from mnist_cnn.reading.preprocess import preprocess
from tests.browser.modules import give_network
from tests.drawings import DRAWINGS

WAYS = ("average", "stride", "none")
SHEET = """async ({width, height, pixels}) => {
    const {JOBS} = await import("/worker/jobs.js");
    const {finished} = await import("/reader/slices.js");
    const drawing = {width, height, pixels: Uint8Array.from(pixels)};
    return finished(JOBS.worksheet({network, drawing}));
}"""


class Sheet:
    """The page's sheet of a drawing, and what Keras' network makes of the picture."""

    def __init__(self, modules, network, drawing):
        height, width = drawing.shape
        sent = {"width": width, "height": height, "pixels": drawing.ravel().tolist()}
        give_network(modules, network)
        made = modules.evaluate(SHEET, sent)
        self.image, self.digit = np.array(made["image"], np.uint8), made["digit"]
        self.convolution, self.pooling = made["convolution"], made["pooling"]
        self.softmax = made["softmax"]
        self.network, self.picture = network, preprocess(drawing).image

    def layer(self, name):
        """What Keras' layer of this name makes of the picture, (height, width, channels)."""
        output = self.network.get_layer(name).output
        pictures = self.picture[None, ..., None] / np.float32(255)
        return np.asarray(keras.Model(self.network.input, output)(pictures))[0]


@pytest.fixture(scope="module", params=DRAWINGS)
def sheet(request, modules, reader):
    return Sheet(modules, reader.tracer.network, DRAWINGS[request.param])


@pytest.fixture(scope="module", params=["shipped", *WAYS])
def any_sheet(request, modules, reader):
    how = request.param
    network = model.build(3, how) if how in WAYS else reader.tracer.network
    return Sheet(modules, network, DRAWINGS["open 4"])


def in_decimals(numbers, decimals):
    return np.allclose(np.round(numbers, decimals), numbers, atol=1e-12)


def test_it_is_about_the_picture_and_the_answer(any_sheet):
    np.testing.assert_array_equal(any_sheet.image, any_sheet.picture)
    assert any_sheet.digit == any_sheet.layer("softmax").argmax()


def test_the_printed_numbers_give_the_answers_exactly(any_sheet):
    task = any_sheet.convolution
    patch, kernel, products = (np.array(task[name]) for name in ("patch", "kernel", "products"))
    assert in_decimals([*patch.ravel(), *kernel.ravel(), task["bias"]], 2)
    np.testing.assert_allclose(products, patch * kernel, atol=1e-12)
    assert task["sum"] == pytest.approx(products.sum(), abs=1e-9)
    assert task["total"] == pytest.approx(task["sum"] + task["bias"], abs=1e-9)
    assert task["value"] == max(task["total"], 0)


def test_the_printed_numbers_are_the_network_s_own_rounded(any_sheet):
    task, conv1 = any_sheet.convolution, any_sheet.network.get_layer("conv1")
    row, column, channel = task["cell"]
    kernel, bias = (array[..., channel] for array in conv1.get_weights())
    top, left = row * conv1.strides[0], column * conv1.strides[1]
    pixels = any_sheet.picture[top : top + 3, left : left + 3] / 255
    np.testing.assert_allclose(task["patch"], pixels, atol=0.005001)
    np.testing.assert_allclose(task["kernel"], kernel[..., 0], atol=0.005001)
    assert task["bias"] == pytest.approx(bias, abs=0.005001)
    assert task["network"] == pytest.approx(
        any_sheet.layer("conv1")[row, column, channel], abs=1e-5
    )
    # Each number printed is off by at most u: a product of patch p and kernel k by u (|p| + |k|).
    unit = 0.005
    sizes = np.abs(pixels) + np.abs(kernel[..., 0]) + unit
    assert task["value"] == pytest.approx(task["network"], abs=unit * sizes.sum() + 2 * unit)


def test_a_pooling_task_is_there_where_there_is_pooling(any_sheet):
    task = any_sheet.pooling
    if "pool1" not in [layer.name for layer in any_sheet.network.layers]:
        assert task is None
        return
    row, column, channel = task["cell"]
    read = any_sheet.layer("conv1")[2 * row : 2 * row + 2, 2 * column : 2 * column + 2, channel]
    np.testing.assert_allclose(task["window"], read, atol=0.005001)
    expected = np.max(task["window"]) if task["how"] == "max" else np.mean(task["window"])
    assert task["value"] == pytest.approx(expected, abs=1e-9)
    assert task["network"] == pytest.approx(
        any_sheet.layer("pool1")[row, column, channel], abs=1e-5
    )


def test_the_softmax_is_of_the_network_s_logits_and_of_what_is_printed(any_sheet):
    task = any_sheet.softmax
    kernel, bias = any_sheet.network.get_layer("softmax").get_weights()
    logits = any_sheet.layer(any_sheet.network.layers[-2].name) @ kernel + bias
    np.testing.assert_allclose(task["logits"], logits, atol=0.005001)
    columns = task["columns"]
    digits = [column["digit"] for column in columns]
    assert digits == list(np.argsort(-np.array(task["logits"]), kind="stable")[:3])
    printed = np.array([column["logit"] for column in columns])
    assert list(printed) == [task["logits"][digit] for digit in digits]
    less = np.array([column["less"] for column in columns])
    np.testing.assert_allclose(less, printed - printed[0], atol=1e-9)
    powers = np.array([column["power"] for column in columns])
    np.testing.assert_allclose(powers, np.exp(less), atol=0.0000501)
    assert task["sum"] == pytest.approx(powers.sum(), abs=1e-9)
    shares = [column["share"] for column in columns]
    np.testing.assert_allclose(shares, powers / powers.sum(), atol=0.0000501)
    read = any_sheet.layer("softmax")
    np.testing.assert_allclose([column["network"] for column in columns], read[digits], atol=1e-5)


def test_the_tasks_are_worth_working_out(sheet):
    assert 0 < np.count_nonzero(sheet.convolution["patch"]) < 9
    assert sheet.convolution["value"] > 0.05
    window = np.array(sheet.pooling["window"])
    assert len(np.unique(window)) == 4
    assert np.count_nonzero(window == window.max()) == 1  # one winner, as printed
