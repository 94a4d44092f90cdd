"""Training learns, tells what it does, and can be stopped and repeated."""

import dataclasses
import itertools
import os
import subprocess
import sys
import time
from types import SimpleNamespace

import numpy as np
import pytest
import tensorflow as tf

from mnist_cnn.digits.pen_drawings import LabelledImages
from mnist_cnn.network import model
from mnist_cnn.optimization import loop, progress, recipes
from mnist_cnn.optimization.events import Step, Validated
from mnist_cnn.optimization.loop import DivergedError, train
from mnist_cnn.optimization.recipes import Recipe, Variation
from tests.serving import ROOT

PLAIN = Recipe("plain", "sgd", 0.1, epochs=1, batch_size=64)


def pictures(count, seed=0):
    """Random images, with labels."""
    random = np.random.default_rng(seed)
    return random.integers(0, 256, (count, 28, 28), np.uint8), random.integers(0, 10, count)


def read(network, images):
    return np.asarray(network(model.as_input(images))).astype(np.float64)


def cross_entropy(probabilities, labels):
    return -np.log(probabilities[np.arange(len(labels)), labels]).mean()


def last_bias(network):
    return network.get_weights()[-1].astype(np.float64)


def test_input_is_scaled_to_one_and_has_a_channel():
    images = np.array([[[0, 51], [102, 255]]], np.uint8)
    expected = np.array([[[[0.0], [0.2]], [[0.4], [1.0]]]], np.float32)
    assert model.as_input(images).dtype == np.float32
    np.testing.assert_allclose(model.as_input(images), expected)


def test_loss_falls_on_real_digits(mnist):
    network = model.build(1)
    images, labels = mnist.train_images[:1280], mnist.train_labels[:1280]  # 20 batches
    recipe = recipes.RECIPES["lesson"].with_epochs(3)
    events = list(train(network, images, labels, recipe, seed=1, every=20))
    losses = [event.loss for event in events]
    assert len(losses) == 3
    assert losses == sorted(losses, reverse=True)
    assert losses[-1] < losses[0] / 2
    assert events[-1].accuracy > 0.75
    right = read(network, mnist.test_images[:1000]).argmax(axis=1) == mnist.test_labels[:1000]
    assert right.mean() > 0.7


@pytest.mark.parametrize(
    ("count", "batch_size", "epochs", "every", "steps", "seen"),
    [
        (130, 64, 2, 1, 6, [(1, 1), (2, 1), (3, 1), (4, 2), (5, 2), (6, 2)]),
        (130, 64, 2, 2, 6, [(2, 1), (4, 2), (6, 2)]),
        (130, 64, 2, 4, 6, [(4, 2), (6, 2)]),
        (130, 64, 1, 50, 3, [(3, 1)]),
        (128, 64, 1, 1, 2, [(1, 1), (2, 1)]),
        (1, 64, 3, 1, 3, [(1, 1), (2, 2), (3, 3)]),
    ],
)
def test_events_count_every_batch_the_last_partial_one_too(
    count, batch_size, epochs, every, steps, seen
):
    recipe = dataclasses.replace(PLAIN, batch_size=batch_size, epochs=epochs)
    events = list(train(model.build(1), *pictures(count), recipe, every=every))
    assert [(event.step, event.epoch) for event in events] == seen
    assert {event.steps for event in events} == {steps}
    assert all(a.seconds <= b.seconds for a, b in itertools.pairwise(events))


def test_loss_and_accuracy_are_means_over_all_pictures_of_the_epoch():
    network = model.build(1)
    images, labels = pictures(130)
    still = dataclasses.replace(PLAIN, learning_rate=0.0, epochs=2)
    *_, third, _, _, sixth = train(network, images, labels, still, every=1)
    probabilities = read(network, images)
    for event in (third, sixth):
        assert event.loss == pytest.approx(cross_entropy(probabilities, labels), rel=1e-4)
        assert event.accuracy == (probabilities.argmax(axis=1) == labels).mean()


def test_a_share_of_the_digits_is_seen_in_an_epoch_and_another_in_the_next():
    images, labels = pictures(130)
    images[:] = np.arange(130, dtype=np.uint8)[:, None, None]  # each can be told by its loss
    half = dataclasses.replace(PLAIN, learning_rate=0.0, epochs=2, batch_size=1, share=0.5)
    events = list(train(model.build(1), images, labels, half, every=1))
    assert [event.steps for event in events] == 130 * [130]
    first, second = ({event.recent_loss for event in events[at : at + 65]} for at in (0, 65))
    assert (len(first), len(second)) == (65, 65)
    assert first != second


