"""The variants that are shipped, and how they are made anew."""

import dataclasses
import json
import statistics

import keras
import numpy as np
import pytest

from mnist_cnn.__main__ import main
from mnist_cnn.digits.mnist_files import Mnist
from mnist_cnn.evaluation import measures
from mnist_cnn.lesson import variants
from mnist_cnn.lesson.variants import VARIANTS, Curve, Epoch
from mnist_cnn.making import variant_training
from mnist_cnn.making.variant_training import CURVE_SEED, UNFINISHED, Jobs, Study, learn, train_all
from mnist_cnn.network import keras_file, model, weights
from mnist_cnn.optimization import loop
from mnist_cnn.optimization.recipes import RECIPES

SHIPPED = variants.FOLDER

# --- what is shipped ----------------------------------------------------------------------


@pytest.mark.parametrize("name", VARIANTS)
def test_a_shipped_variant_reads_as_well_as_its_card_says(name, mnist):
    card = variants.load_card(name)
    network = variants.load(name)
    trial = next(trial for trial in card.trials if trial.seed == card.shipped_seed)
    images, labels = mnist.test_images, mnist.test_labels
    if name == "none":  # ten times as slow as the others
        images, labels = images[::5], labels[::5]
    accuracy = measures.score(network, images, labels).accuracy
    assert accuracy == pytest.approx(trial.accuracy, abs=0.004 if name == "none" else 2e-4)
    assert card.data_checksum == mnist.checksum


@pytest.mark.parametrize("name", VARIANTS)
def test_a_card_says_how_its_variant_was_trained(name):
    card = variants.load_card(name)
    assert card.name == name
    assert (card.recipe, card.epochs) == ("lesson", RECIPES["lesson"].epochs)
    assert tuple(trial.seed for trial in card.trials) == VARIANTS[name].seeds
    assert card.parameters == VARIANTS[name].build(None).count_params()
    assert all(0.95 < trial.accuracy < 1 for trial in card.trials)
    assert all(trial.seconds > 1 for trial in card.trials)
    assert card.mean == pytest.approx(np.mean(card.accuracies))
    if len(card.trials) > 1:
        assert card.spread == pytest.approx(np.std(card.accuracies, ddof=1))
    else:
        assert card.spread is None
    assert card.seconds == statistics.median(trial.seconds for trial in card.trials)
    assert card.libraries.keys() == {"tensorflow", "keras", "numpy"}


