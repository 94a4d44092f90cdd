"""The class: digits for the wall, votes, and what only the teacher may do; ``news`` tells of it.

A browser is the teacher's by its cookie, for which it has given the token of a link, see
``state.teachers``. Scripts cannot read it, no other site's page or frame makes a browser send it,
and what the teacher does names a session besides, as no other origin can.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import NoReturn

import numpy as np
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mnist_cnn.classroom.places import Place
from mnist_cnn.classroom.rules import Classroom
from mnist_cnn.classroom.votes import Votes
from mnist_cnn.classroom.wall import WallError
from mnist_cnn.lesson import misread_file
from mnist_cnn.lesson.chapters import CHAPTERS, QUESTION, read_all
from mnist_cnn.lesson.figures import figures
from mnist_cnn.lesson.lesson_file import SUBJECT
from mnist_cnn.network import importer, keras_file
from mnist_cnn.network.architecture import CLASSES, IMAGE_SIZE
from mnist_cnn.page.build.assets import PREFIX
from mnist_cnn.runs.runs import Runs
from mnist_cnn.server.http.fairness import OverloadError, client_of
from mnist_cnn.server.http.requests import (
    BINARY,
    RequestError,
    digit_of,
    is_https,
    json_of,
    number_of,
    object_of,
    session_of,
)
from mnist_cnn.server.state.state import State, state_of

LONGEST_NAME = 64  # characters of a page's name
MAX_JURY = 40  # networks
ROUNDING = 1e-3  # of the sum of ten float32
FILES = {"npz": "application/zip", "csv": "text/csv; charset=utf-8"}

log = logging.getLogger(__name__)


class NotTeacherError(RequestError):
    """A request comes from a browser that is not the teacher's, or with a link that is not good."""

    status = 403


async def put_up(request: Request) -> Response:
    """What a page has read, ``?meant=7&doubted=0`` → its number on the wall.

    ``doubted`` is 1 where the page says that it may be no digit.
    The body is the 28×28 picture, uint8, and its ten probabilities, little-endian float32.
    """
    state, client = state_of(request), client_of(request)
    session, meant = session_of(request), digit_of(request, "meant")
    doubted = request.query_params.get("doubted", "0")
    if doubted not in ("0", "1"):
        raise RequestError(f"doubted must be 0 or 1, not {doubted[:20]!r}")
    try:
        state.digits_put_up.spend(client)
    except OverloadError as error:
        raise WallError(
            "Too many digits come from your address at once. Put yours up in a few seconds.",
            "too_fast",
        ) from error
    image, probabilities = _read_digit(await request.body())
    digit = state.classroom.put_up(
        session, meant, image, probabilities, address=client, doubted=doubted == "1"
    )
    return json_of({"id": digit.id})


async def take_off(request: Request) -> Response:
    """``?id``: one's own digit, or, as the teacher, anybody's."""
    session = session_of(request)
    state_of(request).classroom.take_off(
        number_of(request, "id"), None if _is_teacher(request) else session
    )
    return json_of({})


async def vote(request: Request) -> Response:
    """``{"chapter", "card", "choice"}`` or ``{"chapter", "right"}`` → it is counted.

    The first is a prediction, one of ``votes.CHOICES``, the second the answer to a question. Of a
    page the newest on each card counts. ``{"misread", "digit"}``: what one of MNIST's test digits
    is read as → how many pages have read it as each digit.
    """
    session, votes = session_of(request), state_of(request).classroom.votes
    match object_of(await request.body(), "vote"):
        case {"chapter": str(chapter), "card": str(card), "choice": choice, **others}:
            if others or type(choice) is not int:
                raise RequestError("choice must be a whole number, and nothing else is said.")
            votes.predict(session, chapter, card, choice, client_of(request))
        case {"chapter": str(chapter), "right": bool(right), **others}:
            if others:
                raise RequestError("More is said than an answer.")
            votes.answer(session, chapter, right, client_of(request))
        case {"misread": index, "digit": digit, **others}:
            if others or type(index) is not int or type(digit) is not int:
                raise RequestError("misread and digit must be whole numbers, and nothing else.")
            return json_of({"read": votes.read(session, index, digit, client_of(request))})
        case _:
            raise RequestError(
                "A vote is a chapter, a card and a choice, a chapter and right, or a misread digit."
            )
    return json_of({})


