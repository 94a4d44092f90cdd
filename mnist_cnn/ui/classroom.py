"""The class: digits for the wall, and what only the teacher may do; ``news`` tells of it.

The teacher's token travels in a header, and no other site can send that.
"""

from __future__ import annotations

import logging

import numpy as np
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from mnist_cnn.classroom import BroadcastError, Classroom, ClassroomError
from mnist_cnn.model import CLASSES
from mnist_cnn.preprocess import IMAGE_SIZE
from mnist_cnn.runs import Runs
from mnist_cnn.ui import news
from mnist_cnn.ui.endpoints import COMMANDS, WRONG_TOKENS
from mnist_cnn.ui.fairness import OverloadError, Rate, Rates, place
from mnist_cnn.ui.networks import Networks
from mnist_cnn.ui.requests import (
    BINARY,
    Handler,
    RequestError,
    guarded,
    json_of,
    object_of,
)
from mnist_cnn.ui.training import session_of
from mnist_cnn.wall import WallError

TEACHER = "X-Mnist-Cnn-Teacher"
log = logging.getLogger(__name__)

LONGEST_NAME = 64  # characters of a page's name
# Of one place: a class of 60 behind one address puts a digit up each, and then one a second.
PUT_UP = Rate(60, 1)
TOO_FAST = "Too many digits come from your address at once. Put yours up in a few seconds."
ROUNDING = 1e-3  # of the sum of ten float32
FILES = {"npz": "application/zip", "csv": "text/csv; charset=utf-8"}


def routes(classroom: Classroom, networks: Networks, runs: Runs, prefix: str) -> list[BaseRoute]:
    """Return the routes ``prefix/class``, for news and commands, and ``prefix/wall``."""
    wrong, right, putting = Rates(WRONG_TOKENS), Rates(COMMANDS), Rates(PUT_UP)

    async def put_up(request: Request) -> Response:
        """What a page has read, ``?meant=7`` → its number on the wall.

        The body is the 28×28 picture, uint8, and its ten probabilities, little-endian float32.
        """
        session, meant, where = session_of(request), _digit(request, "meant"), place(request)
        try:
            putting.spend(where)
        except OverloadError as error:
            raise WallError("too_fast", TOO_FAST) from error
        image, probabilities = _read_in(await request.body())
        digit = classroom.put_up(session, meant, image, probabilities, where)
        return json_of({"id": digit.id})

    async def take_off(request: Request) -> Response:
        """``?id``: one's own digit, or, as the teacher, anybody's."""
        if TEACHER in request.headers:
            return await taught(take_anybodys_off)(request)
        classroom.take_off(news.number_of(request, "id"), session_of(request))
        return json_of({})

    async def take_anybodys_off(request: Request) -> Response:
        """``?id``: anybody's digit."""
        classroom.take_off(news.number_of(request, "id"), None)
        return json_of({})

    async def command(request: Request) -> Response:
        """What ``acts`` names, each with what it is given, as JSON → what they tell.

        With it come how many trainings there are, and how many wait: for nothing, too.
        """
        told: dict = {}
        for name, given in object_of(await request.body(), "command").items():
            if name not in acts or not isinstance(given, dict):
                raise RequestError(f"A command is an object each for some of {', '.join(acts)}.")
            told |= await acts[name](given)
        training, waiting = runs.schedule.count()
        return json_of(told | {"training": training, "waiting": waiting})

    async def decide(choices: dict) -> dict:
        """Some of ``classroom.Rules``: they hold for everybody from now on."""
        if choices.get("network"):
            choices["network"] = networks.keep(str(choices["network"]))
        classroom.decide(choices)
        log.info("the teacher decides %s", choices)
        await run_in_threadpool(enforce, classroom, runs)
        return {}

    async def clear_line(_: dict) -> dict:
        """Take all trainings that wait out of the line."""
        await run_in_threadpool(runs.schedule.clear_line)
        log.info("the teacher clears the line of trainings")
        return {}

    async def broadcast(given: dict) -> dict:
        """``drawing``, ``edition``, ``by`` and ``begin`` → the number of that change.

        See ``Classroom.show``; a drawing that is null ends it, if it is of the page ``by``.
        """
        drawing, edition, by = (given.get(name) for name in ("drawing", "edition", "by"))
        if by is not None and not (isinstance(by, str) and len(by) <= LONGEST_NAME):
            raise RequestError(f"by must be a text of at most {LONGEST_NAME} characters")
        if drawing is None:
            return {"number": classroom.show_no_more(by)}
        if not isinstance(drawing, str) or type(edition) is not int:
            raise RequestError("drawing must be a text and edition a whole number")
        return {"number": classroom.show(drawing, edition, by or "", given.get("begin") is True)}

    async def clear_wall(_: dict) -> dict:
        """Take all digits off."""
        classroom.clear_wall()
        log.info("the teacher clears the wall")
        return {}

    acts = {"rules": decide, "broadcast": broadcast, "line": clear_line, "wall": clear_wall}

    async def file(request: Request) -> Response:
        """``?format=npz`` or ``csv`` → the wall as such a file; see ``wall.Wall``."""
        kind = request.query_params.get("format", "")
        if kind not in FILES:
            raise RequestError(f"The wall can be had as npz or csv, not {kind[:20]!r}")
        headers = BINARY | {"Content-Disposition": f"attachment; filename=wall.{kind}"}
        return Response(classroom.wall_as(kind), headers=headers, media_type=FILES[kind])

    def _is_teacher(request: Request) -> bool:
        return classroom.is_teacher(request.headers.get(TEACHER, ""))

    def taught(endpoint: Handler) -> Handler:
        """Require the teacher's token; the wrong ones of a place count against that place only."""

        async def answer(request: Request) -> Response:
            teacher = _is_teacher(request)
            try:
                if teacher:
                    right.spend("teacher")
                else:
                    wrong.spend(place(request))
            except OverloadError as error:
                return JSONResponse({"error": str(error)}, 429, {"Retry-After": "1"})
            if not teacher:
                log.warning("not the teacher's token, from %s", place(request))
                return JSONResponse({"error": NOT_TEACHER, "key": "notTeacher"}, 403)
            return await endpoint(request)

        return _refusing(answer)

    return [
        *news.routes(classroom, f"{prefix}/class"),
        Route(f"{prefix}/class", taught(command), methods=["POST"]),
        Route(f"{prefix}/wall", _refusing(put_up), methods=["POST"]),
        Route(f"{prefix}/wall", _refusing(take_off), methods=["DELETE"]),
        Route(f"{prefix}/wall", taught(file), methods=["GET"]),
    ]


