"""Finds the words a person can read on the page, and checks that they come from a language file."""

from __future__ import annotations

import json
import re

from playwright.sync_api import Page

from mnist_cnn.lesson import lesson_file as lesson
from mnist_cnn.system.paths import LANGUAGES

TAGS = ("en", "zh-CN")
NAMES = {  # of layers, of things that have no Chinese name, of units and formats
    *(
        "conv",
        "pool",
        "flatten",
        "dense",
        "softmax",
        "ReLU",
        "logit",
        "MNIST",
        "exp",
        "kB",
        "MB",
        "ms",
        "e",
    ),
    *("Yann", "LeCun", "Corinna", "Cortes", "Christopher", "J", "Burges", "CC", "BY", "SA"),
    *("API", "Page", "Up", "Down", "PNG", "NumPy", "npz", "csv", "px", "keras", "h", "Wi", "Fi"),
    *("QR",),
    *("RMSprop", "Adam", "AdamW", "Muon", "SGD", "http", "Enter", "Esc"),
    *("TensorFlow", "Python", "Keras", "TIFF"),
    *("B", "E", "M", "Ctrl", "C", "Z", "Y", "V", "Delete"),  # keys
}
REFERENCES = ("name", "view", "chapter", "card", "door", "drawn")  # keys of what nobody reads
LESSON = ("chapters", "survey", "units", "curriculum")  # of its files, what people read
CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
LATIN = re.compile(r"[A-Za-z]+")
HOLE = re.compile(r"\{\w+\}")
VISIBLE = """() => {
    const visible = (e) => e.checkVisibility({visibilityProperty: true});
    const found = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const {parentElement: element, textContent} = walker.currentNode;
        if (element.closest("script, style, .language, .address, #share code")) continue;
        if (textContent.trim() && visible(element)) found.push(textContent.trim());
    }
    const spoken = ["aria-label", "title", "alt", "placeholder"];
    for (const element of document.querySelectorAll(spoken.map((name) => `[${name}]`).join())) {
        if (!visible(element) || element.closest(".language")) continue;
        found.push(...spoken.map((name) => element.getAttribute(name) ?? ""));
    }
    found.push(document.title);
    return [...new Set(found.filter(Boolean))];
}"""

AT_REST = f"""(rest) => new Promise((resolve) => {{
    let [before, since] = ["", performance.now()];
    const look = () => {{
        const found = ({VISIBLE})();
        const now = JSON.stringify(found);
        if (now !== before || document.querySelector(".waiting")) {{
            [before, since] = [now, performance.now()];
        }}
        if (performance.now() - since >= rest) resolve(found);
        else setTimeout(look, 100);
    }};
    look();
}})"""
REST = 600  # milliseconds: the page itself waits at most 500 before it asks the server


def visible(page: Page) -> list[str]:
    """Return all visible texts, labels and titles, and the window's title."""
    return page.evaluate(VISIBLE)


def at_rest(page: Page) -> list[str]:
    """Wait until the visible strings have not changed for a while; return them."""
    return page.evaluate(AT_REST, REST)


def texts(tag: str) -> dict[str, str]:
    """Return the words of the page in one language."""
    return json.loads((LANGUAGES / tag / "page.json").read_text(encoding="utf-8"))


def strings_in(told: object) -> list[str]:
    """Return all strings that people read in lists and dictionaries."""
    if isinstance(told, dict):
        return strings_in([value for key, value in told.items() if key not in REFERENCES])
    if isinstance(told, list):
        return [string for part in told for string in strings_in(part)]
    return [told] if isinstance(told, str) else []


def worded(string: str) -> bool:
    """Whether a string has a word that is not a name."""
    return bool(CHINESE.search(string)) or not set(LATIN.findall(string)) <= NAMES


class Known:
    """The strings of one language, from page.json and the lesson."""

    def __init__(self, tag: str):
        told = json.loads(lesson.encoded(tag)) | json.loads(lesson.encoded_units(tag))
        pieces = [
            piece
            for words in strings_in([told[name] for name in LESSON])
            for piece in re.split(r"`[^`]*`|\{layer\}|_{2,}", words)
        ]
        literal = {text: HOLE.sub("", text).strip() for text in [*texts(tag).values(), *pieces]}
        self.patterns = [
            re.compile(".*?".join(map(re.escape, HOLE.split(text.strip()))), re.DOTALL)
            for text in sorted(literal, key=lambda text: len(literal[text]), reverse=True)
            if worded(literal[text])
        ]

    def covers(self, string: str) -> bool:
        """Whether all words of a string are from the language; numbers and names do not count."""
        for pattern in self.patterns:
            string = pattern.sub(" ", string)
        return not worded(string)
