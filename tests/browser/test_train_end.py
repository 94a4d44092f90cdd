"""What ends a training, what one can go back to, and files that are not taken."""

import keras
import pytest

from tests.browser.pointer import draw_digit, wait_for_digit
from tests.browser.training import (
    LONG,
    PATIENCE,
    leave_all,
    start,
    wait_for_state,
    wait_for_steps,
)
from tests.listening import until
from tests.processes import trainings

pytestmark = pytest.mark.slow


@pytest.fixture
def page(open_page):
    """The Train page with a 7 on the pad, read by the shipped network."""
    page = open_page("/?view=train")
    page.locator("#train .layers td").first.wait_for()
    draw_digit(page, 7)
    wait_for_digit(page, 7)
    yield page
    if not page.is_closed():
        leave_all(page)


def test_closing_the_tab_ends_its_run_after_a_while(page, address):
    start(page, **LONG)
    wait_for_steps(page)
    (running,) = trainings(address)
    page.close()
    page.context.close()
    assert trainings(address) == [running]  # the page might be loaded anew
    until(lambda: trainings(address) == [])


def test_stop_before_the_first_step_ends_it_at_once(page, address):
    start(page, **LONG)
    page.locator("#train .run button.stop").click()
    wait_for_state(page, "Stopped")
    until(lambda: trainings(address) == [])
    assert page.locator("#network .network").is_hidden()
    assert page.locator("#train .results").is_hidden()
    row = page.locator("#train .comparison tbody tr").nth(1)
    assert row.get_by_role("button", name="Use this network").count() == 0


def test_a_click_on_a_curve_goes_back_and_the_whole_training_is_replayed(page):
    start(page, **LONG)
    wait_for_steps(page, 60)
    page.locator("#train .run button.stop").click()
    wait_for_state(page, "Stopped")
    moment = page.locator("#train .moment")
    page.locator("#train canvas.loss").click(position={"x": 46, "y": 60})
    moment.filter(has_text="untrained").wait_for()
    banner = page.locator("#network .network")
    banner.filter(has_text="as it was after step 0").wait_for()

    page.evaluate(
        """() => {
            window.moments = new Set();
            const words = document.querySelector("#train .moment");
            new MutationObserver(() => moments.add(words.textContent))
                .observe(words, {childList: true, characterData: true, subtree: true});
        }"""
    )
    page.get_by_role("button", name="Replay the training").click()
    page.get_by_role("button", name="Replay the training").wait_for()
    moment.filter(has_text="newest weights").wait_for()
    assert page.evaluate("moments.size") > 5


def test_what_is_read_out_while_it_trains(page):
    start(page, **LONG)
    wait_for_steps(page, 10)
    page.locator("#train button.pause").click()
    wait_for_state(page, "Paused")
    pairs = page.locator("#train .readout div").all_inner_texts()
    shown = dict(pair.split("\n") for pair in pairs)
    assert list(shown) == [
        *("epoch", "step", "loss", "accuracy", "validation", "digits a second", "time left")
    ]
    assert "–" not in shown.values()
    assert shown["epoch"].endswith(" of 200")


def test_the_smooth_curve_is_the_average_that_it_says(page):
    raw = [3.0, 1.0, 2.0, 0.5]
    smooth = page.evaluate(
        """async (raw) => {
            const {trend} = await import("/mnist_cnn/train/curves.js");
            return trend(raw.map((value, step) => [step, value]), 0.8);
        }""",
        raw,
    )
    for i, (step, value) in enumerate(smooth):
        weights = [0.8 ** (i - j) for j in range(i + 1)]
        mean = sum(w * r for w, r in zip(weights, raw, strict=False)) / sum(weights)
        assert (step, value) == (i, pytest.approx(mean))


@pytest.fixture
def hostile(tmp_path):
    """A ``.keras`` file with code in it, and what that code would write."""
    path, trace = tmp_path / "hostile.keras", tmp_path / "trace"

    def code(x):
        trace.write_text("executed")
        return x

    pixels = keras.Input((28, 28, 1))
    keras.Model(pixels, keras.layers.Lambda(code)(pixels)).save(path)
    trace.unlink()
    return path, trace


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "hostile.keras holds another network"), ("zh-CN", "hostile.keras 里是另一种网络")],
)
def test_a_hostile_file_is_refused_and_not_executed(page, hostile, language, words):
    path, trace = hostile
    if language != "en":
        page.locator("#header .language").click()
    page.locator("#train input[type=file]").set_input_files(path)
    page.locator("#train .said").filter(has_text=words).wait_for(timeout=PATIENCE)
    assert not trace.exists()
    assert page.locator("#train .comparison tbody tr").count() == 1
