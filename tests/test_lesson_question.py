"""Typed answers are read as people type them, and checked."""

import pytest

from mnist_cnn.lesson.question import Question, added, decimal, factor, number


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
def test_numbers_are_read_as_people_type_them(typed, value):
    assert number(typed) == value


@pytest.mark.parametrize("typed", ["", "seven", "1e999", "nan", "1.2.3", "--3"])
def test_what_is_no_number_is_refused(typed):
    with pytest.raises(ValueError, match=r"\w"):
        number(typed)


def test_an_answer_may_be_off_by_what_rounding_does():
    question = Question(answer=0.329, working="", tolerance=0.01)
    assert question.accepts("0.33")
    assert not question.accepts("0.34")
    assert not Question(answer=26, working="").accepts("25.99")


@pytest.mark.parametrize(("value", "text"), [(-0.001, "0.00"), (-1.5, "−1.50"), (0.005001, "0.01")])
def test_decimals_have_a_true_minus(value, text):
    assert decimal(value) == text


def test_a_sum_and_a_product_are_written_as_in_a_book():
    assert (added(0.5), added(-0.5)) == ("+ 0.50", "− 0.50")
    assert (factor(2), factor(-2)) == ("2.00", "(−2.00)")
