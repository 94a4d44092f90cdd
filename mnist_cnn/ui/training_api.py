"""The named endpoint ``/train`` for programs: train, be told how it goes, get the network."""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
import tempfile
from collections.abc import AsyncGenerator, Iterator
from pathlib import Path

import gradio as gr
from anyio.to_thread import run_sync

from mnist_cnn import architecture, card, exchange_formats
from mnist_cnn.card import Card
from mnist_cnn.events import Event, Finished
from mnist_cnn.options import Options, OptionsError
from mnist_cnn.runs import Runs, RunsError
from mnist_cnn.ui.fairness import OverloadError, Places, place
from mnist_cnn.ui.unread import Unread

Reports = AsyncGenerator[tuple[dict, str | None], None]  # each with the network's file at the end

TELL = 1.0  # seconds between two reports
AT_ONCE = 16  # calls; each has its run in line, where addresses take turns
OF_ONE = 4  # of them from one address
TOO_MANY = (
    f"{OF_ONE} trainings of your address are asked for already. Call again when one of them has "
    "finished."
)
FULL = "The server has no space to write the network to"
RECIPE, DOWNSAMPLING, DIGITS = "fast", "max", 60_000


def endpoint(runs: Runs, unread: Unread) -> None:
    """Add ``/train`` to the page that is being built."""
    calls = Places(AT_ONCE, OF_ONE, TOO_MANY)

    async def train(
        recipe: str = RECIPE,
        downsampling: str = DOWNSAMPLING,
        digits: float = DIGITS,
        epochs: float | None = None,
        request: gr.Request | None = None,
    ) -> Reports:
        """Train the network anew on handwritten digits, in a process of its own.

        Tells about once a second how it goes, as an object with: state (queued, starting,
        training, evaluating, done or failed), place in line, step, steps, loss, accuracy. The last
        one has test_accuracy; tested_on, whose digits those were; and data, what was learned from:
        mnist, or generated where MNIST is missing, and +pens where pen drawings were, too. With it
        comes the trained network, a .keras file.

        Args:
            recipe: lesson (RMSprop, 5 epochs), fast (one epoch) or best (40 epochs).
            downsampling: max, average, stride or none.
            digits: how many to learn from, 100 to 60000.
            epochs: how often it sees them all; the recipe's number without it.
        """
        unread.admit(request)  # what nobody listens to ends
        address = place(request.request) if request and request.request else ""
        choices = {
            "recipe": recipe,
            "downsampling": downsampling,
            "digits": digits,
            "epochs": epochs,
        }
        with _counted(calls, address):
            training = _train(runs, choices, address)
            async with contextlib.aclosing(training):
                async for report in training:
                    yield report

    given = [
        gr.Textbox(RECIPE, label="recipe", visible=False),
        gr.Textbox(DOWNSAMPLING, label="downsampling", visible=False),
        gr.Number(DIGITS, label="digits", visible=False),
        gr.Number(None, label="epochs", visible=False),
    ]
    told = [gr.JSON(label="report", visible=False), gr.File(label="network", visible=False)]
    gr.Button(visible=False).click(train, given, told, api_name="train", concurrency_limit=AT_ONCE)


@contextlib.contextmanager
def _counted(calls: Places, address: str) -> Iterator[None]:
    """Count a call as long as it is answered; raises ``gr.Error`` when it is one too many."""
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(calls.one(address))
        except OverloadError as error:
            raise gr.Error(str(error), print_exception=False) from error
        yield


async def _train(runs: Runs, choices: dict, address: str) -> Reports:
    session = secrets.token_urlsafe(12)
    try:
        options = Options.parse(choices)
        run_id = await run_sync(runs.start, session, options, address)
    except (OptionsError, RunsError) as error:
        raise gr.Error(str(error), print_exception=False) from error
    try:
        async with contextlib.aclosing(_reports(runs, session, run_id)) as reports:
            async for report in reports:
                yield report
    finally:  # also when the caller has gone away
        if not runs.run(session, run_id).over:
            runs.leave(session, run_id)


async def _reports(runs: Runs, session: str, run_id: str) -> Reports:
    report: dict[str, object] = {}
    heard, run = 0, runs.run(session, run_id)
    while not run.over:
        await asyncio.sleep(TELL)
        for number, event in runs.events(session, run_id, heard):
            heard, report = number, report | _told(event)
        yield {"state": run.state, "place": runs.schedule.place(run)} | report, None
    if run.failure:
        raise gr.Error(run.failure.sentence, print_exception=False)
    outcome = {"state": run.state, "place": 0} | report
    if run.result is None:
        yield outcome, None
        return
    with tempfile.TemporaryDirectory(prefix="mnist_cnn_") as folder:
        path = Path(folder) / "mnist_cnn.keras"
        await run_sync(_save, run.options.downsampling, run.result, path)
        # Gradio has a copy of its own when this goes on, and the folder is emptied.
        yield outcome | tested(card.from_json(run.result.card)), str(path)


def _save(downsampling: str, result: Finished, path: Path) -> None:
    layers = architecture.variant(downsampling)
    about = json.loads(result.card)
    try:
        path.write_bytes(exchange_formats.encode(".keras", layers, result.weights, about))
    except OSError as error:
        raise gr.Error(f"{FULL} ({error.strerror}).", print_exception=False) from error


def tested(known: Card) -> dict[str, object]:
    """Return what the last report says of the result, and of what it is worth."""
    learned = "mnist" if known.tested_on == card.MNIST_TEST else "generated"
    drawn = "" if known.drawings == card.NO_DRAWINGS else "+pens"
    return {
        "test_accuracy": known.test_accuracy,
        "tested_on": known.tested_on,
        "data": learned + drawn,
    }


def _told(event: Event) -> dict:
    """Return what a program is told of an event."""
    names = ("step", "steps", "epoch", "loss", "accuracy", "seconds_left")
    return {name: getattr(event, name) for name in names if type(event).__name__ == "Step"}
