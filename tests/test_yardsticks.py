"""Public sets are measured as they say, and the card, the READMEs and the command show the same."""

import dataclasses
import json
import re

import numpy as np
import pytest
from PIL import Image

from mnist_cnn.__main__ import main
from mnist_cnn.digits import corruptions, pen_digits, pen_drawings, styles
from mnist_cnn.digits.mnist_files import DamagedError, Mnist
from mnist_cnn.digits.pen_digits import PenDigits
from mnist_cnn.digits.public import catalogue, formats, sets
from mnist_cnn.evaluation import detection, measures, sets_table, yardsticks
from mnist_cnn.evaluation.published import BEST
from mnist_cnn.network import card as cards
from mnist_cnn.network import model, weights
from mnist_cnn.reading.judge import Judge
from mnist_cnn.reading.preprocess import preprocess
from mnist_cnn.reading.reader import Reader
from tests.drawings import SEVEN
from tests.serving import ROOT
from tests.test_card import READMES
from tests.test_mnist_files import write_npz

MARKED = re.compile(r"<!-- sets -->\n(.*?)<!-- /sets -->", re.DOTALL)
WORDS = {
    path.parent.name: json.loads(path.read_text(encoding="utf-8"))
    for path in cards.LANGUAGES.glob("*/sets.json")
}


# --- telling apart ------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(5))
def test_auroc_is_the_share_of_pairs_in_order_ties_by_half(seed):
    random = np.random.default_rng(seed)
    inside, outside = random.integers(2, 12, 40) / 3, random.integers(0, 10, 30) / 3
    pairs = inside[:, None] - outside
    expected = np.mean((pairs > 0) + (pairs == 0) / 2)
    assert detection.auroc(inside, outside) == pytest.approx(expected)
    assert detection.auroc(outside, inside) == pytest.approx(1 - expected)


def test_fpr95_is_what_passes_outside_when_95_percent_inside_do():
    inside = np.arange(100.0)
    assert detection.false_positive_rate(inside, np.array([4.9, 5.0, 50.0, 99.0])) == 0.75
    assert detection.false_positive_rate(inside, inside) == 0.95
    assert detection.false_positive_rate(inside, inside - 1000) == 0
    assert detection.false_positive_rate(np.ones(3), np.ones(2)) == 1  # a tie passes


# --- measuring ----------------------------------------------------------------------------


def scrawls(count, side, seed=1):
    """Ink that is no digit, in the middle of an empty picture."""
    pictures = np.zeros((count, side, side), np.uint8)
    low, high = side // 4, side - side // 4
    size = (count, high - low, high - low)
    pictures[:, low:high, low:high] = np.random.default_rng(seed).choice((0, 0, 255), size)
    return pictures


def ink_of(pictures, seed=2):
    labels = np.random.default_rng(seed).integers(0, 10, len(pictures)).astype(np.uint8)
    return formats.Ink(pictures, labels)


def public(name, ink, **options):
    """A set that is there without a file."""
    form = sets.Form(lambda: ink, ())
    return sets.PublicSet(name, name, len(ink), name, (form,), **options)


class InkScore(Judge):
    """In place of the judge: the sum of what it sees."""

    def __init__(self):
        pass

    def scores(self, images):
        return images.sum(axis=(1, 2)).astype(np.float32)


def share_right(answers, labels):
    return round(
        float(np.mean([answer == label for answer, label in zip(answers, labels, strict=True)])), 5
    )


@pytest.fixture
def small(monkeypatch):
    """A network that was never trained, and a few pictures in place of every set."""
    monkeypatch.setattr(yardsticks, "MOST", 30)
    monkeypatch.setattr(yardsticks, "FEW", 20)
    kinds = {name: corruptions.KINDS[name] for name in ("identity", "stripe", "translate")}
    monkeypatch.setattr(corruptions, "KINDS", kinds)
    monkeypatch.setattr(yardsticks, "DRAWN", 20)
    monkeypatch.setattr(styles, "STYLES", {"plain_1": "50,0 50,100", "plain_7": "0,0 60,0 20,99"})
    monkeypatch.setattr(styles, "SETTINGS", {"tiny": styles.SETTINGS["tiny"]})
    monkeypatch.setattr(styles, "PAIRS", {"1_7": styles.PAIRS["1_7"]})
    monkeypatch.setattr(styles, "styles_of", lambda digit: ["plain_1", "plain_7"])
    made, other = ink_of(scrawls(40, 28)), ink_of(scrawls(25, 16, seed=3))
    other.drawings[:10], other.labels[:10] = 0, np.arange(10)  # nothing is drawn
    no_digit = formats.no_digits(scrawls(12, 40, seed=4))
    monkeypatch.setattr(
        catalogue, "DIGITS", (public("made", made, mnist_made=True), public("other", other))
    )
    monkeypatch.setattr(catalogue, "NO_DIGITS", (public("no_digit", no_digit),))
    strokes = [SEVEN] * 6
    pens = PenDigits(
        strokes, np.array([7, 7, 1, 7, 7, 7], np.uint8), np.array([3, 3, 3, 9, 9, 9]), ""
    )
    monkeypatch.setattr(catalogue, "PEN_TEST", public("pens_test", pens))
    test = ink_of(scrawls(50, 28, seed=6))
    mnist = Mnist(test.drawings[:0], test.labels[:0], test.drawings, test.labels, "", "")
    return model.build(3), mnist, pens, made, other, no_digit


