"""A person trains a network, watches it learn to read the drawing, keeps it and uses it."""

import re
import shutil

import pytest

from mnist_cnn.network.keras_file import DEFAULT
from tests.browser.pointer import colors, draw_and_settle, draw_digit, settled, wait_for_digit
from tests.browser.test_accessibility import SIZES, serious
from tests.browser.training import (
    LONG,
    PATIENCE,
    SHORT,
    choose,
    probabilities,
    settled_probabilities,
    start,
    state,
    unfold,
    wait_for_state,
    wait_for_steps,
)
from tests.browser.windows import turn


@pytest.fixture(scope="module")
def address(stage):
    return stage


@pytest.fixture
def open_train(open_train):
    """The same with what can be changed of a recipe unfolded."""
    return lambda *given, **options: unfold(open_train(*given, **options))


@pytest.fixture
def drawn(open_train):
    """The Train page with a 7 on the pad, read by the shipped network."""
    return draw_and_settle(open_train(), 7)


def banner(page):
    return page.locator("#network .network")


def marks(row):
    """Return what the row of a network says of when it reads."""
    return row.locator("th small").all_inner_texts()


def test_of_two_recipes_chosen_quickly_the_last_fills_the_form(open_train):
    page = open_train()
    page.locator("#train .plan").filter(has_text="steps").wait_for()
    held = []
    page.route("**/trainings?choices*", lambda route: held.append(route), times=1)
    with page.expect_request("**/trainings?choices*"):
        page.locator("#train input[value=best]").check(force=True)
    page.locator("#train input[value=lesson]").check(force=True)
    page.wait_for_timeout(100)  # it is not asked for before the first is there
    held[0].continue_()
    page.wait_for_function("document.querySelector('#train-epochs').value === '5'")


@pytest.mark.parametrize("size", SIZES)
def test_nothing_moves_when_another_network_reads(open_train, size):
    page = open_train(**SIZES[size])
    top = "() => document.querySelector('#view-train').getBoundingClientRect().top + scrollY"
    before = page.evaluate(top)
    for words in ("in training", "of the test digits right", "by the shipped network"):
        if words == "in training":
            start(page, **LONG)
        elif words == "of the test digits right":
            wait_for_steps(page)
            page.locator("#train .run button.stop").click()
        else:
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
    page.locator("#river .stream").scroll_into_view_if_needed()
    settled(page)
    assert colors(page, "#river .stream") > 50
    twins = page.locator("#river .tile[data-layer=conv1]").first.bounding_box()
    assert twins["width"] == pytest.approx(twins["height"], abs=1), "nothing is pooled"
    wait_for_state(page, "Trained")
    page.locator("#river .tile[data-layer=conv2]").first.click()
    page.locator("#lens .tile").first.wait_for()
    page.locator("#header [data-view=layers]").click()
    page.wait_for_function(f"{layers}.startsWith('conv1,pool1,conv2')")


def test_pause_go_on_stop_and_look_back(drawn):
    page = drawn
    start(page, **LONG)
    wait_for_steps(page, 30)
    page.locator("#train button.pause").click()
    wait_for_state(page, "Paused")
    page.wait_for_timeout(300)  # the last step may be told of after it
    step = page.locator("#train .readout dd").nth(1).inner_text()
    page.wait_for_timeout(300)  # of some 15 steps
    assert page.locator("#train .readout dd").nth(1).inner_text() == step
    page.locator("#train button.resume").click()
    wait_for_state(page, "Training")
    page.wait_for_function(
        "step => document.querySelectorAll('#train .readout dd')[1].textContent !== step", arg=step
    )
    page.locator("#train .run button.stop").click()
    wait_for_state(page, "Stopped")
    page.locator("#train .early").filter(has_text="Stopped at step").wait_for()

    newest = probabilities(page)
    slider = page.locator("#train .checkpoints input")
    slider.fill("0")
    banner(page).filter(has_text="as it was after step 0").wait_for()
    page.wait_for_function(
        "newest => document.querySelector('#answer li button').title !== newest", arg=newest[0]
    )
    assert page.locator("#train .moment").inner_text() == "untrained"
    slider.fill(slider.get_attribute("max"))
    page.wait_for_function(
        "newest => document.querySelector('#answer li button').title === newest", arg=newest[0]
    )


