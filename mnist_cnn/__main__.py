"""The command line: ``python -m mnist_cnn train | judge | evaluate | predict | summary``."""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import sys
from importlib import metadata
from pathlib import Path

import numpy as np

from mnist_cnn import quiet  # noqa: F401  first, before anything imports TensorFlow

# isort: split
from mnist_cnn import (
    calibration,
    card,
    data,
    doubt,
    drawings,
    evaluation,
    generated,
    generator_training,
    ink,
    model,
    nondigits,
    pens,
    training,
    weights,
)
from mnist_cnn.checkpoint import CheckpointError
from mnist_cnn.reading import Reader

BAR = 30  # characters
VARIANTS = 16  # of each pen drawing, by other hands
JUDGE_VARIANTS = 5
OTHERS = 60_000  # non-digits the judge learns from
HELD_BACK = 5_000  # training digits that set the judge's threshold instead
SENTENCES = (data.DataError, weights.WeightsError, ink.PictureError, CheckpointError)


def main(arguments: list[str] | None = None) -> int:
    """Run one command; return the exit status: 0, or 1 after a message on standard error."""
    options = parser().parse_args(arguments)
    try:
        return options.command(options)
    except SENTENCES as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130


def parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    top = argparse.ArgumentParser(prog="python -m mnist_cnn", description=__doc__)
    commands = top.add_subparsers(required=True, metavar="command")

    command = commands.add_parser("train", help="train, and write weights with their card")
    command.set_defaults(command=train)
    command.add_argument("--recipe", choices=sorted(training.RECIPES), default="lesson")
    command.add_argument("--epochs", type=_positive, help="instead of the recipe's own")
    command.add_argument("--seed", type=_seed, default=1)
    command.add_argument("--output", type=Path, default=weights.DEFAULT, metavar="FILE.keras")
    _add_data(command, or_generated=True)
    _add_pens(command)

    command = commands.add_parser("judge", help="train what tells digits from everything else")
    command.set_defaults(command=judge)
    command.add_argument("--seed", type=_seed, default=1)
    command.add_argument("--output", type=Path, default=doubt.DEFAULT, metavar="FILE.keras")
    _add_data(command)
    _add_pens(command)

    command = commands.add_parser("generator", help="train what makes digits without a network")
    command.set_defaults(command=generator)
    command.add_argument("--epochs", type=_positive, default=generator_training.EPOCHS)
    command.add_argument("--seed", type=_seed, default=1)
    command.add_argument("--output", type=Path, default=generated.DEFAULT, metavar="FILE.npz")
    _add_data(command)

    command = commands.add_parser("evaluate", help="accuracy on the 10,000 test images of MNIST")
    command.set_defaults(command=evaluate)
    command.add_argument(
        "--full", action="store_true", help="measure pen drawings and doubt too; write the card"
    )
    _add_weights(command)
    _add_data(command)
    _add_pens(command)

    command = commands.add_parser("predict", help="read digits in picture files")
    command.set_defaults(command=predict)
    command.add_argument("images", nargs="+", metavar="IMAGE")
    command.add_argument("--json", action="store_true", help="one JSON object a line")
    _add_weights(command)

    command = commands.add_parser("summary", help="the layer table")
    command.set_defaults(command=summary)
    return top


def train(options: argparse.Namespace) -> int:
    """Train, calibrate, evaluate, and write weights and card."""
    output = weights.prepare(options.output)
    recipe = training.RECIPES[options.recipe]
    if options.epochs:
        recipe = recipe.with_epochs(options.epochs)
    mnist = _digits(options)
    print(f"Recipe {recipe.name}, seed {options.seed}, {mnist.source}")
    written = _pens(options) if recipe.drawings else None
    drawn = None
    if written:
        learned = written.by(pens.TRAINING_WRITERS)
        print(
            f"Drawing {len(learned):,} pen digits of {written.source} {VARIANTS} times", flush=True
        )
        drawn = drawings.for_training(learned, VARIANTS, options.seed)
    network = model.build(options.seed)
    seconds = _run(network, mnist, drawn, recipe, options.seed, output)
    temperature = _calibrate(network, written) if written else 1.0
    score = evaluation.score(network, mnist.test_images, mnist.test_labels)
    about = card.Card(
        recipe=recipe.name,
        seed=options.seed,
        epochs=recipe.epochs,
        data_checksum=mnist.checksum,
        drawings=f"{len(learned):,} UCI pen digits by {len(pens.TRAINING_WRITERS)} people"
        if written
        else "none",
        parameters=network.count_params(),
        temperature=round(temperature, 4),
        tested_on=mnist.source if mnist.source == generated.SOURCE else "MNIST test",
        test_accuracy=score.accuracy,
        training_seconds=round(seconds, 1),
        libraries=_libraries(),
    )
    weights.save(network, about, output)
    print(f"{_percent(score)} ({about.tested_on}). Written: {output}, {weights.card_path(output)}")
    return 0


