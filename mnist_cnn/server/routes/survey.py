"""The survey: what pages hand in while the teacher asks, and what the teacher sees of it."""

from __future__ import annotations

import logging
import re
from dataclasses import asdict

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mnist_cnn.classroom.survey import ROUNDS, Sheet
from mnist_cnn.page.build.assets import PREFIX
from mnist_cnn.server.http.fairness import client_of
from mnist_cnn.server.http.requests import BINARY, RequestError, json_of, object_of, session_of
from mnist_cnn.server.routes.classroom import require_teacher
from mnist_cnn.server.state.state import state_of

BY = re.compile(r"[A-Za-z0-9_-]{16,64}")

log = logging.getLogger(__name__)


async def hand_in(request: Request) -> Response:
    """``{"by", "form", "chosen", "right"}``, ``?round``: answers to all questions, a ``Sheet``.

    ``by`` is a random name for both sheets of a person. Also taken is the sheet of the round before
    the one that the teacher asks for.
    """
    state, when = state_of(request), request.query_params.get("round", "")
    session_of(request)
    asked = state.classroom.rules.survey
    if when not in ROUNDS or asked not in ROUNDS[ROUNDS.index(when) :]:
        raise RequestError("The teacher does not ask this now.", "surveyClosed")
    match object_of(await request.body(), "sheet"):
        case {
            "by": str(by),
            "form": int(form),
            "chosen": list(chosen),
            "right": list(right),
            **others,
        }:
            fits = BY.fullmatch(by) and all(type(one) is int for one in (form, *chosen))
            if others or not fits or not all(isinstance(one, bool) for one in right):
                raise RequestError("A sheet is by, form, chosen and right, and nothing else.")
        case _:
            raise RequestError("A sheet is an object with by, form, chosen and right.")
    sheet = Sheet(form, tuple(chosen), tuple(right))
    state.survey.hand_in(by, when, sheet, client_of(request))
    return json_of({})


async def results(request: Request) -> Response:
    """How the class has answered so far, see ``survey.Results``; ``?format=csv``: as a table."""
    require_teacher(request)
    survey = state_of(request).survey
    kind = request.query_params.get("format", "json")
    if kind == "json":
        return json_of(asdict(survey.results()))
    if kind != "csv":
        raise RequestError(f"The answers can be had as json or csv, not {kind[:20]!r}")
    headers = BINARY | {"Content-Disposition": "attachment; filename=survey.csv"}
    return Response(survey.csv().encode(), headers=headers, media_type="text/csv; charset=utf-8")


async def clear(request: Request) -> Response:
    """Forget all answers."""
    require_teacher(request)
    state_of(request).survey.clear()
    log.info("the teacher clears the survey")
    return json_of({})


ROUTES = [
    Route(f"{PREFIX}/survey", hand_in, methods=["PUT"]),
    Route(f"{PREFIX}/survey", results, methods=["GET"]),
    Route(f"{PREFIX}/survey", clear, methods=["DELETE"]),
]