def test_a_page_loaded_anew_finds_its_run(drawn):
    page = drawn
    start(page, **LONG)
    wait_for_steps(page)
    page.route(re.compile(r"/trainings\??$"), lambda route: route.abort(), times=1)
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
    wait_for_state(ben, "In the queue: number 1")
    assert "the shipped network" in banner(ben).inner_text()
    assert probabilities(ben) == shipped
    assert ben.locator("#train .comparison tbody tr").count() == 2
    ben.locator("#train button.leave").click()
    wait_for_state(ben, "Stopped")

    start_again(ben)
    wait_for_state(ben, "In the queue: number 1")
    ann.locator("#train .run button.stop").click()
    wait_for_state(ben, "Training")
    banner(ben).filter(has_text="in training").wait_for()


def start_again(page):
    page.locator("#train button.again").click()
    page.locator("#train button.start").click()


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


SOCKETS = """
    const sockets = [];
    let isCut = false;
    const Native = WebSocket;
    window.WebSocket = class extends Native {
      constructor(address) {
        super(isCut ? "ws://127.0.0.1:9/" : address);
        sockets.push(this);
      }
    };
    window.cutConnection = () => {
      isCut = true;
      sockets.at(-1).close();
    };
    window.mendConnection = () => (isCut = false);
"""
KEEP_HISTORY = """async () => {
    const {History} = (await window.mnistCnnModules).load("components/train/run/history.js");
    const add = History.prototype.add;
    History.prototype.add = function (events) {
      window.shownHistory = this;
      add.call(this, events);
    };
}"""
STEPS = """async () => {
    const {ask} = (await window.mnistCnnModules).load("transport/http.js");
    const {runs} = await ask("trainings");
    const {events} = await ask(`trainings/${runs.at(-1).id}`);
    const steps = (those) => those.filter(({kind}) => kind === "step").map(({step}) => step);
    return {shown: steps(window.shownHistory.steps), told: steps(events)};
}"""


def test_a_training_is_followed_over_a_cut_connection_without_loss_or_repetition(open_train):
    page = open_train(script=SOCKETS)
    page.evaluate(KEEP_HISTORY)
    start(page, **LONG)
    wait_for_steps(page)
    trouble = page.locator("#train .trouble").filter(has_text="The server does not answer")
    for _ in range(2):
        page.evaluate("cutConnection()")
        trouble.wait_for()
        page.evaluate("mendConnection()")
        trouble.wait_for(state="detached")
    wait_for_steps(page, 3)
    page.locator("#train .run button.stop").click()
    wait_for_state(page, "Stopped")
    steps = page.evaluate(STEPS)
    assert steps["shown"] == steps["told"] != []


def test_what_went_wrong_with_a_training_is_forgotten_when_it_goes_on(open_train):
    page = open_train()
    start(page, **LONG)
    wait_for_steps(page)
    page.locator("#train .run button.pause").click()
    wait_for_state(page, "Paused")
    page.route("**/trainings/*?verb=resume", lambda route: route.abort(), times=1)
    page.locator("#train .run button.resume").click()
    trouble = page.locator("#train .run .trouble:not(:empty)")
    trouble.wait_for()
    page.locator("#train .run button.resume").click()
    trouble.wait_for(state="detached")


def test_a_training_is_followed_without_websockets(open_train):
    page = open_train(sockets=False)
    page.evaluate(KEEP_HISTORY)
    start(page, **LONG)
    wait_for_steps(page, 3)
    page.locator("#train .run button.stop").click()
    wait_for_state(page, "Stopped")
    steps = page.evaluate(STEPS)
    assert steps["shown"] == steps["told"] != []


def test_choices_stay_in_their_fields(open_train):
    page = open_train()
    choose(page, digits="300", seed="7")
    page.locator("#header .language").click()
    page.locator("html[lang=zh-CN]").wait_for()
    assert page.locator("#train-digits").input_value() == "300"
    assert page.locator("#train button.start").inner_text() == "开始训练"
    assert state(page).is_hidden()


@pytest.mark.parametrize("size", SIZES)
def test_everyone_can_use_it(open_train, size):
    page, found = open_train(**SIZES[size]), {}
    for language in ("en", "zh-CN"):
        page.locator(f"html[lang={language}]").wait_for()
        for scheme in ("light", "dark"):
            turn(page, scheme)
            found[language, scheme] = serious(page)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), language
        page.locator("#header .language").click()
    assert found == {both: [] for both in found}
