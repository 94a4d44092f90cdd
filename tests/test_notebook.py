"""``python -m mnist_cnn notebook``: the lesson as a Jupyter notebook, in each language."""

import ast
import json
import re

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

from mnist_cnn.__main__ import main
from mnist_cnn.commands.notebook import notebook
from mnist_cnn.digits import strokes
from mnist_cnn.lesson import chapters

LANGUAGES = chapters.languages()


def sources(written, kind):
    return [cell["source"] for cell in written["cells"] if cell["cell_type"] == kind]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_command_writes_a_notebook_in_a_language(language, tmp_path, capsys):
    path = tmp_path / "mine.ipynb"
    assert main(["notebook", "--language", language, "--output", str(path)]) == 0
    assert capsys.readouterr().out.startswith(f"Written: {path}.")
    written = json.loads(path.read_text(encoding="utf-8"))
    nbformat.validate(written)
    first, *_ = sources(written, "markdown")
    assert first.startswith("# ")
    assert "jupyter notebook mine.ipynb" in first
    whole = "".join(sources(written, "markdown") + sources(written, "code"))
    assert re.findall(r"\{(?:name|project)\}|```", whole) == []


def test_a_notebook_that_is_there_is_left_as_it_is(tmp_path, capsys):
    path = tmp_path / "mine.ipynb"
    path.write_text("my work")
    assert main(["notebook", "--output", str(path)]) == 1
    assert capsys.readouterr().err.startswith(f"{path} already exists. ")
    assert path.read_text() == "my work"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_same_code_and_as_much_prose(language):
    english, other = notebook("en", "x.ipynb"), notebook(language, "x.ipynb")
    assert sources(other, "code") == sources(english, "code")
    kinds = [[cell["cell_type"] for cell in written["cells"]] for written in (english, other)]
    assert kinds[0] == kinds[1]
    paragraphs = [[part.count("\n\n") for part in sources(w, "markdown")] for w in (english, other)]
    assert paragraphs[0] == paragraphs[1]
    for program in sources(other, "code"):
        ast.parse(program)


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_cell_runs_and_finds_tensorflows_numbers(language, reader, tmp_path):
    drawing = strokes.render([np.array([(60.0, 60), (220, 60), (120, 240)])])
    layers = reader.read(drawing).layers
    np.savez(tmp_path / "activations.npz", drawing=drawing, **layers)  # as the page saves it
    lesson = nbformat.from_dict(notebook(language, "x.ipynb"))
    for cell in lesson.cells:
        cell.source = cell.source.replace("digits=60_000", "digits=2_000")
    folder = {"metadata": {"path": str(tmp_path)}}
    NotebookClient(lesson, timeout=300, resources=folder).execute()
    printed, results, figures = told(lesson)
    differences = [float(number) for number in re.findall(r" (\d\.\de[+-]\d+)$", printed, re.M)]
    assert len(differences) == 2 + len(layers)  # conv1 and softmax by hand; the page's
    assert max(differences) < 1e-5
    assert "conv3     Conv2D         3×3×64        36,928\n" in printed
    assert results[0].startswith("<Reading: 7, ")
    assert any(re.fullmatch(r"<Trained: \d\d\.\d\d% of .*>", result) for result in results)
    assert figures == 11


def told(lesson):
    """What the cells print, the values they end with, and how many figures they show."""
    outputs = [output for cell in lesson.cells for output in cell.get("outputs", [])]
    printed = "".join(o["text"] for o in outputs if o["output_type"] == "stream")
    results = [o["data"]["text/plain"] for o in outputs if o["output_type"] == "execute_result"]
    return printed, results, sum("image/png" in o.get("data", {}) for o in outputs)
