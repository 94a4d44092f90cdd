"""The faults that ``planting`` plants fit the product and the tests as they are now."""

from collections import Counter

import pytest

from tests import planting
from tests.planting import Copy, Fault, faults
from tests.serving import ROOT

FAULTS = faults()


def texts(name):
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("part", sorted({fault.part for fault in FAULTS}))
def test_every_fault_changes_a_text_that_stands_once_in_its_file(part):
    wrong = [
        fault.name
        for fault in FAULTS
        if fault.part == part
        and (texts(fault.file).count(fault.text) != 1 or fault.text == fault.instead)
    ]
    assert wrong == []


def test_every_fault_names_tests_that_there_are():
    wrong = []
    for fault in FAULTS:
        for test in fault.tests or ("none",):
            file, _, function = test.partition("::")
            if not (ROOT / file).is_file() or f"def {function}(" not in texts(file) + "def (":
                wrong.append((fault.name, test))
    assert wrong == []


def test_there_are_at_least_forty_faults_each_with_a_name_of_its_own():
    assert len(FAULTS) >= 40
    names = Counter(fault.name for fault in FAULTS)
    assert [name for name, count in names.items() if count > 1] == []


@pytest.fixture
def tiny(tmp_path):
    """A copy of a product of one line, with a test that notices and one that does not."""
    (tmp_path / "tests").mkdir()
    (tmp_path / "product.py").write_text("LEAST = 3\n")
    (tmp_path / "tests" / "test_it.py").write_text(
        "import product\n"
        "def test_least():\n    assert product.LEAST == 3\n"
        "def test_nothing():\n    pass\n"
        "def test_waits():\n    while product.LEAST != 3: pass\n"
        "def test_broken():\n    assert False\n"
    )
    (tmp_path / "pytest.ini").write_text("[pytest]\npythonpath = .\n")
    copy = object.__new__(Copy)  # without a checkout to copy
    copy.folder = tmp_path
    return copy


@pytest.mark.parametrize(
    ("instead", "test", "words"),
    [
        ("LEAST = 4", "test_least", "found"),
        ("LEAST = 4", "test_nothing", "not noticed"),
        ("LEAST = 4", "test_gone", "found"),  # whole file instead
        ("LEAST = ", "test_least", "status 4"),  # no test fails where none can begin
        ("LEAST = 4", "test_waits", "waits for ever"),
        ("LEAST = 4", "test_broken", "fails without it"),
    ],
)
def test_a_fault_is_found_when_a_test_passes_without_it_and_fails_with_it(
    instead, test, words, tiny, monkeypatch
):
    monkeypatch.setattr(planting, "PATIENCE", 300 if words != "waits for ever" else 3)
    named = f"tests/test_it.py::{test}"
    fault = Fault("", "", "product.py", "LEAST = 3", instead, (named,))
    failing = ["tests/test_it.py::test_broken"] if words == "fails without it" else []
    assert tiny.plant(fault, failing)[0] == words
    assert (tiny.folder / "product.py").read_text() == "LEAST = 3\n"


def test_a_text_that_is_gone_or_stands_twice_is_said(tiny):
    (tiny.folder / "product.py").write_text("LEAST = 3\nMOST = 3\n")
    for text in ("LEAST = 4", " = 3"):
        assert tiny.plant(Fault("", "", "product.py", text, "", ()))[0] == "text missing"
