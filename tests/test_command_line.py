"""``python -m mnist_cnn``: what a person types, sees, and gets as exit status."""

import dataclasses
import json
import os
import re
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from mnist_cnn import card as cards
from mnist_cnn import data, evaluation, generated, nondigits, pens, strokes, weights
from mnist_cnn.__main__ import COMMANDS, main
from mnist_cnn.doubt import Judge
from mnist_cnn.options import Options
from tests.serving import ROOT

SEVEN = [np.array([(70.0, 60), (210, 56), (168, 140), (126, 238)])]
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
    np.savez(path, **dict(zip(data.NPZ_KEYS, arrays, strict=True)))
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
    assert err == (
        f"There are no weights at {missing}. "
        f"Train anew with: python -m mnist_cnn train --output {missing}\n"
    )


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
    assert card.data_checksum == data.read(file).checksum
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
    steps = 2 * 3  # batches of 25 in the 65 digits that the recipe sees in an epoch
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
    assert err == f"{output}: give the weights file a name that ends in .keras.\n"


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
    monkeypatch.setattr("mnist_cnn.training_data.VARIANTS", 1)
    file, written = (
        write_npz(tmp_path / "small.npz", small_mnist),
        write_pens(tmp_path / "pens.tra"),
    )
    output = tmp_path / "mine.keras"
    arguments = ("--recipe", "best", "--epochs", 1, "--data", file, "--pens", written)
    status, out, err = run(capsys, "train", *arguments, "--output", output)
    assert (status, err) == (0, "")
    assert "Drawing the pen digits by other hands" in out
    card = weights.load_card(output)
    assert (card.recipe, card.drawings) == ("best", "44 UCI pen digits by 22 people")
    assert card.temperature != 1
    weights.load(output)


def test_without_pen_drawings_the_best_recipe_goes_on_with_a_word(
    small_mnist, tmp_path, capsys, monkeypatch
):
    def none(_, **__):
        raise data.DataError("The pen strokes cannot be fetched.")

    monkeypatch.setattr(pens, "load", none)
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
        return data.Mnist(images, labels, images[:30], labels[:30], generated.SOURCE, "0123")


@pytest.mark.parametrize("asked", [True, False], ids=["on demand", "where there is no MNIST"])
def test_training_goes_on_with_generated_digits(asked, small_mnist, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(generated, "Generator", Made)
    monkeypatch.setattr(data.load, "__kwdefaults__", data.load.__kwdefaults__ | {"mirrors": ()})
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
        patched.setattr("mnist_cnn.progress_bar.ProgressBar.show", stop)
        status, _, err = run(capsys, *arguments(output))
    assert (status, err) == (
        130,
        "\nThe same command goes on after the last whole epoch.\n\nStopped.\n",
    )
    assert unfinished.exists()
    assert not output.exists()

    status, _, err = run(capsys, *arguments(output), "--seed", 2)
    assert status == 1
    assert err.startswith(f"{unfinished} holds an interrupted run with another recipe, seed or ")

    status, out, err = run(capsys, *arguments(output))
    assert (status, err) == (0, "")
    assert f"Going on with the interrupted run in {unfinished}\n" in out
    assert not unfinished.exists()
    run(capsys, *arguments(whole))
    pairs = zip(*(weights.load(path).get_weights() for path in (output, whole)), strict=True)
    for one, other in pairs:
        np.testing.assert_allclose(one, other, atol=1e-5)


def test_judge_trains_what_tells_digits_from_everything_else(
    small_mnist, tmp_path, capsys, monkeypatch
):
    monkeypatch.setattr("mnist_cnn.commands.judge.OTHERS", 300)
    monkeypatch.setattr("mnist_cnn.commands.judge.HELD_BACK", 50)
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

    monkeypatch.setattr("mnist_cnn.training.train", stop)
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


def test_evaluate_in_full_asks_for_the_measuring_writers_and_writes_the_card(
    small_mnist, tmp_path, capsys, monkeypatch
):
    copy, shipped = tmp_path / "copy.keras", weights.load_card()
    for file in (copy, copy.with_suffix(".json")):
        file.write_bytes(weights.DEFAULT.with_suffix(file.suffix).read_bytes())
    strokes = 44 * [SEVEN]
    written = pens.PenDigits(strokes, np.full(44, 7, np.uint8), np.arange(44), "here")
    monkeypatch.setattr(pens, "load", lambda path: written)
    figures = dataclasses.replace(shipped.figures, mnist=0.125, writers=5)

    def measure(network, judge, mnist, measured):
        assert set(measured.writers) == set(pens.MEASURING_WRITERS) & set(range(44))
        assert len(mnist.test_images) == 50
        return figures

    monkeypatch.setattr(evaluation, "full", measure)
    file = write_npz(tmp_path / "small.npz", small_mnist)
    status, out, err = run(capsys, "evaluate", "--full", "--weights", copy, "--data", file)
    assert (status, err) == (0, "")
    assert weights.load_card(copy) == dataclasses.replace(shipped, figures=figures)
    assert out == cards.table(weights.load_card(copy)) + "\n"
    assert weights.load_card() == shipped


@pytest.mark.slow
def test_evaluate_in_full_finds_the_figures_of_the_shipped_card(
    mnist, pen_digits, tmp_path, capsys
):
    copy = tmp_path / "copy.keras"
    for file in (copy, copy.with_suffix(".json")):
        file.write_bytes(weights.DEFAULT.with_suffix(file.suffix).read_bytes())
    arguments = ("--full", "--weights", copy, "--data", mnist.source, "--pens", pen_digits.source)
    status, out, err = run(capsys, "evaluate", *arguments)
    assert (status, err) == (0, "")
    found, shipped = weights.load_card(copy), weights.load_card()
    assert out == cards.table(found) + "\n"
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
    assert err == f"No logs can be written to {file} (File exists). Name another folder.\n"
    assert not (tmp_path / "x.keras").exists()


@pytest.mark.parametrize("verb", [name.__name__.rpartition(".")[2] for name in COMMANDS])
def test_help_knows_every_command(verb, capsys):
    with pytest.raises(SystemExit) as caught:
        main(["--help"])
    assert caught.value.code == 0
    assert re.search(rf"^ +{verb}\b", capsys.readouterr().out, re.MULTILINE)
