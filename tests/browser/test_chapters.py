"""Every chapter's question fills the holes of its words, and knows its answer."""

import pytest

from mnist_cnn import variants
from mnist_cnn.lesson import figures, text, words
from mnist_cnn.lesson.text import CHAPTERS
from tests.browser.experiments import Experiments
from tests.drawn import DRAWINGS

HOLES = {
    "convolution": {"row", "column"},
    "network": set(),
    "filters": {"layer"},
    "translation": {"reach"},
    "hierarchy": set(),
    "why-downsample": set(),
    "how-to-downsample": {"row", "column", "a", "b", "c", "d"},
    "flatten": {"row", "column", "channel"},
    "training": set(),
    "failures": {"count", "digit"},
}


@pytest.fixture(scope="module")
def lesson(modules, reader):
    others = {name: variants.load(name) for name in ("max", "dense", "none")}
    return Experiments(modules, reader.tracer.network, others, words.facts())


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_question_fills_the_holes_of_its_words_and_refuses_a_wrong_answer(lesson, name, drawing):
    chapter = text.chapter("en", name, figures.figures(words.SUBJECT))
    assert set(text.HOLE.findall(chapter.question)) == HOLES[name]
    for pad in (drawing, DRAWINGS["crossed 7"], DRAWINGS["0"]):
        asked = lesson.ask(name, pad, typed="-12345")
        assert set(asked["values"]) == HOLES[name]
        assert all(isinstance(value, str) for value in asked["values"].values())
        assert asked["working"]
        assert asked["right"] is False
        assert lesson.ask(name, pad) == asked
