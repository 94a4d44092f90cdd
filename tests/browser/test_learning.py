"""What one sees while a network learns, how its training is proposed, and what is said of one that
has learned nothing."""

import json
import re

import numpy as np
import pytest

from mnist_cnn.network import importer, keras_file, model, network_file
from mnist_cnn.system.paths import LANGUAGES
from tests.browser.pointer import draw_and_settle
from tests.browser.test_accessibility import SIZES, serious
from tests.browser.training import (
    LONG,
    PATIENCE,
    SHORT,
    choose,
    start,
    wait_for_state,
    wait_for_steps,
)
from tests.fake_worker import SAMPLE


@pytest.fixture(scope="module")
def address(stage):
    return stage


def words(key, language="en"):
    return json.loads((LANGUAGES / language / "page.json").read_text(encoding="utf-8"))[key]


# --- what is proposed ---------------------------------------------------------------------------


def test_the_fast_recipe_is_proposed_with_its_time_and_its_details_are_folded(open_train):
    page = open_train()
    cards = page.locator("#train .recipes input")
    assert cards.evaluate_all("cards => cards.map(({value, checked}) => [value, checked])") == [
        ["fast", True],
        ["lesson", False],
        ["best", False],
    ]
    assert page.locator("#train-epochs").is_hidden()
    # 240 steps of a hundredth of a second, as the process that is ready has tried.
    page.locator("#train .forecast").filter(has_text="about 2 s here").wait_for()
    button, forecast = (
        page.locator(f"#train {part}").bounding_box() for part in (".start", ".forecast")
    )
    assert button["y"] < forecast["y"] + forecast["height"] / 2 < button["y"] + button["height"]
    page.locator("#train .recipes input[value=best]").check()
    page.locator("#train .forecast").filter(has_text=re.compile(r"about \d+ min here")).wait_for()


def test_of_some_digits_only_a_part_is_seen_in_an_epoch_and_that_is_said(open_train):
    page = open_train()
    choose(page, digits="2000")
    page.locator("#train .plan").filter(has_text="1 × 520 of your 2,000 digits").wait_for()
    page.locator("#train .recipes input[value=lesson]").check()
    page.locator("#train .plan").filter(has_text="5 × 2,000 digits").wait_for()


def test_a_field_that_is_refused_is_unfolded(open_train):
    page = open_train()
    field = page.locator("#train-learning_rate")
    field.evaluate("field => { field.value = 'quick'; field.dispatchEvent(new Event('input')); }")
    page.locator("#train-learning_rate-refused").filter(has_text="quick").wait_for()
    assert page.locator("#train details.change").evaluate("fold => fold.open")


def test_what_another_part_proposes_is_seen(open_train):
    page = open_train()
    emit = """async (choices) => {
        const {emit} = (await window.mnistCnnModules).load("state/events.js");
        emit("choices", choices);
    }"""
    page.evaluate(emit, {"recipe": "fast"})
    assert page.locator("#train-digits").is_hidden()
    page.evaluate(emit, {"recipe": "lesson", "digits": 100})
    page.locator("#train-digits").wait_for()
    assert page.locator("#train-digits").input_value() == "100"


def test_who_waits_for_the_teacher_is_told_so(open_train):
    page = open_train()
    page.locator("#train button.start:enabled").wait_for()
    hold = """async (held) => {
        const {emit, valueOf} = (await window.mnistCnnModules).load("state/events.js");
        emit("rules", {...valueOf("rules"), training: !held});
    }"""
    page.wait_for_function(
        "window.mnistCnnModules.then((m) => Boolean(m.load('state/events.js').valueOf('rules')))"
    )
    page.evaluate(hold, True)
    page.locator("#train .plan").filter(has_text=words("waitsForTeacher")).wait_for()
    assert page.locator("#train button.start").is_disabled()
    page.evaluate(hold, False)
    start(page, **LONG)
    wait_for_steps(page)
    page.locator("#train .run button.pause").click()
    wait_for_state(page, "Paused")
    page.evaluate(hold, True)
    wait_for_state(page, words("waitsForTeacher"))


# --- what forms ---------------------------------------------------------------------------------

SHARES = """(reader) => [...document.querySelectorAll(`#train [data-reader=${reader}] .fill`)]
    .map((fill) => Number(fill.style.getPropertyValue("--share")))"""
READ = """async () => {
    const load = async (name) => (await window.mnistCnnModules).load(name);
    const {ask} = await load("transport/http.js");
    const {fileAt, networkNamed} = await load("state/network-files.js");
    const {valueOf} = await load("state/events.js");
    const {runs} = await ask("trainings");
    const {image} = valueOf("answer").answer;
    const softmax = (network) => [...[...network.read(image).values()].at(-1).values];
    return {
        untrained: softmax(await fileAt(`network/${runs.at(-1).id}.0`)),
        now: softmax(valueOf("network").file),
        shipped: softmax(await networkNamed("network")),
    };
}"""


