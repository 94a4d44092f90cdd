"""The chapters on what a network keeps and is, worked out a second time with TensorFlow."""

import base64
import hashlib

import keras
import numpy as np
import pytest
from playwright.sync_api import expect

from mnist_cnn.lesson import lesson_file, misread_file, neighbours_file
from mnist_cnn.lesson.learned import learned
from mnist_cnn.network import importer, weights
from mnist_cnn.reading.preprocess import preprocess
from tests.browser.accessibility import serious, turn_the_light
from tests.browser.chapters import act, open_chapter, turn_to, wipe
from tests.browser.experiments import Experiments, output
from tests.browser.pointer import draw_and_settle, painted
from tests.browser.words import TAGS

KEEPS, IS = "what-it-keeps", "what-it-is"
PREDICTED = {KEEPS: ["storage", "continuous", "people"], IS: ["programmed", "exact", "yours"]}
NOT_SO = 2  # the choice that is right where the misconceptions are the other two


@pytest.fixture(scope="module")
def network(reader):
    return reader.tracer.network


@pytest.fixture(scope="module")
def lesson(modules, network):
    return Experiments(modules, network, facts=lesson_file.facts())


@pytest.fixture(scope="module")
def hundred(lesson, seven):
    return lesson.draw(KEEPS, "hundred", seven, played="1")


@pytest.fixture(scope="module")
def seven():
    """A digit on the pad, uint8 (80, 80)."""
    drawn = np.zeros((80, 80), np.uint8)
    drawn[16:22, 20:60] = 255
    for row in range(22, 70):
        left = 54 - (row - 22) // 2
        drawn[row, left : left + 7] = 255
    return drawn


def read(network, pictures):
    """Keras' probabilities of pictures with levels from 0 to 255."""
    inked = np.asarray(pictures, np.float32)[..., None] / 255
    return network(inked).numpy()


# --- what it keeps -------------------------------------------------------------------------


def test_the_room_of_the_weights_and_of_the_digits(lesson, network, drawing, mnist):
    room = lesson.draw(KEEPS, "room", drawing)
    arrays = network.get_weights()
    assert room["weights"] == sum(array.nbytes for array in arrays)
    assert room["digits"] == mnist.train_images.nbytes
    assert room["count"] == len(mnist.train_images)
    assert room["fit"] == sum(array.nbytes for array in arrays) // mnist.train_images[0].nbytes


@pytest.mark.parametrize("size", [0, 1, 55, 56, 63, 64, 65, 1000, 100_003])
def test_the_checksum_is_sha_256(modules, size):
    content = np.random.default_rng(size).bytes(size)
    found = modules.evaluate(
        """async (content) => {
            const {sha256} = await import("/experiments/misconceptions/checksum.js");
            return sha256(Uint8Array.from(atob(content), (c) => c.charCodeAt(0)));
        }""",
        base64.b64encode(content).decode(),
    )
    assert found == hashlib.sha256(content).hexdigest()


def test_the_checksum_is_that_of_all_weights(hundred):
    _, arrays = importer.read(weights.DEFAULT)
    every = b"".join(np.ascontiguousarray(array, "<f4").tobytes() for array in arrays)
    assert hundred["before"]["checksum"] == hashlib.sha256(every).hexdigest()


def test_a_hundred_drawings_change_nothing(hundred):
    assert len(hundred["readings"]) == 100
    assert hundred["after"] == hundred["before"]


def test_one_weight_changes_the_checksum(modules, lesson):
    before, after = modules.evaluate(
        """async (own) => {
            const {checksumOf} = await import("/experiments/misconceptions/checksum.js");
            const {Network} = await import("/reader/network.js");
            const {network} = window.experiments[own];
            const other = new Network(network.file.slice(0));
            const [kernel] = other.weights.get("conv2");
            kernel[17] += 1e-6;
            return [checksumOf(network), checksumOf(other)];
        }""",
        lesson.own,
    )
    assert before != after


