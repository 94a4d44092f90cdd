"""Train a network, and write it and its card."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import keras

from mnist_cnn.commands import arguments, outputs
from mnist_cnn.commands.evaluate import in_words
from mnist_cnn.evaluation import measures
from mnist_cnn.network import card, weights
from mnist_cnn.optimization import loop
from mnist_cnn.optimization.recipes import OPTIMIZERS, RECIPES
from mnist_cnn.system import atomic_files
from mnist_cnn.training import datasets
from mnist_cnn.training.options import RANGES, Options
from mnist_cnn.training.pipeline import TrainingRun
from mnist_cnn.training.progress_bar import ProgressBar
from mnist_cnn.training.tensorboard_log import TensorBoardLog

OUTPUT = "mine.keras"
RESUMABLE_EPOCHS = 5  # trainings with more epochs can be resumed


def add(commands: arguments.Commands) -> None:
    """Add the command ``train``."""
    command = commands.add_parser("train", help="train, and write weights with their card")
    command.set_defaults(command=run)
    default = "default %(default)s"
    command.add_argument("--recipe", choices=sorted(RECIPES), default="lesson", help=default)
    own = "default: the recipe's own"
    command.add_argument("--epochs", type=arguments.option("epochs"), help=own)
    command.add_argument("--batch-size", type=arguments.option("batch_size"), help=own)
    command.add_argument("--optimizer", choices=sorted(OPTIMIZERS), help=own)
    command.add_argument("--learning-rate", type=arguments.option("learning_rate"), help=own)
    digits = arguments.option("digits")
    command.add_argument("--digits", type=digits, help="to learn from; default: all")
    command.add_argument("--seed", type=arguments.option("seed"), default=1, help=default)
    arguments.add_downsampling(command)
    logs = "write TensorBoard logs; default: none"
    command.add_argument("--logdir", type=Path, metavar="FOLDER", help=logs)
    outputs.add(command, OUTPUT, "FILE.keras")
    arguments.add_data(command, or_generated=True)
    arguments.add_pens(command)


def run(options: argparse.Namespace) -> int:
    """Train, write the weights, calibrate, test, and write them again with their card."""
    loop.strategy()  # first: a cluster cannot be joined later
    chosen = _chosen(options)
    # For a short training, the name of an interrupted long one is taken.
    own = Path.exists if chosen.epochs > RESUMABLE_EPOCHS else _is_taken
    output = outputs.prepare(options.output, OUTPUT, own)
    _discard_unfinished(output.parent)
    learned = datasets.load(
        chosen,
        None if chosen.data == "generated" else options.data,
        options.pens,
        report=_report,
        note=lambda sentence: print(sentence, file=sys.stderr),
    )
    training_run = TrainingRun(chosen, learned)
    print(f"Recipe {chosen.recipe}, seed {chosen.seed}, {learned.source}", flush=True)
    _train(training_run, output, options.logdir)
    unfinished = _unfinished(output)
    # Another training may have taken the name in the meantime.
    output = options.output or outputs.unused(Path(OUTPUT), own)
    _write(training_run.network, output)
    unfinished.unlink(missing_ok=True)  # only now: training may have taken hours
    with outputs.report_written(
        output, f"Test it with: python -m mnist_cnn evaluate --weights {output}"
    ):
        outcome = training_run.finish()
        weights.save(training_run.network, card.from_json(outcome.card), output)
    score = measures.Score(outcome.confusion)
    print(
        f"{in_words(score)} ({learned.tested_on}). Written: {output}, {weights.card_path(output)}"
    )
    return 0


def _chosen(options: argparse.Namespace) -> Options:
    """Return the options of the training from the arguments of the command."""
    names = {name: value for name, value in vars(options).items() if name in RANGES}
    names.pop("data")
    if options.data == Path("generated"):
        names["data"] = "generated"
    elif options.pens:
        names["data"] = "mnist+pens"
    return Options.parse(names)


def _write(network: keras.Model, output: Path) -> None:
    """Write an untested network, and delete the card of an old one."""
    old = weights.card_path(output)
    atomic_files.write_atomically(output, network.save, ready=lambda: old.unlink(missing_ok=True))


def _unfinished(output: Path) -> Path:
    """Return the path of the checkpoint of a long training."""
    return output.with_suffix(".unfinished.npz")


def _is_taken(output: Path) -> bool:
    return output.exists() or _unfinished(output).exists()


def _discard_unfinished(folder: Path) -> None:
    for file in atomic_files.discard_unfinished(folder):
        print(f"Discarded {file}, left half written by a killed training", file=sys.stderr)


def _report(what: str) -> None:
    if what == "drawings":
        print("Drawing the pen digits in many variations, which takes a while", flush=True)


def _train(run: TrainingRun, output: Path, logdir: Path | None) -> None:
    """Train with a progress bar; a long training can be resumed."""
    epochs = run.recipe.epochs
    checkpoint = _unfinished(output) if epochs > RESUMABLE_EPOCHS else None
    if checkpoint and checkpoint.exists():
        print(f"Continuing the interrupted training in {checkpoint}")
    bar, log = ProgressBar(epochs), TensorBoardLog(logdir) if logdir else None
    try:
        for event in run.events(checkpoint):
            bar.show(event)
            if log:
                log.write(event)
    except KeyboardInterrupt:
        if checkpoint and checkpoint.exists():
            print(
                "\nRun the same command again to continue after the last complete epoch.",
                file=sys.stderr,
            )
        raise
    finally:
        if log:
            log.close()
