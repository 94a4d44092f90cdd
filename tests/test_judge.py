"""What may not be a digit is said, with the reason; what is one is left in peace."""

import json

import numpy as np
import pytest

from mnist_cnn.digits import nondigits, pen_digits, pen_drawings, strokes
from mnist_cnn.making import judge_training
from mnist_cnn.network import keras_file, weights
from mnist_cnn.reading import judge
from mnist_cnn.reading.judge import Judge
from mnist_cnn.reading.preprocess import preprocess
from tests.drawings import ONE, SEVEN

SEED = 777_001  # no other code draws with it


def arc(x, y, width, height, start, end):
    angles = np.radians(np.linspace(start, end, 24))
    return np.stack([x + width * np.cos(angles), y + height * np.sin(angles)], axis=1)


WRITTEN = {
    0: [arc(140, 140, 60, 90, -90, 270)],
    1: ONE,
    2: [np.concatenate([arc(140, 95, 55, 50, -170, 40), [(85, 230), (205, 230)]])],
    3: [np.concatenate([arc(130, 92, 50, 46, -150, 90), arc(130, 187, 58, 49, -90, 150)])],
    4: [np.array([(100.0, 50), (82, 155), (200, 155)]), np.array([(172.0, 50), (165, 240)])],
    5: [np.concatenate([[(190, 50), (105, 50), (100, 125)], arc(135, 178, 57, 56, -110, 140)])],
    6: [np.concatenate([[(170.0, 45), (105, 120)], arc(140, 185, 48, 50, 200, 560)])],
    7: SEVEN,
    8: [np.concatenate([arc(140, 92, 42, 44, 90, 450), arc(140, 188, 50, 52, -90, 270)])],
    9: [np.concatenate([arc(140, 98, 48, 50, 0, 360), [(188, 100), (180, 240)]])],
}


def block(width, height):
    drawing = np.zeros((280, 280), np.uint8)
    drawing[10 : 10 + height, 10 : 10 + width] = 255
    return drawing


def sure(share=0.99):
    """Probabilities whose best digit has ``share``."""
    probabilities = np.full(10, (1 - share) / 9, np.float32)
    probabilities[3] = share
    return probabilities


# --- the rules, whatever the trained judge thinks -----------------------------------------


class Decided(Judge):
    """A judge that gives every picture the same score."""

    def __init__(self, score, threshold=0.0):
        self.score, self.threshold = score, threshold

    def scores(self, images):
        assert images.dtype == np.uint8
        assert images.shape[1:] == (28, 28)
        return np.full(len(images), self.score, np.float32)