def test_the_hundred_drawings_are_digits_that_keras_reads_alike(hundred, network):
    readings = hundred["readings"]
    digits = read(network, [one["image"] for one in readings]).argmax(axis=1)
    assert [one["digit"] for one in readings] == digits.tolist()
    meant = np.array([one["meant"] for one in readings])
    assert np.bincount(meant).tolist() == [10] * 10
    assert (digits == meant).mean() >= 0.95
    assert len({str(one["image"]) for one in readings}) == 100


def test_the_nearest_training_digits_are_those_of_keras(modules, lesson, network, drawing, image):
    found = lesson.draw(KEEPS, "features", drawing)
    own = output(network, "dense1", image)
    np.testing.assert_allclose(found["features"], own, atol=1e-4)
    content = neighbours_file.encoded(*importer.read(weights.DEFAULT))
    nearest = modules.evaluate(
        """async ({content, features}) => {
            const {nearest, trainingDigits} =
                await import("/experiments/misconceptions/nearest-digits.js");
            const file = Uint8Array.from(atob(content), (c) => c.charCodeAt(0)).buffer;
            return nearest(trainingDigits(file), features, 24);
        }""",
        {"content": base64.b64encode(content).decode(), "features": found["features"]},
    )
    shipped = neighbours_file.load(*importer.read(weights.DEFAULT))
    inside = keras.Model(network.inputs, network.get_layer("dense1").output)
    theirs = inside(shipped.pictures[..., None].astype(np.float32) / 255).numpy()
    distances = np.linalg.norm(theirs - own, axis=1)
    at = {place: i for i, place in enumerate(shipped.places.tolist())}
    chosen = [at[one["place"]] for one in nearest]
    rounding = shipped.most / neighbours_file.LEVELS / 2 * np.sqrt(theirs.shape[1])
    np.testing.assert_allclose(
        [one["distance"] for one in nearest], distances[chosen], atol=rounding
    )
    assert distances[chosen].max() <= np.sort(distances)[23] + 2 * rounding
    assert [one["label"] for one in nearest] == shipped.labels[chosen].tolist()
    np.testing.assert_array_equal([one["picture"] for one in nearest], shipped.pictures[chosen])
    assert shipped.labels[chosen[0]] == found["digit"]


# --- what it is ----------------------------------------------------------------------------


def test_the_program_is_the_same_and_only_the_weights_differ(lesson, network, drawing, image):
    swapped = lesson.draw(IS, "swapped", drawing)
    learned_ones, random = swapped["learned"], swapped["random"]
    expected = read(network, image[None])[0]
    np.testing.assert_allclose(learned_ones["probabilities"], expected, atol=1e-5)
    np.testing.assert_allclose(sum(random["probabilities"]), 1, atol=1e-5)
    assert max(random["probabilities"]) < 0.5
    for one, other in zip(learned_ones["layers"], random["layers"], strict=True):
        assert (one["weights"] == other["weights"]) is not bool(one["parameters"])
        assert {**one, "weights": 0} == {**other, "weights": 0}
    counted = [layer.count_params() for layer in network.layers[1:]]
    assert [layer["parameters"] for layer in learned_ones["layers"]] == counted


def test_the_drawing_turns_clockwise_and_keras_reads_it_alike(lesson, network, drawing):
    turned = lesson.draw(IS, "turned", drawing)
    answers = turned["answers"]
    assert [one["angle"] for one in answers] == list(range(0, 181, 3))
    expected = read(network, [one["image"] for one in answers])
    np.testing.assert_allclose([one["probabilities"] for one in answers], expected, atol=1e-4)
    assert turned["between"] == expected.max(axis=1).argmin()
    for quarters in (0, 1, 2):
        image = np.array(answers[30 * quarters]["image"], float)
        exact = preprocess(np.rot90(drawing, -quarters)).image
        assert np.abs(image - exact).mean() < 12, quarters


def test_what_it_has_learned_from_is_on_its_card(lesson, drawing, all_pen_digits):
    told = lesson.draw(IS, "learned", drawing)
    card = weights.load_card()
    assert told["epochs"] == card.epochs
    assert told["seconds"] == card.training_seconds
    assert card.drawings.startswith(f"{told['drawings']:,} ")
    assert card.drawings.endswith(f" {told['people']} people")
    assert learned().misread == round(10_000 * (1 - card.test_accuracy))