def test_it_begins_knowing_nothing_and_its_answers_stand_between_two_others(open_train):
    page = draw_and_settle(open_train(), 7)
    start(page, **LONG)
    knows = page.locator("#train .knows")
    knows.filter(has_text="It knows nothing: 10% each").wait_for(timeout=PATIENCE)
    knows.filter(has_text=re.compile(r"It reads \d of these 9 test digits")).wait_for()
    page.locator("#train .run button.pause").click()
    wait_for_state(page, "Paused")
    page.wait_for_timeout(500)  # the last weights have come
    read = page.evaluate(READ)
    for reader in ("untrained", "now", "shipped"):
        assert page.evaluate(SHARES, reader) == pytest.approx(read[reader], abs=1e-6), reader
    assert read["now"] != read["untrained"]
    assert page.locator("#train [data-reader=shipped] .read").inner_text() == "7 · 99.9%"
    page.locator("#train .checkpoints input").fill("0")
    knows.filter(has_text="It knows nothing: 10% each").wait_for()
    assert page.evaluate(SHARES, "now") == page.evaluate(SHARES, "untrained")
    page.keyboard.press("Delete")
    page.wait_for_function("!document.querySelector('#train [data-reader=now] .winner')")


def test_nine_test_digits_are_green_where_the_network_reads_them_and_go_onto_the_pad(open_train):
    page = draw_and_settle(open_train(), 7)
    start(page, **SHORT)
    wait_for_state(page, "Trained")
    page.locator("#train .live .digit").nth(8).wait_for()
    read = """async () => {
        const {valueOf} = (await window.mnistCnnModules).load("state/events.js");
        return valueOf("network").file.file.byteLength;
    }"""
    assert page.evaluate(read) > 0
    run = page.evaluate(
        """async () => {
            const {ask} = (await window.mnistCnnModules).load("transport/http.js");
            return (await ask("trainings")).runs.at(-1).id;
        }"""
    )
    network = model.build()
    network.set_weights(weights_of(page, run))
    expected = network.predict(SAMPLE.images[..., None] / 255.0, verbose=0).argmax(axis=1)
    page.wait_for_function(
        "!/\\?/.test(document.querySelector('#train .live .pictures').textContent)"
    )
    captions = [
        f"{label} ✓" if label == answer else f"{label}→{answer}"
        for label, answer in zip(SAMPLE.labels, expected, strict=True)
    ]
    digits = page.locator("#train .live .digit")
    assert digits.all_inner_texts() == captions
    right = int((expected == SAMPLE.labels).sum())
    assert digits.locator("xpath=self::*[contains(@class, 'right')]").count() == right
    page.locator("#train .knows").filter(has_text=f"It reads {right} of these 9").wait_for()
    page.keyboard.press("Delete")
    digits.nth(3).click()
    page.wait_for_function("document.querySelector('#answer .digit').textContent !== '–'")


def weights_of(page, run):
    """The weights of a run, as the page gets them."""
    import httpx

    content = httpx.get(f"{page.url.split('/?')[0]}/mnist_cnn/network/{run}").content
    layers = model.variant("max")
    shapes = [shape for layer in layers for shape in layer.arrays]
    numbers = np.frombuffer(content, "<f4", offset=len(content) - 4 * sum(map(np.prod, shapes)))
    edges = np.cumsum([np.prod(shape) for shape in shapes])[:-1]
    return [part.reshape(s) for part, s in zip(np.split(numbers, edges), shapes, strict=True)]


def test_the_first_kernels_form(open_train):
    page = draw_and_settle(open_train(), 7)
    start(page, **LONG)
    canvas = page.locator("#train .live .kernel canvas")
    canvas.wait_for(timeout=PATIENCE)
    assert canvas.evaluate("({width, height}) => [width, height]") == [8 * 4 - 1, 4 * 4 - 1]
    before = canvas.evaluate("canvas => canvas.toDataURL()")
    page.wait_for_function(
        "before => document.querySelector('#train .live .kernel canvas').toDataURL() !== before",
        arg=before,
    )


def test_before_the_first_check_the_accuracy_is_that_before_training(open_train):
    page = open_train()
    label = """async (validations) => {
        const load = async (name) => (await window.mnistCnnModules).load(name);
        const {readout} = await load("components/train/run/status.js");
        const history = {prepared: null, steps: [], validations};
        return readout({history, options: {epochs: 1}}, false)[4];
    }"""
    untrained = {"step": 0, "accuracy": 0.104}
    assert page.evaluate(label, [untrained]) == ["before training", "10.4%"]
    checked = [untrained, {"step": 90, "accuracy": 0.9}]
    assert page.evaluate(label, checked) == ["validation", "90.0%"]
    assert page.evaluate(label, []) == ["validation", "–"]


