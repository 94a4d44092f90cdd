"""The chapters about fields, decisions, training and failures, worked out anew with TensorFlow."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from mnist_cnn.digits import strokes
from mnist_cnn.digits.mnist_files import TRAIN_DIGITS
from mnist_cnn.lesson import lesson_file, variants
from mnist_cnn.network.receptive_field import fields_along
from mnist_cnn.optimization.recipes import RECIPES
from mnist_cnn.reading.preprocess import preprocess
from tests.browser.conftest import STROKES
from tests.browser.experiments import Experiments, output, tensor
from tests.browser.modules import described, give_network


@pytest.fixture(scope="module")
def network(reader):
    return reader.tracer.network


@pytest.fixture(scope="module")
def lesson(modules, network):
    return Experiments(modules, network, facts=lesson_file.facts())


def assert_answer(lesson, chapter, drawing, answer, **state):
    """The answer is right, what is beside it is not, and the working ends with it."""
    asked = lesson.ask(chapter, drawing, str(answer), **state)
    assert asked["right"]
    assert not lesson.ask(chapter, drawing, str(answer + 1), **state)["right"]
    return asked


def fields_of(network):
    return fields_along([described(layer) for layer in network.layers[1:]])


def test_what_each_layer_sees_moves_its_number(lesson, network, drawing, image):
    """Pixels outside of the window change nothing."""
    found = lesson.draw("hierarchy", "sights", drawing)
    np.testing.assert_array_equal(found["image"], image)
    fields = fields_of(network)
    maps = [layer.name for layer in network.layers[1:] if len(layer.output.shape) == 4]
    assert [sight["layer"] for sight in found["layers"]] == maps
    for sight in found["layers"]:
        layer, most = sight["layer"], sight["strongest"]
        numbers = output(network, layer, image)
        assert most["value"] == pytest.approx(numbers.max(), rel=1e-5)
        left, top, right, bottom = most["region"]
        assert sight["size"] == fields[layer].size[0]
        np.testing.assert_array_equal(sight["patch"], image[top:bottom, left:right])
        noise = np.random.default_rng(28).integers(256, size=(28, 28))
        noise[top:bottom, left:right] = image[top:bottom, left:right]
        moved = output(network, layer, noise)
        assert moved[tuple(most["cell"])] == pytest.approx(most["value"], rel=1e-4)


def test_the_field_of_one_more_convolution_is_as_keras_builds_it(lesson, network, drawing):
    more = keras.layers.Conv2D(1, 3, name="conv4")(network.get_layer("conv3").output)
    field = fields_of(keras.Model(network.inputs, more))["conv4"].size[0]
    working = assert_answer(lesson, "hierarchy", drawing, field)["working"]
    assert working == f"18 + (3 − 1) × 4 = {field}"


def test_a_number_of_conv3_sees_a_share_of_the_picture(lesson, network, drawing):
    field = fields_of(network)["conv3"].size[0]
    share = field**2 / 28**2
    predicted = lesson.predict("hierarchy", "deep", drawing)
    assert 0.1 < share < 0.5  # "a little less than half of it"
    values = {"field": f"{field}×{field}", "share": f"{100 * share:.0f}%"}
    assert predicted == {"right": 1, "values": values}


def test_adding_to_all_logits_changes_no_probability(lesson, network, drawing, image):
    kernel, bias = network.get_layer("softmax").get_weights()
    logits = tf.constant(output(network, "dense1", image) @ kernel + bias)
    before, after = (tf.nn.softmax(logits + added).numpy().max() for added in (0, 5))
    assert before == pytest.approx(after, abs=1e-6)
    predicted = lesson.predict("flatten", "softmax", drawing)
    told = [float(predicted["values"][name].rstrip("%")) for name in ("before", "after")]
    assert predicted["right"] == 2
    assert told == pytest.approx([100 * before, 100 * after], abs=0.1)


def test_flatten_puts_the_strongest_number_where_the_question_says(lesson, network, drawing, image):
    flat = output(network, "flatten", image)
    working = assert_answer(lesson, "flatten", drawing, int(flat.argmax()))["working"]
    values = lesson.ask("flatten", drawing)["values"]
    cell = tuple(int(values[name]) for name in ("row", "column", "channel"))
    assert output(network, "conv3", image)[cell] == pytest.approx(flat.max(), rel=1e-5)
    row, column, channel = cell
    assert working == f"({row} × 3 + {column}) × 64 + {channel} = {flat.argmax()}"


def test_the_decision_is_the_network_s(lesson, network, drawing, image):
    found = lesson.draw("flatten", "decision", drawing)
    maps = output(network, "conv3", image)
    assert found["cell"] == list(np.unravel_index(maps.argmax(), maps.shape))
    np.testing.assert_allclose(np.array(found["maps"]) / 255, maps / maps.max(), atol=0.0025)
    units = output(network, "dense1", image)
    np.testing.assert_allclose(found["units"], units, atol=1e-5)
    kernel, bias = (array.astype(float) for array in network.get_layer("softmax").get_weights())
    logits = units @ kernel + bias
    np.testing.assert_allclose(found["logits"], logits, atol=3e-5)
    powers = np.exp(logits - logits.max())
    np.testing.assert_allclose(found["exponentials"], powers, atol=3e-5)
    assert found["denominator"] == pytest.approx(powers.sum(), abs=3e-5)
    probabilities = network(tensor(image)).numpy()[0]
    np.testing.assert_allclose(found["probabilities"], probabilities, atol=1e-5)
    assert found["digit"] == probabilities.argmax()


def test_the_losses_are_keras_cross_entropies(lesson, network, drawing, image):
    found = lesson.draw("training", "learning", drawing)
    trained = network(tensor(image)).numpy()[0]
    assert found["digit"] == trained.argmax()
    np.testing.assert_allclose(found["after"]["probabilities"], trained, atol=1e-5)
    for side in ("before", "after"):
        shares = np.array(found[side]["probabilities"])
        assert shares.sum() == pytest.approx(1, abs=1e-5)
        loss = keras.losses.sparse_categorical_crossentropy(
            np.array([found["digit"]]), shares[None]
        )
        assert found[side]["loss"] == pytest.approx(float(loss[0]), abs=1e-5)
    assert found["before"]["loss"] > 1  # it knows next to nothing: ln 10 is 2.3
    assert found["curves"] == lesson_file.facts()["curves"]


def test_the_steps_of_an_epoch_are_those_of_the_lesson_s_recipe(lesson, drawing):
    batch = RECIPES[variants.load_card("max").recipe].batch_size
    steps = -(-TRAIN_DIGITS // batch)
    working = assert_answer(lesson, "training", drawing, steps)["working"]
    assert working == f"{TRAIN_DIGITS:,} ÷ {batch} = {TRAIN_DIGITS / batch:g} → {steps}"


UNTRAINED = """async () => {
    const {untrained} = await import("/experiments/untrained.js");
    const arrays = (of) => [...of.weights.values()].flat().map((array) => [...array]);
    const before = arrays(network);
    const made = arrays(untrained(network));
    const again = arrays(untrained(network));
    return {made, same: String(made) === String(again),
        left: String(arrays(network)) === String(before)};
}"""


def test_untrained_weights_are_drawn_as_keras_draws_them(modules, network):
    """Within Glorot's limits, which they reach, evenly, and biases of 0."""
    give_network(modules, network)
    found = modules.evaluate(UNTRAINED)
    assert found["same"]
    assert found["left"], "the lesson's own network is as it was"
    for made, trained in zip(found["made"], network.get_weights(), strict=True):
        assert len(made) == trained.size
        if trained.ndim == 1:
            assert not np.any(made)
            continue
        drawn = keras.initializers.GlorotUniform(seed=1)(trained.shape).numpy()
        assert np.abs(made).max() == pytest.approx(np.abs(drawn).max(), rel=0.05)
        assert np.std(made) == pytest.approx(drawn.std(), rel=0.1)
        assert abs(np.mean(made)) < 3 * drawn.std() / np.sqrt(drawn.size)