# --- predictions ---------------------------------------------------------------------------


@pytest.mark.parametrize("card", ["storage", "continuous", "people"])
def test_it_keeps_nothing_by_itself(lesson, drawing, card):
    assert lesson.predict(KEEPS, card, drawing)["right"] == NOT_SO


def test_random_weights_read_nothing(lesson, drawing, image, network):
    random = lesson.draw(IS, "swapped", drawing)["random"]["probabilities"]
    digit = int(read(network, image[None])[0].argmax())
    predicted = lesson.predict(IS, "programmed", drawing)
    assert predicted["right"] == NOT_SO
    assert predicted["values"] == {"digit": str(digit), "share": f"{100 * random[digit]:.0f}%"}


def test_between_two_digits_the_probability_is_shared(lesson, drawing):
    turned = lesson.draw(IS, "turned", drawing)
    least = turned["answers"][turned["between"]]
    first, second = np.argsort(-np.array(least["probabilities"]))[:2]
    predicted = lesson.predict(IS, "exact", drawing)
    assert predicted["right"] == (1 if least["probabilities"][first] < 0.9 else 0)
    assert predicted["values"] == {
        "angle": str(least["angle"]),
        "first": str(first),
        "firstShare": f"{min(99, round(100 * least['probabilities'][first]))}%",
        "second": str(second),
        "secondShare": f"{round(100 * least['probabilities'][second])}%",
    }


def test_nobody_s_own_drawings_are_in_it(lesson, drawing):
    assert lesson.predict(IS, "yours", drawing)["right"] == NOT_SO


# --- on the page ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def page(open_for_all):
    """A page whose tests turn from card to card."""
    return open_chapter(open_for_all, KEEPS)


def play(page, chapter, card, tag="en"):
    """Turn to a card, and play it by a prediction, the first choice."""
    turn_to(page, chapter, tag, card)
    act(page)


@pytest.mark.parametrize("tag", TAGS)
def test_every_card_says_what_one_thought_and_what_it_is(page, tag):
    for chapter, cards in PREDICTED.items():
        for card in cards:
            play(page, chapter, card, tag)
            told = page.locator("#lesson .outcome").inner_text()
            assert page.locator("#lesson .choices button").first.inner_text()[:8] in told
            assert "{" not in page.locator("#lesson").inner_text()
            assert page.locator("#lesson .trouble").inner_text() == ""


def test_the_room_of_the_weights_is_full_with_a_hundredth_of_the_pictures(page, lesson, seven):
    play(page, KEEPS, "storage")
    fit = lesson.draw(KEEPS, "room", seven)["fit"]
    page.locator("#lesson .filled figcaption").filter(has_text=f"{fit} of 60,000").wait_for()
    page.locator("#lesson .room .weights:visible canvas").wait_for()
    pixels = page.locator("#lesson .room .weights canvas").evaluate("canvas => canvas.width ** 2")
    assert 93_322 <= pixels < 94_000  # one for each weight
    small, large = (
        page.locator(f"#lesson .{name}").bounding_box()["width"]
        for name in ("weights-area", "digits-area")
    )
    assert (small / large) ** 2 == pytest.approx(4 * 93_322 / 47_040_000, rel=0.05)


def test_the_checksums_stand_above_and_below_a_hundred_drawings(page):
    play(page, KEEPS, "continuous")
    page.locator("#lesson .checksum .checked").wait_for()
    sums = page.locator("#lesson .checksum code").all_inner_texts()
    assert len(sums) == 2
    assert len(set(sums)) == 1
    assert len("".join(sums[0].split())) == 64
    assert page.locator("#lesson .readings canvas").count() == 100


def test_the_people_s_digits_change_with_the_drawing(page):
    play(page, KEEPS, "people")
    page.locator("#lesson .people canvas").first.wait_for()
    wipe(page)
    draw_and_settle(page, 0)
    page.locator("#lesson .told").filter(has_text="label 0").wait_for()
    labels = page.locator("#lesson .people b").all_inner_texts()
    assert len(labels) == 24
    assert labels.count("0") > 12
    assert "CC BY-SA 3.0" in page.locator("#lesson .likeness").inner_text()