async def become_teacher(request: Request) -> Response:
    """``{"token"}`` of a teacher's link → the cookie that makes this browser the teacher's.

    A browser that is so already needs no good link: it may have kept one that has ended since.
    """
    teachers = state_of(request).teachers
    token = object_of(await request.body(), "link").get("token")
    if _is_teacher(request):
        return json_of({})
    value = teachers.exchange(token) if isinstance(token, str) else None
    if value is None:
        _refuse(request)
    log.info("a browser of %s is now the teacher's", client_of(request))
    response = json_of({})
    # Without a path, browsers send it to the routes beside this one only, as they see them: also
    # below a prefix that a proxy takes off.
    secure = is_https(request)
    response.set_cookie(
        teachers.cookie, value, path=None, secure=secure, httponly=True, samesite="strict"
    )
    return response


async def tell_teacher(request: Request) -> Response:
    """Whether this browser is the teacher's."""
    return json_of({"teacher": _is_teacher(request)})


async def leave_teacher(request: Request) -> Response:
    """This browser is no longer the teacher's, and the link is another one, for everybody."""
    teachers = state_of(request).teachers
    response = json_of({})
    if teachers.forget(request.cookies.get(teachers.cookie, "")):
        log.info("a browser of %s is no longer the teacher's", client_of(request))
        response.background = BackgroundTask(teachers.announce)  # a terminal may block
    response.set_cookie(teachers.cookie, "", max_age=0, path=None, httponly=True, samesite="strict")
    return response


async def download(request: Request) -> Response:
    """``?format=npz`` or ``csv`` → the wall as such a file; see ``wall.Wall``."""
    require_teacher(request)
    kind = request.query_params.get("format", "")
    if kind not in FILES:
        raise RequestError(f"The wall can be had as npz or csv, not {kind[:20]!r}")
    headers = BINARY | {"Content-Disposition": f"attachment; filename=wall.{kind}"}
    content = state_of(request).classroom.wall_as(kind)
    return Response(content, headers=headers, media_type=FILES[kind])


async def command(request: Request) -> Response:
    """Some of ``COMMANDS`` by name, each with its arguments, as JSON → what they return.

    With it, and also without any command: how many runs train, and how many wait.
    """
    require_teacher(request)
    state = state_of(request)
    answer: dict[str, object] = {}
    for name, given in object_of(await request.body(), "command").items():
        if name not in COMMANDS or not isinstance(given, dict):
            raise RequestError(f"A command is an object each for some of {', '.join(COMMANDS)}.")
        answer |= await COMMANDS[name](state, given)
    training, waiting = state.runs.count()
    return json_of(answer | {"training": training, "waiting": waiting})


async def _decide(state: State, choices: dict) -> dict:
    """Change some of ``classroom.Rules``, for everybody from now on."""
    if choices.get("network"):
        choices["network"] = state.networks.keep(str(choices["network"]))
    state.classroom.decide(choices)
    log.info("the teacher decides %s", choices)
    await run_in_threadpool(enforce, state.classroom, state.runs)
    return {}


async def _broadcast(state: State, given: dict) -> dict:
    """Show ``drawing``, ``edition``, ``by`` and ``begin`` → the number of that change.

    See ``Classroom.show``; a drawing that is null ends what the page ``by`` shows.
    """
    drawing, edition, by = (given.get(name) for name in ("drawing", "edition", "by"))
    if by is not None and not (isinstance(by, str) and len(by) <= LONGEST_NAME):
        raise RequestError(f"by must be a text of at most {LONGEST_NAME} characters")
    if drawing is None:
        return {"number": state.classroom.show_no_more(by)}
    if not isinstance(drawing, str) or type(edition) is not int:
        raise RequestError("drawing must be a text and edition a whole number")
    begin = given.get("begin") is True
    return {"number": state.classroom.show(drawing, edition, by or "", begin)}


