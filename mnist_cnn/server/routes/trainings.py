"""Training from the page: choices checked, runs started and followed, paused and stopped.

A session sees and moves its own runs only.
"""

from __future__ import annotations

import dataclasses

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mnist_cnn.network import exchange_formats, model, network_file
from mnist_cnn.optimization.recipes import OPTIMIZERS, RECIPES
from mnist_cnn.page.build.assets import PREFIX
from mnist_cnn.runs.run import Run
from mnist_cnn.runs.runs import Runs
from mnist_cnn.server.http.fairness import client_of
from mnist_cnn.server.http.requests import (
    RequestError,
    json_of,
    number_of,
    object_of,
    session_of,
)
from mnist_cnn.server.state import as_json
from mnist_cnn.server.state.state import state_of
from mnist_cnn.training.correction import Correction, digits_in
from mnist_cnn.training.options import RANGES, Choice, Options

VERBS = ("pause", "resume", "stop", "leave")  # methods of ``Runs``


async def look(request: Request) -> Response:
    """→ what the Train view needs first, and all runs and files of this session, oldest first.

    With ``?choices``, JSON, only the plan they lead to, and how long it takes here: ``seconds``,
    or null; ``tried``: it is being measured.
    """
    state, session = state_of(request), session_of(request)
    if "choices" in request.query_params:
        options = _options(request.query_params["choices"])
        forecast = await run_in_threadpool(state.runs.forecast, options)
        return json_of(plan(options) | vars(forecast))
    networks = state.networks
    return json_of(
        {
            "choices": choices(),
            "shipped": {
                "layers": network_file.describe(networks.shipped.layers),
                "card": as_json.card_of(networks.card) if networks.card else None,
            },
            "formats": exchange_formats.available(),  # of networks that are downloaded
            "runs": [_summary(state.runs, run) for run in state.runs.of(session)],
            "uploads": [as_json.upload(upload) for upload in networks.uploads.of(session)],
        }
    )


async def get_ready(request: Request) -> Response:
    """Somebody looks at the choices → ``{}``; a process loads TensorFlow meanwhile."""
    session_of(request)
    await run_in_threadpool(state_of(request).runs.get_ready)
    return json_of({})


async def start(request: Request) -> Response:
    """Choices → the run, begun or in line."""
    return await _begin(request, _options(await request.body()))


async def correct(request: Request) -> Response:
    """Digits as ``correction.digits_in`` reads them, ``?network`` that they correct → the run.

    A network that is itself corrected stays as it is: the one it began with learns anew.
    """
    state = state_of(request)
    network = state.networks.asked(request)
    images, labels = digits_in(await request.body())
    run = state.runs.find(request.query_params.get("network", ""))
    weights = run.correction.weights if run and run.correction else network.weights
    return await _begin(request, Correction(images, labels, weights, network.downsampling))


async def events(request: Request) -> Response:
    """``?after`` → the run and its events after that one; ``news`` pushes them as they happen."""
    run, after = run_of(request), number_of(request, "after", "0")
    described = _summary(state_of(request).runs, run)  # first: one that is over has its last event
    told = await run_in_threadpool(lambda: [as_json.event(*one) for one in run.events(after)])
    return json_of(described | {"events": told})


async def steer(request: Request) -> Response:
    """``?verb``, one of ``VERBS`` → the run."""
    runs, run, verb = state_of(request).runs, run_of(request), request.query_params.get("verb", "")
    if verb not in VERBS:
        raise RequestError(f"A run can be paused, resumed, stopped or left, not {verb[:20]!r}.")
    await run_in_threadpool(getattr(runs, verb), run)
    return json_of(_summary(runs, run))


ROUTES = [
    Route(f"{PREFIX}/trainings", look, methods=["GET"]),
    Route(f"{PREFIX}/trainings", start, methods=["POST"]),
    Route(f"{PREFIX}/trainings", get_ready, methods=["PUT"]),
    Route(f"{PREFIX}/trainings/{{run}}", events, methods=["GET"]),
    Route(f"{PREFIX}/trainings/{{run}}", steer, methods=["POST"]),
    Route(f"{PREFIX}/corrections", correct, methods=["POST"]),
]


def choices() -> dict:
    """Return the recipes with their defaults, and the values that each choice may have."""
    return {
        "recipes": {name: dataclasses.asdict(Options.of(name)) for name in RECIPES},
        "names": {
            name: list(values.names)
            for name, values in RANGES.items()
            if isinstance(values, Choice)
        },
        "optimizers": OPTIMIZERS,
    }


def plan(options: Options) -> dict:
    """Return what a training will be: all options, the network's layers, and the work.

    ``steps`` are those of the gradient, ``seen`` the digits and drawings in an epoch; with some
    recipes these are fewer than there are.
    """
    recipe = options.as_recipe()
    return {
        "options": dataclasses.asdict(options),
        "layers": network_file.describe(model.variant(options.downsampling)),
        "steps": recipe.epochs * recipe.steps_per_epoch(options.digits, recipe.drawings),
        "seen": recipe.seen(options.digits) + recipe.drawings,
    }


def run_of(request: Request) -> Run:
    """Return the run that the request's path names, of its session; raises ``RunsError``."""
    return state_of(request).runs.run(session_of(request), request.path_params["run"])


async def _begin(request: Request, job: Options | Correction) -> Response:
    runs, session = state_of(request).runs, session_of(request)
    run = await run_in_threadpool(runs.start, session, job, client_of(request))
    return json_of(_summary(runs, run))


def _options(text: str | bytes) -> Options:
    return Options.parse(object_of(text, "choices"))


def _summary(runs: Runs, run: Run) -> dict:
    return as_json.run(run) | {"place": runs.position(run)}