def test_an_untrained_network_takes_digits_for_nothing_in_particular(lesson, network):
    """As Keras' own: no digit gets much more than a tenth."""
    lines = [np.array(stroke, float) for stroke in STROKES[7]]
    before = lesson.draw("training", "learning", strokes.render(lines, size=80))["before"]
    assert max(before["probabilities"]) < 0.5


def test_what_is_learned_by_heart_is_what_the_fewest_digits_were(lesson, drawing):
    fewest = lesson_file.facts()["curves"][0]
    last = fewest["curve"][-1]
    found = lesson.predict("training", "heart", drawing)
    assert fewest["digits"] == 100
    assert found["right"] == 1
    shares = (last["training_accuracy"], last["test_accuracy"])
    assert list(found["values"].values()) == [f"{share:.0%}" for share in shares]


def placed(drawing, size, left=None, top=None):
    """The digit made ``size`` pixels large, as Pillow does it, put somewhere into the picture."""
    stages = preprocess(drawing)
    crop = Image.fromarray(stages.crop).convert("F")
    factor = size / max(crop.size)
    wide, high = (max(1, round(side * factor)) for side in crop.size)
    small = np.asarray(crop.resize((wide, high), Image.Resampling.BILINEAR), float)
    dark = small[small > small.max() / 2]
    levels = np.clip(np.round(small * (255 / np.percentile(dark, 75))), 0, 255)
    image = np.zeros((28, 28), np.uint8)
    left, top = min(left, 28 - wide), min(top, 28 - high)
    image[top : top + high, left : left + wide] = levels
    return image


