"""A person trains a network, watches it learn to read the drawing, keeps it and uses it."""

import os
import re
import shutil
import signal

import pytest

from mnist_cnn.weights_file import DEFAULT
from tests.browser.pointer import colors, draw_digit, wait_for_digit
from tests.browser.test_accessibility import SIZES, serious
from tests.browser.training import (
    LONG,
    PATIENCE,
    SHORT,
    choose,
    leave_all,
    probabilities,
    settled_probabilities,
    start,
    state,
    wait_for_state,
    wait_for_steps,
)
from tests.processes import trainings
from tests.serving import serve_process

pytestmark = pytest.mark.slow


@pytest.fixture
def open_train(open_page):
    """Open the Train page in a new window; at the end its runs are given up."""
    pages = []

    def open_train(query="", **options):
        pages.append(open_page(f"/?view=train{query}", **options))
        pages[-1].locator("#train .layers td").first.wait_for()
        return pages[-1]

    yield open_train
    for page in pages:
        leave_all(page)


@pytest.fixture
def drawn(open_train):
    """The Train page with a 7 on the pad, read by the shipped network."""
    page = open_train()
    draw_digit(page, 7)
    wait_for_digit(page, 7)
    return page


def banner(page):
    return page.locator("#network .network")


def marks(row):
    """Return what the row of a network says of when it reads."""
    return row.locator("th small").all_inner_texts()


def test_train_watch_keep_use_download_and_bring_back(drawn, tmp_path):
    page = drawn
    before = probabilities(page)
    start(page, **SHORT)
    banner(page).filter(has_text="in training, after step").wait_for(timeout=PATIENCE)
    page.wait_for_function(
        "before => document.querySelector('#answer li').title !== before", arg=before[0]
    )
    wait_for_steps(page)
    early = probabilities(page)
    assert page.locator("#view-layers").is_visible()  # maps form beside the curves
    wait_for_state(page, "Trained")
    page.locator("#train .results").wait_for()
    assert probabilities(page) != early
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
    assert marks(shipped) == ["reads otherwise"]
    assert marks(row) == ["reads now, while you look at it"]
    assert page.locator("#train .comparison [aria-current=true]").inner_text() == row.inner_text()
    row.get_by_role("button", name="Use").click()
    row.get_by_text("reads now", exact=True).wait_for()
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
        row.get_by_role("button", name="Download").click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    assert file.name == "mnist_cnn-lesson-max.keras"
    page.locator("#train input[type=file]").set_input_files(file)
    brought = page.locator("#train .comparison tbody tr").nth(2)
    brought.filter(has_text=accuracy).wait_for()
    brought.get_by_role("button", name="Use").click()
    page.locator("#header [data-view=layers]").click()
    banner(page).filter(has_text=f"in {file.name}").wait_for()


def test_of_two_recipes_chosen_quickly_the_last_fills_the_form(open_train):
    page = open_train()
    page.locator("#train .plan").filter(has_text="steps").wait_for()
    held = []
    page.route("**/train/plan*", lambda route: held.append(route), times=1)
    page.locator("#train input[value=best]").check(force=True)
    page.wait_for_timeout(200)
    page.locator("#train input[value=fast]").check(force=True)
    page.wait_for_timeout(200)
    held[0].continue_()
    page.wait_for_function("document.querySelector('#train-epochs').value === '1'")


@pytest.mark.parametrize("size", SIZES)
def test_nothing_moves_when_another_network_reads(open_train, size):
    page = open_train(**SIZES[size])
    top = "() => document.querySelector('#view-train').getBoundingClientRect().top + scrollY"
    before = page.evaluate(top)
    for words in ("in training", "of the test digits right", "by the shipped network"):
        if words == "in training":
            start(page, digits="500", epochs="1")
        elif words == "by the shipped network":
            banner(page).get_by_role("button").click()
        banner(page).filter(has_text=words).wait_for(timeout=PATIENCE)
        assert page.evaluate(top) == before


