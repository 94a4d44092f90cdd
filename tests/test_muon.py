"""Muon moves kernels by orthogonal steps and everything else as AdamW does."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from mnist_cnn.optimization.muon import Muon, orthogonal

RATE, DECAY = 0.01, 0.02
SHAPES = [(3, 3, 2, 8), (8,), (12, 6), (6,), (6, 4), (4,)]  # a kernel and a bias a layer
ORTHOGONAL = (0, 2)  # which of them Muon moves; the last kernel is AdamW's


def variables(seed=0):
    random = np.random.default_rng(seed)
    return [keras.Variable(random.normal(size=shape).astype(np.float32)) for shape in SHAPES]


def gradients(steps, seed=1):
    random = np.random.default_rng(seed)
    return [
        [random.normal(size=shape).astype(np.float32) for shape in SHAPES] for _ in range(steps)
    ]


def take(optimizer, moved, steps):
    for step in steps:
        optimizer.apply([tf.constant(gradient) for gradient in step], moved)
    return [np.array(variable, np.float64) for variable in moved]


# --- orthogonal ---------------------------------------------------------------------------


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e3])
@pytest.mark.parametrize(
    "shape", [(9, 32), (288, 64), (576, 64), (64, 10), (10, 64), (1, 7), (7, 1)], ids=str
)
def test_orthogonal_is_close_to_the_svd_s_u_v(shape, scale):
    matrix = np.random.default_rng(sum(shape)).normal(size=shape) * scale
    u, _, v = np.linalg.svd(matrix, full_matrices=False)
    found = np.asarray(orthogonal(tf.constant(matrix, tf.float32)), np.float64)
    assert found.shape == shape
    sizes = np.linalg.svd(found, compute_uv=False)
    assert sizes.min() > 0.6
    assert sizes.max() < 1.3
    alike = (found * (u @ v)).sum() / np.linalg.norm(found) / np.linalg.norm(u @ v)
    assert alike > 0.9


def test_a_rare_direction_becomes_as_large_as_the_common_ones():
    random = np.random.default_rng(3)
    u, _ = np.linalg.qr(random.normal(size=(40, 6)))
    v, _ = np.linalg.qr(random.normal(size=(6, 6)))
    matrix = u @ np.diag([1, 1, 1, 1, 1, 0.02]) @ v.T
    found = np.asarray(orthogonal(tf.constant(matrix, tf.float32)))
    sizes = np.diag(u.T @ found @ v)
    assert sizes.min() > 0.6
    assert sizes.max() < 1.3


def test_nothing_stays_nothing():
    found = np.asarray(orthogonal(tf.zeros((5, 3))))
    np.testing.assert_array_equal(found, np.zeros((5, 3)))


# --- the steps ----------------------------------------------------------------------------


def adamw(value, its_gradients, beta_1=0.9, beta_2=0.98, epsilon=1e-7):
    """Loshchilov and Hutter, algorithm 2, by hand."""
    mean, square = np.zeros_like(value), np.zeros_like(value)
    for t, gradient in enumerate(its_gradients, 1):
        mean = beta_1 * mean + (1 - beta_1) * gradient
        square = beta_2 * square + (1 - beta_2) * gradient**2
        step = mean / (1 - beta_1**t) / (np.sqrt(square / (1 - beta_2**t)) + epsilon)
        value = value - RATE * DECAY * value - RATE * step
    return value


@pytest.mark.parametrize("steps", [1, 5])
def test_biases_and_the_last_kernel_move_as_in_adamw(steps):
    moved, pushes = variables(), gradients(steps)
    before = [np.array(variable, np.float64) for variable in moved]
    after = take(Muon(RATE, weight_decay=DECAY), moved, pushes)
    for index in set(range(len(SHAPES))) - set(ORTHOGONAL):
        expected = adamw(before[index], [push[index].astype(np.float64) for push in pushes])
        np.testing.assert_allclose(after[index], expected, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("index", ORTHOGONAL)
def test_other_kernels_move_along_u_v_of_their_nesterov_momentum(index):
    moved, pushes = variables(), gradients(3)
    optimizer = Muon(RATE, weight_decay=0.0)
    momentum = 0
    for push in pushes:
        before = np.array(moved[index], np.float64)
        step = (before - take(optimizer, moved, [push])[index]) / RATE
        momentum = 0.95 * momentum + push[index].astype(np.float64)
        ahead = (push[index] + 0.95 * momentum).reshape(-1, SHAPES[index][-1])
        u, _, v = np.linalg.svd(ahead, full_matrices=False)
        step, expected = step.reshape(ahead.shape), u @ v
        alike = (step * expected).sum() / np.linalg.norm(step) / np.linalg.norm(expected)
        assert alike > 0.9
        # 0.2 times the root of the longer side makes the step as large as AdamW's: 0.2 an entry.
        assert np.sqrt(np.mean(step**2)) == pytest.approx(0.2, rel=0.3)


def test_weight_decay_shrinks_every_kernel():
    moved = variables()
    still = [[np.zeros(shape, np.float32) for shape in SHAPES]]
    before = [np.array(variable) for variable in moved]
    after = take(Muon(RATE, weight_decay=DECAY), moved, still)
    for index in (0, 2, 4):
        np.testing.assert_allclose(after[index], before[index] * (1 - RATE * DECAY), rtol=1e-5)


def test_the_learning_rate_can_change_on_the_way():
    moved = variables()
    optimizer = Muon(RATE)
    optimizer.build(moved)
    optimizer.learning_rate.assign(0.0)
    before = [np.array(variable) for variable in moved]
    for one, other in zip(take(optimizer, moved, gradients(1)), before, strict=True):
        np.testing.assert_array_equal(one, other)


def test_loss_falls_on_a_small_problem():
    keras.utils.set_random_seed(1)
    random = np.random.default_rng(1)
    pictures = tf.constant(random.normal(size=(64, 6, 6, 1)), tf.float32)
    targets = tf.reduce_mean(pictures[:, :3, :3, 0], axis=(1, 2), keepdims=False)[:, None]
    picture = keras.Input((6, 6, 1))
    x = keras.layers.Conv2D(4, 3, activation="relu")(picture)
    x = keras.layers.Dense(8, activation="relu")(keras.layers.Flatten()(x))
    network = keras.Model(picture, keras.layers.Dense(1)(x))
    optimizer = Muon(0.02)
    optimizer.build(network.trainable_variables)

    @tf.function
    def update():
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((network(pictures, training=True) - targets) ** 2)
        gradients = tape.gradient(loss, network.trainable_variables)
        optimizer.apply(gradients, network.trainable_variables)
        return loss

    losses = [float(update()) for _ in range(60)]
    assert losses[-1] < losses[0] / 10


def test_its_state_can_be_kept_and_put_back():
    first, second = variables(), variables()
    optimizer, again = Muon(RATE), Muon(RATE)
    pushes = gradients(5)
    take(optimizer, first, pushes[:3])
    again.build(second)
    kept = [*first, *optimizer.variables]
    for variable, value in zip([*second, *again.variables], kept, strict=True):
        variable.assign(value)
    assert int(again.iterations) == 3
    ends = [take(optimizer, first, pushes[3:]), take(again, second, pushes[3:])]
    for one, other in zip(*ends, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-7)