def measured(network, mnist, pens, tmp_path, tell=None):
    tell = tell or pytest.fail
    return dict(yardsticks.measure(network, InkScore(), mnist, pens, tmp_path, tell))


def test_each_way_of_reading_is_the_reader_s_own(small, tmp_path):
    network, mnist, pens, made, other, _ = small
    found = measured(network, mnist, pens, tmp_path)
    reader = Reader(network)
    assert list(found)[:3] == ["mnist", "made", "other"]
    assert found["mnist"].keys() == found["made"].keys() == {"pictures", "network", "ink", "opened"}
    alone = measures.probabilities(network, made.drawings).argmax(axis=1)
    assert found["made"]["network"] == share_right(alone, made.labels)
    for name, ink in (("made", made), ("other", other)):
        assert found[name]["pictures"] == len(ink)
        few, some = ink.sample(20, yardsticks.SEED), ink.sample(30, yardsticks.SEED)
        drawn = [reader.read(drawing) for drawing in some.drawings]
        assert found[name]["ink"] == share_right([one and one.digit for one in drawn], some.labels)
        opened = [
            reader(Image.fromarray(drawing)).digit if drawing.any() else None
            for drawing in few.drawings
        ]
        assert found[name]["opened"] == share_right(opened, few.labels)
    assert "network" not in found["other"]


def test_pen_strokes_are_measured_writer_by_writer(small, tmp_path):
    network, mnist, pens, *_ = small
    found = measured(network, mnist, pens, tmp_path)
    drawn = pen_drawings.for_measuring(pens, pen_drawings.NORMAL)
    right = measures.probabilities(network, drawn.images).argmax(axis=1) == drawn.labels
    for name in ("pens", "pens_test"):
        assert found[name] == {"pictures": 6, "ink": round(float(right.mean()), 5)}
        assert found[f"{name}.3"] == {"pictures": 3, "ink": round(float(right[:3].mean()), 5)}
        assert found[f"{name}.9"] == {"pictures": 3, "ink": round(float(right[3:].mean()), 5)}


def test_corruptions_are_of_the_same_digits_and_their_mean_leaves_out_what_is_none(small, tmp_path):
    network, mnist, pens, *_ = small
    found = measured(network, mnist, pens, tmp_path)
    few = formats.Ink(mnist.test_images, mnist.test_labels).sample(20, yardsticks.SEED)
    for kind in corruptions.KINDS:
        images = corruptions.corrupt(few.drawings, kind, yardsticks.SEED)
        alone = measures.probabilities(network, images).argmax(axis=1)
        assert found[f"mnist_c.{kind}"]["network"] == share_right(alone, few.labels)
    for way in ("network", "ink", "opened"):
        both = [found[f"mnist_c.{kind}"][way] for kind in ("stripe", "translate")]
        assert found["mnist_c"][way] == pytest.approx(np.mean(both), abs=1e-5)
    assert found["mnist_c"]["pictures"] == 40


def test_a_style_counts_right_and_surely_wrong_answers_and_a_pair_sure_ones(
    small, tmp_path, monkeypatch
):
    _, mnist, pens, *_ = small
    network, sure = model.build(14), 0.112  # surer than that on about half of the drawings
    monkeypatch.setattr(yardsticks, "SURE", sure)
    found = measured(network, mnist, pens, tmp_path)
    names = [name for name in found if name.startswith(("styles.", "pairs."))]
    assert names == ["styles.plain_1", "styles.plain_7", "styles.tiny", "pairs.1_7"]
    for name in names[:3]:
        drawn = styles.pictures(name.removeprefix("styles."), 20, yardsticks.DRAWN_SEED)
        answers = measures.probabilities(network, drawn.images)
        wrong = [a for a, label in zip(answers, drawn.labels, strict=True) if a.argmax() != label]
        surely = sum(answer.max() > sure for answer in wrong)
        right = 1 - len(wrong) / 20
        assert found[name] == {"pictures": 20, "ink": right, "surely_wrong": surely / 20}
    assert 0 < found["styles.tiny"]["surely_wrong"] < 1 - found["styles.tiny"]["ink"] < 1
    answers = measures.probabilities(network, styles.blends("1_7", 20, yardsticks.DRAWN_SEED))
    share = sum(answer.max() > sure for answer in answers) / 20
    assert found["pairs.1_7"] == {"pictures": 20, "sure": share}
    assert 0 < share < 1