def _digits(options: argparse.Namespace) -> data.Mnist:
    """Return MNIST, or generated digits: on demand, and where MNIST cannot be had."""
    if options.data != Path("generated"):
        try:
            return data.load(options.data)
        except data.DataError as error:
            if options.data or os.environ.get(data.ENVIRONMENT_VARIABLE):
                raise
            print(f"{error}\nGoing on with generated digits instead of MNIST.", file=sys.stderr)
    return generated.Generator.load().dataset(options.seed)


def _run(network, mnist, drawn, recipe, seed: int, output: Path) -> float:
    """Train with a progress bar and return the seconds it took; a long recipe can be resumed."""
    checkpoint = output.with_suffix(".unfinished.npz") if recipe.epochs > 5 else None
    if checkpoint and checkpoint.exists():
        print(f"Going on with the interrupted run in {checkpoint}")
    step = None
    try:
        for step in training.train(
            network,
            mnist.train_images,
            mnist.train_labels,
            recipe,
            seed,
            drawn=drawn,
            checkpoint=checkpoint,
        ):
            _show(step, recipe.epochs)
    except KeyboardInterrupt:
        if checkpoint and checkpoint.exists():
            print("\nThe same command goes on after the last whole epoch.", file=sys.stderr)
        raise
    return step.seconds if step else 0.0


def _pens(options: argparse.Namespace) -> pens.PenDigits | None:
    try:
        return pens.load(options.pens)
    except data.DataError as error:
        if options.pens:
            raise
        print(f"{error} Going on with MNIST alone.", file=sys.stderr)
        return None


def _calibrate(network, written: pens.PenDigits) -> float:
    """Fold in the temperature that fits the calibrating writers, and return it."""
    unseen = written.by(pens.CALIBRATION_WRITERS)
    drawn = drawings.for_measuring(unseen, drawings.NORMAL, seed=1)
    probabilities = evaluation.probabilities(network, drawn.images)
    temperature = calibration.temperature(probabilities, drawn.labels)
    calibration.fold(network, temperature)
    return temperature


def judge(options: argparse.Namespace) -> int:
    """Train the judge of ``mnist_cnn.doubt``, set its threshold, write both."""
    output = weights.prepare(options.output)
    mnist = data.load(options.data)
    written = _pens(options)
    print("Drawing digits and non-digits", flush=True)
    digits, unseen = [mnist.train_images[HELD_BACK:]], [mnist.train_images[:HELD_BACK]]
    if written:
        learned, measured = pens.TRAINING_WRITERS, pens.CALIBRATION_WRITERS
        drawn = drawings.for_training(written.by(learned), JUDGE_VARIANTS, options.seed)
        digits.append(drawn.images)
        unseen.append(drawings.for_measuring(written.by(measured), drawings.NORMAL).images)
    others = nondigits.pictures(OTHERS, mnist.train_images, options.seed)
    network = doubt.fit(np.concatenate(digits), others, options.seed)
    doubt.save(network, unseen, options.seed, output)
    print(f"Written: {output}, {weights.card_path(output)}")
    return 0


def generator(options: argparse.Namespace) -> int:
    """Train the generator of digits, try it on a fresh network, write it with its card."""
    output = weights.prepare(options.output, ".npz")
    mnist = data.load(options.data)
    made = generator_training.fit(
        mnist.train_images, mnist.train_labels, options.seed, options.epochs
    )
    accuracy, seconds = generator_training.trial(
        made, mnist.test_images, mnist.test_labels, options.seed
    )
    made.save(output)
    about = generated.Card(
        seed=options.seed,
        epochs=options.epochs,
        data_checksum=mnist.checksum,
        fresh_network_accuracy=accuracy,
        fresh_network_seconds=round(seconds, 1),
        bytes=output.stat().st_size,
        libraries=_libraries(),
    )
    generated.save_card(about, output)
    print(f"A fresh network reads {accuracy:.2%} after {seconds:.0f} s. Written: {output}")
    return 0


