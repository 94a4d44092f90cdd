"""The routes behind a click: where a number comes from, what speaks for the answer, what excites.

They are asked for one drawing at a time, on demand, so they answer in JSON, and what takes longer
than a frame runs in a thread beside the drawing route.
"""

from __future__ import annotations

import functools
import struct

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from mnist_cnn import guess as guessing
from mnist_cnn.ui.networks import Networks
from mnist_cnn.ui.requests import BINARY, RequestError, guarded, json_of, known, reading_of


def routes(networks: Networks, prefix: str) -> list[BaseRoute]:
    """Return the routes below ``prefix``: where a number comes from, guesses, what excites.

    With ``?network`` they ask another than the shipped one; see ``networks``.
    """

    async def explain(request: Request) -> Response:
        """A drawing, ``?layer=conv2&cell=3,4,17`` → ``arithmetic``'s terms of that number."""
        layer, cell = request.query_params.get("layer", ""), _cell(request)
        network = networks.asked(request)
        reading = await reading_of(request, network)
        return json_of(network.explain(reading, layer, cell))

    async def guess(request: Request) -> Response:
        """The same and ``&typed=0.5`` → ``guess.Checked``: whether that is the number."""
        layer, cell = request.query_params.get("layer", ""), _cell(request)
        network = networks.asked(request)
        terms = network.explain(await reading_of(request, network), layer, cell)
        try:
            typed = guessing.parse(request.query_params.get("typed", ""))
        except guessing.GuessError as error:
            raise RequestError(str(error)) from error
        return json_of(guessing.check(guessing.hide(terms), typed))

    async def hidden(request: Request) -> Response:
        """A drawing, ``?layer=pool1&turn=2`` → the cell of a number worth guessing."""
        layer, turn = request.query_params.get("layer", ""), request.query_params.get("turn", "")
        if not turn.isdecimal() or len(turn) > 5:
            raise RequestError(f"turn must be a whole number, got {turn[:40]!r}")
        network = networks.asked(request)
        reading = await reading_of(request, network)
        image, activations = reading.stages.image, reading.activations
        ask = functools.partial(network.explain, reading)
        try:
            found = guessing.choose(ask, image, activations, layer, int(turn))
        except ValueError as error:
            raise RequestError(str(error)) from error
        return json_of({"cell": found.terms.cell})

    async def evidence(request: Request) -> Response:
        """A drawing → ``attribution.Evidence``: what speaks for the answer, what against."""
        network = networks.asked(request)
        reading = await reading_of(request, network)
        return json_of(await run_in_threadpool(network.evidence, reading.stages.image))

    async def features(request: Request) -> Response:
        """``?layer=conv2`` → uint16 channels, height, width, then what excites each, uint8."""
        network, layer = networks.asked(request), request.query_params.get("layer", "")
        known([layer], network.names)
        pictures = await run_in_threadpool(network.features, layer)
        head = struct.pack("<HHH", *pictures.shape)
        return Response(head + pictures.tobytes(), headers=BINARY)

    return [
        Route(f"{prefix}/explain", guarded(explain), methods=["POST"]),
        Route(f"{prefix}/guess", guarded(guess), methods=["POST"]),
        Route(f"{prefix}/hidden", guarded(hidden), methods=["POST"]),
        Route(f"{prefix}/evidence", guarded(evidence), methods=["POST"]),
        Route(f"{prefix}/features", guarded(features), methods=["GET"]),
    ]


def _cell(request: Request) -> tuple[int, ...]:
    """Return the cell that ``?cell=`` names: row,column,channel or a unit."""
    text = request.query_params.get("cell", "")
    parts = text.split(",")
    if len(parts) > 3 or not all(part.isdecimal() and len(part) < 6 for part in parts):
        raise RequestError(f"cell must be row,column,channel or a unit, got {text[:40]!r}")
    return tuple(map(int, parts))