def test_what_is_no_digit_is_told_apart_by_the_judge_s_score_from_ink(small, tmp_path):
    network, mnist, pens, _, _, no_digit = small
    found = measured(network, mnist, pens, tmp_path)["no_digit"]

    def scores(drawings):
        return np.array([int(preprocess(drawing).image.sum()) for drawing in drawings])

    digits = formats.Ink(mnist.test_images, mnist.test_labels).sample(30, yardsticks.SEED)
    inside, outside = scores(digits.drawings), scores(no_digit.drawings)
    assert found["pictures"] == 12
    assert found["auroc"] == pytest.approx(detection.auroc(inside, outside), abs=1e-5)
    passing = detection.false_positive_rate(inside, outside)
    assert found["fpr95"] == pytest.approx(passing, abs=1e-5)


def test_a_set_that_cannot_be_read_is_told_and_the_others_are_measured(
    small, tmp_path, monkeypatch
):
    network, mnist, pens, made, *_ = small

    def damaged():
        raise ValueError("half of it is missing")

    wrong = sets.PublicSet("wrong", "Wrong", 5, "wrong", (sets.Form(damaged, ()),))
    away = sets.PublicSet(
        "away", "Away", 5, "away", (sets.Form(damaged, (sets.PublicFile("a.gz"),)),), "Ask."
    )
    monkeypatch.setattr(catalogue, "DIGITS", (wrong, public("made", made), away))
    told = []
    found = measured(network, mnist, pens, tmp_path, told.append)
    assert [type(error) for error in told] == [DamagedError, sets.MissingError]
    assert "half of it is missing" in str(told[0])
    assert "made" in found
    assert not {"wrong", "away"} & found.keys()


# --- the tables ---------------------------------------------------------------------------

ALL = {
    **{name: {"pictures": 1234, "network": 0.9876, "ink": 0.8765, "opened": 0.7654}
       for name in ("mnist", "qmnist", *(f"mnist_c.{kind}" for kind in corruptions.KINDS))},
    "optdigits": {"pictures": 1797, "ink": 0.9811, "opened": 0.5},
    "pens": {"pictures": 1248, "ink": 0.9976},
    "pens.3": {"pictures": 250, "ink": 1.0},
    "pens.11": {"pictures": 250, "ink": 0.992},
    **{f"styles.{name}": {"pictures": 500, "ink": 0.954, "surely_wrong": 0.004}
       for name in (*styles.STYLES, *styles.SETTINGS)},
    "pairs.1_7": {"pictures": 500, "sure": 0.832},
    "kmnist": {"pictures": 10_000, "auroc": 0.9912, "fpr95": 0.0123},
}  # fmt: skip


@pytest.mark.parametrize("language", READMES)
def test_the_tables_show_each_figure_or_say_that_it_was_not_measured(language):
    words = WORDS[language]
    digits, kinds, drawn, pairs, others = sets_table.table(ALL, language).split("\n\n")
    rows = {row.split(" | ")[0].removeprefix("| "): row for row in digits.splitlines()}
    assert " 1,234 | 98.76% | 87.65% | 76.54% | 99.91%" in rows[words["mnist"]]
    assert " 1,797 | – | 98.11% | 50.00% | 98.00%" in rows[words["optdigits"]]
    assert rows[words["pens"]].endswith("| 1,248 | – | 99.76% | – | – |")
    assert "3: 100.0% · 11: 99.2%" in rows[words["by_writer"]]
    assert f"| {words['not_measured']} | – | – | – | 97.63%" in rows[words["usps"]]
    assert len(kinds.splitlines()) == 2 + 16
    for kind in corruptions.KINDS:
        assert f"| {words[f'mnist_c.{kind}']} | 98.76% | 87.65% | 76.54% |" in kinds
    assert len(drawn.splitlines()) == 2 + 30
    for name in (*styles.STYLES, *styles.SETTINGS):
        assert f"| {words[f'styles.{name}']} | 500 | 95.40% | 0.40% |" in drawn
    assert len(pairs.splitlines()) == 2 + 4
    assert f"| {words['pair'].format(first=1, second=7)} | 500 | 83.20% |" in pairs
    assert f"{words['pair'].format(first=4, second=9)} | {words['not_measured']} | – |" in pairs
    assert f"| {words['kmnist']} | 10,000 | 99.12% | 1.23% | – |" in others
    assert f"| {words['omniglot']} | {words['not_measured']} | – | – | – |" in others
    for part in (digits, kinds, drawn, pairs, others):
        assert len({row.count(" | ") for row in part.strip().splitlines()[2:]}) == 1


