"""Every chapter's question fills the holes of its words, and knows its answer."""

import pytest

from mnist_cnn import variants
from mnist_cnn.lesson import figures, text, words
from mnist_cnn.lesson.text import CHAPTERS
from tests.browser.experiments import Experiments
from tests.drawn import DRAWINGS


@pytest.fixture(scope="module")
def lesson(modules, reader):
    others = {name: variants.load(name) for name in ("max", "dense", "none")}
    return Experiments(modules, reader.tracer.network, others, words.facts())


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_question_fills_the_holes_of_its_words_and_refuses_a_wrong_answer(lesson, name):
    chapter = text.chapter("en", name, figures.figures(words.SUBJECT))
    for drawing in ("crossed 7", "0"):
        asked = lesson.ask(name, DRAWINGS[drawing], typed="-12345")
        assert set(asked["values"]) == set(text.HOLE.findall(chapter.question))
        assert all(isinstance(value, str) for value in asked["values"].values())
        assert asked["working"]
        assert asked["right"] is False
        assert lesson.ask(name, DRAWINGS[drawing]) == asked