async def _bring(state: State, given: dict) -> dict:
    """Bring everybody who is here to a place; see ``Place.parse`` → how many pages these are."""
    state.classroom.bring(Place.parse(given, CHAPTERS))
    here = state.feed.presence.count()
    log.info("the teacher brings %d pages to another place", here)
    return {"brought": here}


async def _clear_votes(state: State, _: dict) -> dict:
    """Forget what everybody has predicted and answered."""
    state.classroom.votes.clear()
    log.info("the teacher clears the votes")
    return {}


async def _jury(state: State, _: dict) -> dict:
    """→ references of the newest network that each page has trained, the newest first."""
    return {"jury": await run_in_threadpool(state.runs.trained, MAX_JURY)}


async def _clear_line(state: State, _: dict) -> dict:
    """Take everybody's runs that wait out of the line."""
    count = await run_in_threadpool(state.runs.clear_line)
    log.info("the teacher takes %d trainings out of the line", count)
    return {}


async def _clear_wall(state: State, _: dict) -> dict:
    """Take all digits off."""
    state.classroom.clear_wall()
    log.info("the teacher clears the wall")
    return {}


COMMANDS: dict[str, Callable[[State, dict], Awaitable[dict]]] = {
    "rules": _decide,
    "broadcast": _broadcast,
    "bring": _bring,
    "votes": _clear_votes,
    "jury": _jury,
    "line": _clear_line,
    "wall": _clear_wall,
}

ROUTES = [
    Route(f"{PREFIX}/votes", vote, methods=["PUT"]),
    Route(f"{PREFIX}/class", become_teacher, methods=["PUT"]),
    Route(f"{PREFIX}/class", tell_teacher, methods=["GET"]),
    Route(f"{PREFIX}/class", command, methods=["POST"]),
    Route(f"{PREFIX}/class", leave_teacher, methods=["DELETE"]),
    Route(f"{PREFIX}/wall", put_up, methods=["POST"]),
    Route(f"{PREFIX}/wall", take_off, methods=["DELETE"]),
    Route(f"{PREFIX}/wall", download, methods=["GET"]),
]


def require_teacher(request: Request) -> None:
    """Return if the request is the teacher's; who is not is counted by the address only.

    Raises:
        RequestError: it names no session.
        NotTeacherError: it has no teacher's cookie.
        OverloadError: the teacher, or who guesses from this address, asks too often.
    """
    session_of(request)
    if not _is_teacher(request):
        _refuse(request)
    state_of(request).commands.spend("teacher")


def _is_teacher(request: Request) -> bool:
    """Whether the request has a teacher's cookie."""
    teachers = state_of(request).teachers
    return teachers.knows(request.cookies.get(teachers.cookie, ""))


def _refuse(request: Request) -> NoReturn:
    """Refuse who is not the teacher, within bounds for each address, and log it."""
    client = client_of(request)
    state_of(request).not_teacher.spend(client)
    log.warning("not the teacher, or not with a good link, from %s", client)
    raise NotTeacherError(
        "Only the teacher may do this. Open the teacher's link that the server has printed last.",
        "notTeacher",
    )


def votes_on_lesson() -> Votes:
    """Return the votes on all that the lesson and the digits to beat the network on ask.

    Raises:
        TextError: as ``chapters.read``.
    """
    misread = misread_file.load(*importer.read(keras_file.DEFAULT))
    chapters = read_all("en", figures(SUBJECT))
    cards = [(chapter.name, card) for chapter in chapters for card in chapter.cards]
    return Votes(
        predictions=[(chapter, card.name) for chapter, card in cards if card.prediction],
        questions=[chapter for chapter, card in cards if card.name == QUESTION],
        misread=misread.indices.tolist() if misread else (),
    )


def enforce(classroom: Classroom, runs: Runs) -> None:
    """Apply the teacher's rules to all trainings."""
    rules = classroom.rules
    runs.limit(rules.at_once, 60 * rules.minutes)
    if runs.held == rules.training:
        (runs.release if rules.training else runs.hold)()


def _read_digit(content: bytes) -> tuple[np.ndarray, np.ndarray]:
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