def test_swapping_the_weights_swaps_the_answer(page):
    play(page, IS, "programmed")
    pressed = page.locator("#lesson .choice [aria-pressed=true]")
    pressed.filter(has_text="random").wait_for()
    guessed = page.locator("#lesson .ten-bars").get_attribute("aria-label")
    page.locator("#lesson .action").click()
    pressed.filter(has_text="learned").wait_for()
    assert page.locator("#lesson .ten-bars").get_attribute("aria-label") != guessed
    assert len(page.locator("#lesson .results > *").all()) == 2


def test_the_slider_turns_the_drawing_by_keyboard(page):
    play(page, IS, "exact")
    slider = page.locator("#lesson .turn input")
    slider.focus()
    page.keyboard.press("Home")
    for _ in range(10):
        page.keyboard.press("ArrowRight")
    assert slider.get_attribute("aria-valuetext") == "30°"
    assert page.locator("#lesson .turn output").inner_text() == "30°"


@pytest.mark.parametrize(
    ("chapter", "card", "answer"),
    [
        (KEEPS, "storage", ".weights:visible"),
        (KEEPS, "people", ".people canvas"),
        (IS, "yours", ".origins .none"),
    ],
)
def test_no_link_shows_what_is_asked(open_page, page, chapter, card, answer):
    """Not that of a teacher who has played the card, either."""
    play(page, chapter, card)
    page.locator(f"#lesson {answer}").first.wait_for()
    other = open_page(page.url[page.url.index("/?") :] + "&played=1")
    draw_and_settle(other, 7)
    other.locator("#lesson .stage:visible figure, #lesson .stage:visible .origins").first.wait_for()
    assert other.locator("#lesson .choices button").count() == 3
    assert other.locator(f"#lesson {answer}").count() == 0
    assert "played" not in page.url


def test_a_drawing_that_is_misread_says_which_training_digits_are_nearest(page, network):
    turn_to(page, IS, "en", "surest")
    drawings = page.locator("#lesson .misread-ones button")
    styled = misread_file.load_styled(*importer.read(weights.DEFAULT))
    for i, row in enumerate(read(network, styled.drawings)):
        label = drawings.nth(i).get_attribute("aria-label")
        assert label.startswith(f"a {styled.styles[i][-1]}, read as {row.argmax()}, ")
    assert drawings.count() == len(styled.drawings)
    shipped = neighbours_file.load(*importer.read(weights.DEFAULT))
    for i in (0, 7):
        drawings.nth(i).focus()
        page.keyboard.press("Enter")
        expect(drawings.nth(i)).to_have_attribute("aria-pressed", "true")
        distances = np.linalg.norm(shipped.features - styled.features[i], axis=1)
        nearest = shipped.labels[np.argsort(distances)[:8]].tolist()
        labels = page.locator("#lesson .near-ones b").all_inner_texts()
        assert list(map(int, labels)) == nearest
        digit, answer = int(styled.styles[i][-1]), int(styled.answers[i].argmax())
        told = page.locator("#lesson .why-so .told").inner_text()
        assert f"{nearest.count(digit)} are labelled {digit}" in told
        assert f"{nearest.count(answer)} are labelled {answer}" in told
    for scheme in ("light", "dark"):
        turn_the_light(page, scheme)
        assert serious(page, "#lesson") == [], scheme


def test_the_door_leads_to_where_one_trains(page):
    play(page, IS, "yours")
    page.locator("#lesson .origins .none").filter(has_text="0").wait_for()
    page.locator("#lesson .stage .primary").click()
    page.locator("#train").wait_for()
    page.go_back()
    page.locator("#header [data-view=lesson]").click()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(page, scheme):
    turn_the_light(page, scheme)
    for chapter, cards in PREDICTED.items():
        for card in cards:
            play(page, chapter, card)
            painted(page)
            assert serious(page, "#lesson") == [], (chapter, card)
