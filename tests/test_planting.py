"""The faults that ``planting`` plants fit the product and the tests as they are now."""

import json
import subprocess
import sys
from collections import Counter

import pytest

from tests.planting import faults
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


PRODUCT = "LEAST = 3\nMOST = 4\n"
TESTS = """
import product
def test_least(): assert product.LEAST == 3
def test_nothing(): pass
def test_waits():
    while product.LEAST != 3: pass
def test_broken(): assert False
"""
OUTCOMES = [  # a text, what is there instead, the test that should notice, and what becomes of it
    ("LEAST = 3", "LEAST = 4", "test_least", ["found", "tests/test_it.py::test_least"]),
    ("LEAST = 3", "LEAST = 4", "test_gone", ["found", "tests/test_it.py::test_least"]),
    ("LEAST = 3", "LEAST = 4", "test_nothing", ["not noticed", ""]),
    ("LEAST = 3", "LEAST = ", "test_least", ["status 4", "tests/test_it.py"]),  # none begins
    ("LEAST = 3", "LEAST = 4", "test_waits", ["waits for ever", ""]),
    (
        "LEAST = 3",
        "LEAST = 4",
        "test_broken",
        ["fails without it", "tests/test_it.py::test_broken"],
    ),
    ("LEAST = 2", "LEAST = 4", "test_least", ["text missing", ""]),
    (" = ", "=", "test_least", ["text missing", ""]),  # for it stands there twice
]
PLANT = """
import json, sys
from tests import planting
class Tiny(planting.Copy):
    def __init__(self): self.folder = planting.Path(sys.argv[1])
outcomes = []
for text, instead, test, _ in json.loads(sys.argv[2]):
    planting.PATIENCE = 3 if test == "test_waits" else 300
    fault = planting.Fault("", "", "product.py", text, instead, ("tests/test_it.py::" + test,))
    outcomes.append(Tiny().plant(fault, ["tests/test_it.py::test_broken"]))
print(json.dumps(outcomes))
"""


def test_a_fault_is_found_when_a_test_passes_without_it_and_fails_with_it(tmp_path):
    (tmp_path / "product.py").write_text(PRODUCT)
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_it.py").write_text(TESTS)
    program = [sys.executable, "-c", PLANT, str(tmp_path), json.dumps(OUTCOMES)]
    planted = subprocess.run(program, cwd=ROOT, capture_output=True, text=True)
    assert planted.returncode == 0, planted.stderr
    assert json.loads(planted.stdout) == [outcome for *_, outcome in OUTCOMES]
    assert (tmp_path / "product.py").read_text() == PRODUCT
