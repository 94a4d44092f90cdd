"""Every endpoint of the running app that a visitor can reach, and its bounds.

Gradio brings some sixty of its own, for components and modes this page has none of: streams, a
proxy, an editor of the program, any file's path. What is not listed here does not exist: ``gate``
answers 404 before Gradio sees it. ``.github/SECURITY.md`` shows this list, and a test compares.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from mnist_cnn.ui.fairness import Rate
from mnist_cnn.ui.requests import LARGEST_SIDE
from mnist_cnn.ui.web import FILES, PREFIX

KIBIBYTE, MEBIBYTE = 2**10, 2**20

LARGEST_DRAWING = LARGEST_SIDE**2  # bytes
LARGEST_PICTURE = 8 * MEBIBYTE  # bytes of a picture file
LARGEST_UPLOAD = LARGEST_PICTURE + 64 * KIBIBYTE  # the same with what multipart puts around it
LARGEST_TOOL_CALL = 11 * MEBIBYTE  # the same in base64, a third longer, with a call around it
LARGEST_CALL = 64 * KIBIBYTE  # bytes of JSON
LARGEST_NETWORK = 16 * MEBIBYTE  # bytes of a ``.keras`` file, 2 million parameters have 8 MB
LARGEST_DIGITS = 256 * KIBIBYTE  # bytes of corrected digits, see ``correction``
LARGEST_MESSAGE = 64  # bytes on the socket: whether a page shows the wall


@dataclass(frozen=True)
class Endpoint:
    """Something a visitor may ask for."""

    methods: str  # separated by spaces
    path: str  # a regular expression for all of it, below ``--root-path``
    why: str
    body: int = 0  # bytes, at most
    rate: Rate | None = None  # of requests from one place
    heavy: bool = False  # a few at a time, each place in turn
    call: bool = False  # the body is a call of a function on the page, checked before Gradio
    tool: bool = False  # the body may call a tool for language models, checked before Gradio
    cancel: bool = False  # the body names a call, checked before Gradio
    token: bool = False  # only with the teacher's token: ``classroom`` counts the wrong ones
    session: bool = False  # the query, or else the end of the path, names a session with a call

    def serves(self, method: str, path: str) -> bool:
        """Whether this is the endpoint of a request."""
        return method in self.methods.split() and re.fullmatch(self.path, path) is not None


READ = "GET HEAD"
HASH = "[0-9a-f]{64}"
NAME = r"[A-Za-z0-9_.\-]{1,64}"
CALLS, LOGINS, TOOL_CALLS = Rate(120, 10), Rate(60, 0.5), Rate(60, 2)
UPLOADS, STARTS = Rate(60, 1), Rate(90, 0.3)
# A class may share an address. All its pages may follow a training, each eight times a second.
PAGES, QUESTIONS, NEWS = Rate(300, 20), Rate(600, 60), Rate(2000, 400)
# A class often has one address: whoever guesses there does not hold up the teacher, whose drawing
# is shown in a dozen states a second.
WRONG_TOKENS, COMMANDS = Rate(60, 1), Rate(600, 60)

ENDPOINTS = (
    Endpoint(READ, "/", "the page", rate=PAGES),
    Endpoint("GET", "/(config|gradio_api/info)/?", "describe /predict to programs", rate=PAGES),
    Endpoint(READ, "/assets/.+", "Gradio's scripts and styles"),
    Endpoint(READ, "/health", "balancers ask whether the server is well"),
    Endpoint("POST", "/gradio_api/upload", "the picture of /predict", LARGEST_UPLOAD, UPLOADS),
    Endpoint(READ, f"/gradio_api/file=.+/{HASH}/mnist_cnn\\.keras", "the network of /train"),
    Endpoint(
        "POST",
        f"/gradio_api/(queue/join|call/{NAME})",
        "/predict, /train",
        LARGEST_CALL,
        CALLS,
        call=True,
    ),
    Endpoint(
        "GET",
        f"/gradio_api/(queue/data|call/{NAME}/{NAME})",
        "its answer",
        rate=CALLS,
        session=True,
    ),
    Endpoint("POST", "/gradio_api/cancel", "ends /train", KIBIBYTE, CALLS, cancel=True),
    Endpoint(READ, f"{FILES}/.+", "the page's own files"),
    Endpoint(READ, f"{PREFIX}/network/{NAME}", "a network and its weights", rate=NEWS),
    Endpoint("POST", f"{PREFIX}/ink", "a picture file", LARGEST_PICTURE, UPLOADS, heavy=True),
    Endpoint("POST", f"{PREFIX}/check", "a drawing", LARGEST_DRAWING, QUESTIONS, heavy=True),
    Endpoint(READ, f"{PREFIX}/share", "the page's addresses", rate=PAGES, heavy=True),
    Endpoint("GET HEAD WEBSOCKET", f"{PREFIX}/class", "news of the class", rate=NEWS),
    Endpoint("POST", f"{PREFIX}/class", "the teacher's commands", 20 * KIBIBYTE, token=True),
    Endpoint("POST DELETE", f"{PREFIX}/wall", "a digit for the wall, or off it", KIBIBYTE, NEWS),
    Endpoint(READ, f"{PREFIX}/wall", "the wall as a file, for the teacher", rate=NEWS, token=True),
    Endpoint("POST", f"{PREFIX}/trainings", "a training", 4 * KIBIBYTE, STARTS),
    Endpoint("POST", f"{PREFIX}/corrections", "corrected digits", LARGEST_DIGITS, STARTS),
    Endpoint("POST", f"{PREFIX}/trainings/{NAME}", "pauses, resumes, stops it", rate=NEWS),
    Endpoint(READ, f"{PREFIX}/trainings(/{NAME}(/digits)?)?", "what is told of them", rate=NEWS),
    Endpoint("POST", f"{PREFIX}/file", "a network", LARGEST_NETWORK, UPLOADS),
    Endpoint(READ, f"{PREFIX}/file", "a trained network", rate=UPLOADS, heavy=True),
)
OF_LOGIN = (
    Endpoint("POST", "/login/?", "--auth", 4 * KIBIBYTE, LOGINS),
    Endpoint("GET", "/logout", "--auth"),
    Endpoint("GET", "/theme.css", "--auth"),
)
OF_TOOLS = (
    Endpoint(
        "GET POST DELETE",
        "/gradio_api/mcp(/.*)?",
        "--mcp",
        LARGEST_TOOL_CALL,
        TOOL_CALLS,
        tool=True,
    ),
)
# Gradio asks itself once, at the start; nobody else is let through.
OF_START = Endpoint("GET", "/gradio_api/startup-events", "begins to answer calls")


def served(accounts: bool, tools: bool) -> tuple[Endpoint, ...]:
    """Return those there are with ``accounts``, ``--auth``, and with ``tools``, ``--mcp``."""
    return ENDPOINTS + (OF_LOGIN if accounts else ()) + (OF_TOOLS if tools else ())


def find(method: str, path: str, among: tuple[Endpoint, ...] = ENDPOINTS) -> Endpoint | None:
    """Return the first endpoint that serves a request, or None when nothing may."""
    return next((one for one in among if one.serves(method, path)), None)
