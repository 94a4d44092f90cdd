"""Train all variants of the lesson; an interrupted run can be continued."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np

from mnist_cnn.digits.generated import TRAIN_DIGITS
from mnist_cnn.digits.mnist_files import Mnist
from mnist_cnn.evaluation import measures
from mnist_cnn.lesson import variants
from mnist_cnn.lesson.variants import Curve, Epoch, LearningCurves, Trial, Variant, VariantCard
from mnist_cnn.network import model, weights
from mnist_cnn.optimization import loop
from mnist_cnn.optimization.events import Step, Validated
from mnist_cnn.optimization.recipes import RECIPES, Recipe
from mnist_cnn.system.atomic_files import write_atomically, write_text
from mnist_cnn.training.pipeline import libraries

RECIPE = RECIPES["lesson"]
UNFINISHED = "unfinished"  # folder for the parts, until all are done
CURVE_SEED = 1


@dataclass(frozen=True)
class Study:
    """A learning curve to compute."""

    digits: int  # learned from
    epochs: int


@dataclass(frozen=True)
class Jobs:
    """Everything to train."""

    variants: Sequence[Variant] = tuple(variants.VARIANTS.values())
    recipe: Recipe = RECIPE  # the same for all
    studies: Sequence[Study] = (  # few digits, which it overfits; and all of them
        Study(100, 40),
        Study(1000, 40),
        Study(TRAIN_DIGITS, RECIPE.epochs),
    )


Tell = Callable[[str], None]  # called with a line of text
Show = Callable[[Step | Validated], None]  # called with the events of a training


def train_all(
    mnist: Mnist,
    folder: str | os.PathLike = variants.FOLDER,
    jobs: Jobs | None = None,
    tell: Tell = print,
    show: Show = lambda step: None,
) -> list[VariantCard]:
    """Train every variant with each of its seeds; write weights, cards and curves into ``folder``.

    Finished parts are kept in ``folder/unfinished`` until all are done, and are not repeated.

    Args:
        mnist: to learn from and to test on.
        folder: the one that ``variants.load`` reads.
        jobs: what to train. Default: everything.
        tell: called with a line about each run.
        show: called with the events of each training.

    Raises:
        CheckpointError: an interrupted run in ``folder/unfinished`` is damaged.
    """
    jobs, folder = jobs or Jobs(), Path(folder)
    unfinished = folder / UNFINISHED
    unfinished.mkdir(parents=True, exist_ok=True)
    trials = {
        variant.name: [
            _trial(mnist, variant, seed, jobs.recipe, unfinished, tell, show)
            for seed in variant.seeds
        ]
        for variant in jobs.variants
    }
    curves = _curves(mnist, jobs, unfinished, tell)
    cards = [
        _ship(mnist, variant, trials[variant.name], jobs.recipe, folder)
        for variant in jobs.variants
    ]
    _write_json(folder / variants.CURVES, curves)
    shutil.rmtree(unfinished)
    return cards


def finished(folder: Path) -> bool:
    """Whether ``folder`` exists and is not from an interrupted ``train_all``."""
    return folder.exists() and not (folder / UNFINISHED).exists()


def _trial(
    mnist: Mnist,
    variant: Variant,
    seed: int,
    recipe: Recipe,
    folder: Path,
    tell: Tell,
    show: Show,
) -> Trial:
    """Train a variant with one seed, unless that is done; write its weights, return its trial."""
    name = f"{variant.name}-{seed}"
    weights_path, trial_path = folder / f"{name}.keras", folder / f"{name}.json"
    fingerprint = f"{recipe} {mnist.checksum}"
    done = _done(trial_path, fingerprint)
    if done:
        return done
    tell(f"{variant.name}, seed {seed}, {recipe.epochs} epochs")
    network = variant.build(seed)
    checkpoint = folder / f"{name}.npz"
    images, labels = mnist.train_images, mnist.train_labels
    for last in loop.train(network, images, labels, recipe, seed, checkpoint=checkpoint):
        show(last)
    _save(network, variant, weights_path)
    stored = weights.load(weights_path, lambda: variant.build(None), variants.COMMAND)
    score = measures.score(stored, mnist.test_images, mnist.test_labels)
    trial = Trial(seed, score.accuracy, round(last.accuracy, 5), round(last.seconds, 1))
    tell(f"{variant.name}, seed {seed}: {trial.accuracy:.2%} in {trial.seconds:.0f} s")
    write_text(trial_path, json.dumps({"fingerprint": fingerprint} | dataclasses.asdict(trial)))
    checkpoint.unlink(missing_ok=True)
    return trial


def _done(path: Path, fingerprint: str) -> Trial | None:
    """Return the trial in ``path``, if it had the same recipe and data."""
    if not path.exists():
        return None
    entries = json.loads(path.read_text(encoding="utf-8"))
    return Trial(**entries) if entries.pop("fingerprint") == fingerprint else None


def _save(network: keras.Model, variant: Variant, path: Path) -> None:
    """Write the weights, in 16 bits if ``variant.half``: Keras loads these as 32 again."""
    if not variant.half:
        write_atomically(path, network.save)
        return
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("float16")
    try:
        short = variant.build(None)
    finally:
        keras.config.set_dtype_policy(policy)
    short.set_weights(network.get_weights())
    write_atomically(path, short.save)


def _ship(
    mnist: Mnist, variant: Variant, trials: list[Trial], recipe: Recipe, folder: Path
) -> VariantCard:
    """Write the weights of the median run, and a card of all runs, into ``folder``."""
    median = sorted(trials, key=lambda trial: trial.accuracy)[len(trials) // 2]
    made = folder / UNFINISHED / f"{variant.name}-{median.seed}.keras"
    path = folder / f"{variant.name}.keras"
    write_atomically(path, lambda temporary: shutil.copyfile(made, temporary))
    card = VariantCard(
        name=variant.name,
        recipe=recipe.name,
        epochs=recipe.epochs,
        data_checksum=mnist.checksum,
        parameters=variant.build(None).count_params(),
        trials=trials,
        shipped_seed=median.seed,
        bits=16 if variant.half else 32,
        libraries=libraries(),
    )
    _write_json(weights.card_path(path), card)
    return card


def learn(mnist: Mnist, study: Study, seed: int) -> Iterator[Epoch]:
    """Train the lesson's network, and yield how it reads before the first and after each epoch.

    Args:
        mnist: to learn from and to test on.
        study: how many digits to learn from, and for how many epochs.
        seed: of the choice of digits, the initial weights, and the order.
    """
    some = np.sort(np.random.default_rng(seed).permutation(len(mnist.train_images))[: study.digits])
    images, labels = mnist.train_images[some], mnist.train_labels[some]
    network, recipe = model.build(seed), RECIPE.with_epochs(study.epochs)

    def after(epoch: int) -> Epoch:
        learned = _read(network, images, labels)
        return Epoch(epoch, *learned, *_read(network, mnist.test_images, mnist.test_labels))

    yield after(0)
    for event in loop.train(network, images, labels, recipe, seed):
        if isinstance(event, Step) and event.ends_epoch:
            yield after(event.epoch)


def _read(network: keras.Model, images: np.ndarray, labels: np.ndarray) -> tuple[float, float]:
    """Return accuracy and mean cross-entropy."""
    answers = measures.probabilities(network, images)
    likelihood = answers[np.arange(len(labels)), labels.astype(int)]
    loss = -np.log(np.maximum(likelihood, 1e-7)).mean()
    return float((answers.argmax(axis=1) == labels).mean()), round(float(loss), 5)


def _curves(mnist: Mnist, jobs: Jobs, folder: Path, tell: Tell) -> LearningCurves:
    """Return the curves, reusing those in ``folder``."""
    return LearningCurves(
        recipe=RECIPE.name,
        seed=CURVE_SEED,
        data_checksum=mnist.checksum,
        curves=[_curve(mnist, study, folder, tell) for study in jobs.studies],
        libraries=libraries(),
    )


def _curve(mnist: Mnist, study: Study, folder: Path, tell: Tell) -> Curve:
    """Compute a curve, unless it is in ``folder``."""
    path = folder / f"curve-{study.digits}.json"
    fingerprint = f"{study} {mnist.checksum}"
    if path.exists():
        entries = json.loads(path.read_text(encoding="utf-8"))
        if entries["fingerprint"] == fingerprint:
            return Curve(study.digits, [Epoch(**epoch) for epoch in entries["curve"]])
    tell(f"{study.digits} digits, {study.epochs} epochs")
    curve = Curve(study.digits, list(learn(mnist, study, CURVE_SEED)))
    last = curve.curve[-1]
    tell(
        f"{study.digits} digits: {last.training_accuracy:.2%} of them, "
        f"{last.test_accuracy:.2%} of test"
    )
    write_text(path, json.dumps({"fingerprint": fingerprint} | dataclasses.asdict(curve)))
    return curve


def _write_json(path: Path, record: VariantCard | LearningCurves) -> None:
    text = json.dumps(dataclasses.asdict(record), indent=2, ensure_ascii=False)
    write_text(path, text + "\n")
