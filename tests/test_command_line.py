"""``python -m mnist_cnn``: what a person types, sees, and gets as exit status."""

import argparse
import dataclasses
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mnist_cnn.__main__ import COMMANDS, main, parser
from mnist_cnn.commands import outputs
from mnist_cnn.digits import generated, mnist_files, nondigits, pen_digits, strokes
from mnist_cnn.evaluation import measures
from mnist_cnn.lesson import features_file
from mnist_cnn.making import variant_training
from mnist_cnn.network import card as cards
from mnist_cnn.network import importer, weights
from mnist_cnn.reading import judge
from mnist_cnn.reading.judge import Judge
from mnist_cnn.server import command_line
from mnist_cnn.training.options import Options
from tests.drawings import SEVEN
from tests.serving import ROOT

TWO_SEVENS = [*strokes.fit(SEVEN, (10, 90, 130, 190)), *strokes.fit(SEVEN, (150, 90, 270, 190))]


def command(*arguments, **options):
    """Run the real command as a person does; never with this process's pytest settings."""
    return subprocess.run(
        [sys.executable, "-m", "mnist_cnn", *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        timeout=300,
        **options,
    )


def run(capsys, *arguments):
    """The same command in this process, which spares the start of TensorFlow."""
    status = main([str(argument) for argument in arguments])
    written = capsys.readouterr()
    return status, written.out, written.err


@pytest.fixture
def pictures(tmp_path):
    """One picture of each kind; ``missing`` is only a name."""
    names = ("seven", "two", "star", "blank", "text", "missing")
    files = {name: tmp_path / f"{name}.png" for name in names}
    star = strokes.fit(nondigits.shapes()["star"], (50, 50, 230, 230))
    Image.fromarray(255 - strokes.render(star)).save(files["star"])
    Image.fromarray(255 - strokes.render(SEVEN)).save(files["seven"])
    Image.fromarray(255 - strokes.render(TWO_SEVENS)).save(files["two"])
    Image.new("RGB", (60, 40), "navy").save(files["blank"])
    files["text"].write_text("seven")
    whole = files["seven"].read_bytes()
    files["damaged"] = tmp_path / "damaged.png"
    files["damaged"].write_bytes(whole[: len(whole) // 2])
    return files


def write_npz(path, arrays):
    np.savez(path, **dict(zip(mnist_files.NPZ_KEYS, arrays, strict=True)))
    return path


# --- predict ------------------------------------------------------------------------------

LINES = {  # picture: exit status, what is on standard output, what on standard error
    "seven": (0, r"{}: 7  \d+\.\d%\n", ""),
    "two": (0, r"{}: \d  \d+\.\d%  may not be a digit \(wide\)\n", ""),
    "star": (0, r"{}: \d  \d+\.\d%  may not be a digit \(unfamiliar\)\n", ""),
    "blank": (0, r"{}: nothing is drawn\n", ""),
    "missing": (1, "", r"{}: there is no such file\.\n"),
    "text": (1, "", r"{} is not a picture this program can read\. Use PNG, .*\.\n"),
    "damaged": (1, "", r"{} is damaged \(.*\)\. Save or take it again\.\n"),
}


@pytest.mark.parametrize("name", LINES)
def test_predict_says_in_a_line_what_a_picture_shows(name, pictures, capsys):
    status, out, err = LINES[name]
    file = re.escape(str(pictures[name]))
    outcome = run(capsys, "predict", pictures[name])
    assert outcome[0] == status
    assert re.fullmatch(out.format(file), outcome[1])
    assert re.fullmatch(err.format(file), outcome[2])


@pytest.mark.parametrize(
    ("name", "digit", "looks_like_digit", "doubt"),
    [
        ("seven", 7, True, None),
        ("two", ..., False, "wide"),
        ("star", ..., False, "unfamiliar"),
        ("blank", None, False, "empty"),
    ],
)
def test_predict_as_json_is_one_object_a_line(
    name, digit, looks_like_digit, doubt, pictures, capsys
):
    status, out, err = run(capsys, "predict", "--json", pictures[name])
    assert (status, err) == (0, "")
    assert out.count("\n") == 1
    answer = json.loads(out)
    assert list(answer) == ["file", "digit", "probabilities", "looks_like_digit", "doubt"]
    assert answer["file"] == str(pictures[name])
    assert answer["looks_like_digit"] is looks_like_digit
    assert answer["doubt"] == doubt
    if digit is None:
        assert answer["digit"] is answer["probabilities"] is None
    else:
        best = int(np.argmax(answer["probabilities"]))
        assert answer["digit"] == (best if digit is ... else digit) == best
        assert len(answer["probabilities"]) == 10
        assert sum(answer["probabilities"]) == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize("name", ["missing", "text", "damaged"])
def test_predict_as_json_says_errors_on_standard_error_only(name, pictures, capsys):
    status, out, err = run(capsys, "predict", "--json", pictures[name])
    assert (status, out) == (1, "")
    assert str(pictures[name]) in err


def test_predict_as_a_person_types_it_goes_on_after_a_bad_picture(pictures):
    names = ("damaged", "seven", "missing", "blank")
    outcome = command("predict", *(pictures[name] for name in names))
    assert outcome.returncode == 1
    shown = outcome.stdout.splitlines()
    assert shown[0].startswith(f"{pictures['seven']}: 7  ")
    assert shown[1:] == [f"{pictures['blank']}: nothing is drawn"]
    complaints = outcome.stderr.splitlines()  # nothing from TensorFlow among them
    assert complaints[0].startswith(f"{pictures['damaged']} is damaged (")
    assert complaints[1:] == [f"{pictures['missing']}: there is no such file."]


@pytest.mark.parametrize("verb", ["predict", "evaluate"])
def test_weights_that_are_missing_are_named(verb, pictures, tmp_path, capsys):
    missing = tmp_path / "none.keras"
    picture = [pictures["seven"]] if verb == "predict" else []
    status, out, err = run(capsys, verb, "--weights", missing, *picture)
    assert (status, out) == (1, "")
    assert err == (f"There are no weights at {missing}. Check its name and its folder.\n")


# --- summary ------------------------------------------------------------------------------


def test_summary_is_the_layer_table_with_its_total():
    outcome = command("summary")
    assert (outcome.returncode, outcome.stderr) == (0, "")
    title, *rows, total = (line.split() for line in outcome.stdout.splitlines())
    assert title == ["layer", "kind", "output", "parameters"]
    assert rows[0] == ["conv1", "Conv2D", "26×26×32", "320"]
    assert rows[-1] == ["softmax", "Dense", "10", "650"]
    assert len(rows) == 8
    assert total == ["in", "all", "93,322"]
    assert sum(int(row[-1].replace(",", "")) for row in rows) == 93_322
    assert len({len(line) for line in outcome.stdout.splitlines()}) == 1  # columns stand in line


# --- train and evaluate -------------------------------------------------------------------


def test_train_writes_weights_and_a_card_that_evaluate_agrees_with(small_mnist, tmp_path, capsys):
    file = write_npz(tmp_path / "small.npz", small_mnist)
    output = tmp_path / "mine.keras"
    status, out, err = run(
        capsys, "train", "--epochs", 2, "--seed", 5, "--data", file, "--output", output
    )
    assert (status, err) == (0, "")
    assert out.startswith(f"Recipe lesson, seed 5, {file}\n")
    assert "epoch 2/2" in out
    assert "0 s left" in out
    assert out.endswith(f"Written: {output}, {output.with_suffix('.json')}\n")
    card = weights.load_card(output)
    assert (card.recipe, card.seed, card.epochs) == ("lesson", 5, 2)
    assert card.data_checksum == mnist_files.read(file).checksum
    assert card.training_seconds > 0
    assert (card.drawings, card.temperature, card.figures) == ("none", 1.0, None)
    assert (card.parameters, card.tested_on) == (93_322, "MNIST test")
    assert not list(tmp_path.glob("*unfinished*"))

    status, again, err = run(capsys, "evaluate", "--weights", output, "--data", file)
    assert (status, err) == (0, "")
    first, *digits = again.splitlines()
    assert first == f"{card.test_accuracy:.2%} of 50 test images read right"
    assert f"\n{first} (MNIST test). Written: " in out
    assert [line.split()[0] for line in digits] == list("0123456789")


def test_every_choice_reaches_the_training_and_its_card(small_mnist, tmp_path, capsys):
    file = write_npz(tmp_path / "small.npz", small_mnist)
    output, logs = tmp_path / "mine.keras", tmp_path / "logs"
    choices = ("--recipe", "fast", "--epochs", 2, "--batch-size", 25, "--optimizer", "adam")
    choices += ("--digits", 100, "--downsampling", "stride", "--logdir", logs)
    status, out, err = run(capsys, "train", *choices, "--data", file, "--output", output)
    assert (status, err) == (0, "")
    assert out.startswith(f"Recipe fast, seed 1, {file}\n")
    assert "validation " in out
    card = weights.load_card(output)
    chosen = Options.parse(
        {"recipe": "fast", "epochs": 2, "batch_size": 25, "optimizer": "adam", "digits": 100}
        | {"downsampling": "stride"}
    )
    steps = 2 * 2  # batches of 25 in the 26 digits that the recipe sees in an epoch
    assert card.options == dataclasses.asdict(chosen) | {"steps": steps}
    assert (card.recipe, card.epochs, card.parameters) == ("fast", 2, 121_994)
    assert weights.load(output).count_params() == 121_994
    assert sorted(folder.name for folder in logs.iterdir()) == ["train", "validation"]


@pytest.mark.parametrize(
    ("downsampling", "row", "total"),
    [
        ("average", ["pool2", "AveragePooling2D", "5×5×64", "0"], "93,322"),
        ("stride", ["conv2", "Conv2D", "6×6×64", "18,496"], "121,994"),
        ("none", ["dense1", "Dense", "64", "1,982,528"], "2,038,922"),
    ],
)
def test_summary_knows_the_variants(downsampling, row, total, capsys):
    status, out, err = run(capsys, "summary", "--downsampling", downsampling)
    assert (status, err) == (0, "")
    lines = [line.split() for line in out.splitlines()]
    assert row in lines
    assert lines[-1] == ["in", "all", total]


@pytest.mark.parametrize("verb", ["train", "judge"])
def test_an_impossible_output_is_refused_before_anything_is_done(verb, tmp_path, capsys):
    output, missing = tmp_path / "mine.h5", tmp_path / "none.npz"
    status, out, err = run(capsys, verb, "--data", missing, "--output", output)
    assert (status, out) == (1, "")  # half an hour would be lost
    assert err == f"{output}: give the file a name that ends in .keras.\n"


@pytest.mark.parametrize("verb", ["train", "judge"])
def test_an_output_folder_that_cannot_be_made_is_refused_too(verb, tmp_path, capsys):
    (tmp_path / "file").write_text("where the folder should be")
    output = tmp_path / "file" / "mine.keras"
    status, out, err = run(capsys, verb, "--data", tmp_path / "none.npz", "--output", output)
    assert (status, out) == (1, "")
    assert err.startswith(f"{output.parent} cannot be ")
    assert err.count("\n") == 1


def write_pens(path):
    """A 7 and a 1 by each of 30 people, as UNIPEN text."""
    lines = []
    for writer in range(1, 31):
        for label, ((*first, _), *_) in (
            (7, SEVEN),
            (1, [np.array([(140, 40), (140, 240), (0, 0)])]),
        ):
            lines += [f'.SEGMENT DIGIT 0 ? "{label}"', f".COMMENT {label} {writer}", ".PEN_DOWN"]
            lines += [f" {x:.0f} {500 - y:.0f}" for x, y in first] + [".PEN_UP"]
    path.write_text("\n".join(lines))
    return path


def test_the_best_recipe_learns_from_pen_drawings_too(small_mnist, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("mnist_cnn.training.datasets.VARIANTS", 1)
    file, written = (
        write_npz(tmp_path / "small.npz", small_mnist),
        write_pens(tmp_path / "pens.tra"),
    )
    output = tmp_path / "mine.keras"
    arguments = ("--recipe", "best", "--epochs", 1, "--data", file, "--pens", written)
    status, out, err = run(capsys, "train", *arguments, "--output", output)
    assert (status, err) == (0, "")
    assert "Drawing the pen digits in many variations" in out
    card = weights.load_card(output)
    assert (card.recipe, card.drawings) == ("best", "44 UCI pen digits by 22 people")
    assert (card.drawn, card.drawers) == (44, 22)
    assert card.temperature != 1
    weights.load(output)


def test_without_pen_drawings_the_best_recipe_goes_on_with_a_word(
    small_mnist, tmp_path, capsys, monkeypatch
):
    def none(_, **__):
        raise mnist_files.DataError("The pen strokes cannot be fetched.")

    monkeypatch.setattr(pen_digits, "load", none)
    file, output = write_npz(tmp_path / "small.npz", small_mnist), tmp_path / "mine.keras"
    arguments = ("train", "--recipe", "best", "--epochs", 1, "--data", file, "--output", output)
    status, _, err = run(capsys, *arguments)
    assert (status, err) == (
        0,
        "The pen strokes cannot be fetched. Going on with MNIST alone.\n",
    )
    assert weights.load_card(output).drawings == "none"
    status, out, err = run(capsys, *arguments, "--pens", tmp_path / "none.tra")
    assert (status, err) == (1, "The pen strokes cannot be fetched.\n")  # they were asked for
    assert "epoch" not in out


class Made:
    """In place of the generator: few digits, made at once."""

    @classmethod
    def load(cls):
        return cls()

    def dataset(self, seed, train_digits):
        random = np.random.default_rng(seed)
        images = random.integers(0, 256, (100, 28, 28), np.uint8)
        labels = random.integers(0, 10, 100, np.uint8)
        return mnist_files.Mnist(images, labels, images[:30], labels[:30], generated.SOURCE, "0123")


@pytest.mark.parametrize("asked", [True, False], ids=["on demand", "where there is no MNIST"])
def test_training_goes_on_with_generated_digits(asked, small_mnist, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(generated, "Generator", Made)
    monkeypatch.setattr(
        mnist_files.load, "__kwdefaults__", mnist_files.load.__kwdefaults__ | {"mirrors": ()}
    )
    output = tmp_path / "mine.keras"
    source = ("--data", "generated") if asked else ()
    status, out, err = run(capsys, "train", "--epochs", 1, "--output", output, *source)
    assert status == 0
    assert ("MNIST is neither on this machine nor reachable" in err) is not asked
    assert err.endswith("" if asked else "Going on with generated digits instead of MNIST.\n")
    assert f" of 30 test images read right ({generated.SOURCE}). Written: " in out
    assert weights.load_card(output).tested_on == generated.SOURCE


def test_an_interrupted_training_is_finished_by_the_same_command(
    small_mnist, tmp_path, capsys, monkeypatch
):
    file = write_npz(tmp_path / "small.npz", small_mnist)
    output, whole = tmp_path / "mine.keras", tmp_path / "whole.keras"
    unfinished = tmp_path / "mine.unfinished.npz"

    def arguments(output):
        return ("train", "--epochs", 6, "--data", file, "--output", output)

    def stop(_, event):
        if event.epoch == 5:
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("mnist_cnn.training.progress_bar.ProgressBar.show", stop)
        status, _, err = run(capsys, *arguments(output))
    assert (status, err) == (
        130,
        "\nRun the same command again to continue after the last complete epoch.\n\nStopped.\n",
    )
    assert unfinished.exists()
    assert not output.exists()

    status, _, err = run(capsys, *arguments(output), "--seed", 2)
    assert status == 1
    assert err.startswith(f"{unfinished} holds an interrupted run with another recipe, seed or ")

    status, out, err = run(capsys, *arguments(output))
    assert (status, err) == (0, "")
    assert f"Continuing the interrupted training in {unfinished}\n" in out
    assert not unfinished.exists()
    run(capsys, *arguments(whole))
    pairs = zip(*(weights.load(path).get_weights() for path in (output, whole)), strict=True)
    for one, other in pairs:
        np.testing.assert_allclose(one, other, atol=1e-5)


def test_judge_trains_what_tells_digits_from_everything_else(
    small_mnist, tmp_path, capsys, monkeypatch
):
    monkeypatch.setattr("mnist_cnn.commands.making.judge.NONDIGITS", 300)
    monkeypatch.setattr("mnist_cnn.commands.making.judge.HELD_BACK", 50)
    file, written = (
        write_npz(tmp_path / "small.npz", small_mnist),
        write_pens(tmp_path / "pens.tra"),
    )
    output = tmp_path / "judge.keras"
    arguments = ("--seed", 4, "--data", file, "--pens", written, "--output", output)
    status, out, err = run(capsys, "judge", *arguments)
    assert (status, err) == (0, "")
    assert "judge, epoch 8 of 8: loss " in out
    assert out.endswith(f"Written: {output}, {output.with_suffix('.json')}\n")
    judge = Judge(output)
    assert json.loads(output.with_suffix(".json").read_text())["threshold"] == judge.threshold


@pytest.mark.parametrize("verb", ["train", "judge", "evaluate"])
def test_data_that_is_missing_is_named(verb, tmp_path, capsys):
    missing = tmp_path / "none.npz"
    output = () if verb == "evaluate" else ("--output", tmp_path / "mine.keras")
    status, out, err = run(capsys, verb, "--data", missing, *output)
    assert (status, out) == (1, "")
    assert err.startswith(f"There is no file or folder {missing}. Give --data or MNIST_CNN_DATA")


def test_a_person_who_stops_a_short_training_leaves_nothing(
    small_mnist, tmp_path, capsys, monkeypatch
):
    file, output = write_npz(tmp_path / "small.npz", small_mnist), tmp_path / "mine.keras"

    def stop(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("mnist_cnn.optimization.loop.train", stop)
    status, _, err = run(capsys, "train", "--data", file, "--output", output)
    assert (status, err) == (130, "\nStopped.\n")
    assert not output.exists()


def test_evaluate_finds_what_the_shipped_card_says(mnist, capsys):
    status, out, err = run(capsys, "evaluate", "--data", mnist.source)
    assert (status, err) == (0, "")
    first, *digits = out.splitlines()
    accuracy = weights.load_card().test_accuracy
    assert first == f"{accuracy:.2%} of 10,000 test images read right"
    shares = [float(line.split()[1].rstrip("%")) for line in digits]
    assert len(shares) == 10
    assert min(shares) > 97


@pytest.fixture
def measured(small_mnist, tmp_path, monkeypatch):
    """A copy of the shipped network, the options to measure it with, and the figures it gets."""
    copy = tmp_path / "copy.keras"
    for file in (copy, copy.with_suffix(".json")):
        file.write_bytes(weights.DEFAULT.with_suffix(file.suffix).read_bytes())
    written = pen_digits.PenDigits(44 * [SEVEN], np.full(44, 7, np.uint8), np.arange(44), "here")
    monkeypatch.setattr(pen_digits, "load", lambda path: written)
    figures = dataclasses.replace(weights.load_card().figures, mnist=0.125, writers=5)

    def measure(network, judge, mnist, measured):
        assert set(measured.writers) == set(pen_digits.MEASURING_WRITERS) & set(range(44))
        assert len(mnist.test_images) == 50
        return figures

    monkeypatch.setattr(measures, "measure_all", measure)
    file = write_npz(tmp_path / "small.npz", small_mnist)
    return copy, ("--weights", copy, "--data", file), figures


def table_of(card):
    return cards.table(card.figures, card.parameters, card.training_seconds) + "\n"


@pytest.mark.parametrize("asked", [("--full",), ("--card",), ("--full", "--card")])
def test_evaluate_in_full_writes_the_card_only_when_asked(asked, measured, capsys):
    copy, options, figures = measured
    shipped = weights.load_card()
    status, out, err = run(capsys, "evaluate", *asked, *options)
    assert (status, err) == (0, "")
    found = dataclasses.replace(shipped, figures=figures)
    assert out == table_of(found)
    assert weights.load_card(copy) == (found if "--card" in asked else shipped)
    assert weights.load_card() == shipped


def test_evaluate_in_full_measures_a_network_without_a_card(measured, capsys):
    copy, options, figures = measured
    copy.with_suffix(".json").unlink()
    weights.load(copy).save(copy)  # without the card inside
    status, out, err = run(capsys, "evaluate", "--full", *options)
    assert (status, err) == (0, "")
    assert out == cards.table(figures, 93_322, None) + "\n"
    status, out, err = run(capsys, "evaluate", "--card", *options)
    assert (status, out) == (1, "")
    assert err.startswith(f"{copy.with_suffix('.json')} cannot be read")


@pytest.mark.slow
def test_evaluate_in_full_finds_the_figures_of_the_shipped_card(
    mnist, all_pen_digits, tmp_path, capsys
):
    copy = tmp_path / "copy.keras"
    for file in (copy, copy.with_suffix(".json")):
        file.write_bytes(weights.DEFAULT.with_suffix(file.suffix).read_bytes())
    arguments = (
        "--card",
        "--weights",
        copy,
        "--data",
        mnist.source,
        "--pens",
        all_pen_digits.source,
    )
    status, out, err = run(capsys, "evaluate", *arguments)
    assert (status, err) == (0, "")
    found, shipped = weights.load_card(copy), weights.load_card()
    assert out == table_of(found)
    for name, value in vars(shipped.figures).items():
        assert vars(found.figures)[name] == pytest.approx(value, abs=2e-3), name


@pytest.mark.slow
def test_one_epoch_on_mnist_reads_98_percent(mnist, tmp_path):
    output = tmp_path / "one.keras"
    environment = os.environ | {"MNIST_CNN_DATA": mnist.source}
    outcome = command("train", "--epochs", 1, "--output", output, env=environment)
    assert (outcome.returncode, outcome.stderr) == (0, "")
    card = weights.load_card(output)
    assert card.test_accuracy >= 0.98
    assert (card.epochs, card.data_checksum) == (1, mnist.checksum)
    assert f"{card.test_accuracy:.2%} of 10,000 test images read right" in outcome.stdout
    weights.load(output)


# --- where they write ---------------------------------------------------------------------


@pytest.fixture
def quick(small_mnist, tmp_path, monkeypatch):
    """Options of a quick training, in a folder of one's own."""
    monkeypatch.chdir(tmp_path)
    return "--epochs", 1, "--data", write_npz(tmp_path / "small.npz", small_mnist)


def test_a_training_replaces_only_what_is_named(quick, capsys):
    shipped = weights.DEFAULT.read_bytes()
    for number, name in enumerate(["mine.keras", "mine-2.keras"]):
        status, out, _ = run(capsys, "train", *quick, "--seed", number)
        assert status == 0
        assert out.endswith(f"Written: {name}, {name.replace('keras', 'json')}\n")
        assert "Will replace" not in out
    assert [weights.load_card(name).seed for name in ("mine.keras", "mine-2.keras")] == [0, 1]

    status, out, _ = run(capsys, "train", *quick, "--seed", 7, "--output", "mine.keras")
    assert out.startswith("Will replace mine.keras\n")
    assert weights.load_card("mine.keras").seed == 7
    assert weights.DEFAULT.read_bytes() == shipped


def test_a_name_that_another_training_takes_meanwhile_is_left_to_it(quick, capsys, monkeypatch):
    def ends_late(run, output, logdir):
        output.write_text("of another training")

    monkeypatch.setattr("mnist_cnn.commands.train._train", ends_late)
    assert run(capsys, "train", *quick)[1].endswith("Written: mine-2.keras, mine-2.json\n")
    assert Path("mine.keras").read_text() == "of another training"


def test_pictures_of_what_excites_each_channel_are_found_again(tmp_path, capsys, monkeypatch):
    def maximize(network, layer):
        channels = network.get_layer(layer).output.shape[-1]
        return np.full((channels, 1, 1), channels, np.uint8)

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("mnist_cnn.commands.making.features.maximize", maximize)
    status, out, _ = run(capsys, "features")
    assert status == 0
    assert out.startswith("conv1: 32 channels\npool1: 32 channels\n")
    assert out.endswith("softmax: 10 channels\nWritten: features.npz\n")
    found = features_file.encoded(*importer.read(weights.DEFAULT), Path("features.npz"))
    assert found.endswith(b"".join(bytes(n * [n]) for n in (32, 32, 64, 64, 64, 64, 10)))


def test_a_name_whose_card_would_replace_another_file_is_taken(tmp_path):
    (tmp_path / "mine.json").write_text("somebody's own")
    (tmp_path / "mine-2.keras").touch()
    assert outputs.unused(tmp_path / "mine.keras") == tmp_path / "mine-3.keras"


def test_variants_go_on_where_they_were_interrupted_and_begin_anew_beside_finished_ones(
    tmp_path, capsys, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(mnist_files, "load", lambda path: None)
    written = []
    monkeypatch.setattr(
        variant_training, "train_all", lambda mnist, folder, **_: written.append(folder) or []
    )
    for folders in ((), ("variants/unfinished",), ("variants-2/unfinished",)):
        for folder in folders:
            Path(folder).mkdir(parents=True)
        if len(written) == 2:
            Path("variants/unfinished").rmdir()  # all is done
        status, out, _ = run(capsys, "variants")
        assert (status, out) == (0, f"Written: {written[-1]}\n")
    assert list(map(str, written)) == ["variants", "variants", "variants-2"]
    assert run(capsys, "variants", "--output", "variants")[1].startswith("Will replace what is in")


def broken(*_, **__):
    raise ZeroDivisionError


BREAKS = {  # command: what is done with what it has made
    "train": "mnist_cnn.evaluation.measures.probabilities",
    "generator": "mnist_cnn.making.generator_training.trial",
    "judge": "mnist_cnn.making.judge_training._scores",
}


@pytest.mark.parametrize("verb", BREAKS)
def test_what_is_made_is_written_before_anything_else_can_fail(
    verb, small_mnist, tmp_path, capsys, monkeypatch
):
    """Also where something of that name was before, whose card tells nothing about this one."""
    output = tmp_path / ("made.npz" if verb == "generator" else "made.keras")
    output.with_suffix(".json").write_text("of the one before")
    monkeypatch.setattr("mnist_cnn.commands.making.judge.HELD_BACK", 50)
    monkeypatch.setattr("mnist_cnn.commands.making.judge.NONDIGITS", 300)
    monkeypatch.setattr(
        "mnist_cnn.making.generator_training.fit", lambda *_: generated.Generator.load()
    )
    monkeypatch.setattr(BREAKS[verb], broken)
    file = write_npz(tmp_path / "small.npz", small_mnist)
    more = ("--epochs", 6) if verb == "train" else ()  # long enough to be resumed
    more += ("--pens", write_pens(tmp_path / "pens.tra")) if verb == "judge" else ()
    with pytest.raises(ZeroDivisionError):
        main([str(part) for part in (verb, "--data", file, "--output", output, *more)])
    assert not output.with_suffix(".json").exists()
    load = {
        "train": weights.load,
        "generator": generated.Generator.load,
        "judge": lambda path: weights.load(path, judge.build),
    }
    load[verb](output)
    assert not list(tmp_path.glob("*unfinished*"))
    said = capsys.readouterr().err
    if verb != "judge":
        assert f"\n{output} is written, but not tested, and has no card. " in said


def test_ctrl_c_in_the_test_of_a_training_keeps_its_network(quick, capsys, monkeypatch):
    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("mnist_cnn.evaluation.measures.probabilities", stop)
    status, _, err = run(capsys, "train", *quick)
    assert status == 130
    assert err == (
        "\nmine.keras is written, but not tested, and has no card. "
        "Test it with: python -m mnist_cnn evaluate --weights mine.keras\n\nStopped.\n"
    )
    weights.load("mine.keras")


def options_of(parser):
    """Every option of a parser and of those below it, with the command it belongs to."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for command in action.choices.values():
                yield from options_of(command)
        elif action.option_strings and action.nargs != 0 and not action.required:
            yield pytest.param(parser, action, id=f"{parser.prog} {action.option_strings[0]}")


@pytest.mark.parametrize(("command", "option"), options_of(parser()))
def test_help_shows_the_default_of_every_option(command, option):
    shown = command._get_formatter()._expand_help(option) if option.help else ""
    assert "default" in shown
    if option.default is not None:
        assert str(option.default) in shown


@pytest.mark.parametrize("option", command_line.parser()._actions, ids=lambda option: option.dest)
def test_help_of_the_page_shows_the_default_of_every_option(option):
    if option.nargs != 0 and option.default:
        assert f"default {option.default}" in option.help


# --- wrong arguments ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "the following arguments are required: command"),
        (["dream"], "invalid choice: 'dream'"),
        (["predict"], "the following arguments are required: IMAGE"),
        (["train", "--epochs", "0"], "Epochs must be a whole number from 1 to 200, not '0'."),
        (["train", "--epochs", "many"], "Epochs must be a whole number from 1 to 200, not 'many'."),
        (["train", "--batch-size", "-2"], "Batch size must be a whole number from 1 to 512, "),
        (["train", "--learning-rate", "2"], "Learning rate must be a number from 0.000001 to 1, "),
        (["train", "--digits", "7"], "Digits must be a whole number from 100 to 60,000, not '7'."),
        (["train", "--optimizer", "lion"], "invalid choice: 'lion'"),
        (["summary", "--downsampling", "min"], "invalid choice: 'min'"),
        (["generator", "--epochs", "0"], "'0' is not a whole number of at least 1"),
        (["train", "--recipe", "soup"], "invalid choice: 'soup'"),
        (["train", "--seed", "x"], "Seed must be a whole number from 0 to 2,147,483,646, not 'x'."),
        (["judge", "--seed", "-1"], "'-1' is not a whole number from 0 to 2147483647"),
        (["judge", "--seed", "2147483648"], "'2147483648' is not a whole number from 0 to 214"),
        (["summary", "--json"], "unrecognized arguments: --json"),
    ],
)
def test_wrong_arguments_are_named_with_status_2(arguments, sentence, capsys):
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    written = capsys.readouterr()
    assert caught.value.code == 2
    assert written.out == ""
    assert written.err.startswith("usage: python -m mnist_cnn")
    assert sentence in written.err


def test_choices_that_do_not_go_together_get_a_sentence(capsys):
    status, out, err = run(capsys, "train", "--downsampling", "none", "--batch-size", 500)
    assert (status, out) == (1, "")
    assert err.startswith("Batch size must be at most 128 without downsampling, not 500. ")


def test_logs_that_cannot_be_written_get_a_sentence(tmp_path, capsys):
    file = tmp_path / "logs"
    file.write_text("in the way")
    arguments = ("--data", "generated", "--digits", 100, "--logdir", file)
    status, _, err = run(capsys, "train", *arguments, "--output", tmp_path / "x.keras")
    assert status == 1
    assert err == f"Logs cannot be written to {file} (File exists). Name another folder.\n"
    assert not (tmp_path / "x.keras").exists()


@pytest.mark.parametrize("verb", [name.__name__.rpartition(".")[2] for name in COMMANDS])
def test_help_knows_every_command(verb, capsys):
    with pytest.raises(SystemExit) as caught:
        main(["--help"])
    assert caught.value.code == 0
    assert re.search(rf"^ +{verb}\b", capsys.readouterr().out, re.MULTILINE)


# --- site ---------------------------------------------------------------------------------


def test_a_site_is_written_and_what_it_replaces_is_said(tmp_path, capsys):
    folder = tmp_path / "out"
    assert run(capsys, "site", folder) == (0, f"{folder}: {size_of(folder)} MB\n", "")
    (folder / "note.txt").write_text("mine")
    status, out, _ = run(capsys, "site", folder)
    assert (status, out.splitlines()[0]) == (0, f"Will replace {folder / 'index.html'}")
    assert (folder / "note.txt").read_text() == "mine"
    file = tmp_path / "one.html"
    assert run(capsys, "site", "--single", file)[1] == f"{file}: {size_of(file)} MB\n"


def size_of(path):
    files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
    return f"{sum(file.stat().st_size for file in files) / 2**20:.1f}"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--single", "one.txt"], "one.txt: give the file a name that ends in .html.\n"),
        (["out", "--network", "nothing.keras"], "nothing.keras"),
    ],
)
def test_a_site_that_cannot_be_made_says_why(tmp_path, monkeypatch, capsys, arguments, said):
    monkeypatch.chdir(tmp_path)
    status, _, err = run(capsys, "site", *arguments)
    assert status == 1
    assert said in err
