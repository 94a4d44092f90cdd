"""Teach it my digit: a person's corrected digits become a short training of their own network.

It is a run like any other, in ``runs``: followed, stopped and used by the routes below ``train``.
"""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from mnist_cnn.correction import Correction, CorrectionError, digits_in
from mnist_cnn.events import Corrected, Finished
from mnist_cnn.runs import Runs
from mnist_cnn.ui import telling
from mnist_cnn.ui.fairness import place
from mnist_cnn.ui.networks import Networks
from mnist_cnn.ui.requests import RequestError, guarded, json_of
from mnist_cnn.ui.training import refusing, run_of, session_of


def routes(runs: Runs, networks: Networks, prefix: str) -> list[BaseRoute]:
    """Return the routes ``prefix/correct``."""

    async def start(request: Request) -> Response:
        """Digits as ``correction.digits_in`` has them, ``?network`` that reads them → the run.

        A network that is itself corrected is left as it is: its own beginning learns anew.
        """
        session = session_of(request)
        network = networks.asked(request)
        try:
            images, labels = digits_in(await request.body())
        except CorrectionError as error:
            raise RequestError(str(error)) from error
        run = runs.find(request.query_params.get("network", ""))
        weights = run.correction.weights if run and run.correction else network.weights
        correction = Correction(images, labels, weights, network.downsampling)
        begin = refusing(runs.start)
        run_id = await run_in_threadpool(begin, session, correction, place(request))
        found = refusing(runs.run)(session, run_id)
        return json_of(telling.run(found) | {"place": runs.schedule.place(found)})

    async def outcome(request: Request) -> Response:
        """``?run`` → what it has learned and forgotten, see ``told``."""
        run = run_of(runs, request)
        result = run.result
        if result is None or result.corrected is None:
            raise RequestError("This run has no tested network.", "run untested")
        return json_of(told(result, result.corrected))

    at = f"{prefix}/correct"
    return [
        Route(at, guarded(start), methods=["POST"]),
        Route(at, guarded(outcome), methods=["GET"]),
    ]


def told(result: Finished, corrected: Corrected) -> dict:
    """Return a correction's result: for the person's digits what was read, for others how many.

    ``right`` and ``rightBefore`` count, for each test digit 0 to 9, those of ``total`` read right.
    """
    return {
        "labels": corrected.labels.tolist(),
        "read": corrected.read.tolist(),
        "readBefore": corrected.read_before.tolist(),
        "total": result.confusion.sum(axis=1).tolist(),
        "right": result.confusion.diagonal().tolist(),
        "rightBefore": corrected.confusion_before.diagonal().tolist(),
    }
