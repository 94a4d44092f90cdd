"""The command line: ``python -m mnist_cnn train | evaluate | predict | summary``."""

from __future__ import annotations

import argparse
import json
import sys
import time
from importlib import metadata
from pathlib import Path

from mnist_cnn import quiet  # noqa: F401  first, before anything imports TensorFlow

# isort: split
from mnist_cnn import data, evaluation, ink, model, training, weights
from mnist_cnn.reading import Reader

BAR = 30  # characters


def main(arguments: list[str] | None = None) -> int:
    """Run one command; return the exit status: 0, or 1 after a message on standard error."""
    options = parser().parse_args(arguments)
    try:
        return options.command(options)
    except (data.DataError, weights.WeightsError, ink.PictureError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped; nothing was written.", file=sys.stderr)
        return 130


def parser() -> argparse.ArgumentParser:
    """Return the parser of all four commands."""
    top = argparse.ArgumentParser(prog="python -m mnist_cnn", description=__doc__)
    commands = top.add_subparsers(required=True, metavar="command")

    command = commands.add_parser("train", help="train on MNIST and write weights with their card")
    command.set_defaults(command=train)
    command.add_argument("--recipe", choices=sorted(training.RECIPES), default="lesson")
    command.add_argument("--epochs", type=_positive, help="instead of the recipe's own")
    command.add_argument("--seed", type=int, default=1)
    command.add_argument("--output", type=Path, default=weights.DEFAULT, metavar="FILE.keras")
    _add_data(command)

    command = commands.add_parser("evaluate", help="accuracy on the 10,000 test images of MNIST")
    command.set_defaults(command=evaluate)
    _add_weights(command)
    _add_data(command)

    command = commands.add_parser("predict", help="read digits in picture files")
    command.set_defaults(command=predict)
    command.add_argument("images", nargs="+", metavar="IMAGE")
    command.add_argument("--json", action="store_true", help="one JSON object a line")
    _add_weights(command)

    command = commands.add_parser("summary", help="the layer table")
    command.set_defaults(command=summary)
    return top


def train(options: argparse.Namespace) -> int:
    """Train, evaluate, and write weights and card."""
    recipe = training.RECIPES[options.recipe]
    if options.epochs:
        recipe = recipe.with_epochs(options.epochs)
    mnist = data.load(options.data)
    print(f"Recipe {recipe.name}, seed {options.seed}, {mnist.source}")
    network = model.build(options.seed)
    started = time.monotonic()
    for event in training.train(
        network, mnist.train_images, mnist.train_labels, recipe, options.seed
    ):
        _show(event, recipe.epochs)
    seconds = time.monotonic() - started
    score = evaluation.score(network, mnist.test_images, mnist.test_labels)
    card = weights.Card(
        recipe=recipe.name,
        seed=options.seed,
        epochs=recipe.epochs,
        data_checksum=mnist.checksum,
        test_accuracy=score.accuracy,
        training_seconds=round(seconds, 1),
        libraries={name: metadata.version(name) for name in ("tensorflow", "keras", "numpy")},
    )
    weights.save(network, card, options.output)
    print(f"{_percent(score)}. Written: {options.output}, {weights.card_path(options.output)}")
    return 0


def evaluate(options: argparse.Namespace) -> int:
    """Print the accuracy on MNIST's test images, over all and per digit."""
    network = weights.load(options.weights)
    mnist = data.load(options.data)
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


def _add_data(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--data",
        type=Path,
        metavar="PATH",
        help=f"mnist.npz or a folder of idx files; default ${data.ENVIRONMENT_VARIABLE}, "
        "the Keras cache, then a download",
    )


def _add_weights(command: argparse.ArgumentParser) -> None:
    command.add_argument("--weights", type=Path, default=weights.DEFAULT, metavar="FILE.keras")


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of at least 1")
    return int(text)


def _percent(score: evaluation.Score) -> str:
    return f"{score.accuracy:.2%} of {score.total:,} test images read right"


def _show(event: training.Step, epochs: int) -> None:
    filled = BAR * event.step // event.steps
    left = event.seconds / event.step * (event.steps - event.step)
    print(
        f"\repoch {event.epoch}/{epochs} [{'█' * filled}{'·' * (BAR - filled)}] "
        f"loss {event.loss:.4f}  accuracy {event.accuracy:.2%}  {left:3.0f} s left ",
        end="" if event.step < event.steps else "\n",
        flush=True,
    )


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
