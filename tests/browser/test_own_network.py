"""The model of somebody's notebook is opened on the page, and reads what is drawn."""

import re

import keras
import pytest

from mnist_cnn.network import weights
from tests.browser.correcting import teach
from tests.browser.pointer import draw_and_settle, wait_for_digit
from tests.test_importer import LESSON, OTHERS, trained

PATIENCE = 60_000  # milliseconds: the check starts TensorFlow


@pytest.fixture(scope="module")
def address(stage):
    return stage


@pytest.fixture
def page(open_page):
    """The page with a 7 on the pad."""
    return draw_and_settle(open_page("/"), 7)


def open_file(page, path):
    """Bring a network along, and let it read."""
    page.locator("#header [data-view=train]").click()
    page.locator("#train input[type=file]").set_input_files(path)
    row = page.locator("#train .comparison tbody tr").filter(has_text=path.name)
    row.get_by_role("button", name="Use").click()
    page.locator("#network .network").filter(has_text=path.name).wait_for()
    page.locator("#header [data-view=layers]").click()
    return row


def differs_from_tensorflow(page):
    """The largest difference between the page's numbers and those of TensorFlow on the server."""
    page.locator("#actions .check").click()
    verdict = page.locator("#actions .verdict").filter(has_text="Largest difference")
    verdict.wait_for(timeout=PATIENCE)
    return float(re.search(r"difference: ([^,]+),", verdict.inner_text())[1].replace("−", "-"))


@pytest.mark.parametrize("suffix", ["keras", "h5"])
def test_the_notebook_s_model_reads_as_the_shipped_one_with_its_numbers(page, tmp_path, suffix):
    network = trained(keras, *LESSON["as in the notebook"])
    network.set_weights(weights.load().get_weights())
    path = tmp_path / f"mine.{suffix}"
    network.save(path)
    wait_for_digit(page, 7)
    before = page.locator("#answer").inner_text()
    row = open_file(page, path)
    assert "Conv 32–Pool–Conv 64–Pool–Conv 64–Dense 64–Dense 10" in row.inner_text()
    wait_for_digit(page, 7)
    after = page.locator("#answer").inner_text()
    assert after.startswith(before) or before.startswith(after)  # it is read out, too, in a while
    assert differs_from_tensorflow(page) < 1e-4


def test_any_small_network_lays_the_page_out_and_learns_nothing_here(page, tmp_path):
    network = trained(keras, *OTHERS["LeNet-5"])
    path = tmp_path / "lenet.keras"
    network.save(path)
    open_file(page, path)
    for name in ("conv1", "conv2", "dense1", "dense2"):
        page.locator(f"#river .tile[data-layer={name}]").first.wait_for()
    assert page.locator("#river .tile[data-layer=conv3]").count() == 0
    assert differs_from_tensorflow(page) < 1e-4
    teach(page, 1)
    page.locator("#correction").filter(has_text="built another way").wait_for()
    page.locator("#header [data-view=lesson]").click()
    page.locator("#lesson .other:visible").wait_for(timeout=PATIENCE)
    page.locator("#network .goback").click()
    page.locator("#lesson .other").wait_for(state="hidden")


def test_what_cannot_be_shown_is_told_and_what_to_change(page, tmp_path):
    network = keras.Sequential(
        [keras.Input((28, 28, 1)), keras.layers.Flatten(), keras.layers.Dense(512)]
    )
    path = tmp_path / "wide.keras"
    network.save(path)
    page.locator("#header [data-view=train]").click()
    for button, sentence in (
        (None, "wide.keras ends with Dense 512; it must end with Dense 10"),
        ("#header .language", "wide.keras 的最后是 Dense 512；必须以 Dense 10 结尾"),
    ):
        if button:
            page.locator(button).click()
        page.locator("#train input[type=file]").set_input_files(path)
        page.locator("#train .said").filter(has_text=sentence).wait_for()
    assert page.locator("#train .comparison tbody tr").count() == 1