def _read_in(content: bytes) -> tuple[np.ndarray, np.ndarray]:
    """Return a picture, uint8 ``(28, 28)``, and its probabilities, float32 ``(10,)``."""
    pixels = IMAGE_SIZE**2
    if len(content) != pixels + 4 * CLASSES:
        raise RequestError(f"Expected {pixels + 4 * CLASSES} bytes, got {len(content)}")
    image = np.frombuffer(content[:pixels], np.uint8).reshape(IMAGE_SIZE, IMAGE_SIZE)
    probabilities = np.frombuffer(content[pixels:], "<f4")
    if not image.any():
        raise RequestError("There is no ink in the drawing")
    whole = np.isfinite(probabilities).all() and abs(probabilities.sum(dtype=float) - 1) < ROUNDING
    if not whole or probabilities.min() < 0:
        raise RequestError("Ten probabilities are 0 to 1, and together 1")
    return image, probabilities


NOT_TEACHER = "Only the teacher may do this. Open the teacher's link that the server has printed."


def enforce(classroom: Classroom, runs: Runs) -> None:
    """Let the trainings keep to the teacher's rules."""
    rules, schedule = classroom.rules, runs.schedule
    schedule.limit(rules.at_once, 60 * rules.minutes)
    if schedule.held == rules.training:
        (schedule.release if rules.training else schedule.hold)()


def _refusing(endpoint: Handler) -> Handler:
    """Answer what the class refuses with its sentence, and the key of it in other languages."""

    async def answer(request: Request) -> Response:
        try:
            return await endpoint(request)
        except WallError as error:
            raise RequestError(str(error), f"wall {error.reason}") from error
        except BroadcastError as error:
            raise RequestError(str(error), "broadcast over") from error
        except ClassroomError as error:
            raise RequestError(str(error)) from error

    return guarded(answer)


def _digit(request: Request, name: str) -> int:
    text = request.query_params.get(name, "")
    if len(text) != 1 or text not in "0123456789":
        raise RequestError(f"{name} must be a digit from 0 to 9, got {text[:20]!r}")
    return int(text)
