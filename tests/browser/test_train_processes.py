"""Trainings in processes of their own, on the page: watched to the end, killed, left alone."""

import os
import re
import signal

import pytest

from tests.browser.pointer import colors, draw_and_settle, draw_digit, wait_for_digit
from tests.browser.test_accessibility import serious
from tests.browser.test_train import banner, marks
from tests.browser.training import (
    LONG,
    PATIENCE,
    SHORT,
    start,
    wait_for_state,
    wait_for_steps,
)
from tests.processes import trainings
from tests.serving import serve_process
from tests.waiting import until


@pytest.fixture
def drawn(open_train):
    """The Train page with a 7 on the pad, read by the shipped network."""
    return draw_and_settle(open_train(), 7)


def test_train_watch_keep_use_download_and_bring_back(drawn, tmp_path):
    page = drawn
    page.evaluate(
        """() => {
            const zero = document.querySelector("#answer li button");
            window.answers = new Set([zero.title]);
            new MutationObserver(() => answers.add(zero.title)).observe(zero, {attributes: true});
        }"""
    )
    start(page, **SHORT)
    banner(page).filter(has_text="in training, after step").wait_for(timeout=PATIENCE)
    assert page.locator("#view-layers").is_visible()  # maps form beside the curves
    wait_for_state(page, "Trained")
    page.locator("#train .results").wait_for()
    page.wait_for_function("answers.size >= 3")  # shipped, untrained, and trained
    assert serious(page) == []
    for curve in ("loss", "accuracy"):
        assert colors(page, f"#train canvas.{curve}") > 10

    score = page.locator("#train .score").inner_text()
    accuracy = re.match(r"[\d.]+%", score)[0]
    assert "10,000 generated digits" in score
    banner(page).filter(has_text=accuracy).wait_for()

    page.locator("#train .confusion button.right").first.click()
    page.locator("#train .which").filter(has_text="0 read rightly").wait_for()
    page.locator("#train .back").click()
    page.locator("#train .which").filter(has_text="worst mistakes").wait_for()
    page.keyboard.press("Delete")
    wait_for_digit(page, "–")
    page.locator("#train .digits button").first.click()  # onto the pad
    page.wait_for_function("document.querySelector('#answer .digit').textContent !== '–'")

    shipped, row = page.locator("#train .comparison tbody tr").all()
    assert accuracy in row.inner_text()
    assert marks(shipped) == ["in use again when you leave"]
    assert marks(row) == ["previewed"]
    assert page.locator("#train .comparison [aria-current=true]").inner_text() == row.inner_text()
    row.get_by_role("button", name="Use").click()
    row.get_by_text("in use", exact=True).wait_for()
    assert marks(shipped) == []
    page.locator("#header [data-view=layers]").click()
    banner(page).filter(has_text=accuracy).wait_for()
    page.reload()
    banner(page).filter(has_text=accuracy).wait_for()  # kept with the tab
    banner(page).get_by_role("button").click()
    banner(page).wait_for(state="hidden")  # the shipped one goes without saying

    page.locator("#header [data-view=train]").click()
    row = page.locator("#train .comparison tbody tr").nth(1)
    with page.expect_download() as download:
        row.locator(".download summary").click()
        row.get_by_role("button", name="Keras").click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    assert file.name == "mnist_cnn-fast-max.keras"
    page.locator("#train input[type=file]").set_input_files(file)
    brought = page.locator("#train .comparison tbody tr").nth(2)
    brought.filter(has_text=accuracy).wait_for()
    brought.get_by_role("button", name="Use").click()
    page.locator("#header [data-view=layers]").click()
    banner(page).filter(has_text=f"in {file.name}").wait_for()


@pytest.mark.slow
def test_a_killed_training_is_said_and_frees_the_line(open_train, drawn):
    ann, ben = drawn, open_train()
    start(ann, **LONG)
    wait_for_steps(ann)
    start(ben, **LONG)
    wait_for_state(ben, "In the queue")
    (pid,) = trainings()
    os.kill(pid, signal.SIGKILL)
    wait_for_state(ann, "ended from outside")
    wait_for_state(ben, "Training")
    ann.keyboard.press("Delete")
    wait_for_digit(ann, "–")
    draw_digit(ann, 1)  # is still read, by what it had learned
    ann.wait_for_function("document.querySelector('#answer .digit').textContent !== '–'")
    banner(ann).filter(has_text="untested").wait_for()


@pytest.mark.slow
def test_without_mnist_and_network_it_learns_from_generated_digits_and_says_so(browser, tmp_path):
    nowhere = "http://127.0.0.1:9"
    lost = {"MNIST_CNN_DATA": "", "KERAS_HOME": str(tmp_path)}
    with serve_process(https_proxy=nowhere, http_proxy=nowhere, **lost) as (address, _):
        page = browser.new_page(locale="en-GB")
        page.goto(f"{address}/?view=train")
        page.locator("#train .layers td").first.wait_for()
        start(page, data="mnist", **SHORT)
        note = page.locator("#train .note")
        note.filter(has_text="it learns from generated digits").wait_for(timeout=PATIENCE)
        page.locator("#train .score").filter(has_text="generated digits").wait_for(timeout=PATIENCE)
        page.close()


@pytest.mark.slow
def test_closing_the_tab_ends_its_run_after_a_while(drawn):
    page = drawn
    start(page, **LONG)
    wait_for_steps(page)
    (running,) = trainings()
    page.close()
    page.context.close()
    assert trainings() == [running]  # the page might be loaded anew
    until(lambda: trainings() == [])


def test_stop_before_the_first_step_ends_it_at_once(drawn):
    page = drawn
    start(page, **LONG)
    page.locator("#train .run button.stop").click()
    wait_for_state(page, "Stopped")
    until(lambda: trainings() == [])
    assert page.locator("#network .words").inner_text() == "Read by the shipped network"
    assert page.locator("#train .results").is_hidden()
    row = page.locator("#train .comparison tbody tr").nth(1)
    assert row.get_by_role("button", name="Use").count() == 0
