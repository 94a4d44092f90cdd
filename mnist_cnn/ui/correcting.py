"""Teach it my digit: a person's corrected digits become a short training of their own network.

It is a run like any other, in ``runs``: followed, stopped and used by the routes ``trainings``.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from mnist_cnn.correction import Correction, CorrectionError, digits_in
from mnist_cnn.runs import Runs
from mnist_cnn.ui.networks import Networks
from mnist_cnn.ui.requests import RequestError, guarded
from mnist_cnn.ui.training import begin


def routes(runs: Runs, networks: Networks, prefix: str) -> list[BaseRoute]:
    """Return the route ``prefix/corrections``."""

    async def start(request: Request) -> Response:
        """Digits as ``correction.digits_in`` has them, ``?network`` that reads them → the run.

        A network that is itself corrected is left as it is: its own beginning learns anew.
        """
        network = networks.asked(request)
        try:
            images, labels = digits_in(await request.body())
        except CorrectionError as error:
            raise RequestError(str(error)) from error
        run = runs.find(request.query_params.get("network", ""))
        weights = run.correction.weights if run and run.correction else network.weights
        correction = Correction(images, labels, weights, network.downsampling)
        return await begin(runs, request, correction)

    return [Route(f"{prefix}/corrections", guarded(start), methods=["POST"])]
