"""Every question and prediction fills the holes of its words, and knows its answer."""

import pytest

from mnist_cnn.lesson import chapters, figures, lesson_file, variants
from mnist_cnn.lesson.chapters import CHAPTERS
from tests.browser.experiments import Experiments
from tests.drawings import DRAWINGS


@pytest.fixture(scope="module")
def lesson(modules, reader):
    others = {name: variants.load(name) for name in ("max", "dense", "none")}
    return Experiments(modules, reader.tracer.network, others, lesson_file.facts())


KNOWN = figures.figures(lesson_file.SUBJECT)
PADS = (DRAWINGS["crossed 7"], DRAWINGS["0"])
READ = {name: chapters.read("en", name, KNOWN) for name in CHAPTERS}
ASKING = [name for name, chapter in READ.items() if chapter.cards[-1].answer]
PREDICTED = [(name, card) for name in CHAPTERS for card in READ[name].cards if card.prediction]


def holes(words):
    return set(chapters.PLACEHOLDER.findall(words))


@pytest.mark.parametrize("name", ASKING)
def test_a_question_fills_the_holes_of_its_words_and_refuses_a_wrong_answer(lesson, name, drawing):
    for pad in (drawing, *PADS):
        asked = lesson.ask(name, pad, typed="-12345")
        assert set(asked["values"]) >= holes(READ[name].cards[-1].words)
        assert all(isinstance(value, str) for value in asked["values"].values())
        assert asked["working"]
        assert asked["right"] is False
        assert lesson.ask(name, pad) == asked


@pytest.mark.parametrize(("name", "card"), PREDICTED, ids=lambda one: getattr(one, "name", one))
def test_a_prediction_knows_the_right_choice_and_fills_the_holes_of_its_outcome(
    lesson, name, card, drawing
):
    told = lesson.predict(name, card.name, drawing)
    assert told["right"] in range(chapters.CHOICES)
    assert set(told["values"]) >= holes(card.prediction.outcome)
    assert all(isinstance(value, str) for value in told["values"].values())