@pytest.mark.parametrize("size", SIZES)
def test_everyone_can_follow_it(open_train, size):
    page = draw_and_settle(open_train(**SIZES[size]), 7)
    start(page, **SHORT)
    wait_for_state(page, "Trained")
    page.locator("#train .live .digit").nth(8).wait_for()
    assert serious(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


# --- one that has learned nothing ---------------------------------------------------------------

DIAGNOSE = """async ([confusion, dead, rate]) => {
    const {diagnosisOf} = (await window.mnistCnnModules)
        .load("components/train/results/diagnosis.js");
    return diagnosisOf(confusion, dead, rate);
}"""
ALWAYS_ONE = [[0, 1000, *[0] * 8] for _ in range(10)]
DEAD = {"layer": "conv1", "dead": 31, "all": 32}


@pytest.mark.parametrize(
    ("confusion", "dead", "rate", "keys"),
    [
        (ALWAYS_ONE, DEAD, "large", ["diagnosisAlways", "diagnosisDead", "diagnosisLarge"]),
        (ALWAYS_ONE, None, None, ["diagnosisAlways"]),
        (
            np.full((10, 10), 100).tolist(),
            None,
            "small",
            ["diagnosisGuesses", "diagnosisSmall"],
        ),
        (np.diag(np.full(10, 1000)).tolist(), DEAD, "large", []),
    ],
)
def test_the_diagnosis_says_what_is_wrong(open_train, confusion, dead, rate, keys):
    values = {"digit": 1, "percent": "10.0%", "chance": "10.0%", **DEAD}
    expected = " ".join(words(key).format(**values) for key in keys)
    assert open_train().evaluate(DIAGNOSE, [confusion, dead, rate]) == expected


def test_channels_are_dead_that_keras_finds_silent(modules):
    layers, arrays = importer.read(keras_file.DEFAULT)
    arrays = [array.copy() for array in arrays]
    biases = next(i for i, array in enumerate(arrays) if array.shape == (32,))
    arrays[biases][:20] = -1e6
    network = model.build()
    network.set_weights(arrays)
    first = next(layer for layer in network.layers if layer.name == "conv1")
    import keras

    maps = keras.Model(network.inputs, first.output)(SAMPLE.images[..., None] / 255.0).numpy()
    silent = int((maps == 0).all(axis=(0, 1, 2)).sum())
    assert silent >= 20
    content = network_file.encode(layers, arrays)
    found = modules.evaluate(
        """async ([bytes, pictures]) => {
            const {Network} = await import("/reader/network.js");
            const {findDead} = await import("/components/train/results/diagnosis.js");
            const network = new Network(Uint8Array.from(bytes).buffer);
            return findDead(network, pictures.map((picture) => Uint8Array.from(picture)));
        }""",
        [list(content), SAMPLE.images.reshape(9, -1).tolist()],
    )
    assert found["dead"] / found["all"] >= silent / 32
    if found["layer"] == "conv1":
        assert (found["dead"], found["all"]) == (silent, 32)


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ({"recipe": "fast", "optimizer": "muon", "learning_rate": 1}, "large"),
        ({"recipe": "fast", "optimizer": "muon", "learning_rate": 0.005}, None),
        ({"recipe": "fast", "optimizer": "muon", "learning_rate": 0.0001}, "small"),
        ({"recipe": "fast", "optimizer": "sgd", "learning_rate": 0.1}, None),
        ({"recipe": "lesson", "optimizer": "sgd", "learning_rate": 0.5}, "large"),
    ],
)
def test_a_learning_rate_is_judged_by_what_suits_its_optimizer(open_train, options, found):
    rate = """async (options) => {
        const load = async (name) => (await window.mnistCnnModules).load(name);
        const {rateOf} = await load("components/train/results/diagnosis.js");
        const {choices} = await (await load("transport/http.js")).ask("trainings");
        return rateOf(options, choices);
    }"""
    assert open_train().evaluate(rate, options) == found


@pytest.mark.parametrize(
    ("about", "blamed"),
    [({"test_accuracy": 0.99}, True), ({"test_accuracy": 0.85}, False), ({}, False), (None, False)],
)
def test_only_a_network_that_reads_well_blames_the_drawing(open_train, about, blamed):
    doubt = """async (about) => {
        const {doubtOf} = (await window.mnistCnnModules).load("components/answer/doubt.js");
        return doubtOf({doubt: "blob", network: {about}});
    }"""
    said = open_train().evaluate(doubt, about)
    assert said == (words("doubtBlob") if blamed else "")
