"""The routes behind a click: where a number comes from, what speaks for the answer, what excites.

They are asked for one drawing at a time, on demand, so they answer in JSON, and what takes longer
than a frame runs in a thread beside the drawing route.
"""

from __future__ import annotations

import dataclasses
import json
import struct

import numpy as np
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from mnist_cnn.ui.networks import Lent, Networks, Shipped
from mnist_cnn.ui.requests import BINARY, RequestError, guarded, known, reading_of

DECIMALS = 7  # of numbers in JSON: 576 terms still add up within 1e-4


def routes(networks: Networks, prefix: str) -> list[BaseRoute]:
    """Return the routes ``explain``, ``evidence`` and ``features`` below ``prefix``.

    With ``?network`` they ask another than the shipped one; see ``networks``.
    """

    def asked(request: Request) -> Shipped | Lent:
        return networks.find(request.query_params.get("network"))

    async def explain(request: Request) -> Response:
        """A drawing, ``?layer=conv2&cell=3,4,17`` → ``arithmetic``'s terms of that number."""
        layer, cell = request.query_params.get("layer", ""), _cell(request)
        network = asked(request)
        reading = await reading_of(request, network)
        return _json(network.explain(reading, layer, cell))

    async def evidence(request: Request) -> Response:
        """A drawing → ``attribution.Evidence``: what speaks for the answer, what against."""
        network = asked(request)
        reading = await reading_of(request, network)
        return _json(await run_in_threadpool(network.evidence, reading.stages.image))

    async def features(request: Request) -> Response:
        """``?layer=conv2`` → uint16 channels, height, width, then what excites each, uint8."""
        network, layer = asked(request), request.query_params.get("layer", "")
        known([layer], network.names)
        pictures = await run_in_threadpool(network.features, layer)
        head = struct.pack("<HHH", *pictures.shape)
        return Response(head + pictures.tobytes(), headers=BINARY)

    return [
        Route(f"{prefix}/explain", guarded(explain), methods=["POST"]),
        Route(f"{prefix}/evidence", guarded(evidence), methods=["POST"]),
        Route(f"{prefix}/features", guarded(features), methods=["GET"]),
    ]


def _cell(request: Request) -> tuple[int, ...]:
    text = request.query_params.get("cell", "")
    parts = text.split(",")
    if len(parts) > 3 or not all(part.isdecimal() and len(part) < 6 for part in parts):
        raise RequestError(f"cell must be row,column,channel or a unit, got {text[:40]!r}")
    return tuple(map(int, parts))


def _json(answer) -> Response:
    text = json.dumps(answer, default=_plain, separators=(",", ":"))
    return Response(text, media_type="application/json", headers=BINARY)


def _plain(value):
    """Return what JSON has no word for as lists, numbers and objects."""
    if dataclasses.is_dataclass(value):
        return vars(value)
    if isinstance(value, np.ndarray):
        return (
            np.round(value.astype(float), DECIMALS) if value.dtype.kind == "f" else value
        ).tolist()
    return value.item()  # a NumPy number