def test_a_variant_has_maps_of_its_own(drawn):
    page = drawn
    start(page, downsampling="stride", **SHORT)
    layers = "[...document.querySelectorAll('#maps figure')].map((f) => f.dataset.layer).join()"
    page.wait_for_function(
        f"{layers} === 'conv1,conv2,conv3,flatten,dense1,softmax'", timeout=PATIENCE
    )
    page.locator("[data-layer=conv2] canvas").scroll_into_view_if_needed()
    page.wait_for_timeout(500)
    assert colors(page, "[data-layer=conv2] canvas") > 5
    wait_for_state(page, "Trained")
    page.locator("[data-layer=conv2] canvas").click(position={"x": 30, "y": 30})
    page.locator("#inspector .tile").first.wait_for()
    page.locator("#header [data-view=layers]").click()
    page.wait_for_function(f"{layers}.startsWith('conv1,pool1,conv2')")


def test_pause_go_on_stop_and_look_back(drawn):
    page = drawn
    start(page, **LONG)
    wait_for_steps(page, 30)
    page.locator("#train button.pause").click()
    wait_for_state(page, "Paused")
    step = page.locator("#train .readout dd").nth(1).inner_text()
    page.wait_for_timeout(1000)
    assert page.locator("#train .readout dd").nth(1).inner_text() == step
    page.locator("#train button.resume").click()
    wait_for_state(page, "Training")
    page.wait_for_function(
        "step => document.querySelectorAll('#train .readout dd')[1].textContent !== step", arg=step
    )
    page.locator("#train .run button.stop").click()
    wait_for_state(page, "Stopped")
    page.locator("#train .early").filter(has_text="Stopped after step").wait_for()

    newest = probabilities(page)
    slider = page.locator("#train .checkpoints input")
    slider.fill("0")
    banner(page).filter(has_text="as it was after step 0").wait_for()
    page.wait_for_function(
        "newest => document.querySelector('#answer li').title !== newest", arg=newest[0]
    )
    assert page.locator("#train .moment").inner_text() == "untrained"
    slider.fill(slider.get_attribute("max"))
    page.wait_for_function(
        "newest => document.querySelector('#answer li').title === newest", arg=newest[0]
    )


def test_a_page_loaded_anew_finds_its_run(drawn):
    page = drawn
    start(page, **LONG)
    wait_for_steps(page)
    page.route("**/train/mine*", lambda route: route.abort(), times=1)
    page.reload()
    wait_for_state(page, "Training")
    wait_for_steps(page, 20)
    assert colors(page, "#train canvas.loss") > 10
    page.locator("#train .run button.stop").click()
    wait_for_state(page, "Stopped")


def test_two_people_wait_in_line_and_keep_their_own_networks(open_train, drawn):
    ann, ben = drawn, open_train()
    draw_digit(ben, 7)
    wait_for_digit(ben, 7)
    shipped = settled_probabilities(ben)
    start(ann, **LONG)
    wait_for_steps(ann)
    start(ben, **LONG)
    wait_for_state(ben, "In line: place 1")
    assert "the shipped network" in banner(ben).inner_text()
    assert probabilities(ben) == shipped
    assert ben.locator("#train .comparison tbody tr").count() == 2
    ben.locator("#train button.leave").click()
    wait_for_state(ben, "Stopped")

    start_again(ben)
    wait_for_state(ben, "In line: place 1")
    ann.locator("#train .run button.stop").click()
    wait_for_state(ben, "Training")
    banner(ben).filter(has_text="in training").wait_for()


def start_again(page):
    page.locator("#train button.again").click()
    page.locator("#train button.start").click()