@pytest.mark.parametrize(("warm_up", "rates"), [(0.0, [0.1, 0.05]), (0.5, [0.05, 0.1])])
def test_a_step_goes_down_the_gradient_at_the_recipe_s_rate(warm_up, rates):
    """The gradient of the last bias is the mean of probability minus target."""
    network = model.build(1)
    images, labels = pictures(40)
    targets = np.eye(10)[labels]
    recipe = dataclasses.replace(PLAIN, warm_up=warm_up, epochs=2)
    before, probabilities = last_bias(network), read(network, images)
    events = train(network, images, labels, recipe, every=1)
    for _, rate in zip(events, rates, strict=True):
        expected = before - rate * (probabilities - targets).mean(axis=0)
        np.testing.assert_allclose(last_bias(network), expected, atol=1e-6)
        before, probabilities = last_bias(network), read(network, images)


def trained(network_seed, order_seed):
    network = model.build(network_seed)
    recipe = recipes.RECIPES["lesson"].with_epochs(1)
    for _ in train(network, *pictures(150), recipe, seed=order_seed):
        pass
    return np.concatenate([values.ravel() for values in network.get_weights()])


def test_the_same_seeds_give_the_same_weights_and_others_do_not():
    first = trained(1, 1)
    np.testing.assert_allclose(trained(1, 1), first, atol=1e-6)
    assert np.abs(trained(2, 1) - first).max() > 0.01
    assert np.abs(trained(1, 2) - first).max() > 1e-4


def test_stopping_early_keeps_what_was_learned():
    network = model.build(1)
    start = last_bias(network)
    images, labels = pictures(300)
    events = train(network, images, labels, PLAIN, every=1)
    next(events)
    one_step = last_bias(network)
    next(events)
    two_steps = last_bias(network)
    events.close()
    assert np.abs(one_step - start).max() > 0
    assert np.abs(two_steps - one_step).max() > 0
    np.testing.assert_array_equal(last_bias(network), two_steps)
    assert np.isfinite(read(network, images)).all()


def test_training_starts_only_when_the_first_event_is_asked_for():
    network = model.build(1)
    before = last_bias(network)
    train(network, *pictures(10), PLAIN)
    np.testing.assert_array_equal(last_bias(network), before)


@pytest.mark.parametrize(("images", "labels"), [(3, 2), (2, 3), (0, 0), (0, 1)])
def test_images_and_labels_must_pair_up(images, labels):
    with pytest.raises(ValueError, match="Got") as caught:
        next(train(model.build(), pictures(images)[0], pictures(labels)[1], PLAIN))
    assert str(caught.value) == (
        f"Got {images} images and {labels} labels: give as many labels as images, and at least one."
    )


def test_the_lesson_s_recipe_is_the_one_it_teaches():
    lesson = recipes.RECIPES["lesson"]
    assert (lesson.optimizer, lesson.epochs, lesson.batch_size) == ("rmsprop", 5, 64)
    assert (lesson.label_smoothing, lesson.variation, lesson.drawings) == (0.0, None, 0)
    assert lesson.with_epochs(2) == dataclasses.replace(lesson, epochs=2)
    assert lesson.epochs == 5


# --- what it tells by time, and the digits held out ---------------------------------------


def test_every_epoch_ends_with_a_step_whose_means_are_the_epoch_s():
    recipe = dataclasses.replace(PLAIN, epochs=3, learning_rate=0.0)
    network, (images, labels) = model.build(1), pictures(130)
    ends = [event for event in train(network, images, labels, recipe) if event.ends_epoch]
    assert [(event.step, event.epoch) for event in ends] == [(3, 1), (6, 2), (9, 3)]
    expected = cross_entropy(read(network, images), labels)
    assert [event.loss for event in ends] == pytest.approx(3 * [expected], rel=1e-4)


def test_recent_means_of_all_events_make_up_the_epoch():
    events = list(train(model.build(1), *pictures(256), PLAIN, every=1))
    seen = np.cumsum([event.recent_loss for event in events]) / np.arange(1, 5)
    assert [event.loss for event in events] == pytest.approx(seen)
    right = np.cumsum([event.recent_accuracy for event in events]) / np.arange(1, 5)
    assert [event.accuracy for event in events] == pytest.approx(right)


def test_speed_and_time_left_agree():
    recipe = dataclasses.replace(PLAIN, epochs=4)
    *before, last = train(model.build(1), *pictures(640), recipe, every=5)
    for event in before[1:]:  # the first knows only the step that was traced
        left = (event.steps - event.step) * 64 / event.digits_per_second
        assert event.seconds_left == pytest.approx(left)
    assert (last.seconds_left, last.step) == (0.0, 40)


def test_the_time_between_two_events_is_not_counted(monkeypatch):
    later = 0
    clock = SimpleNamespace(monotonic=lambda: time.monotonic() + later)
    monkeypatch.setattr(progress, "time", clock)
    events = train(model.build(1), *pictures(256), PLAIN, every=1)
    next(events)
    second = next(events)
    later = 10_000
    assert next(events).seconds - second.seconds < 5000