def evaluate(options: argparse.Namespace) -> int:
    """Print the accuracy on MNIST's test images; with ``--full`` every figure of the card."""
    network = weights.load(options.weights)
    mnist = data.load(options.data)
    if options.full:
        written = pens.load(options.pens).by(pens.MEASURING_WRITERS)
        figures = evaluation.full(network, doubt.Judge(), mnist, written)
        about = dataclasses.replace(weights.load_card(options.weights), figures=figures)
        weights.save_card(about, options.weights)
        print(card.table(about))
        return 0
    score = evaluation.score(network, mnist.test_images, mnist.test_labels)
    print(_percent(score))
    for digit, share in enumerate(score.per_digit):
        print(f"  {digit}  {share:8.2%}")
    return 0


def predict(options: argparse.Namespace) -> int:
    """Read every picture; go on after one that cannot be used, and say so in the status."""
    reader = Reader(options.weights)
    status = 0
    for name in options.images:
        try:
            reading = reader.read(ink.find_ink(ink.open_picture(name)))
        except ink.PictureError as error:
            print(error, file=sys.stderr)
            status = 1
            continue
        print(_json_line(name, reading) if options.json else _text_line(name, reading))
    return status


def summary(options: argparse.Namespace) -> int:
    """Print the layer table."""
    rows = model.layer_table(model.build())
    print(f"{'layer':<9}{'kind':<14}{'output':<14}{'parameters':>10}")
    for row in rows:
        shape = "×".join(map(str, row.shape))
        print(f"{row.name:<9}{row.kind:<14}{shape:<14}{row.parameters:>10,}")
    print(f"{'in all':<37}{sum(row.parameters for row in rows):>10,}")
    return 0


def _add_data(command: argparse.ArgumentParser, or_generated: bool = False) -> None:
    generated_too = "; or the word generated: digits made without MNIST" if or_generated else ""
    command.add_argument(
        "--data",
        type=Path,
        metavar="PATH",
        help=f"mnist.npz or a folder of idx files; default ${data.ENVIRONMENT_VARIABLE}, "
        f"the Keras cache, then a download{generated_too}",
    )


def _add_pens(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--pens",
        type=Path,
        metavar="FILE",
        help=f"pen strokes; default ${pens.ENVIRONMENT_VARIABLE}, the cache, then a download",
    )


def _add_weights(command: argparse.ArgumentParser) -> None:
    command.add_argument("--weights", type=Path, default=weights.DEFAULT, metavar="FILE.keras")


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of at least 1")
    return int(text)


def _seed(text: str) -> int:
    if not text.isdecimal() or int(text) >= 2**31:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 0 to 2147483647")
    return int(text)


def _libraries() -> dict[str, str]:
    return {name: metadata.version(name) for name in ("tensorflow", "keras", "numpy")}


def _percent(score: evaluation.Score) -> str:
    return f"{score.accuracy:.2%} of {score.total:,} test images read right"


def _show(event: training.Step, epochs: int) -> None:
    filled = BAR * event.step // event.steps
    left = event.seconds / event.step * (event.steps - event.step)
    print(
        f"\repoch {event.epoch}/{epochs} [{'█' * filled}{'·' * (BAR - filled)}] "
        f"loss {event.loss:.4f}  accuracy {event.accuracy:.2%}  {_duration(left)} left ",
        end="" if event.step < event.steps else "\n",
        flush=True,
    )


def _duration(seconds: float) -> str:
    return f"{seconds:3.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"


def _json_line(name: str, reading) -> str:
    answer = {"file": name, "digit": None, "probabilities": None, "looks_like_digit": False}
    if reading is None:
        return json.dumps(answer | {"doubt": "empty"}, ensure_ascii=False)
    probabilities = reading.activations.probabilities
    answer |= {
        "digit": reading.activations.digit,
        "probabilities": [round(float(p), 6) for p in probabilities],
        "looks_like_digit": reading.doubt is None,
        "doubt": reading.doubt,
    }
    return json.dumps(answer, ensure_ascii=False)


def _text_line(name: str, reading) -> str:
    if reading is None:
        return f"{name}: nothing is drawn"
    activations = reading.activations
    line = f"{name}: {activations.digit}  {activations.probabilities.max():.1%}"
    return line if reading.doubt is None else f"{line}  may not be a digit ({reading.doubt})"


if __name__ == "__main__":
    sys.exit(main())
