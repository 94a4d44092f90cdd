"""Training learns, tells what it does, and can be stopped and repeated."""

import dataclasses
import itertools

import numpy as np
import pytest

from mnist_cnn import model, training
from mnist_cnn.training import Recipe, train

PLAIN = Recipe("plain", "sgd", 0.1, epochs=1, batch_size=64)


def pictures(count, seed=0):
    """Random images, with labels."""
    random = np.random.default_rng(seed)
    return random.integers(0, 256, (count, 28, 28), np.uint8), random.integers(0, 10, count)


def read(network, images):
    return np.asarray(network(training.as_input(images))).astype(np.float64)


def cross_entropy(probabilities, labels):
    return -np.log(probabilities[np.arange(len(labels)), labels]).mean()


def last_bias(network):
    return network.get_weights()[-1].astype(np.float64)


def test_input_is_scaled_to_one_and_has_a_channel():
    images = np.array([[[0, 51], [102, 255]]], np.uint8)
    expected = np.array([[[[0.0], [0.2]], [[0.4], [1.0]]]], np.float32)
    assert training.as_input(images).dtype == np.float32
    np.testing.assert_allclose(training.as_input(images), expected)


def test_loss_falls_on_real_digits(mnist):
    network = model.build(1)
    images, labels = mnist.train_images[:1280], mnist.train_labels[:1280]  # 20 batches
    recipe = training.RECIPES["lesson"].with_epochs(3)
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
    recipe = training.RECIPES["lesson"].with_epochs(1)
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
    lesson = training.RECIPES["lesson"]
    assert (lesson.optimizer, lesson.epochs, lesson.batch_size) == ("rmsprop", 5, 64)
    assert (lesson.label_smoothing, lesson.variation, lesson.drawings) == (0.0, None, 0)
    assert lesson.with_epochs(2) == dataclasses.replace(lesson, epochs=2)
    assert lesson.epochs == 5
