"""Train all variants of the lesson, so that an interrupted run goes on where it was."""

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

from mnist_cnn import evaluation, model, training, variants, weights
from mnist_cnn.aside import write_aside
from mnist_cnn.data import Mnist
from mnist_cnn.events import Step, Validated
from mnist_cnn.generated import TRAIN_DIGITS
from mnist_cnn.recipes import RECIPES, Recipe
from mnist_cnn.training_run import libraries
from mnist_cnn.variants import Curve, Epoch, LearningCurves, Trial, Variant, VariantCard

RECIPE = RECIPES["lesson"]
UNFINISHED = "unfinished"  # folder of what is done while not all is
CURVE_SEED = 1


@dataclass(frozen=True)
class Study:
    """A learning curve to make."""

    digits: int  # to learn from
    epochs: int


@dataclass(frozen=True)
class Jobs:
    """What is to be trained."""

    variants: Sequence[Variant] = tuple(variants.VARIANTS.values())
    recipe: Recipe = RECIPE  # the same for all
    studies: Sequence[Study] = (  # few digits are learned by heart; all of them are the lesson's
        Study(100, 40),
        Study(1000, 40),
        Study(TRAIN_DIGITS, RECIPE.epochs),
    )


Tell = Callable[[str], None]  # receives a line for the person
Show = Callable[[Step | Validated], None]  # receives the steps of a training


def train_all(
    mnist: Mnist,
    folder: str | os.PathLike = variants.FOLDER,
    jobs: Jobs | None = None,
    tell: Tell = print,
    show: Show = lambda step: None,
) -> list[VariantCard]:
    """Train every variant with each of its seeds; write weights, cards and curves into ``folder``.

    What is done so far lies in ``folder/unfinished`` until all is done, and is not done again.

    Args:
        mnist: what is learned from and tested on.
        folder: where ``variants.load`` finds them.
        jobs: what to train; all of it without.
        tell: receives a line on each run.
        show: receives the steps of each training.

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
    _write(folder / variants.CURVES, curves.to_json())
    shutil.rmtree(unfinished)
    return cards


def finished(folder: Path) -> bool:
    """Whether there is something in ``folder`` that is no interrupted run of ``train_all``."""
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
    """Train one variant with one seed, unless it is done; keep its weights and return its trial."""
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
    for last in training.train(network, images, labels, recipe, seed, checkpoint=checkpoint):
        show(last)
    _save(network, variant, weights_path)
    stored = weights.load(weights_path, lambda: variant.build(None), variants.COMMAND)
    score = evaluation.score(stored, mnist.test_images, mnist.test_labels)
    trial = Trial(seed, score.accuracy, round(last.accuracy, 5), round(last.seconds, 1))
    tell(f"{variant.name}, seed {seed}: {trial.accuracy:.2%} in {trial.seconds:.0f} s")
    _write(trial_path, json.dumps({"fingerprint": fingerprint} | dataclasses.asdict(trial)))
    checkpoint.unlink(missing_ok=True)
    return trial


def _done(path: Path, fingerprint: str) -> Trial | None:
    """Return the trial at ``path``, if it was done with the same recipe and data."""
    if not path.exists():
        return None
    entries = json.loads(path.read_text(encoding="utf-8"))
    return Trial(**entries) if entries.pop("fingerprint") == fingerprint else None


def _save(network: keras.Model, variant: Variant, path: Path) -> None:
    """Write the weights; Keras turns 16 bits into 32 again as it loads them."""
    if not variant.half:
        write_aside(path, network.save)
        return
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("float16")
    try:
        short = variant.build(None)
    finally:
        keras.config.set_dtype_policy(policy)
    short.set_weights(network.get_weights())
    write_aside(path, short.save)


def _ship(
    mnist: Mnist, variant: Variant, trials: list[Trial], recipe: Recipe, folder: Path
) -> VariantCard:
    """Put the weights of the median run, and the card of all runs, into ``folder``."""
    median = sorted(trials, key=lambda trial: trial.accuracy)[len(trials) // 2]
    made = folder / UNFINISHED / f"{variant.name}-{median.seed}.keras"
    path = folder / f"{variant.name}.keras"
    write_aside(path, lambda aside: shutil.copyfile(made, aside))
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
    _write(weights.card_path(path), card.to_json())
    return card


def learn(mnist: Mnist, study: Study, seed: int) -> Iterator[Epoch]:
    """Train the network of the lesson; yield how it reads before it begins and after every epoch.

    Args:
        mnist: the digits are the first of its training set in the order of ``seed``.
        study: how many to learn from, and how often each is seen.
        seed: of the choice of digits, the first weights, and the order.
    """
    some = np.sort(np.random.default_rng(seed).permutation(len(mnist.train_images))[: study.digits])
    images, labels = mnist.train_images[some], mnist.train_labels[some]
    network, recipe = model.build(seed), RECIPE.with_epochs(study.epochs)

    def after(epoch: int) -> Epoch:
        learned = _read(network, images, labels)
        return Epoch(epoch, *learned, *_read(network, mnist.test_images, mnist.test_labels))

    yield after(0)
    for event in training.train(network, images, labels, recipe, seed):
        if isinstance(event, Step) and event.ends_epoch:
            yield after(event.epoch)


def _read(network: keras.Model, images: np.ndarray, labels: np.ndarray) -> tuple[float, float]:
    """Return accuracy and mean cross-entropy."""
    answers = evaluation.probabilities(network, images)
    likelihood = answers[np.arange(len(labels)), labels.astype(int)]
    loss = -np.log(np.maximum(likelihood, 1e-7)).mean()
    return float((answers.argmax(axis=1) == labels).mean()), round(float(loss), 5)


def _curves(mnist: Mnist, jobs: Jobs, folder: Path, tell: Tell) -> LearningCurves:
    """Return the curves; those in ``folder`` are done already."""
    return LearningCurves(
        recipe=RECIPE.name,
        seed=CURVE_SEED,
        data_checksum=mnist.checksum,
        curves=[_curve(mnist, study, folder, tell) for study in jobs.studies],
        libraries=libraries(),
    )


def _curve(mnist: Mnist, study: Study, folder: Path, tell: Tell) -> Curve:
    """Make one curve, unless it is done."""
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
    _write(path, json.dumps({"fingerprint": fingerprint} | dataclasses.asdict(curve)))
    return curve


def _write(path: Path, text: str) -> None:
    write_aside(path, lambda aside: aside.write_text(text, encoding="utf-8"))
