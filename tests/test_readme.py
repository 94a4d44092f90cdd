"""README.md and README.zh-CN.md say the same: the same commands, names, figures, links, parts."""

import re
from importlib.metadata import version

import pytest
from packaging.requirements import Requirement

from tests.serving import ROOT

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMENT = re.compile(r"\s+#.*$", re.MULTILINE)  # of a shell: in each README's language
OWN_NAME = re.compile(r"\bYOU\b|你的用户名")
EACH_OTHER = ("README.md", "README.zh-CN.md")


def read(name):
    """The text without what Hugging Face reads, which is in one of them only."""
    text = (ROOT / name).read_text(encoding="utf-8")
    return re.sub(r"\A---\n.*?\n---\n", "", text, flags=re.DOTALL).strip()


def sections(text):
    return re.split(r"^## .*$", text, flags=re.MULTILINE)


SECTIONS = list(zip(*(sections(read(name)) for name in EACH_OTHER), strict=True))
NAMES = re.findall(r"^## (.*)$", read(EACH_OTHER[0]), re.MULTILINE)


def commands(section):
    return [
        (language, OWN_NAME.sub("NAME", COMMENT.sub("", code) if language == "sh" else code))
        for language, code in FENCE.findall(section)
        if language
    ]


def prose(section):
    return FENCE.sub("", section)


def code(section):
    return set(re.findall(r"`([^`]+)`", prose(section)))


def links(section):
    targets = re.findall(r"\]\(([^)]+)\)|<(https?:[^>]+)>", prose(section))
    found = {a or b for a, b in targets if not a.startswith(("#", *EACH_OTHER))}
    return {link.replace(".zh-CN.png", ".png") for link in found}  # a picture in each language


def figures(section):
    return set(re.findall(r"\d[\d,.]*\d|\d", re.sub(r"`[^`]*`", "", prose(section))))


def parts(section):
    """Paragraphs, points of a list and rows of a table, in their order."""
    lines = [line for line in prose(section).splitlines() if line.strip()]
    return [line[:2] if line.startswith(("- ", "| ", "|-", "![", "# ")) else "p" for line in lines]


@pytest.mark.parametrize("same", [commands, code, links, figures, parts])
def test_both_say_the_same(same):
    pairs = zip(["the beginning", *NAMES], SECTIONS, strict=True)
    other = {name: both for name, both in pairs if same(both[0]) != same(both[1])}
    assert {name: [same(section) for section in both] for name, both in other.items()} == {}


@pytest.mark.parametrize("name", EACH_OTHER)
def test_the_tables_of_places_name_what_there_is(name):
    """A place is one of the project, of the package, or of the folder that its row begins with."""
    missing = []
    for row in re.findall(r"^\| (.*`mnist_cnn/.*)$", read(name), re.MULTILINE):
        first, *more = re.findall(r"`([\w./-]+(?:\.py|/))`", row)
        missing += [
            place
            for place in (first, *more)
            if not any((ROOT / at / place).exists() for at in (".", "mnist_cnn", first))
        ]
    assert missing == []


def test_each_leads_to_the_other():
    english, chinese = (read(name) for name in EACH_OTHER)
    assert "(README.zh-CN.md)" in english
    assert "(README.md)" in chinese


def test_hugging_face_spaces_reads_what_it_needs_from_the_beginning():
    """https://huggingface.co/docs/hub/spaces-config-reference"""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    head = re.match(r"---\n(.*?)\n---\n", text, re.DOTALL).group(1)
    told = dict(re.fullmatch(r"(\w+): (.+)", line).groups() for line in head.splitlines())
    colors = {"red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray"}
    assert told["sdk"] == "gradio"
    assert {told["colorFrom"], told["colorTo"]} <= colors
    assert (ROOT / told["app_file"]).is_file()
    assert len(told["short_description"]) <= 60
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    needed = {one.name: one for one in (Requirement(line.split("#")[0]) for line in lines)}
    assert told["sdk_version"] in needed["gradio"].specifier
    assert told["sdk_version"].split(".")[0] == version("gradio").split(".")[0]