def test_digits_held_out_are_read_as_the_network_reads_them_and_change_nothing():
    images, labels = pictures(256)
    held_out = LabelledImages(*pictures(700, seed=9))
    recipe = dataclasses.replace(PLAIN, epochs=2)
    network, watched = model.build(1), model.build(1)
    without = list(train(network, images, labels, recipe, every=1))
    events = list(train(watched, images, labels, recipe, every=1, held_out=held_out))
    steps = [event for event in events if isinstance(event, Step)]
    assert [step.loss for step in steps] == [step.loss for step in without]
    for one, other in zip(network.get_weights(), watched.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    validated = [event for event in events if isinstance(event, Validated)]
    untrained = read(model.build(1), held_out.images)
    assert (validated[0].step, validated[0].epoch) == (0, 0)
    assert validated[0].accuracy == (untrained.argmax(axis=1) == held_out.labels).mean()
    last = events[-1]
    assert (type(last), last.step, last.epoch, last.digits) == (Validated, 8, 2, 700)
    answers = read(watched, held_out.images)
    assert last.loss == pytest.approx(cross_entropy(answers, held_out.labels), rel=1e-4)
    assert last.accuracy == (answers.argmax(axis=1) == held_out.labels).mean()


def test_a_validation_is_broken_off_when_somebody_waits_but_for_the_last():
    images, labels = pictures(130)
    recipe = dataclasses.replace(PLAIN, epochs=2)
    held_out = LabelledImages(*pictures(700, seed=9))
    asked = []

    def interrupted():
        asked.append(True)
        return True

    events = list(
        train(
            model.build(1),
            images,
            labels,
            recipe,
            every=1,
            held_out=held_out,
            interrupted=interrupted,
        )
    )
    assert [event.step for event in events if isinstance(event, Validated)] == [6]
    assert asked
    assert isinstance(events[-1], Validated)


def test_a_loss_that_is_no_number_ends_it_with_a_way_out():
    # 1e20 is not enough: on some processors all units die, and the loss stays a large number.
    wild = dataclasses.replace(PLAIN, learning_rate=float("inf"), epochs=3)
    with pytest.raises(DivergedError) as caught:
        list(train(model.build(1), *pictures(256), wild))
    assert str(caught.value) == (
        "The loss is no longer a number after step 2 of 12: the learning rate inf is too high for "
        "sgd. Train anew with a smaller one."
    )


def instead_of_steps(monkeypatch, step):
    """Let a training call ``step`` instead of learning."""
    monkeypatch.setattr(loop, "gradient_step", lambda *settings: step)


@pytest.mark.parametrize("loss", [float("nan"), float("inf"), float("-inf")])
def test_a_loss_that_is_infinite_or_no_number_ends_it_at_that_step(loss, monkeypatch):
    losses = iter([0.5, loss])
    instead_of_steps(monkeypatch, lambda *batch: (np.float32(next(losses)), 0))
    with pytest.raises(DivergedError, match="no longer a number after step 2 of 4"):
        list(train(model.build(1), *pictures(256), PLAIN))


def test_a_last_step_that_leaves_no_numbers_ends_it_too(monkeypatch):
    network = model.build(1)

    def step(*batch):
        if batch[2][1] == 1:  # the second
            network.set_weights([array * np.nan for array in network.get_weights()])
        return np.float32(0.5), 0

    instead_of_steps(monkeypatch, step)
    held_out = LabelledImages(*pictures(50, seed=9))
    with pytest.raises(DivergedError, match="no longer a number after step 2 of 2"):
        list(train(network, *pictures(128), PLAIN, held_out=held_out))


def test_pictures_are_calmed_over_the_last_two_fifths_of_a_training(monkeypatch):
    met = []
    instead_of_steps(monkeypatch, lambda *batch: (met.append(batch[-1]) or 0.5, 0))
    calm = dataclasses.replace(PLAIN, batch_size=10, epochs=2, calm=0.2)
    list(train(model.build(1), *pictures(100), calm))
    expected = np.interp(np.arange(20), [0, 12, 20], [1, 1, 0.2])
    np.testing.assert_allclose(met, expected, atol=1e-6)


def test_labels_are_smoothed_as_the_recipe_says():
    network = model.build(1)
    images, labels = pictures(64)
    targets = 0.8 * np.eye(10)[labels] + 0.02
    still = dataclasses.replace(PLAIN, learning_rate=0.0, label_smoothing=0.2)
    (event,) = train(network, images, labels, still)
    expected = -(targets * np.log(read(network, images))).sum(axis=1).mean()
    assert event.loss == pytest.approx(expected, rel=1e-4)


def test_pictures_are_varied_as_the_recipe_says_and_otherwise_anew_in_each_step():
    images, labels = np.repeat(pictures(1)[0], 64, axis=0), np.zeros(64, int)
    still = dataclasses.replace(PLAIN, learning_rate=0.0, epochs=3)

    def losses(recipe):
        return {event.recent_loss for event in train(model.build(1), images, labels, recipe)}

    assert len(losses(still)) == 1
    assert len(losses(dataclasses.replace(still, variation=Variation()))) == 3


# Each variant and each optimizer once; what they have to do with each other is tested slowly.
COVERING = [
    *(("max", "muon"), ("average", "adam"), ("stride", "rmsprop")),
    *(("none", "sgd"), ("stride", "adamw")),
]


def test_the_pairs_that_are_always_trained_cover_variants_and_optimizers():
    downsampling, optimizers = (set(names) for names in zip(*COVERING, strict=True))
    assert (downsampling, optimizers) == (set(model.DOWNSAMPLING), set(recipes.OPTIMIZERS))


@pytest.mark.parametrize(
    ("downsampling", "optimizer"),
    [
        pytest.param(*pair, marks=() if pair in COVERING else pytest.mark.slow)
        for pair in itertools.product(model.DOWNSAMPLING, recipes.OPTIMIZERS)
    ],
)
def test_every_variant_learns_with_every_optimizer(downsampling, optimizer):
    images, labels = bars()
    recipe = Recipe("any", optimizer, recipes.OPTIMIZERS[optimizer], epochs=8, batch_size=20)
    *_, last = train(model.build(1, downsampling), images, labels, recipe, every=1000)
    assert last.accuracy > 0.7  # over the last epoch; a guess is right one time in ten


def bars():
    """Ten kinds of pictures that a glance tells apart: a bar in one of ten places."""
    random = np.random.default_rng(0)
    labels = np.arange(100) % 10
    images = random.integers(0, 40, (100, 28, 28), np.uint8)
    for image, label in zip(images, labels, strict=True):
        image[2 + 2 * label : 5 + 2 * label, 4:20] = 255
    return images, labels


@pytest.mark.parametrize(
    ("cluster", "devices", "expected"),
    [
        (True, 1, "MultiWorkerMirroredStrategy"),
        (False, 2, "MirroredStrategy"),
        (False, 1, "get_strategy"),
    ],
)
def test_the_work_is_spread_over_the_cluster_or_the_gpus_there_are(
    cluster, devices, expected, monkeypatch
):
    monkeypatch.delenv("TF_CONFIG", raising=False)
    if cluster:
        monkeypatch.setenv("TF_CONFIG", "{}")
    monkeypatch.setattr(tf.config, "list_logical_devices", lambda kind: devices * [kind])
    for name in ("MultiWorkerMirroredStrategy", "MirroredStrategy", "get_strategy"):
        monkeypatch.setattr(tf.distribute, name, lambda name=name: name)
    assert loop.strategy.__wrapped__() == expected


SEVERAL = """
import sys
import numpy as np
import tensorflow as tf

cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, 2 * [tf.config.LogicalDeviceConfiguration()])

from mnist_cnn.network import model
from mnist_cnn.optimization import loop
from tests.test_training import SHARED, pictures

if sys.argv[1] == "2":
    spread = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
    loop.strategy = lambda: spread
with loop.strategy().scope():
    network = model.build(1)
events = list(loop.train(network, *pictures(145), SHARED[sys.argv[2]], every=1))
np.savez(sys.argv[3], *network.get_weights(), loss=[event.loss for event in events])
"""
SHARED = {
    name: Recipe("shared", name, 1e-2 if name == "sgd" else 1e-3, epochs=2, batch_size=48)
    for name in ("sgd", "muon", "rmsprop")
}


@pytest.mark.slow
@pytest.mark.parametrize("optimizer", SHARED)
def test_several_devices_learn_what_one_does(optimizer, tmp_path):
    """A batch is shared, its last digit alone too: losses and weights are those of one device."""
    program = tmp_path / "several.py"
    program.write_text(SEVERAL)
    found = {}
    for count in "12":
        file = tmp_path / f"{count}.npz"
        command = [sys.executable, program, count, optimizer, file]
        # oneDNN mixes up the kernels of two devices that are made of one processor.
        plain = {"TF_ENABLE_ONEDNN_OPTS": "0", "TF_CPP_MIN_LOG_LEVEL": "3"}
        environment = os.environ | plain | {"PYTHONPATH": str(ROOT)}
        subprocess.run(command, cwd=ROOT, env=environment, check=True, timeout=300)
        with np.load(file) as saved:
            found[count] = dict(saved)
    assert len(found["1"]["loss"]) == 8
    for name, values in found["1"].items():
        np.testing.assert_allclose(found["2"][name], values, atol=1e-3, err_msg=name)
