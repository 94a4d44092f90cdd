"""The routes of the lesson: its words, its pictures, its questions, a worksheet."""

from __future__ import annotations

import functools
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from mnist_cnn import importer, weights
from mnist_cnn.activations import Tracer
from mnist_cnn.lesson import text
from mnist_cnn.lesson.chapters import HOLES, MODULES
from mnist_cnn.lesson.course import Course, Read, suits
from mnist_cnn.lesson.state import StateError
from mnist_cnn.preprocess import preprocess
from mnist_cnn.reading import Reader
from mnist_cnn.ui import telling
from mnist_cnn.ui.requests import RequestError, drawing_of, guarded, json_of
from mnist_cnn.worksheet import worksheet as make_worksheet

Made = TypeVar("Made")

LONGEST = 40  # characters of a typed answer
INCOMPLETE = (
    "A file of the lesson is missing or damaged on the server. "
    "Its terminal names the file and says how to restore it."
)


@dataclass(frozen=True)
class Words:
    """The lesson in one language."""

    chapters: list[text.Chapter]
    layers: list[dict]  # of the network it is about, as ``telling.layers`` has them


def routes(reader: Reader, prefix: str) -> list[BaseRoute]:
    """Return the routes below ``prefix/lessons``; nothing is computed before they are asked."""
    lock = threading.Lock()

    @functools.cache
    def course() -> Course:
        return Course(reader.tracer if suits(reader.tracer) else Tracer(weights.load()))

    def locked() -> Course:
        with lock:  # two who ask first wait for one
            return course()

    @functools.cache
    def words(language: str) -> Words:
        layers, _ = importer.of_model(locked().network)
        chapters = text.chapters(language, locked().figures, HOLES)
        return Words(chapters, telling.layers(layers))

    async def chapters(request: Request) -> Response:
        """``?language=zh-CN`` → ``Words``."""
        language = request.query_params.get("language", "")
        if language not in text.languages():
            known = ", ".join(text.languages())
            raise RequestError(f"There is no lesson in {language[:40]!r}, only in {known}")
        return json_of(await _worked(words, language))

    async def picture(request: Request) -> Response:
        """A drawing, ``?chapter=translation&picture=moved&dx=2`` → what that picture shows."""
        module = MODULES[_chapter(request)]
        name = request.query_params.get("picture", "")
        if name not in module.PICTURES:
            raise RequestError(f"There is no picture {name[:40]!r}: {', '.join(module.PICTURES)}")
        return json_of(await _about(request, locked, module.PICTURES[name]))

    async def question(request: Request) -> Response:
        """A drawing, ``?chapter=flatten`` → the values that fill the question's holes."""
        asked = await _about(request, locked, MODULES[_chapter(request)].question)
        return json_of(asked.values)

    async def check(request: Request) -> Response:
        """The same and ``&typed=312`` → whether that is right, and the working.

        Who types nothing wants to see the working.
        """
        typed = request.query_params.get("typed")
        asked = await _about(request, locked, MODULES[_chapter(request)].question)
        try:
            right = typed is not None and asked.accepts(typed[:LONGEST])
        except ValueError as error:
            shown = (typed or "")[:LONGEST]
            raise RequestError(f"{shown!r} is not a number", "lesson number") from error
        return json_of({"right": right, "working": asked.working})

    async def worksheet(request: Request) -> Response:
        """A drawing → ``mnist_cnn.worksheet``'s tasks, and the picture they are about."""

        def make(course: Course, read: Read, state: dict[str, str]) -> dict[str, object]:
            made = make_worksheet(course.arithmetic, read.image, read.activations)
            digit = read.activations.digit
            return {"image": read.image, "digit": digit, "tasks": made}

        return json_of(await _about(request, locked, make))

    posted = {"picture": picture, "question": question, "check": check, "worksheet": worksheet}
    return [
        Route(f"{prefix}/lessons/chapters", guarded(chapters), methods=["GET"]),
        *(
            Route(f"{prefix}/lessons/{name}", guarded(route), methods=["POST"])
            for name, route in posted.items()
        ),
    ]


async def _about(
    request: Request,
    course: Callable[[], Course],
    compute: Callable[[Course, Read, dict[str, str]], Made],
) -> Made:
    """Return what ``compute`` makes of the drawing and the settings in the request."""
    drawing = await drawing_of(request)
    state = dict(request.query_params)

    def work() -> Made:
        stages = preprocess(drawing)
        if stages is None:
            raise RequestError("There is no ink in the drawing")
        made = course()
        return compute(made, Read(drawing, stages.image, made.tracer(stages.image)), state)

    return await _worked(work)


async def _worked(work: Callable[..., Made], *arguments: object) -> Made:
    """Return what ``work`` returns, worked out in a thread of its own."""
    try:
        return await run_in_threadpool(work, *arguments)
    except StateError as error:
        raise RequestError(str(error), "lesson setting") from error
    except (text.TextError, weights.WeightsError) as error:
        # Names a file of this machine: that is for who runs it, not for who reads the page.
        print(error, file=sys.stderr, flush=True)
        raise RequestError(INCOMPLETE, "lesson incomplete") from error


def _chapter(request: Request) -> str:
    name = request.query_params.get("chapter", "")
    if name not in MODULES:
        raise RequestError(f"There is no chapter {name[:40]!r}, only {', '.join(MODULES)}")
    return name
