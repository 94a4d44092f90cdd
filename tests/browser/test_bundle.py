"""The page's own modules, in one answer, are what they are as files."""

import base64
import posixpath
import re
from graphlib import TopologicalSorter

import pytest

from mnist_cnn.page.build.assets import MODULES, WORDS, sources
from mnist_cnn.page.build.bundle import bundle

NAMES = re.compile(r'(?:\bfrom|^import) "([^"]+)"', re.MULTILINE)
KEYWORDS = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)

SOURCES = {
    "a/counter.js": """
        let count = 0;
        window.runs = (window.runs ?? 0) + 1;
export function next() { return ++count; }
export async function later() { return next(); }
export function* forever() { for (;;) yield next(); }
export class Counter { now = count; }
export const FIRST = 1;""",
    "b/again.js": """export { FIRST, next } from "../a/counter.js";
export const own = "own";""",
    "c/d/deep.js": """import { FIRST } from "../../b/again.js"; // not on its own line's end
export const twice = 2 * FIRST;""",
    "c/all.js": """import * as counter from "../a/counter.js";
import {
  next as after,
  own,
} from "../b/again.js";
export const all = [counter.next(), after(), own, new counter.Counter().now];
export const deep = (name) => import(`./d/${name}.js`);
export const sequence = async () => [await counter.later(), counter.forever().next().value];""",
}


def imports(name, text):
    folder = posixpath.dirname(name)
    return {posixpath.normpath(f"{folder}/{path}") for path in NAMES.findall(text)}


@pytest.fixture(scope="module")
def graph():
    return {name: imports(name, text) for name, text in sources().items()}


def test_a_bundle_does_what_its_modules_do(modules):
    text = base64.b64encode(bundle(SOURCES, "window.load = $load;").encode()).decode()
    found = modules.evaluate(
        """async (address) => {
            await import(address);
            const load = window.load;
            const { all, deep, sequence } = load("c/all.js");
            const { twice } = await deep("deep");
            return [all, twice, await sequence(), Object.keys(load("a/counter.js")), window.runs];
        }""",
        f"data:text/javascript;base64,{text}",
    )
    exported = ["next", "later", "forever", "Counter", "FIRST"]
    assert found == [[1, 2, "own", 2], 2, [3, 4], exported, 1]


def test_every_import_of_the_page_names_a_module(graph):
    assert len(graph) > 80
    assert set().union(*graph.values()) <= graph.keys()
    assert WORDS in graph["locales/language.js"]


def test_no_two_modules_of_the_page_import_each_other(graph):
    order = list(TopologicalSorter(graph).static_order())  # else it raises
    assert set(order) == graph.keys()


def test_nothing_is_exported_that_changes():
    """A bundle hands over what an export is when its module has run."""
    assert [name for name, text in sources().items() if re.search(r"^export let", text, re.M)] == []


def test_the_bundle_of_the_page_knows_every_import_and_export():
    assert KEYWORDS.findall(MODULES.decode()) == []
