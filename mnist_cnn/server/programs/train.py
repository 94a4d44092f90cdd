"""``/train``, for programs and language models: progress about once a second, then the network."""

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

from mnist_cnn.network import card, exchange_formats, model
from mnist_cnn.network.card import Card
from mnist_cnn.optimization.events import Event, Finished, Step
from mnist_cnn.runs.run import Run, RunsError
from mnist_cnn.runs.runs import Runs
from mnist_cnn.server.http.fairness import OverloadError, Places, client_of
from mnist_cnn.server.programs.unread_answers import Unread
from mnist_cnn.training.options import Options, OptionsError

Reports = AsyncGenerator[tuple[dict, str | None], None]  # each with the network's file at the end

REPORT_SECONDS = 1.0  # between two reports
MAX_CALLS = 16  # at a time; each has its run in line, where clients take turns
MAX_CALLS_PER_CLIENT = 4
TOO_MANY = (
    f"{MAX_CALLS_PER_CLIENT} trainings of your address are asked for already. "
    "Call again when one of them has finished."
)
NO_SPACE = "The server has no space to write the network to"
RECIPE, DOWNSAMPLING, DIGITS = "fast", "max", 60_000


def endpoint(runs: Runs, unread: Unread) -> None:
    """Add ``/train`` to the page that is being built."""
    calls = Places(MAX_CALLS, MAX_CALLS_PER_CLIENT, TOO_MANY)

    async def train(
        recipe: str = RECIPE,
        downsampling: str = DOWNSAMPLING,
        digits: float = DIGITS,
        epochs: float | None = None,
        request: gr.Request | None = None,
    ) -> Reports:
        """Train the network anew on handwritten digits, in a process of its own.

        Tells about once a second how it goes, as an object with: state (queued, starting,
        training, paused by a teacher, evaluating, done, stopped before its end or failed), place
        in line, step, steps, loss, accuracy. The last one has cut, why it was stopped: time (its
        own is over), others (who wait), pause (while others wait) or gone, else null;
        test_accuracy; tested_on, whose digits those were; and data, what was learned from: mnist,
        or generated where MNIST is missing, and +pens where pen drawings were, too. With it comes
        the trained network, a .keras file.

        Args:
            recipe: lesson (RMSprop, 5 epochs), fast (one epoch) or best (40 epochs).
            downsampling: max, average, stride or none.
            digits: how many to learn from, 100 to 60000.
            epochs: how often it sees them all; the recipe's number without it.
        """
        unread.admit(request)  # ends the call when nobody listens
        client = client_of(request.request) if request and request.request else ""
        choices = {
            "recipe": recipe,
            "downsampling": downsampling,
            "digits": digits,
            "epochs": epochs,
        }
        with _counted(calls, client):
            training = _train(runs, choices, client)
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
    gr.Button(visible=False).click(
        train, given, told, api_name="train", concurrency_limit=MAX_CALLS
    )


@contextlib.contextmanager
def _counted(calls: Places, client: str) -> Iterator[None]:
    """Count a call while it is answered; raises ``gr.Error`` when it is one too many."""
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(calls.one(client))
        except OverloadError as error:
            raise gr.Error(str(error), print_exception=False) from error
        yield


async def _train(runs: Runs, choices: dict, client: str) -> Reports:
    session = secrets.token_urlsafe(12)
    try:
        options = Options.parse(choices)
        run = await run_sync(runs.start, session, options, client)
    except (OptionsError, RunsError) as error:
        raise gr.Error(str(error), print_exception=False) from error
    try:
        async with contextlib.aclosing(_reports(runs, run)) as reports:
            async for report in reports:
                yield report
    finally:  # also when the client has gone
        runs.leave(run)


async def _reports(runs: Runs, run: Run) -> Reports:
    report: dict[str, object] = {}
    heard = 0
    while not run.over:
        await asyncio.sleep(REPORT_SECONDS)
        for number, event in runs.run(run.session, run.id).events(heard):  # its session is present
            heard, report = number, report | _told(event)
        yield {"state": run.state, "place": runs.position(run)} | report, None
    if run.failure:
        raise gr.Error(run.failure.sentence, print_exception=False)
    outcome = {"state": run.state, "place": 0, "cut": run.cut} | report
    if run.result is None:
        yield outcome, None
        return
    with tempfile.TemporaryDirectory(prefix="mnist_cnn_") as folder:
        path = Path(folder) / "mnist_cnn.keras"
        await run_sync(_save, run.options.downsampling, run.result, path)
        # Gradio has made a copy when this goes on and the folder is deleted.
        yield outcome | tested(card.from_json(run.result.card)), str(path)


def _save(downsampling: str, result: Finished, path: Path) -> None:
    layers = model.variant(downsampling)
    about = json.loads(result.card)
    try:
        path.write_bytes(exchange_formats.encode(".keras", layers, result.weights, about))
    except OSError as error:
        raise gr.Error(f"{NO_SPACE} ({error.strerror}).", print_exception=False) from error


def tested(known: Card) -> dict[str, object]:
    """Return the result's accuracy, and on what it was tested and trained, for the last report."""
    learned = "mnist" if known.tested_on == card.MNIST_TEST else "generated"
    drawn = "" if known.drawings == card.NO_DRAWINGS else "+pens"
    return {
        "test_accuracy": known.test_accuracy,
        "tested_on": known.tested_on,
        "data": learned + drawn,
    }


def _told(event: Event) -> dict:
    """Return what a report says of an event."""
    names = ("step", "steps", "epoch", "loss", "accuracy", "seconds_left")
    return {name: getattr(event, name) for name in names} if isinstance(event, Step) else {}
