"""An interrupted training goes on as if nothing had happened, and never from the wrong file."""

import dataclasses

import keras
import numpy as np
import pytest

from mnist_cnn.digits.pen_drawings import LabelledImages
from mnist_cnn.network import model
from mnist_cnn.optimization.checkpoint import Checkpoint, CheckpointError
from mnist_cnn.optimization.loop import train
from mnist_cnn.optimization.recipes import Recipe, Variation

RECIPE = Recipe(  # everything a run can remember: momenta, variation, a choice of drawings
    "everything",
    "muon",
    2e-3,
    epochs=3,
    batch_size=32,
    warm_up=0.2,
    label_smoothing=0.05,
    variation=Variation(),
    drawings=20,
)
STEPS = 4  # an epoch: 80 pictures and 20 drawings, 32 a step


def pictures(count, seed=0):
    random = np.random.default_rng(seed)
    return random.integers(0, 256, (count, 28, 28), np.uint8), random.integers(0, 10, count)


def run(checkpoint=None, recipe=RECIPE, seed=5, images_seed=0, drawn_seed=1):
    """Return a new network and the events of its training."""
    network = model.build(1)
    drawn = LabelledImages(*pictures(50, drawn_seed))
    events = train(network, *pictures(80, images_seed), recipe, seed, 1, drawn, checkpoint)
    return network, events


def values(network):
    return np.concatenate([array.ravel() for array in network.get_weights()])


@pytest.fixture(scope="module")
def uninterrupted():
    network, events = run()
    return list(events), values(network)


@pytest.fixture(scope="module")
def stopped(tmp_path_factory):
    """What a run leaves that was stopped in the middle of its second epoch."""
    file = tmp_path_factory.mktemp("stopped") / "new folder" / "run.unfinished.npz"
    _, events = run(file)
    for event in events:
        if event.step == STEPS + 2:
            break
    events.close()
    assert [path.name for path in file.parent.iterdir()] == [file.name]
    return file.read_bytes()


@pytest.fixture
def interrupted(stopped, tmp_path):
    file = tmp_path / "run.unfinished.npz"
    file.write_bytes(stopped)
    return file