def test_every_set_and_kind_has_words_in_every_language():
    names = {*sets_table.DIGITS, *sets_table.NO_DIGITS}
    names |= {f"mnist_c.{kind}" for kind in corruptions.KINDS}
    names |= {f"styles.{style}" for style in (*styles.STYLES, *styles.SETTINGS)}
    names |= {
        "digits",
        "kinds",
        "styles",
        "pairs",
        "pair",
        "no_digits",
        "not_measured",
        "by_writer",
    }
    names |= {f"best {name}" for name in BEST}
    assert BEST.keys() <= {*sets_table.DIGITS, *sets_table.NO_DIGITS}
    for words in WORDS.values():
        assert words.keys() == names
        for name in BEST:
            assert {"{accuracy}", "{source}"} == set(re.findall(r"\{\w+\}", words[f"best {name}"]))


# --- the card and the command -------------------------------------------------------------


def test_a_card_with_sets_comes_back_from_json_as_it_was():
    card = dataclasses.replace(weights.load_card(), sets=ALL)
    assert cards.from_json(card.to_json()) == card


@pytest.mark.parametrize("wrong", [3, {"mnist": 3}, {"mnist": {"ink": "1"}}, {"mnist": [0.5]}])
def test_sets_of_another_form_are_no_card(wrong):
    entries = dataclasses.asdict(weights.load_card()) | {"sets": wrong}
    with pytest.raises((ValueError, TypeError)):
        cards.from_json(json.dumps(entries))


def test_the_shipped_card_knows_the_sets_that_need_no_download():
    found = weights.load_card().sets
    assert {"mnist", "pens", "mnist_c", "optdigits"} <= found.keys()
    assert {f"mnist_c.{kind}" for kind in corruptions.KINDS} <= found.keys()
    assert found["mnist"]["network"] == weights.load_card().figures.mnist
    assert found["pens"]["ink"] == weights.load_card().figures.normal


@pytest.mark.parametrize("language", READMES)
def test_the_readme_holds_the_sets_of_the_shipped_card(language):
    (written,) = MARKED.findall((ROOT / READMES[language]).read_text(encoding="utf-8"))
    assert written.strip() == sets_table.table(weights.load_card().sets, language).strip()


@pytest.fixture
def command(small_mnist, tmp_path, monkeypatch):
    """The arguments of a measurement that takes no time, and the copied network."""
    copy = tmp_path / "copy.keras"
    for file in (copy, copy.with_suffix(".json")):
        file.write_bytes(weights.DEFAULT.with_suffix(file.suffix).read_bytes())
    written = PenDigits(31 * [SEVEN], np.full(31, 7, np.uint8), np.arange(31), "")
    monkeypatch.setattr(pen_digits, "load", lambda path: written)
    errors = [sets.MissingError("USPS is not here.")]

    def measure(network, judge, mnist, pens, folder, tell):
        assert set(pens.writers) == set(pen_digits.MEASURING_WRITERS)
        assert folder == tmp_path / "sets"
        for error in errors:
            tell(error)
        yield from ALL.items()

    monkeypatch.setattr(yardsticks, "measure", measure)
    data = write_npz(tmp_path / "small.npz", small_mnist)
    arguments = ["--weights", copy, "--data", data, "--sets-folder", tmp_path / "sets"]
    return ["evaluate", "--sets", *map(str, arguments)], copy, errors


def test_evaluate_sets_prints_the_tables_and_how_to_get_the_others(command, capsys):
    arguments, copy, errors = command
    assert main(arguments) == 0
    out = capsys.readouterr().out
    assert out == sets_table.table(ALL) + "\nUSPS is not here.\n"
    assert weights.load_card(copy) == weights.load_card()
    errors.append(DamagedError("KMNIST is damaged."))
    assert main(arguments) == 1
    assert capsys.readouterr().out.endswith("\nUSPS is not here.\nKMNIST is damaged.\n")


def test_evaluate_sets_writes_the_card_only_when_asked(command):
    arguments, copy, _ = command
    assert main([*arguments, "--card"]) == 0
    assert weights.load_card(copy) == dataclasses.replace(weights.load_card(), sets=ALL)


def test_evaluate_sets_fetches_only_when_asked_and_goes_on_without(command, monkeypatch, capsys):
    arguments, *_ = command
    asked = []

    def fetch(public, folder, progress, waiting):
        asked.append(public.name)
        raise OSError("no network")

    monkeypatch.setattr(sets, "fetch", fetch)
    assert main(arguments) == 0
    assert asked == []
    capsys.readouterr()
    assert main([*arguments, "--download"]) == 0
    every = (*catalogue.DIGITS, catalogue.PEN_TEST, *catalogue.NO_DIGITS)
    assert asked == [public.name for public in every]
    assert "Omniglot: no network" in capsys.readouterr().err