TWO_SEVENS = [*strokes.fit(SEVEN, (10, 90, 130, 190)), *strokes.fit(SEVEN, (150, 90, 270, 190))]
SHAPES = {
    "a seven": (strokes.render(SEVEN), None),
    "a one": (strokes.render(ONE), None),
    "a fat one": (strokes.render(ONE, brush=50), None),
    "two digits": (strokes.render(TWO_SEVENS), "wide"),
    "a lying line": (block(260, 5), "wide"),
    "just too wide": (block(171, 100), "wide"),
    "just not too wide": (block(169, 100), "blob"),
    "a square": (block(100, 100), "blob"),
    "a standing block": (block(60, 100), "blob"),
    "a block as narrow as a one": (block(49, 100), None),
    "a hairline": (block(1, 260), None),
    "one pixel": (block(1, 1), "blob"),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_the_shape_decides_when_both_networks_are_sure(shape):
    drawing, reason = SHAPES[shape]
    assert Decided(1.0).doubt(preprocess(drawing), sure()) == reason


@pytest.mark.parametrize(("share", "reason"), [(0.49, "unsure"), (0.51, None), (0.1, "unsure")])
def test_a_digit_without_even_odds_is_unsure(share, reason):
    assert Decided(1.0).doubt(preprocess(strokes.render(SEVEN)), sure(share)) == reason


@pytest.mark.parametrize(
    ("score", "threshold", "reason"),
    [
        (-0.1, 0.0, "unfamiliar"),
        (0.1, 0.0, None),
        (0.1, 0.2, "unfamiliar"),
        (-3.0, -3.5, None),
        (-3.0, -3.0, None),
    ],
)
def test_a_score_below_the_threshold_is_unfamiliar(score, threshold, reason):
    judge = Decided(score, threshold)
    assert judge.doubt(preprocess(strokes.render(SEVEN)), sure()) == reason


@pytest.mark.parametrize(
    ("drawing", "share", "score", "reason"),
    [
        (block(260, 5), 0.2, -1.0, "wide"),
        (block(100, 100), 0.2, -1.0, "blob"),
        (strokes.render(SEVEN), 0.2, -1.0, "unfamiliar"),
        (strokes.render(SEVEN), 0.2, 1.0, "unsure"),
    ],
)
def test_one_reason_is_named_the_plainest(drawing, share, score, reason):
    assert Decided(score).doubt(preprocess(drawing), sure(share)) == reason


# --- a judge of one's own -----------------------------------------------------------------


def pictures_of(written, count, seed):
    """``count`` pictures of these drawings by other hands, with other brushes."""
    random = np.random.default_rng(seed)
    kinds = [written[number % len(written)] for number in range(count)]
    return np.array([preprocess(nondigits.draw_shape(kind, random)).image for kind in kinds])


def test_a_judge_learns_saves_its_threshold_and_comes_back(tmp_path):
    digits = pictures_of([WRITTEN[0], WRITTEN[7]], 300, 1)
    shapes = nondigits.shapes()
    others = pictures_of([shapes["hash"], shapes["star"], shapes["A"]], 300, 2)
    told = []
    network = judge_training.fit(digits, others, seed=1, epochs=3, report=told.append)
    assert [line.split(": loss")[0] for line in told] == [
        f"judge, epoch {n} of 3" for n in range(1, 4)
    ]
    losses = [float(line.split()[-1]) for line in told]
    assert losses[-1] < losses[0]
    unseen = [pictures_of([WRITTEN[7]], 200, 3), pictures_of([WRITTEN[0]], 200, 4)]
    file = tmp_path / "mine.keras"
    judge_training.save(network, unseen, 1, file)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine.json", "mine.keras"]
    about = json.loads((tmp_path / "mine.json").read_text())
    assert (about["seed"], about["parameters"]) == (1, network.count_params())
    own = Judge(file)
    assert own.threshold == about["threshold"]
    for kind in unseen:  # each alone: no more false alarms than allowed
        assert (own.scores(kind) < own.threshold).mean() <= judge_training.FALSE_ALARMS
    by_hand = network(unseen[0].astype(np.float32)[..., None] / 255)
    np.testing.assert_allclose(own.scores(unseen[0]), np.asarray(by_hand)[:, 0], atol=1e-4)


def test_the_same_seed_starts_the_same_judge():
    first, again, other = (judge.build(seed).get_weights()[0] for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


@pytest.fixture(scope="module")
def untrained(tmp_path_factory):
    file = tmp_path_factory.mktemp("judge") / "mine.keras"
    judge_training.save(judge.build(1), [np.zeros((10, 28, 28), np.uint8)], 1, file)
    return file.read_bytes()


@pytest.mark.parametrize("content", [None, "", "no JSON", "[]", "{}", '{"threshold": "high"}'])
def test_a_judge_without_a_sound_card_is_refused(content, untrained, tmp_path):
    file, card = tmp_path / "mine.keras", tmp_path / "mine.json"
    file.write_bytes(untrained)
    if content is not None:
        card.write_text(content)
    with pytest.raises(weights.WeightsError) as caught:
        Judge(file)
    assert str(card) in str(caught.value)


def test_a_missing_judge_is_named_with_its_own_way_out(tmp_path, monkeypatch):
    monkeypatch.setattr(keras_file, "WEIGHTS", tmp_path)
    with pytest.raises(weights.WeightsError) as caught:
        Judge(tmp_path / "doubt.keras")
    assert str(caught.value).startswith(f"There are no weights at {tmp_path / 'doubt.keras'}. ")
    command = "python -m mnist_cnn judge --output weights/doubt.keras"
    assert str(caught.value).endswith(f"or train anew with: {command}")


def test_another_network_is_no_judge():
    with pytest.raises(weights.WeightsError, match="is Conv 32–Pool–Conv 64"):
        Judge(weights.DEFAULT)


# --- the shipped judge, as the page uses it -----------------------------------------------


def flagged(reader, drawn):
    """The share of drawings that are doubted."""
    return np.mean([reader.read(drawing).doubt is not None for drawing in drawn])


def shapes_by_other_hands(names, count=200):
    shapes = nondigits.shapes()
    random = np.random.default_rng(SEED)
    return [nondigits.draw_shape(shapes[names[n % len(names)]], random) for n in range(count)]


def digits_in_a_row(count, many=3):
    """``many`` digits drawn side by side on the pad."""
    random = np.random.default_rng(SEED)
    rows = []
    for _ in range(count):
        width, row = (280 - 20) / many, []
        for place in range(many):
            digit = strokes.vary(WRITTEN[random.integers(10)], random)
            box = (14 + place * width, 100, 6 + (place + 1) * width, 190)
            row += strokes.fit(digit, box)
        rows.append(strokes.render(row, random.uniform(6, 14)))
    return rows


LETTERS = [name for name in nondigits.shapes() if len(name) == 1 and name.isalpha()]
KINDS = {
    "hearts": lambda: shapes_by_other_hands(["heart", "heart2"]),
    "letters": lambda: shapes_by_other_hands(LETTERS, 300),
    "shapes": lambda: shapes_by_other_hands(list(nondigits.shapes()), 400),
    "scribbles": lambda: [nondigits.scribble(np.random.default_rng((SEED, n))) for n in range(300)],
    "three digits": lambda: digits_in_a_row(100),
}


@pytest.mark.parametrize("kind", KINDS)
def test_nine_of_ten_drawings_that_are_no_digits_are_doubted(kind, reader):
    assert flagged(reader, KINDS[kind]()) >= 0.9


def test_nine_of_ten_non_digits_of_a_new_seed_are_doubted(reader):
    digits = np.array([preprocess(strokes.render(digit)).image for digit in WRITTEN.values()])
    assert flagged(reader, nondigits.pictures(1000, digits, SEED)) >= 0.9


@pytest.mark.parametrize("digit", WRITTEN)
def test_a_neat_digit_raises_no_doubt_at_any_size(digit, reader):
    for side, brush in [(240, 20), (180, 12), (120, 14), (60, 6)]:
        box = (140 - side / 2, 140 - side / 2, 140 + side / 2, 140 + side / 2)
        reading = reader.read(strokes.render(strokes.fit(WRITTEN[digit], box), brush))
        assert (reading.activations.digit, reading.doubt) == (digit, None), f"{side} units"


def test_a_reading_carries_its_doubt(reader):
    assert reader.read(strokes.render(SEVEN)).doubt is None
    assert reader.read(strokes.render(TWO_SEVENS)).doubt == "wide"


@pytest.mark.parametrize("size", [(28, 28), (280, 280), (1, 1), (3, 500)])
def test_a_blank_pad_has_no_reading(size, reader):
    assert reader.read(np.zeros(size, np.uint8)) is None


def test_at_most_one_in_a_hundred_of_mnist_is_doubted(mnist, reader):
    assert flagged(reader, mnist.test_images[::8]) <= 0.01


@pytest.mark.parametrize(
    "setting", [pen_drawings.NORMAL, pen_drawings.SMALL], ids=["normal", "small"]
)
def test_at_most_one_in_a_hundred_of_people_s_drawings_is_doubted(setting, all_pen_digits, reader):
    unseen = all_pen_digits.by(pen_digits.MEASURING_WRITERS)
    random = np.random.default_rng(SEED)
    drawn = [pen_drawings.put_on_pad(digit, setting, random) for digit in unseen.strokes[::2]]
    assert flagged(reader, drawn) <= 0.01
