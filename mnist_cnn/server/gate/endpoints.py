"""Every endpoint that a visitor can reach, and its limits.

Gradio brings some sixty of its own, for components and modes that this page does not use: streams,
a proxy, an editor of the program, any file's path. ``gate`` answers 404 to what is not listed here.
``.github/SECURITY.md`` shows this list; a test compares.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from starlette.responses import Response
from starlette.types import Scope

from mnist_cnn.page.build.assets import FILES, PREFIX
from mnist_cnn.server.gate import calls
from mnist_cnn.server.http.fairness import Rate
from mnist_cnn.server.http.requests import LARGEST_SIDE

KIBIBYTE, MEBIBYTE = 2**10, 2**20

LARGEST_DRAWING = LARGEST_SIDE**2  # bytes
LARGEST_PICTURE = 8 * MEBIBYTE  # bytes of a picture file
LARGEST_UPLOAD = LARGEST_PICTURE + 64 * KIBIBYTE  # with the boundaries of multipart
LARGEST_TOOL_CALL = 11 * MEBIBYTE  # a picture in base64, a third longer, in its call
LARGEST_CALL = 64 * KIBIBYTE  # bytes of JSON
LARGEST_NETWORK = 16 * MEBIBYTE  # bytes of a ``.keras`` file, 2 million parameters have 8 MB
LARGEST_DIGITS = 256 * KIBIBYTE  # bytes of corrected digits
LARGEST_MESSAGE = 2 * KIBIBYTE  # bytes on the socket: what a page has heard


# A request and its body: raises an error, or returns what is answered instead of the app's answer.
Check = Callable[[Scope, bytes], Response | None]


@dataclass(frozen=True)
class Endpoint:
    """A path with what may be sent to it, and how often."""

    methods: str  # separated by spaces
    path: str  # a regular expression for all of it, below ``--root-path``
    why: str
    body: int = 0  # bytes, at most
    rate: Rate | None = None  # of requests from one client
    heavy: bool = False  # a few at a time, each client in turn
    stored: bool = False  # the body is written to the disk
    check: Check | None = None  # before the app gets the request
    teacher: bool = False  # for the teacher: ``routes.classroom`` counts who is not

    def serves(self, method: str, path: str) -> bool:
        """Whether a request is for this endpoint."""
        return method in self.methods.split() and re.fullmatch(self.path, path) is not None


READ = "GET HEAD"
HASH = "[0-9a-f]{64}"
NAME = r"[A-Za-z0-9_.\-]{1,64}"
CALL = f"call/({'|'.join(calls.ENDPOINTS)})"
CALLS, TOOL_CALLS = Rate(120, 10), Rate(60, 2)
UPLOADS, STARTS = Rate(60, 1), Rate(90, 0.3)
# A class may share an address. All its pages may follow a training, each eight times a second.
PAGES, QUESTIONS, NEWS = Rate(300, 20), Rate(600, 60), Rate(2000, 400)
# Somebody who guesses tokens at the class's address must not slow down the teacher, who shows a
# drawing to the class a dozen times a second.
NOT_TEACHER, COMMANDS = Rate(60, 1), Rate(600, 60)

ENDPOINTS = (
    Endpoint(READ, "/", "the page", rate=PAGES),
    Endpoint("GET", "/(config|gradio_api/info)/?", "describe /predict to programs", rate=PAGES),
    Endpoint(READ, "/assets/.+", "Gradio's scripts and styles"),
    Endpoint(READ, "/health", "balancers ask whether the server is well"),
    Endpoint(
        "POST",
        "/gradio_api/upload",
        "the picture of /predict",
        LARGEST_UPLOAD,
        UPLOADS,
        stored=True,
    ),
    Endpoint(READ, f"/gradio_api/file=.+/{HASH}/mnist_cnn\\.keras", "the network of /train"),
    Endpoint(
        "POST",
        f"/gradio_api/(queue/join|{CALL})",
        "/predict, /train",
        LARGEST_CALL,
        CALLS,
        check=calls.check_call,
    ),
    Endpoint(
        "GET",
        f"/gradio_api/(queue/data|{CALL}/{NAME})",
        "its answer",
        rate=CALLS,
        check=calls.check_session,
    ),
    Endpoint(
        "POST", "/gradio_api/cancel", "ends /train", KIBIBYTE, CALLS, check=calls.check_cancel
    ),
    Endpoint(READ, f"{FILES}/.+", "the page's own files"),
    Endpoint(READ, f"{PREFIX}/network/{NAME}", "a network and its weights", rate=NEWS),
    Endpoint("POST", f"{PREFIX}/ink", "a picture file", LARGEST_PICTURE, UPLOADS),
    Endpoint("POST", f"{PREFIX}/check", "a drawing", LARGEST_DRAWING, QUESTIONS, heavy=True),
    Endpoint(READ, f"{PREFIX}/share", "the page's addresses", rate=PAGES, heavy=True),
    Endpoint("GET HEAD WEBSOCKET", f"{PREFIX}/news", "what a page hears", rate=NEWS),
    Endpoint("GET DELETE", f"{PREFIX}/class", "who is the teacher; no more", rate=NEWS),
    Endpoint("POST PUT", f"{PREFIX}/class", "the teacher's commands", 20 * KIBIBYTE, teacher=True),
    Endpoint("POST DELETE", f"{PREFIX}/wall", "a digit for the wall, or off it", KIBIBYTE, NEWS),
    Endpoint(READ, f"{PREFIX}/wall", "the teacher's file of the wall", rate=NEWS, teacher=True),
    Endpoint("PUT", f"{PREFIX}/votes", "a prediction or an answer", KIBIBYTE, NEWS),
    Endpoint("PUT", f"{PREFIX}/survey", "answers to the survey", KIBIBYTE, NEWS),
    Endpoint("GET DELETE", f"{PREFIX}/survey", "what a class answers", rate=NEWS, teacher=True),
    Endpoint("POST", f"{PREFIX}/trainings", "a training", 4 * KIBIBYTE, STARTS),
    Endpoint("PUT", f"{PREFIX}/trainings", "a process is made ready for one", rate=QUESTIONS),
    Endpoint("POST", f"{PREFIX}/corrections", "corrected digits", LARGEST_DIGITS, STARTS),
    Endpoint("POST", f"{PREFIX}/trainings/{NAME}", "pauses, resumes, stops it", rate=NEWS),
    Endpoint(READ, f"{PREFIX}/trainings(/{NAME}(/digits)?)?", "what is told of them", rate=NEWS),
    Endpoint("POST", f"{PREFIX}/file", "a network", LARGEST_NETWORK, UPLOADS),
    Endpoint(READ, f"{PREFIX}/file", "a trained network", rate=UPLOADS, heavy=True),
)
OF_LOGIN = (
    Endpoint("POST", "/login/?", "--auth", 4 * KIBIBYTE, PAGES),
    Endpoint("GET HEAD POST", "/logout", "--auth", KIBIBYTE, PAGES),
    Endpoint("GET", "/theme.css", "--auth"),
)
OF_TOOLS = (
    Endpoint(
        "GET POST DELETE",
        "/gradio_api/mcp(/.*)?",
        "--mcp",
        LARGEST_TOOL_CALL,
        TOOL_CALLS,
        stored=True,
        check=calls.check_tool,
    ),
)
# Gradio asks itself once, at the start; for others this does not exist.
OF_START = Endpoint("GET", "/gradio_api/startup-events", "begins to answer calls")


def served(accounts: bool, tools: bool) -> tuple[Endpoint, ...]:
    """Return the endpoints of a server: with ``accounts``, ``--auth``, and ``tools``, ``--mcp``."""
    return ENDPOINTS + (OF_LOGIN if accounts else ()) + (OF_TOOLS if tools else ())


def find(method: str, path: str, among: tuple[Endpoint, ...] = ENDPOINTS) -> Endpoint | None:
    """Return the first endpoint that serves a request, or None."""
    return next((one for one in among if one.serves(method, path)), None)
