"""Training from the page: choices checked, runs started and followed, paused and stopped.

A page names its session, a random text it keeps, in a header: so no other site can send it, and
one person's runs are nobody else's. Everything answers in JSON; a refusal has the sentence in
English, and its reason and values, from which the page makes one in its own language.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from mnist_cnn import architecture, exchange_formats
from mnist_cnn.correction import Correction
from mnist_cnn.options import RANGES, Choice, Options, OptionsError
from mnist_cnn.recipes import OPTIMIZERS, RECIPES
from mnist_cnn.run import Run
from mnist_cnn.runs import Runs, RunsError
from mnist_cnn.ui import telling
from mnist_cnn.ui.fairness import place as place_of
from mnist_cnn.ui.held import Held
from mnist_cnn.ui.networks import Networks
from mnist_cnn.ui.requests import RequestError, guarded, json_of, object_of

P = ParamSpec("P")
T = TypeVar("T")

SESSION = "X-Mnist-Cnn-Session"
SESSION_FORM = re.compile(r"[\w-]{16,64}", re.ASCII)


def choices() -> dict:
    """Return what may be chosen, for the page: the recipes' defaults and every field's values."""
    return {
        "recipes": {name: telling.options(Options.of(name)) for name in RECIPES},
        "names": {
            name: list(values.names)
            for name, values in RANGES.items()
            if isinstance(values, Choice)
        },
        "optimizers": OPTIMIZERS,
    }


def routes(runs: Runs, networks: Networks, shipped: dict, prefix: str) -> list[BaseRoute]:
    """Return the routes ``prefix/trainings``, and below them one for each training.

    ``shipped`` is what ``telling.shipped`` tells.
    """
    held = Held(runs.schedule)

    async def look(request: Request) -> Response:
        """→ what the Train view has to know first, and all runs and files of this session.

        The oldest come first. With ``?choices``, JSON, there is only what they lead to.
        """
        if "choices" in request.query_params:
            return json_of(plan(_options(request.query_params["choices"])))
        session = session_of(request)
        return json_of(
            {
                "choices": choices(),
                "shipped": shipped,
                "formats": exchange_formats.available(),  # of networks that are downloaded
                "runs": [_summary(runs, run) for run in runs.of(session)],
                "uploads": [telling.upload(upload) for upload in networks.uploads.of(session)],
            }
        )

    async def start(request: Request) -> Response:
        """Choices → the run, begun or in line."""
        return await begin(runs, request, _options(await request.body()))

    async def events(request: Request) -> Response:
        """``?after&place`` → the run and what happened after that event.

        Held until something does, its place in line changes, or ``held.LONGEST`` is over; with
        ``&calm`` as long as that in any case, or until the run is over.
        """
        calm = "calm" in request.query_params
        after, place = _number(request, "after"), _number(request, "place")
        run = run_of(runs, request)
        await held.until(
            run,
            lambda: not calm and (run.sequence > after or runs.schedule.place(run) != place),
        )
        news = refusing(runs.events)(run.session, run.id, after)
        told = await run_in_threadpool(lambda: [telling.event(*numbered) for numbered in news])
        return json_of(_summary(runs, run) | {"events": told})

    async def steer(request: Request) -> Response:
        """``?verb``, ``pause``, ``resume``, ``stop`` or ``leave`` → the run."""
        run, verb = run_of(runs, request), request.query_params.get("verb", "")
        if verb not in ("pause", "resume", "stop", "leave"):
            raise RequestError(f"A run can be paused, resumed, stopped or left, not {verb[:20]!r}.")
        await run_in_threadpool(refusing(getattr(runs, verb)), run.session, run.id)
        return json_of(_summary(runs, run))

    at = f"{prefix}/trainings"
    return [
        Route(at, guarded(look), methods=["GET"]),
        Route(at, guarded(start), methods=["POST"]),
        Route(f"{at}/{{run}}", guarded(events), methods=["GET"]),
        Route(f"{at}/{{run}}", guarded(steer), methods=["POST"]),
    ]


def plan(options: Options) -> dict:
    """Return all options, the network's layers, and the ``work`` there will be."""
    told = {"options": telling.options(options), "layers": layers_of(options.downsampling)}
    return told | telling.work(options)


async def begin(runs: Runs, request: Request, task: Options | Correction) -> Response:
    """Begin a training in the request's name → the run, begun or in line."""
    session = session_of(request)
    start = refusing(runs.start)
    run_id = await run_in_threadpool(start, session, task, place_of(request))
    return json_of(_summary(runs, refusing(runs.run)(session, run_id)))


@functools.cache
def layers_of(downsampling: str) -> list[dict]:
    """Return ``telling.layers`` of a variant."""
    return telling.layers(architecture.variant(downsampling))


def session_of(request: Request) -> str:
    """Return the session named in the header; raises ``RequestError``."""
    session = request.headers.get(SESSION, "")
    if not SESSION_FORM.fullmatch(session):
        raise RequestError(f"The header {SESSION} must hold 16 to 64 letters, digits, - or _.")
    return session


def run_of(runs: Runs, request: Request) -> Run:
    """Return the run that the request's path names, of its session; raises ``RequestError``."""
    return refusing(runs.run)(session_of(request), request.path_params["run"])


def _options(text: str | bytes) -> Options:
    found = object_of(text, "choices")
    try:
        return Options.parse(found)
    except OptionsError as error:
        refusal, *others = [_refusal(each) for each in (error, *error.others)]
        values = refusal["values"] | ({"others": others} if others else {})
        raise RequestError(str(error), refusal["key"], **values) from error


def _refusal(error: OptionsError) -> dict:
    return {"key": f"option {error.reason}", "values": error.values | {"name": error.name}}


def refusing(act: Callable[P, T]) -> Callable[P, T]:
    """Return ``act``, of ``runs``, raising ``RequestError`` where that refuses."""

    @functools.wraps(act)
    def refusing(*args: P.args, **named: P.kwargs) -> T:
        try:
            return act(*args, **named)
        except RunsError as error:
            raise RequestError(str(error), f"run {error.reason}") from error

    return refusing


def _summary(runs: Runs, run: Run) -> dict:
    return telling.run(run) | {"place": runs.schedule.place(run)}


def _number(request: Request, name: str) -> int:
    text = request.query_params.get(name, "0")
    if not text.isdecimal() or len(text) > 12:
        raise RequestError(f"{name} must be a whole number, got {text[:20]!r}")
    return int(text)