@pytest.mark.parametrize("name", VARIANTS)
def test_the_shipped_run_is_the_median_and_not_the_best(name):
    card = variants.load_card(name)
    shipped = next(trial for trial in card.trials if trial.seed == card.shipped_seed)
    middle = sorted(card.accuracies)[len(card.trials) // 2]
    assert shipped.accuracy == middle


def test_all_that_is_shipped_is_small():
    sizes = {path.name: path.stat().st_size for path in SHIPPED.glob("*.keras")}
    assert set(sizes) == {f"{name}.keras" for name in VARIANTS}
    assert sizes.pop("none.keras") < 4.2e6
    assert all(size < 0.55e6 for size in sizes.values())


def test_the_dense_network_has_exactly_as_many_parameters():
    assert model.build_dense(1).count_params() == model.build(1).count_params() == 93_322
    assert {type(layer) for layer in model.build_dense(1).layers[2:]} == {keras.layers.Dense}


def test_the_curves_are_those_that_were_to_be_made():
    found = variants.load_curves()
    assert [Study(c.digits, c.curve[-1].epoch) for c in found.curves] == list(Jobs().studies)
    assert (found.recipe, found.seed) == ("lesson", CURVE_SEED)
    for curve in found.curves:
        assert [epoch.epoch for epoch in curve.curve] == list(range(len(curve.curve)))


def test_few_digits_are_learned_by_heart_and_all_of_them_are_understood():
    *few, everything = (curve.curve for curve in variants.load_curves().curves)
    for curve in few:
        assert curve[-1].training_accuracy == 1
        assert curve[-1].test_loss > min(epoch.test_loss for epoch in curve)
    hundred, thousand = (curve[-1].test_accuracy for curve in few)
    assert hundred < thousand - 0.1 < everything[-1].test_accuracy - 0.1  # more digits help
    losses = [epoch.training_loss for epoch in everything]
    assert losses == sorted(losses, reverse=True)
    assert everything[0].test_loss == pytest.approx(np.log(10), abs=0.1)  # as good as guessing
    assert everything[-1].test_accuracy == pytest.approx(variants.load_card("max").mean, abs=5e-3)


# --- making them --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def digits(mnist):
    """Few real digits, so that a training takes a second."""
    return Mnist(
        mnist.train_images[:300],
        mnist.train_labels[:300],
        mnist.test_images[:200],
        mnist.test_labels[:200],
        mnist.source,
        "of few digits",
    )


def jobs(*names, seeds=(1, 2, 3)):
    chosen = [dataclasses.replace(VARIANTS[name], seeds=seeds) for name in names]
    return Jobs(chosen, RECIPES["lesson"].with_epochs(2), studies=[Study(50, 2)])


def test_every_variant_is_trained_with_every_seed_and_nothing_unfinished_is_left(digits, tmp_path):
    told, steps = [], []
    cards = train_all(digits, tmp_path, jobs("stride", "dense"), told.append, steps.append)
    assert [card.name for card in cards] == ["stride", "dense"]
    assert steps
    assert sum("epochs" in line for line in told) == 7
    assert {path.name for path in tmp_path.iterdir()} == {
        *("stride.keras", "stride.json", "dense.keras", "dense.json", "curves.json")
    }
    for card in cards:
        assert card == variants.load_card(card.name, tmp_path)
        assert [trial.seed for trial in card.trials] == [1, 2, 3]
        network = variants.load(card.name, tmp_path)
        accuracy = measures.score(network, digits.test_images, digits.test_labels).accuracy
        assert accuracy == sorted(card.accuracies)[1]
    assert variants.load_curves(tmp_path).curves[0].digits == 50


def test_a_trial_is_the_recipe_s_training_with_that_seed(digits, tmp_path):
    chosen = jobs("max", seeds=(4,))
    card = train_all(digits, tmp_path, chosen, tell=lambda line: None)[0]
    network = model.build(4)
    images, labels = digits.train_images, digits.train_labels
    for _ in loop.train(network, images, labels, chosen.recipe, 4):
        pass
    for mine, theirs in zip(
        network.get_weights(), variants.load("max", tmp_path).get_weights(), strict=True
    ):
        np.testing.assert_allclose(mine, theirs, atol=1e-3)
    assert card.spread is None


def test_an_interrupted_run_does_nothing_twice(digits, tmp_path):
    chosen = jobs("dense", "stride", seeds=(1, 2))

    def stop(line):
        if line.startswith("stride, seed 2"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_all(digits, tmp_path, chosen, stop)
    assert not (tmp_path / "dense.json").exists()
    first = {path.name: path.read_bytes() for path in (tmp_path / UNFINISHED).glob("*-*.json")}
    assert set(first) == {"dense-1.json", "dense-2.json", "stride-1.json"}

    told = []
    cards = train_all(digits, tmp_path, chosen, told.append)
    assert [line for line in told if "2 epochs" in line] == [
        "stride, seed 2, 2 epochs",
        "50 digits, 2 epochs",
    ]
    kept = json.loads(first["dense-2.json"])
    assert cards[0].trials[1].accuracy == kept["accuracy"]
    assert not (tmp_path / UNFINISHED).exists()


def test_what_was_done_by_another_recipe_is_done_again(digits, tmp_path):
    def stop(line):
        if line.startswith("50 digits"):
            raise KeyboardInterrupt

    one = jobs("dense", seeds=(1,))
    with pytest.raises(KeyboardInterrupt):
        train_all(digits, tmp_path, one, stop)
    told = []
    longer = dataclasses.replace(one, recipe=RECIPES["lesson"].with_epochs(3))
    assert train_all(digits, tmp_path, longer, told.append)[0].epochs == 3
    assert told[0] == "dense, seed 1, 3 epochs"


def test_16_bits_take_half_the_room_and_are_read_as_32(digits, tmp_path):
    few = dataclasses.replace(
        digits, train_images=digits.train_images[:64], train_labels=digits.train_labels[:64]
    )
    card = train_all(few, tmp_path, jobs("none", seeds=(1,)), tell=lambda line: None)[0]
    assert card.bits == 16
    network = variants.load("none", tmp_path)
    assert (tmp_path / "none.keras").stat().st_size < 2.1 * network.count_params()
    values = network.get_weights()
    assert {array.dtype for array in values} == {np.dtype("float32")}
    for array in values:
        np.testing.assert_array_equal(array, array.astype(np.float16))
    assert keras.config.dtype_policy().name == "float32"
    score = measures.score(network, digits.test_images, digits.test_labels)
    assert score.accuracy == card.trials[0].accuracy  # measured on what is shipped


def test_a_curve_reads_both_sets_before_and_after_every_epoch(digits):
    epochs = list(learn(digits, Study(60, 2), 1))
    assert [epoch.epoch for epoch in epochs] == [0, 1, 2]
    few = np.sort(np.random.default_rng(1).permutation(300)[:60])
    images, labels = digits.train_images[few], digits.train_labels[few]
    network, recipe = model.build(1), RECIPES["lesson"].with_epochs(2)
    for _ in loop.train(network, images, labels, recipe, 1):
        pass
    last = epochs[-1]
    network.compile(loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    for pictures, digit, loss, accuracy in (
        (images, labels, last.training_loss, last.training_accuracy),
        (digits.test_images, digits.test_labels, last.test_loss, last.test_accuracy),
    ):
        expected = network.evaluate(pictures[..., None] / 255.0, digit, verbose=0)
        assert (loss, accuracy) == pytest.approx(expected, abs=5e-3)


def test_the_best_epoch_is_the_one_with_the_smallest_test_loss():
    losses = (0.9, 0.5, 0.7)
    curve = Curve(9, [Epoch(i, 1.0, 0.1, 0.8, loss) for i, loss in enumerate(losses, 1)])
    assert curve.best.epoch == 2


# --- what cannot be used ------------------------------------------------------------------


@pytest.mark.parametrize("call", [variants.path, variants.load, variants.load_card])
def test_a_variant_that_is_not_there_is_named(call):
    with pytest.raises(ValueError, match="There is no variant 'median'"):
        call("median")


def test_a_missing_variant_is_restored_with_git_or_made_anew(monkeypatch, tmp_path):
    monkeypatch.setattr(keras_file, "WEIGHTS", tmp_path)
    with pytest.raises(weights.WeightsError) as caught:
        variants.load("max", tmp_path / "variants")
    message = str(caught.value)
    assert "Restore it with: git checkout -- weights/variants/max.keras" in message
    command = "python -m mnist_cnn variants --output weights/variants"
    assert message.endswith(f"or train anew with: {command}")


def test_another_network_under_a_variant_s_name_is_refused(tmp_path):
    model.build(1).save(tmp_path / "dense.keras")
    with pytest.raises(
        weights.WeightsError,
        match="is Conv 32–Pool–Conv 64–Pool–Conv 64–Dense 64–Dense 10; here it must be Dense 86",
    ) as caught:
        variants.load("dense", tmp_path)
    assert str(caught.value).endswith("Choose another file: this one is left as it is.")


@pytest.mark.parametrize("content", [None, "", "[]", "{}", '{"trials": []}', '{"trials": [{}]}'])
def test_a_card_that_is_none_is_named(content, tmp_path):
    for load, file in (
        (lambda: variants.load_card("max", tmp_path), tmp_path / "max.json"),
        (lambda: variants.load_curves(tmp_path), tmp_path / "curves.json"),
    ):
        if content is not None:
            file.write_text(content)
        with pytest.raises(weights.WeightsError) as caught:
            load()
        assert str(caught.value).startswith(f"{file} cannot be read (")
        assert str(caught.value).endswith((" left as it is.", " its folder."))


def test_the_command_line_makes_all_of_them(digits, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("mnist_cnn.digits.mnist_files.load", lambda path: digits)
    quick = jobs("dense", seeds=(1, 2))
    monkeypatch.setattr(variant_training, "Jobs", lambda: quick)
    output = tmp_path / "folder"
    assert main(["variants", "--output", str(output)]) == 0
    written = capsys.readouterr().out
    assert "dense, seed 2, 2 epochs" in written
    assert f"Written: {output}\n" in written
    card = variants.load_card("dense", output)
    assert f"dense    {card.mean:.2%} ± {card.spread:.2%} of 2 runs\n" in written
