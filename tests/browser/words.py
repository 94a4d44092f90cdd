"""What a person can read on the page, and whether it is from the files of its language."""

from __future__ import annotations

import json
import re

from playwright.sync_api import Page

from mnist_cnn.lesson import words as lesson
from mnist_cnn.lesson.text import LANGUAGES

TAGS = ("en", "zh-CN")
NAMES = {  # of layers, of things that have no Chinese name, of units and formats
    *("conv", "pool", "flatten", "dense", "softmax", "ReLU", "logit", "MNIST", "exp", "ms", "e"),
    *("API", "Page", "Up", "Down", "PNG", "NumPy", "npz", "csv", "px", "keras", "h", "Wi", "Fi"),
    *("QR",),
    *("RMSprop", "Adam", "AdamW", "Muon", "SGD", "http", "Enter", "Esc"),
    *("TensorFlow", "Python", "Keras", "TIFF"),
    *("B", "E", "M", "Ctrl", "C", "Z", "Y", "V", "Delete"),  # keys
}
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
REST = 600  # milliseconds: the page itself waits for 500 at most before it asks, or says it waits


def visible(page: Page) -> list[str]:
    """Return every string a person sees or hears: texts, labels, titles, the window's title."""
    return page.evaluate(VISIBLE)


def at_rest(page: Page) -> list[str]:
    """Wait until what is visible has been the same for a while; return it."""
    return page.evaluate(AT_REST, REST)


def texts(tag: str) -> dict[str, str]:
    """Return the words of the page in one language."""
    return json.loads((LANGUAGES / tag / "page.json").read_text(encoding="utf-8"))


def worded(string: str) -> bool:
    """Whether there is a word in it besides names."""
    return bool(CHINESE.search(string)) or not set(LATIN.findall(string)) <= NAMES


class Known:
    """The strings of one language: the page's file and the lesson's."""

    def __init__(self, tag: str):
        chapters = json.loads(lesson.encoded(tag))["chapters"]
        self.lesson = "\n".join(
            part
            for chapter in chapters
            for part in [chapter["title"], *chapter["paragraphs"], chapter["action"]]
        )
        asked = [chapter[name] for chapter in chapters for name in ("title", "question", "answer")]
        pieces = [piece for words in asked for piece in re.split(r"`[^`]*`|\{layer\}", words)]
        literal = {text: HOLE.sub("", text).strip() for text in [*texts(tag).values(), *pieces]}
        self.patterns = [
            re.compile(".*?".join(map(re.escape, HOLE.split(text.strip()))), re.DOTALL)
            for text in sorted(literal, key=lambda text: len(literal[text]), reverse=True)
            if worded(literal[text])
        ]

    def covers(self, string: str) -> bool:
        """Whether all words in a string are from the files; a number or a name is no word."""
        if string in self.lesson:
            return True
        for pattern in self.patterns:
            string = pattern.sub(" ", string)
        return not worded(string)
