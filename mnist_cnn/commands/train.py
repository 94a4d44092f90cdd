"""Train a network, and write it with its card."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import keras

from mnist_cnn import aside, card, evaluation, training, training_data, weights
from mnist_cnn.commands import arguments, outputs
from mnist_cnn.commands.evaluate import in_words
from mnist_cnn.options import RANGES, Options
from mnist_cnn.progress_bar import ProgressBar
from mnist_cnn.recipes import OPTIMIZERS, RECIPES
from mnist_cnn.tensorboard_log import TensorBoardLog
from mnist_cnn.training_run import TrainingRun

OUTPUT = "mine.keras"
LONG = 5  # epochs: longer trainings can be resumed


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
    """Train, and write the weights; calibrate, evaluate, and write them with their card."""
    training.strategy()  # first: a cluster of machines cannot be joined later
    chosen = _chosen(options)
    # A name that a longer training is to have is taken for a short one.
    own = Path.exists if chosen.epochs > LONG else _is_promised
    output = outputs.prepare(options.output, OUTPUT, own)
    _discard_unfinished(output.parent)
    learned = training_data.load(
        chosen,
        None if chosen.data == "generated" else options.data,
        options.pens,
        report=_say_what_takes_long,
        note=lambda sentence: print(sentence, file=sys.stderr),
    )
    training_run = TrainingRun(chosen, learned)
    print(f"Recipe {chosen.recipe}, seed {chosen.seed}, {learned.source}", flush=True)
    _train(training_run, output, options.logdir)
    unfinished = _unfinished(output)
    # Another training may have taken the name meanwhile.
    output = options.output or outputs.free(Path(OUTPUT), own)
    _write(training_run.network, output)
    unfinished.unlink(missing_ok=True)  # not before: training may take hours
    with outputs.kept(output, f"Test it with: python -m mnist_cnn evaluate --weights {output}"):
        outcome = training_run.finish()
        weights.save(training_run.network, card.from_json(outcome.card), output)
    score = evaluation.Score(outcome.confusion)
    print(
        f"{in_words(score)} ({learned.tested_on}). Written: {output}, {weights.card_path(output)}"
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


def _write(network: keras.Model, output: Path) -> None:
    """Write a network that is not tested yet; what was known about another goes."""
    old = weights.card_path(output)
    aside.write_aside(output, network.save, ready=lambda: old.unlink(missing_ok=True))


def _unfinished(output: Path) -> Path:
    """Return where a long training keeps what it needs to go on."""
    return output.with_suffix(".unfinished.npz")


def _is_promised(output: Path) -> bool:
    return output.exists() or _unfinished(output).exists()


def _discard_unfinished(folder: Path) -> None:
    for file in aside.discard_unfinished(folder):
        print(f"Discarded {file}, half written by a run that was cut off", file=sys.stderr)


def _say_what_takes_long(what: str) -> None:
    if what == "drawings":
        print("Drawing the pen digits by other hands, which takes a while", flush=True)


def _train(run: TrainingRun, output: Path, logdir: Path | None) -> None:
    """Train with a progress bar; a long training can be resumed."""
    epochs = run.recipe.epochs
    checkpoint = _unfinished(output) if epochs > LONG else None
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