@pytest.mark.parametrize(
    "stop",
    [
        pytest.param(STEPS + 2, id="in epoch 2"),
        pytest.param(2 * STEPS + 1, id="in epoch 3", marks=pytest.mark.slow),
    ],
)
def test_a_resumed_run_ends_with_the_weights_of_an_uninterrupted_one(stop, uninterrupted, tmp_path):
    file = tmp_path / "run.npz"
    _, events = run(file)
    while next(events).step < stop:
        pass
    events.close()
    network, events = run(file)
    events = list(events)
    whole, expected = uninterrupted
    left = whole[(stop - 1) // STEPS * STEPS :]  # the epoch that was not finished is repeated
    assert [(e.step, e.epoch, e.steps) for e in events] == [
        (e.step, e.epoch, e.steps) for e in left
    ]
    np.testing.assert_allclose([e.loss for e in events], [e.loss for e in left], atol=1e-5)
    np.testing.assert_allclose(values(network), expected, atol=1e-6)


def test_a_checkpoint_changes_nothing_and_stays_until_its_network_is_kept(uninterrupted, tmp_path):
    file = tmp_path / "run.npz"
    network, events = run(file)
    seen = [(event.epoch, file.exists()) for event in events]
    assert seen == [(1, False)] * STEPS + [(2, True)] * STEPS + [(3, True)] * STEPS
    np.testing.assert_allclose(values(network), uninterrupted[1], atol=1e-6)
    network, events = run(file)  # killed before it was kept: the last epoch is repeated
    assert [event.epoch for event in events] == [3] * STEPS
    np.testing.assert_allclose(values(network), uninterrupted[1], atol=1e-6)


def test_the_time_before_the_interruption_counts(interrupted):
    with np.load(interrupted) as saved:
        arrays = dict(saved)
    np.savez(interrupted, **arrays | {"seconds": 1000.0})
    _, events = run(interrupted)
    assert 1000 < next(events).seconds < 1100


OTHER_RUNS = {
    "another seed": {"seed": 6},
    "another rate": {"recipe": dataclasses.replace(RECIPE, learning_rate=1e-3)},
    "more epochs": {"recipe": RECIPE.with_epochs(4)},
    "another variation": {"recipe": dataclasses.replace(RECIPE, variation=Variation(shift=2.0))},
    "other pictures": {"images_seed": 7},
    "other drawings": {"drawn_seed": 7},
}


@pytest.mark.parametrize("other", OTHER_RUNS)
def test_another_run_s_checkpoint_is_refused_and_left_alone(other, interrupted):
    before = interrupted.read_bytes()
    network, events = run(interrupted, **OTHER_RUNS[other])
    untrained = values(network)
    with pytest.raises(CheckpointError) as caught:
        next(events)
    assert str(caught.value) == (
        f"{interrupted} holds an interrupted run with another recipe, seed or data. Repeat that "
        "run to finish it, or delete the file to start anew."
    )
    assert interrupted.read_bytes() == before
    np.testing.assert_array_equal(values(network), untrained)


# --- the file, with a small network -------------------------------------------------------


def small(path, seed=1, fingerprint="this run"):
    keras.utils.set_random_seed(seed)
    picture = keras.Input((3,))
    network = keras.Model(picture, keras.layers.Dense(2)(picture))
    optimizer = keras.optimizers.Adam(1e-3)
    optimizer.build(network.trainable_variables)
    return Checkpoint(path, network, optimizer, fingerprint)


def state(checkpoint):
    return [np.array(variable) for variable in checkpoint.variables]


def test_the_state_comes_back_as_it_was(tmp_path):
    first = small(tmp_path / "run.npz")
    for number, variable in enumerate(first.variables):
        variable.assign(np.full(variable.shape, number + 1))
    first.save(7, 12.5)
    again = small(tmp_path / "run.npz", seed=2)
    assert again.restore() == (7, 12.5)
    for one, other in zip(state(first), state(again), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_run_begins_anew_where_there_is_no_file(tmp_path):
    assert small(tmp_path / "run.npz").restore() == (0, 0.0)


def changed(file, **entries):
    with np.load(file) as saved:
        arrays = dict(saved) | entries
    np.savez(file, **{name: array for name, array in arrays.items() if array is not None})


def change_byte(file):
    content = bytearray(file.read_bytes())
    content[content.index(b"v0.npy") + 150] ^= 0xFF
    file.write_bytes(content)


DAMAGE = {
    "empty": lambda file: file.write_bytes(b""),
    "text": lambda file: file.write_text("no run"),
    "half": lambda file: file.write_bytes(file.read_bytes()[:500]),
    "a changed byte": change_byte,
    "an array alone": lambda file: np.save(file.open("wb"), np.zeros(3)),
    "without its epoch": lambda file: changed(file, epoch=None),
    "without its last variable": lambda file: changed(file, v7=None),
    "an epoch in words": lambda file: changed(file, epoch=np.array("seven")),
    "values of another shape": lambda file: changed(file, v0=np.zeros((5, 2), np.float32)),
    "pickled": lambda file: changed(file, v0=np.array([None], object)),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_checkpoint_is_named_and_not_used(damage, tmp_path):
    file = tmp_path / "run.npz"
    small(file).save(7, 12.5)
    DAMAGE[damage](file)
    again = small(file, seed=2)
    before = state(again)
    with pytest.raises(CheckpointError) as caught:
        again.restore()
    assert str(caught.value).startswith(f"The interrupted run in {file} is damaged (")
    assert str(caught.value).endswith("). Delete the file to start anew.")
    for one, other in zip(state(again), before, strict=True):
        np.testing.assert_array_equal(one, other)


def stop_half_way(error):
    def savez(file, **_):
        file.write(b"PK half a file")
        raise error

    return savez


@pytest.mark.parametrize(
    "error", [OSError("No space left on device"), KeyboardInterrupt()], ids=["full disk", "Ctrl+C"]
)
def test_a_failed_save_keeps_the_epoch_before(error, tmp_path, monkeypatch):
    checkpoint = small(tmp_path / "run.npz")
    checkpoint.save(7, 12.5)
    monkeypatch.setattr(np, "savez", stop_half_way(error))
    with pytest.raises(type(error)):
        checkpoint.save(8, 14.0)
    monkeypatch.undo()
    assert [file.name for file in tmp_path.iterdir()] == ["run.npz"]
    assert checkpoint.restore() == (7, 12.5)
