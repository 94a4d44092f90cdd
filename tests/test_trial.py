"""A trial of a second tells how long a step takes."""

import itertools
import time
import types

import pytest

from mnist_cnn.network import model
from mnist_cnn.optimization import loop
from mnist_cnn.runs import process
from mnist_cnn.runs.forecast import Tried, steps_of
from mnist_cnn.training import trial
from mnist_cnn.training.options import Options

SMALL = Options.parse({"recipe": "fast", "digits": 1000, "epochs": 40})
VARIED = Options.parse({"recipe": "best", "digits": 1000, "epochs": 1})


@pytest.fixture
def short(monkeypatch):
    monkeypatch.setattr(trial, "SECONDS", 0.05)


@pytest.mark.parametrize("options", [SMALL, VARIED])
def test_steps_are_counted_that_change_no_weight(options, short, monkeypatch):
    networks, counted = [], []

    def build(*given):
        networks.append(model.build(*given))
        return networks[-1]

    def train(*given, **named):
        for event in loop.train(*given, **named):
            counted.append(event.step)
            yield event

    monkeypatch.setattr(trial, "model", types.SimpleNamespace(build=build))
    monkeypatch.setattr(trial, "loop", types.SimpleNamespace(train=train, strategy=loop.strategy))
    began = time.monotonic()
    found = trial.seconds_per_step(options)
    assert counted == list(range(1, len(counted) + 1))
    assert len(counted) > trial.UNCOUNTED
    assert 0 < found <= (time.monotonic() - began) / (len(counted) - trial.UNCOUNTED)
    (network,) = networks
    expected = model.build(options.seed, options.downsampling).get_weights()
    assert all(
        (one == other).all() for one, other in zip(network.get_weights(), expected, strict=True)
    )


FEW = {"digits": 100, "batch_size": 100}


@pytest.mark.parametrize("epochs", [1, trial.UNCOUNTED, trial.UNCOUNTED + 1])
def test_a_training_of_few_steps_can_be_tried_too(epochs, short):
    options = Options.parse(FEW | {"recipe": "fast", "epochs": epochs})
    assert steps_of(options) == epochs
    assert trial.seconds_per_step(options) > 0


def test_what_fails_in_a_trial_is_its_own_matter(monkeypatch, caplog):
    """The process that waits answers all the same, and still does the job."""

    def fails(*_):
        raise MemoryError("no memory for this batch")

    monkeypatch.setattr(trial, "seconds_per_step", fails)
    orders = types.SimpleNamespace(begun=False)
    assert process._try_out(SMALL, orders) == Tried(SMALL, None)
    assert "no memory for this batch" in caplog.text


def test_a_slow_start_does_not_count(short, monkeypatch):
    """The first step takes an hour of this clock, each other one a hundredth of a second."""
    now = itertools.accumulate(itertools.chain([3600.0], itertools.repeat(0.01)))
    clock = [0.0]

    def train(*_, **__):
        for moment in now:
            clock[0] = moment
            yield None

    monkeypatch.setattr(trial, "time", types.SimpleNamespace(monotonic=lambda: clock[0]))
    monkeypatch.setattr(trial, "loop", types.SimpleNamespace(train=train, strategy=loop.strategy))
    assert trial.seconds_per_step(SMALL) == pytest.approx(0.01)


@pytest.mark.parametrize("at", [1, trial.UNCOUNTED + 1])
def test_it_is_given_up_when_somebody_waits(at, short):
    asked = itertools.count(1)
    assert trial.seconds_per_step(SMALL, lambda: next(asked) >= at) is None
    assert next(asked) == at + 1