@pytest.mark.parametrize("at", ["0,0,8", "28,28,12", "5,9,20", "27,0,6"])
def test_a_small_digit_anywhere_is_read_without_centring(lesson, network, drawing, image, at):
    left, top, size = map(int, at.split(","))
    found = lesson.draw("failures", "corner", drawing, at=at)
    expected = placed(drawing, size, left, top)
    np.testing.assert_allclose(np.array(found["image"], int), expected.astype(int), atol=1)
    assert (found["left"], found["top"]) == (
        min(left, 28 - found["width"]),
        min(top, 28 - found["height"]),
    )
    assert max(found["width"], found["height"]) == found["size"] == size
    shown = np.array(found["image"], np.uint8)
    probabilities = network(tensor(shown)).numpy()[0]
    np.testing.assert_allclose(found["probabilities"], probabilities, atol=1e-4)
    assert found["digit"] == probabilities.argmax()
    centred = network(tensor(image)).numpy()[0]
    np.testing.assert_array_equal(found["centred"]["image"], image)
    assert found["centred"]["digit"] == centred.argmax()
    assert found["centred"]["probability"] == pytest.approx(centred.max(), abs=1e-4)
    assert found["sizes"] == [6, 20]


def test_until_it_is_moved_the_digit_stands_as_it_is_always_read(lesson, drawing, image):
    np.testing.assert_array_equal(lesson.draw("failures", "corner", drawing)["image"], image)


def test_the_corner_is_the_one_that_fails_worst(lesson, network, drawing, image):
    """Of all small sizes in all corners; the prediction is about that one, too."""
    own = network(tensor(image)).numpy()[0].argmax()
    found = lesson.draw("failures", "corner", drawing, at="corner")
    others = np.delete(found["probabilities"], own).max()
    for size in range(8, 15):
        for left, top in ((0, 0), (28, 0), (0, 28), (28, 28)):
            shares = network(tensor(placed(drawing, size, left, top))).numpy()[0]
            assert np.delete(shares, own).max() <= others + 0.02
    told = lesson.predict("failures", "corner", drawing)
    share = max(found["probabilities"])
    assert told["right"] == (2 if share < 0.5 else 0 if found["digit"] == own else 1)
    assert told["values"]["digit"] == str(found["digit"])
    assert float(told["values"]["share"].rstrip("%")) == pytest.approx(100 * share, abs=0.1)


@pytest.mark.parametrize("at", ["1,2", "0,0,5", "0,0,21", "a,0,9", "-1,0,9", "centre"])
def test_a_place_that_is_none_is_refused(lesson, drawing, at):
    assert "at must be corner" in lesson.refused("failures", drawing, at=at)


def test_any_drawing_is_read_as_it_is(lesson, network, drawing, image):
    found = lesson.draw("failures", "answer", drawing)
    np.testing.assert_array_equal(found["image"], image)
    shares = network(tensor(image)).numpy()[0]
    np.testing.assert_allclose(found["probabilities"], shares, atol=1e-5)
    assert found["digit"] == shares.argmax()


def test_a_digit_in_the_corner_fails_without_steps_and_not_with_all(lesson, drawing, image):
    """With all of them it is read as the drawing is, only from fewer pixels."""
    here = lesson.draw("failures", "corner", drawing, at="0,0,10")
    every = lesson.draw("failures", "without", drawing, at="0,0,10")
    whole, cornered = (one["image"] for one in (every[0], every[-1]))
    assert np.abs(np.array(whole, int) - image.astype(int)).mean() < 12
    inked = np.argwhere(np.array(cornered) > 60)
    assert (inked.max(axis=0) <= 11).all()
    assert [one["name"] for one in every][-1] == "shrunk"
    assert here["centred"]["digit"] == every[0]["digit"]
    assert not all(one["same"] for one in every)


@pytest.mark.parametrize("state", [{}, {"at": "corner"}, {"at": "0,0,10"}])
def test_answers_without_steps_are_the_network_s(lesson, network, drawing, state):
    found = lesson.draw("failures", "without", drawing, **state)
    assert [one["name"] for one in found][:2] == ["all", "no_crop"]
    images = np.array([one["image"] for one in found], np.uint8)
    answers = network.predict(images[..., None] / 255.0, verbose=0)
    digits = answers.argmax(axis=1)
    assert [one["digit"] for one in found] == digits.tolist()
    np.testing.assert_allclose(
        [one["probability"] for one in found], answers.max(axis=1), atol=1e-4
    )
    same = digits == digits[0]
    assert [one["same"] for one in found] == same.tolist()
    asked = assert_answer(lesson, "failures", drawing, int(same[1:].sum()), **state)
    assert asked["values"] == {"count": "8", "digit": str(digits[0])}
    marks = [
        f"{a.argmax()} {'✓' if s else '✗'}" for a, s in zip(answers[1:], same[1:], strict=True)
    ]
    assert asked["working"] == " · ".join(marks)


def test_few_pixels_flip_the_answer(lesson, network, drawing, image):
    found = lesson.draw("failures", "flips", drawing)
    np.testing.assert_array_equal(found["image"], image)
    for flip in (found["fewest"], found["smallest"]):
        flipped = tf.constant(np.array(flip["image"])[None, ..., None] / 255, tf.float32)
        assert network(flipped).numpy().argmax() == flip["other"] != flip["digit"]
