"""``from mnist_cnn import …``: the names for who works in Python, and the README's lines."""

import os
import re
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

import mnist_cnn
from mnist_cnn import Reader, layer_table, load, read, train
from mnist_cnn.digits import strokes
from mnist_cnn.network import weights
from mnist_cnn.optimization.events import Step, Validated
from mnist_cnn.reading.ink import PictureError, ink_in
from mnist_cnn.training.options import OptionsError
from tests import drawings
from tests.serving import ROOT

SEVEN = strokes.render(drawings.SEVEN)


def python(program, folder=ROOT, **environment):
    return subprocess.run(
        [sys.executable, "-c", program],
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
        env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"} | environment,
    )


def test_the_package_itself_imports_nothing_large_and_knows_its_names():
    outcome = python(
        "import mnist_cnn, sys\n"
        "print({'numpy', 'keras', 'tensorflow', 'PIL'} & set(sys.modules))\n"
        "print(set(mnist_cnn.__all__) <= set(dir(mnist_cnn)))"
    )
    assert outcome.stdout.splitlines() == ["set()", "True"], outcome.stderr


def test_names_import_tensorflow_without_its_messages():
    outcome = python("from mnist_cnn import load\nprint(load().name)")
    assert (outcome.stdout, outcome.stderr) == ("mnist_cnn\n", "")


def test_a_name_that_there_is_not_is_named():
    with pytest.raises(AttributeError, match=r"module 'mnist_cnn' has no attribute 'write'"):
        mnist_cnn.write  # noqa: B018


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A photo of a seven on paper, and an empty sheet."""
    folder = tmp_path_factory.mktemp("pictures")
    Image.fromarray(255 - SEVEN).save(folder / "photo.jpg")
    Image.new("L", (60, 60), "white").save(folder / "empty.png")
    return folder


def test_what_is_read_is_the_same_for_a_path_a_picture_and_ink(files):
    path = files / "photo.jpg"
    readings = [read(str(path)), read(path), read(Image.open(path))]
    ink = [read(SEVEN), read(SEVEN / 255), read(SEVEN.astype(int)), read(SEVEN > 127)]
    assert [reading.digit for reading in readings + ink] == 7 * [7]
    for reading in readings[1:]:
        np.testing.assert_array_equal(reading.probabilities, readings[0].probabilities)
    for reading in ink[1:3]:
        np.testing.assert_array_equal(reading.image, ink[0].image)


def test_a_reading_has_what_the_layers_answer(reader):
    reading, found = read(SEVEN), reader.read(SEVEN)
    assert reading.image.shape == (28, 28)
    assert reading.probabilities.sum() == pytest.approx(1, abs=1e-6)
    assert [row.name for row in layer_table(load())] == list(reading.layers)
    assert reading.maps.keys() < reading.layers.keys()
    for name, layer in found.activations.layers.items():
        np.testing.assert_array_equal(reading.layers[name], layer)


def test_readings_and_readers_are_shown_in_a_line():
    reading = read(SEVEN)
    assert repr(reading) == f"<Reading: 7, {reading.probabilities.max():.1%}>"
    beside = np.hstack([SEVEN, SEVEN])
    assert re.fullmatch(r"<Reading: \d, .*%, may not be a digit \(wide\)>", repr(read(beside)))
    assert repr(Reader(load())) == "<Reader of a network with 93,322 parameters>"


@pytest.mark.parametrize(
    ("picture", "sentence"),
    [
        (np.zeros((28, 28, 3), np.uint8), r"be \(height, width\), got uint8 \(28, 28, 3\)"),
        (np.zeros((0, 28), np.uint8), r"got uint8 \(0, 28\)"),
        (np.full((2, 2), "x"), r"PIL\.Image\.fromarray"),
        (np.full((2, 2), 16.0), r"of float64 must run from 0 \(paper\) to 1, got 16\.0 to 16\.0"),
        (np.full((2, 2), np.nan), r"got nan to nan\. Scale"),
        (np.full((2, 2), -1), r"of int64 must run from 0 \(paper\) to 255, got -1 to -1"),
        (np.zeros((9, 9), np.uint8), r"The picture: nothing is drawn\."),
        ("none.png", r"none\.png: there is no such file\."),
    ],
)
def test_what_cannot_be_read_gets_a_sentence(picture, sentence):
    with pytest.raises(PictureError, match=sentence):
        read(picture)


def test_an_empty_sheet_is_named(files):
    with pytest.raises(PictureError, match=r"empty\.png: nothing is drawn\."):
        read(files / "empty.png")


def test_full_ink_is_full_in_every_kind_of_number():
    for full in (np.uint8(255), np.int64(255), np.float32(1), np.float64(1), np.True_):
        assert ink_in(np.full((1, 1), full)).tolist() == [[255]]


def test_a_network_is_trained_saved_loaded_and_read_with(small_mnist, tmp_path, monkeypatch):
    np.savez(tmp_path / "mnist.npz", **dict(zip(NAMES, small_mnist, strict=True)))
    monkeypatch.setenv("MNIST_CNN_DATA", str(tmp_path / "mnist.npz"))
    events = []
    trained = train(events.append, recipe="fast", digits=100, seed=3)
    assert {type(event) for event in events} == {Step, Validated}
    assert (trained.card.recipe, trained.card.seed) == ("fast", 3)
    assert trained.confusion.sum() == 50
    assert trained.accuracy == np.trace(trained.confusion) / 50
    seconds = f"{trained.card.training_seconds:.0f} s"
    assert repr(trained) == f"<Trained: {trained.accuracy:.2%} of MNIST test, in {seconds}>"
    trained.save(tmp_path / "mine.keras")
    assert weights.load_card(tmp_path / "mine.keras") == trained.card
    mine, again = Reader(trained.network)(SEVEN), Reader(load(tmp_path / "mine.keras"))(SEVEN)
    np.testing.assert_array_equal(again.probabilities, mine.probabilities)


NAMES = ("x_train", "y_train", "x_test", "y_test")


def test_a_training_shows_a_bar_unless_told_otherwise(small_mnist, tmp_path, monkeypatch, capsys):
    np.savez(tmp_path / "mnist.npz", **dict(zip(NAMES, small_mnist, strict=True)))
    monkeypatch.setenv("MNIST_CNN_DATA", str(tmp_path / "mnist.npz"))
    train(recipe="fast", digits=100)
    assert "epoch 1/1 [██████████████████████████████] loss " in capsys.readouterr().out


def test_choices_that_cannot_be_trained_get_a_sentence():
    with pytest.raises(OptionsError, match=r"There is no option 'epoch', only recipe, epochs"):
        train(epoch=3)


def lines(readme):
    section = (ROOT / readme).read_text(encoding="utf-8").split("from mnist_cnn import")[1]
    return "from mnist_cnn import" + section.split("```")[0]


def test_the_lines_in_the_readme_run(files):
    program = lines("README.md")
    assert program == lines("README.zh-CN.md")
    assert program.count("10_000") == 1
    outcome = python(program.replace("10_000", "500"), files)
    assert outcome.returncode == 0, outcome.stderr
    assert re.match(r"<Reading: 7, \d+\.\d%> 7 \[", outcome.stdout)
    assert "(28, 28) {'conv1': (26, 26, 32), 'pool1': (13, 13, 32)" in outcome.stdout
    assert re.search(r"^<Trained: \d+\.\d\d% of .*, in \d+ s> 0\.", outcome.stdout, re.MULTILINE)
    assert re.search(r"LayerRow\(name='softmax'.*\)\] <Reading: \d, ", outcome.stdout)
    assert (files / "mine.keras").is_file()
