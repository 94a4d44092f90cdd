"""What ends a training, what one can go back to, and files that are not taken."""

import re

import keras
import numpy as np
import onnx
import pytest

from mnist_cnn.network import keras_file
from tests.browser.pointer import draw_and_settle
from tests.browser.training import (
    LONG,
    PATIENCE,
    leave_all,
    start,
    state,
    unfold,
    wait_for_state,
    wait_for_steps,
)


@pytest.fixture(scope="module")
def address(stage):
    return stage


@pytest.fixture
def page(open_page):
    """The Train page with a 7 on the pad, read by the shipped network."""
    page = open_page("/?view=train")
    page.locator("#train .layers td").first.wait_for()
    yield unfold(draw_and_settle(page, 7))
    leave_all(page)


def test_every_bad_value_is_marked_and_none_when_all_are_mended(page):
    page.locator("#train-digits").fill("50")
    page.locator("#train-epochs").fill("many")
    wrong = page.locator("#train .field.wrong")
    wrong.nth(1).wait_for()
    assert wrong.locator(".refused").all_inner_texts() == [
        "Digits must be a whole number from 100 to 60,000, not '50'.",
        "Epochs must be a whole number from 1 to 200, not 'many'.",
    ]
    page.locator("#train-digits").fill("500")
    wrong.nth(1).wait_for(state="detached")
    page.locator("#train-epochs").fill("")  # the recipe's
    wrong.wait_for(state="detached")
    page.locator("#train button.start:enabled").wait_for()


def test_a_click_on_a_curve_goes_back_and_the_whole_training_is_replayed(page):
    start(page, **LONG)
    wait_for_steps(page, 120)
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
    wait_for_steps(page, 40)  # the digits held out have been read
    page.locator("#train button.pause").click()
    wait_for_state(page, "Paused")
    pairs = page.locator("#train .readout div").all_inner_texts()
    shown = dict(pair.split("\n") for pair in pairs)
    assert list(shown) == [
        *("epoch", "step", "loss", "accuracy", "validation", "digits a second", "time left")
    ]
    assert "–" not in shown.values()
    assert shown["epoch"].endswith(" of 200")


def test_an_answer_that_comes_late_undoes_no_news(page):
    start(page, **LONG)
    wait_for_steps(page, 20)
    (before,) = page.evaluate(
        """async () => {
            const {ask} = await (await window.mnistCnnModules).load("transport/http.js");
            return (await ask("trainings")).runs;
        }"""
    )
    assert before["state"] == "training"
    late = []
    page.route("**/trainings/*?verb=stop*", lambda route: late.append((route, route.fetch())))
    page.locator("#train .run button.stop").click()
    wait_for_state(page, "Stopped")
    while not late:  # the news can be here before the answer
        page.wait_for_timeout(50)
    route, answer = late[0]
    with page.expect_response("**/trainings/*?verb=stop*"):
        route.fulfill(response=answer, json=before)  # as if it had been written before the end
    page.wait_for_timeout(300)
    assert state(page).inner_text() == "Stopped"


def test_the_smooth_curve_is_the_average_that_it_says(modules):
    raw = [(10, 3.0), (20, 1.0), (25, 2.0), (125, 0.5)]
    smooth = modules.evaluate(
        """async (raw) => {
            const {trend} = await import("/components/train/run/curves.js");
            return trend(raw, 10);
        }""",
        raw,
    )
    for i, (step, value) in enumerate(smooth):
        shares = [0.5 ** ((step - before) / 10) for before, _ in raw[: i + 1]]
        assert step == raw[i][0]
        assert value == pytest.approx(np.average([v for _, v in raw[: i + 1]], weights=shares))
    assert smooth[3][1] == pytest.approx(0.5, abs=0.01)  # what lies far back no longer counts


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
    [("en", "hostile.keras has a Lambda"), ("zh-CN", "hostile.keras 里有 Lambda 层")],
)
def test_a_hostile_file_is_refused_and_not_executed(page, hostile, language, words):
    path, trace = hostile
    if language != "en":
        page.locator("#header .language").click()
    page.locator("#train input[type=file]").set_input_files(path)
    page.locator("#train .said").filter(has_text=words).wait_for(timeout=PATIENCE)
    assert not trace.exists()
    assert page.locator("#train .comparison tbody tr").count() == 1


def test_every_network_is_downloaded_in_each_format_that_the_server_has(page):
    mine = {"name": "mine.keras", "mimeType": "", "buffer": keras_file.DEFAULT.read_bytes()}
    page.locator("#train input[type=file]").set_input_files(mine)
    page.locator("#train .comparison tbody tr").nth(1).wait_for(timeout=PATIENCE)
    start(page, digits="500", epochs="1")
    page.locator("#train .results").wait_for(timeout=PATIENCE)
    named = {}
    for row in page.locator("#train .comparison tbody tr").all():
        menu = row.locator(".download")
        menu.locator("summary").click()
        labels = menu.get_by_role("button").all_inner_texts()
        assert labels == ["Keras (.keras)", "ONNX (.onnx)", "LiteRT (.tflite)"]
        with page.expect_download() as download:
            menu.get_by_role("button", name="ONNX").click()
        named[download.value.suggested_filename] = download.value.path().read_bytes()
        assert menu.get_attribute("open") is None
    assert list(named) == ["mnist_cnn.onnx", "mnist_cnn-fast-max.onnx", "mine.onnx"]
    for content in named.values():
        assert onnx.load_from_string(content).graph.output[0].name == "probabilities"


def test_a_format_the_server_cannot_write_is_not_offered(open_page):
    def without_onnx(route):
        told = route.fetch().json()
        route.fulfill(json=told | {"formats": [".keras", ".tflite"]})

    page = open_page()
    page.route(re.compile(r"/trainings\??$"), without_onnx)
    page.goto(f"{page.url}?view=train")
    page.locator("#train .download summary").click()
    buttons = page.locator("#train .download").get_by_role("button")
    assert buttons.all_inner_texts() == ["Keras (.keras)", "LiteRT (.tflite)"]


def test_the_maps_are_still_there_when_one_comes_back_to_the_training(page):
    start(page, digits="500", epochs="1")
    page.locator("#train .results").wait_for(timeout=PATIENCE)
    page.locator("#header [data-view=layers]").click()
    page.locator("#river .tile").first.wait_for()
    page.locator("#header [data-view=train]").click()
    page.locator("#river .stage").scroll_into_view_if_needed()
    boxes = page.locator("#river .tile[data-layer=conv1]").evaluate_all(
        "all => all.map((tile) => tile.getBoundingClientRect().width)"
    )
    assert min(boxes) > 20
