"""The card holds every figure, survives its file, and is the table in both READMEs."""

import dataclasses
import json
import re

import pytest

from mnist_cnn.network import card as cards
from mnist_cnn.network import model, weights
from mnist_cnn.network.card import Card, Figures, table
from tests.serving import ROOT

WORDS = {
    path.parent.name: json.loads(path.read_text(encoding="utf-8"))
    for path in cards.LANGUAGES.glob("*/card.json")
}
READMES = {"en": "README.md", "zh-CN": "README.zh-CN.md"}
MARKED = re.compile(r"<!-- card -->\n(.*?)<!-- /card -->", re.DOTALL)

FIGURES = Figures(
    mnist=0.9961,
    mnist_by_digit=[0.991, 0.992, 0.993, 0.994, 0.995, 0.996, 0.997, 0.998, 0.999, 1.0],
    normal=0.9812,
    normal_by_digit=[0.981, 0.982, 0.983, 0.984, 0.985, 0.986, 0.987, 0.988, 0.989, 0.9],
    normal_by_brush={"8–12": 0.9713, "24–28": 0.9614},
    small=0.9515,
    drawings=1234,
    writers=5,
    calibration_mnist=0.0016,
    calibration_drawings=0.0117,
    flagged_mnist=0.0018,
    flagged_drawings=0.0119,
    flagged_others=0.9321,
    others=5678,
)
CARD = Card(
    recipe="best",
    seed=3,
    epochs=30,
    data_checksum="0123abcd",
    drawings="1,234 digits by 22 people, “é”",
    parameters=93_322,
    temperature=0.8765,
    tested_on="MNIST test",
    test_accuracy=0.9961,
    training_seconds=1525.0,
    libraries={"keras": "3.0", "numpy": "2.0"},
    figures=FIGURES,
    drawn=1234,
    drawers=22,
)
SHOWN = {  # every figure, as a person reads it
    "mnist": ["99.61%"],
    "mnist_by_digit": ["0: 99.1%", "1: 99.2%", "5: 99.6%", "9: 100.0%"],
    "normal": ["98.12%"],
    "normal_by_digit": ["0: 98.1%", "4: 98.5%", "9: 90.0%"],
    "normal_by_brush": ["8–12: 97.13%", "24–28: 96.14%"],
    "small": ["95.15%"],
    "drawings": ["1,234"],
    "writers": ["5"],
    "calibration_mnist": ["0.16% · "],
    "calibration_drawings": [" · 1.17%"],
    "flagged_mnist": ["0.18% · "],
    "flagged_drawings": [" · 1.19%"],
    "flagged_others": ["93.21%"],
    "others": ["5,678"],
}


def table_of(card, *language):
    return table(card.figures, card.parameters, card.training_seconds, *language)


def test_a_card_comes_back_from_json_as_it_was():
    assert cards.from_json(CARD.to_json()) == CARD
    assert json.loads(CARD.to_json()) == dataclasses.asdict(CARD)
    assert "“é”" in CARD.to_json()  # a person can read the file
    assert CARD.to_json().endswith("}\n")


@pytest.mark.parametrize("figures", [None, "left out"])
def test_a_card_without_figures_comes_back_too(figures):
    plain = dataclasses.replace(CARD, figures=None)
    entries = dataclasses.asdict(plain)
    if figures:
        del entries["figures"]
    assert cards.from_json(json.dumps(entries)) == plain


@pytest.mark.parametrize(
    "text", ["", "no JSON", "[]", "3", "null", "{}", '{"figures": {"mnist": 1}}', '{"surprise": 1}']
)
def test_what_is_no_card_is_refused(text):
    with pytest.raises((ValueError, TypeError)):
        cards.from_json(text)


@pytest.mark.parametrize(
    "field",
    [
        *({"test_accuracy": float("nan")}, {"training_seconds": float("inf")}, {"epochs": "5"}),
        *({"test_accuracy": True}, {"parameters": 2**60}, {"seed": 1.5}, {"recipe": "r" * 1001}),
        *(
            {"recipe": "\ud800"},
            {"libraries": {"keras": 3}},
            {"libraries": []},
            {"tested_on": None},
        ),
        *({"options": {"epochs": [1]}}, {"options": {"epochs": {}}}, {"options": 7}),
        {"figures": dataclasses.asdict(FIGURES) | {"mnist_by_digit": ["0.9"]}},
        {"figures": dataclasses.asdict(FIGURES) | {"normal_by_brush": {"8": None}}},
        {"options": {str(number): 1 for number in range(1001)}},
    ],
)
def test_what_no_page_could_show_is_no_card(field):
    """A card may come in a stranger's file."""
    text = json.dumps(dataclasses.asdict(CARD) | field)
    with pytest.raises(ValueError, match=r"\S"):
        cards.from_json(text)


@pytest.mark.parametrize("language", READMES)
def test_the_table_names_every_figure(language):
    shown = table_of(CARD, language)
    assert SHOWN.keys() == {field.name for field in dataclasses.fields(Figures)}
    for figure, values in SHOWN.items():
        for value in values:
            assert value in shown, figure
    assert "93,322" in shown
    assert "25 min" in shown
    assert "{" not in shown


@pytest.mark.parametrize("language", READMES)
def test_the_table_is_one_of_markdown(language):
    shown = table_of(CARD, language)
    assert shown.endswith("|\n")
    head, rule, *rows = shown.splitlines()
    assert rule == "|---|---|"
    assert len(rows) == len(WORDS[language]) - 1  # all but the head
    assert {line.count("|") for line in (head, rule, *rows)} == {3}


def test_a_training_that_nobody_knows_of_has_no_row():
    *rows, last = table_of(CARD).splitlines()
    assert "25 min" in last
    assert table(CARD.figures, CARD.parameters, None).splitlines() == rows


def test_every_language_has_the_same_words():
    assert READMES.keys() <= WORDS.keys()
    placeholders = {
        language: {key: sorted(re.findall(r"\{.*?\}", word)) for key, word in words.items()}
        for language, words in WORDS.items()
    }
    assert all(found == placeholders["en"] for found in placeholders.values())
    assert all(word.strip() for words in WORDS.values() for word in words.values())
    assert table_of(CARD) == table_of(CARD, "en") != table_of(CARD, "zh-CN")


# --- what is shipped ----------------------------------------------------------------------


def test_the_shipped_card_is_that_of_the_network():
    card = weights.load_card()
    assert card.parameters == model.build().count_params() == 93_322
    assert card.tested_on == "MNIST test"
    assert card.figures is not None
    assert card.figures.mnist == pytest.approx(card.test_accuracy, abs=1e-5)


@pytest.mark.parametrize("language", READMES)
def test_the_readme_holds_the_shipped_card(language):
    (written,) = MARKED.findall((ROOT / READMES[language]).read_text(encoding="utf-8"))
    assert written.strip() == table_of(weights.load_card(), language).strip()
