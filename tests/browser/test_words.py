"""Percentages say 100 or 0 only when that is so; beside a bar they begin with one percent."""

import pytest

CALL = """async ([name, share]) => (await import("/locales/numbers.js"))[name](share)"""


@pytest.mark.parametrize(
    ("share", "words", "figures"),
    [
        (0.0, "0%", ""),
        (0.000049, "0%", ""),
        (0.00012, "0.01%", ""),
        (0.004, "0.4%", ""),
        (0.0099, "1.0%", ""),
        (0.0567, "5.7%", "6%"),
        (0.5, "50.0%", "50%"),
        (0.9876, "98.8%", "99%"),
        (0.9932, "99.3%", "99.3%"),
        (0.9994, "99.9%", "99.9%"),
        (0.99968, "99.97%", "99.9%"),
        (0.99994, "99.99%", "99.9%"),
        (0.99996, "100%", "100%"),
        (1.0, "100%", "100%"),
    ],
)
def test_percentages(modules, share, words, figures):
    assert modules.evaluate(CALL, ["inPercent", share]) == words
    assert modules.evaluate(CALL, ["inFigures", share]) == figures
