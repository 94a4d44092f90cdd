"""The page's own modules find one another in the one answer in which they come."""

import posixpath
import re
from graphlib import TopologicalSorter

import pytest

from mnist_cnn.ui.web import HERE, OWN, WORDS, sources

IMPORT = re.compile(r'(?:\bfrom|^import) "([^"]+)"', re.MULTILINE)


def imports(name, text):
    folder = posixpath.dirname(name)
    return {posixpath.normpath(f"{folder}/{path}") for path in IMPORT.findall(text)}


@pytest.fixture(scope="module")
def graph():
    return {name: imports(name, text) for name, text in sources().items()}


def test_every_import_names_a_module(graph):
    assert len(graph) > 80
    assert set().union(*graph.values()) <= graph.keys()
    assert WORDS in graph["locales/language.js"]


def test_no_two_modules_import_each_other(graph):
    order = list(TopologicalSorter(graph).static_order())  # else it raises
    assert set(order) == graph.keys()


def test_all_texts_are_in_the_answer():
    loader = (HERE / "modules.js").read_text(encoding="utf-8")
    assert len(OWN["modules.js"]) > len(loader) + sum(map(len, sources().values()))