def test_a_killed_training_is_said_and_frees_the_line(open_train, drawn, address):
    ann, ben = drawn, open_train()
    start(ann, **LONG)
    wait_for_steps(ann)
    start(ben, **LONG)
    wait_for_state(ben, "In line")
    (pid,) = trainings()
    os.kill(pid, signal.SIGKILL)
    wait_for_state(ann, "ended from outside")
    wait_for_state(ben, "Training")
    ann.keyboard.press("Delete")
    wait_for_digit(ann, "–")
    draw_digit(ann, 1)  # is still read, by what it had learned
    ann.wait_for_function("document.querySelector('#answer .digit').textContent !== '–'")
    banner(ann).filter(has_text="untested").wait_for()


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "Epochs must be a whole number from 1 to 200, not 'many'."),
        ("zh-CN", "轮数必须是 1 到 200 的整数，不能是 'many'。"),
    ],
)
def test_a_bad_value_is_refused_beside_its_field(open_train, language, sentence):
    page = open_train(f"&lang={language}")
    page.locator("#train-epochs").fill("many")
    refused = page.locator("#train-epochs-refused")
    refused.filter(has_text=sentence).wait_for()
    assert page.locator("#train button.start").is_disabled()
    assert page.locator("#train-epochs").get_attribute("aria-invalid") == "true"
    page.locator("#train-epochs").fill("2")
    refused.filter(has_not_text=sentence).wait_for(state="attached")
    page.locator("#train button.start:enabled").wait_for()


def test_recipe_optimiser_and_downsampling_bring_their_values(open_train):
    page = open_train()
    total = page.locator("#train .layers tfoot th").last
    assert total.inner_text() == "93,322"
    page.locator("#train-downsampling").select_option("none")
    total.filter(has_text="2,038,922").wait_for()
    page.locator("#train-optimizer").select_option("sgd")
    page.wait_for_function("document.querySelector('#train-learning_rate').value === '0.1'")
    page.locator("#train-downsampling").select_option("max")
    page.locator("#train .recipes input[value=best]").check()
    page.wait_for_function("document.querySelector('#train-epochs').value === '40'")
    assert page.locator("#train-data").input_value() == "mnist+pens"


def test_a_file_that_is_no_network_is_refused_in_words(open_train, tmp_path):
    page = open_train("&lang=zh-CN")
    path = tmp_path / "假的.keras"
    path.write_bytes(b"PK nothing")
    page.locator("#train input[type=file]").set_input_files(path)
    page.locator("#train .said").filter(has_text="假的.keras 已损坏").wait_for()
    assert page.locator("#train .comparison tbody tr").count() == 1


def test_a_name_that_is_markup_is_shown_as_it_is(open_train, tmp_path):
    page = open_train()
    path = tmp_path / "<img src=x onerror=alert(1)>.keras"
    shutil.copy(DEFAULT, path)
    page.locator("#train input[type=file]").set_input_files(path)
    brought = page.locator("#train .comparison tbody tr").nth(1)
    brought.filter(has_text=path.name).wait_for()
    brought.get_by_role("button", name="Use").click()
    page.locator("#header [data-view=layers]").click()
    banner(page).filter(has_text=path.name).wait_for()
    assert page.locator("img[src=x]").count() == 0


def test_a_run_is_followed_again_when_too_much_was_asked_for(open_train):
    page = open_train()
    start(page, **SHORT)
    busy = page.locator("#train .trouble").filter(has_text="Too many requests")
    page.route(
        "**/train/events*",
        lambda route: route.fulfill(status=429, json={"error": "Too many requests"}),
    )
    busy.wait_for()
    page.unroute("**/train/events*")
    wait_for_state(page, "Trained")
    assert busy.count() == 0


def test_choices_stay_in_their_fields(open_train):
    page = open_train()
    choose(page, digits="300", seed="7")
    page.locator("#header .language").click()
    page.locator("html[lang=zh-CN]").wait_for()
    assert page.locator("#train-digits").input_value() == "300"
    assert page.locator("#train button.start").inner_text() == "开始训练"
    assert state(page).is_hidden()


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


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", ["en", "zh-CN"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everyone_can_use_it(open_train, scheme, language, size):
    page = open_train(f"&lang={language}", color_scheme=scheme, **SIZES[size])
    assert serious(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
