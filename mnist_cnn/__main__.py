"""The command line: ``python -m mnist_cnn train | judge | evaluate | predict | summary``."""

from __future__ import annotations

import argparse
import dataclasses
import functools
import json
import sys
from pathlib import Path

import numpy as np

from mnist_cnn import quiet  # noqa: F401  first, before anything imports TensorFlow

# isort: split
from mnist_cnn import (
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
    training_data,
    variant_training,
    variants,
    weights,
)
from mnist_cnn.checkpoint import CheckpointError
from mnist_cnn.options import RANGES, Options, OptionsError
from mnist_cnn.progress_bar import ProgressBar
from mnist_cnn.reading import Reader
from mnist_cnn.tensorboard_log import TensorBoardLog
from mnist_cnn.training import OPTIMIZERS, RECIPES, DivergedError
from mnist_cnn.training_run import TrainingRun, libraries

LONG = 5  # epochs: longer trainings can be resumed
JUDGE_VARIANTS = 5
OTHERS = 60_000  # non-digits the judge learns from
HELD_BACK = 5_000  # training digits that set the judge's threshold instead
SENTENCES = (
    *(data.DataError, weights.WeightsError, ink.PictureError),
    *(CheckpointError, DivergedError),
)


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
    command.add_argument("--recipe", choices=sorted(RECIPES), default="lesson")
    own = "instead of the recipe's own"
    command.add_argument("--epochs", type=_option("epochs"), help=own)
    command.add_argument("--batch-size", type=_option("batch_size"), help=own)
    command.add_argument("--optimizer", choices=sorted(OPTIMIZERS), help=own)
    command.add_argument("--learning-rate", type=_option("learning_rate"), help=own)
    command.add_argument("--digits", type=_option("digits"), help="to learn from; default all")
    command.add_argument("--seed", type=_option("seed"), default=1)
    _add_downsampling(command)
    command.add_argument("--logdir", type=Path, metavar="FOLDER", help="write TensorBoard logs")
    command.add_argument("--output", type=Path, default=weights.DEFAULT, metavar="FILE.keras")
    _add_data(command, or_generated=True)
    _add_pens(command)

    command = commands.add_parser("variants", help="train the networks the lesson compares")
    command.set_defaults(command=train_variants)
    command.add_argument("--output", type=Path, default=variants.FOLDER, metavar="FOLDER")
    _add_data(command)

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
    _add_downsampling(command)
    command.set_defaults(command=summary)
    return top


def train(options: argparse.Namespace) -> int:
    """Train, calibrate, evaluate, and write weights and card."""
    training.strategy()  # first: a cluster of machines cannot be joined later
    output = weights.prepare(options.output)
    chosen = _chosen(options)
    learned = training_data.load(
        chosen,
        None if chosen.data == "generated" else options.data,
        options.pens,
        report=_say_what_takes_long,
        note=lambda sentence: print(sentence, file=sys.stderr),
    )
    run = TrainingRun(chosen, learned)
    print(f"Recipe {chosen.recipe}, seed {chosen.seed}, {learned.source}", flush=True)
    _train(run, output, options.logdir)
    outcome = run.finish()
    weights.save(run.network, card.from_json(outcome.card), output)
    score = evaluation.Score(outcome.confusion)
    print(
        f"{_percent(score)} ({learned.tested_on}). Written: {output}, {weights.card_path(output)}"
    )
    return 0


def _chosen(options: argparse.Namespace) -> Options:
    """Return the options of a training from the arguments of the command line."""
    names = {name: value for name, value in vars(options).items() if name in RANGES}
    names.pop("data")
    if options.data == Path("generated"):
        names["data"] = "generated"
    elif options.pens:
        names["data"] = "mnist+pens"
    return Options.parse(names)


def _say_what_takes_long(what: str) -> None:
    if what == "drawings":
        print("Drawing the pen digits by other hands, which takes a while", flush=True)


def _train(run: TrainingRun, output: Path, logdir: Path | None) -> None:
    """Train with a progress bar; a long training can be resumed."""
    epochs = run.recipe.epochs
    checkpoint = output.with_suffix(".unfinished.npz") if epochs > LONG else None
    if checkpoint and checkpoint.exists():
        print(f"Going on with the interrupted run in {checkpoint}")
    bar, log = ProgressBar(epochs), TensorBoardLog(logdir) if logdir else None
    try:
        for event in run.events(checkpoint):
            bar.show(event)
            if log:
                log.write(event)
    except KeyboardInterrupt:
        if checkpoint and checkpoint.exists():
            print("\nThe same command goes on after the last whole epoch.", file=sys.stderr)
        raise
    finally:
        if log:
            log.close()


def _pens(options: argparse.Namespace) -> pens.PenDigits | None:
    try:
        return pens.load(options.pens)
    except data.DataError as error:
        if options.pens:
            raise
        print(f"{error} Going on with MNIST alone.", file=sys.stderr)
        return None


def train_variants(options: argparse.Namespace) -> int:
    """Train every variant several times; an interrupted run is finished by the same command."""
    mnist = data.load(options.data)
    bar = ProgressBar(variant_training.RECIPE.epochs)
    tell = functools.partial(print, flush=True)
    for about in variant_training.train_all(mnist, options.output, tell=tell, show=bar.show):
        spread = f" ± {about.spread:.2%}" if about.spread is not None else ""
        print(f"{about.name:<8} {about.mean:.2%}{spread} of {len(about.trials)} runs")
    print(f"Written: {options.output}")
    return 0


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
        libraries=libraries(),
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
    reader = Reader.load(options.weights)
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
    rows = model.layer_table(model.build(downsampling=options.downsampling))
    print(f"{'layer':<9}{'kind':<18}{'output':<14}{'parameters':>10}")
    for row in rows:
        shape = "×".join(map(str, row.shape))
        print(f"{row.name:<9}{row.kind:<18}{shape:<14}{row.parameters:>10,}")
    print(f"{'in all':<41}{sum(row.parameters for row in rows):>10,}")
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


def _add_downsampling(command: argparse.ArgumentParser) -> None:
    command.add_argument("--downsampling", choices=list(model.DOWNSAMPLING), default="max")


def _option(name: str):
    """Return what argparse calls to check the text of an option of a training."""

    def check(text: str) -> float | int | str:
        try:
            return RANGES[name].parse(name, text)
        except OptionsError as error:
            raise argparse.ArgumentTypeError(str(error)) from error

    return check


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of at least 1")
    return int(text)


def _seed(text: str) -> int:
    if not text.isdecimal() or int(text) >= 2**31:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 0 to 2147483647")
    return int(text)


def _percent(score: evaluation.Score) -> str:
    return f"{score.accuracy:.2%} of {score.total:,} test images read right"


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
