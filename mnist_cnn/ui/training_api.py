"""The named endpoint ``/train`` for programs: train, be told how it goes, get the network."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import gradio as gr

if TYPE_CHECKING:
    from mnist_cnn.run import Run
    from mnist_cnn.runs import Runs

TELL = 1.0  # seconds between two reports, at most
FULL = "The server has no space to write the network to"
RECIPE, DOWNSAMPLING, DIGITS = "fast", "max", 60_000


def endpoint(runs: Callable[[], Runs]) -> None:
    """Add ``/train`` to the page that is being built; ``runs`` may wait for the engine."""

    def train(
        recipe: str = RECIPE,
        downsampling: str = DOWNSAMPLING,
        digits: float = DIGITS,
        epochs: float | None = None,
    ) -> Iterator[tuple[dict, str | None]]:
        """Train the network anew on handwritten digits, in a process of its own.

        Tells about once a second how it goes, as an object with: state (queued, starting,
        training, evaluating, done or failed), place in line, step, steps, loss, accuracy. The last
        one has test_accuracy, and with it comes the trained network, a .keras file.

        Args:
            recipe: lesson (RMSprop, 5 epochs), fast (one epoch) or best (40 epochs).
            downsampling: max, average, stride or none.
            digits: how many to learn from, 100 to 60000.
            epochs: how often it sees them all; the recipe's number without it.
        """
        yield from _train(runs(), recipe, downsampling, digits, epochs)

    given = [
        gr.Textbox(RECIPE, label="recipe", visible=False),
        gr.Textbox(DOWNSAMPLING, label="downsampling", visible=False),
        gr.Number(DIGITS, label="digits", visible=False),
        gr.Number(None, label="epochs", visible=False),
    ]
    told = [gr.JSON(label="report", visible=False), gr.File(label="network", visible=False)]
    # One at a time: this way round the limit of a session would be to ask again and again.
    gr.Button(visible=False).click(train, given, told, api_name="train", concurrency_limit=1)


def _train(runs: Runs, recipe, downsampling, digits, epochs) -> Iterator[tuple[dict, str | None]]:
    from mnist_cnn.options import Options, OptionsError
    from mnist_cnn.runs import RunsError

    session = secrets.token_urlsafe(12)
    choices = {"recipe": recipe, "downsampling": downsampling, "digits": digits, "epochs": epochs}
    try:
        run_id = runs.start(session, Options.parse(choices))
    except (OptionsError, RunsError) as error:
        raise gr.Error(str(error), print_exception=False) from error
    try:
        yield from _reports(runs, session, run_id)
    finally:  # also when the caller has gone away
        if not runs.run(session, run_id).over:
            runs.leave(session, run_id)


def _reports(runs: Runs, session: str, run_id: str) -> Iterator[tuple[dict, str | None]]:
    heard, report, run = 0, {}, runs.run(session, run_id)
    while not run.over:
        for number, event in runs.events(session, run_id, heard, wait_seconds=TELL):
            heard, report = number, report | _told(event)
        yield {"state": run.state, "place": runs.schedule.place(run)} | report, None
    if run.failure:
        raise gr.Error(run.failure.sentence, print_exception=False)
    yield from _outcome(run, report)


def _outcome(run: Run, report: dict) -> Iterator[tuple[dict, str | None]]:
    from mnist_cnn import run_file

    outcome = {"state": run.state, "place": 0} | report
    if run.result is None:
        yield outcome, None
        return
    with tempfile.TemporaryDirectory(prefix="mnist_cnn_") as folder:
        path = Path(folder) / "mnist_cnn.keras"
        try:
            run_file.save(run, path)
        except OSError as error:
            raise gr.Error(f"{FULL} ({error.strerror}).", print_exception=False) from error
        # Gradio has a copy of its own when this goes on, and the folder is emptied.
        yield outcome | {"test_accuracy": run.result.accuracy}, str(path)


def _told(event) -> dict:
    """Return what a program is told of an event."""
    names = ("step", "steps", "epoch", "loss", "accuracy", "seconds_left")
    return {name: getattr(event, name) for name in names if type(event).__name__ == "Step"}
