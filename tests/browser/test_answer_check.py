"""Typed answers are read as people type them, and checked; numbers are written as in a book."""

import pytest
from playwright.sync_api import Error

CALL = "async ([module, name, ...given]) => (await import(`/${module}.js`))[name](...given)"


def call(modules, module, name, *given):
    """Call a function that a module exports."""
    return modules.evaluate(CALL, [module, name, *given])


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("12", 12),
        (" 0.25 ", 0.25),
        ("0,25", 0.25),
        ("1,5", 1.5),
        ("30,976", 30976),
        ("30 976", 30976),
        ("30'976", 30976),
        ("1,982,528", 1982528),
        ("0,976", 0.976),
        ("１２．５", 12.5),
        ("−3", -3),
    ],
)
def test_numbers_are_read_as_people_type_them(modules, typed, value):
    assert call(modules, "experiments/answer-check", "numberOf", typed) == value


@pytest.mark.parametrize("typed", ["", "seven", "1e999", "nan", "1.2.3", "--3", "0x1f", "Infinity"])
def test_what_is_no_number_is_refused(modules, typed):
    with pytest.raises(Error, match="is no number"):
        call(modules, "experiments/answer-check", "numberOf", typed)


@pytest.mark.parametrize(
    ("question", "typed", "right"),
    [
        ({"answer": 0.329, "tolerance": 0.01}, "0.33", True),
        ({"answer": 0.329, "tolerance": 0.01}, "0.34", False),
        ({"answer": 26}, "25.99", False),
        ({"answer": 26}, "26", True),
    ],
)
def test_an_answer_may_be_off_by_what_rounding_does(modules, question, typed, right):
    assert call(modules, "experiments/answer-check", "accepts", question, typed) is right


def test_products_of_rounded_numbers_are_off_by_what_rounding_does_to_them(modules):
    off = call(modules, "explain/answers", "roundingOfProducts", [0.5, 1], [2, -1])
    r = 0.005
    assert off == pytest.approx(r * (0.5 + 2 + r) + r * (1 + 1 + r) + 2 * r)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (["decimal", -0.001], "0.00"),
        (["decimal", -1.5], "−1.50"),
        (["decimal", 2.345, 1], "2.3"),
        (["added", 0.5], "+ 0.50"),
        (["added", -0.5], "− 0.50"),
        (["factor", 2], "2.00"),
        (["factor", -2], "(−2.00)"),
        (["count", 1982528], "1,982,528"),
    ],
)
def test_numbers_are_written_as_in_a_book(modules, asked, words):
    assert call(modules, "experiments/number-format", *asked) == words


@pytest.mark.parametrize(
    ("state", "value"), [({}, 3), ({"dx": ""}, 3), ({"dx": "-10"}, -10), ({"dx": "10"}, 10)]
)
def test_a_whole_number_is_set_or_the_standard(modules, state, value):
    assert call(modules, "experiments/settings", "whole", state, "dx", 3, -10, 10) == value


@pytest.mark.parametrize("words", ["11", "-11", "1.5", "three", "1e1", "99999999"])
def test_a_number_beyond_its_bounds_is_refused(modules, words):
    with pytest.raises(Error, match="dx must be a whole number from -10 to 10"):
        call(modules, "experiments/settings", "whole", {"dx": words}, "dx", 0, -10, 10)


def test_a_choice_is_one_of_those_there_are(modules):
    layers = ["conv1", "conv2"]
    assert call(modules, "experiments/settings", "oneOf", {}, "layer", layers) == "conv1"
    assert (
        call(modules, "experiments/settings", "oneOf", {"layer": "conv2"}, "layer", layers)
        == "conv2"
    )
    with pytest.raises(Error, match="layer must be one of conv1, conv2, got dense1"):
        call(modules, "experiments/settings", "oneOf", {"layer": "dense1"}, "layer", layers)
