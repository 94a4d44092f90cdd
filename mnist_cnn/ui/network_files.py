"""The route ``network/REFERENCE``: a network as the page reads it, see ``network_file``."""

from __future__ import annotations

import functools
import gzip
import hashlib
from contextlib import AbstractContextManager
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from mnist_cnn.ui.fairness import Places, place
from mnist_cnn.ui.networks import JUDGE, VARIANT, Network, Networks
from mnist_cnn.ui.requests import guarded
from mnist_cnn.ui.web import PREFIX

FOR_EVER = "private, max-age=31536000, immutable"
ASK_FIRST = "private, no-cache"
OF_EVERYONE = ("shipped", JUDGE)  # asked for by every page: compressed once
MOST_SENT = 256 * 2**20  # bytes on their way at a time; a network without downsampling has 8 MB
MOST_SENT_TO_ONE = 96 * 2**20  # to one place: a class may share an address
PIECE = 2**18  # bytes that are sent at a time
TOO_MUCH = "Too many networks are on their way to your address. Try again in a few seconds."


@dataclass(frozen=True)
class File:
    """A network file as it is sent."""

    content: bytes
    coding: str  # as ``Content-Encoding`` has it
    tag: str  # differs when the content does


class NetworkFiles:
    """The files of all networks; those that every page asks for are made once."""

    def __init__(self, networks: Networks):
        """Make none yet."""
        self._networks = networks
        self._sent = Places(MOST_SENT, MOST_SENT_TO_ONE, TOO_MUCH)
        self._of_everyone = functools.cache(lambda name: _compressed(networks.find(name)))

    def address(self, name: str) -> str:
        """Return where the page finds one of ``OF_EVERYONE``, below the page's own routes.

        The version changes with the content, so that a browser asks only once.
        """
        return f"network/{name}?version={self._of_everyone(name).tag}"

    def routes(self) -> list[BaseRoute]:
        """Return the route."""
        return [Route(f"{PREFIX}/network/{{reference}}", guarded(self._answer), methods=["GET"])]

    async def _answer(self, request: Request) -> Response:
        """``?version`` names the content of what may change: it is kept only as that."""
        reference = request.path_params["reference"]
        if reference in OF_EVERYONE:
            file = self._of_everyone(reference)
            stays = request.query_params.get("version") == file.tag
        else:
            network = self._networks.find(reference)
            file = await run_in_threadpool(_plain, network)
            # Another release may have other variants.
            stays = network.final and not reference.startswith(VARIANT)
        headers = {"Cache-Control": FOR_EVER if stays else ASK_FIRST, "ETag": f'"{file.tag}"'}
        if headers["ETag"] in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        accepted = request.headers.get("accept-encoding", "")
        content, coding = file.content, file.coding
        if coding not in ("identity", *accepted.replace(" ", "").split(",")):
            content, coding = gzip.decompress(content), "identity"
        headers |= {"Content-Encoding": coding, "Vary": "Accept-Encoding"}
        counted = self._sent.one(place(request), len(content))
        return _Counted(counted, content, headers)


class _Counted(Response):
    """An answer that counts until it is taken: those who take none would fill the memory.

    It is sent in pieces, because a server waits for one to be taken only before the next.
    """

    media_type = "application/octet-stream"

    def __init__(self, counted: AbstractContextManager, content: bytes, headers: dict[str, str]):
        super().__init__(content, headers=headers)
        self._counted = counted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        status = {"status": self.status_code, "headers": self.raw_headers}
        with self._counted:
            await send({"type": "http.response.start"} | status)
            for at in range(0, len(self.body), PIECE):
                piece, more = self.body[at : at + PIECE], at + PIECE < len(self.body)
                await send({"type": "http.response.body", "body": piece, "more_body": more})


def _compressed(network: Network) -> File:
    content = gzip.compress(network.file(), mtime=0)
    return File(content, "gzip", _tag(content))


def _plain(network: Network) -> File:
    content = network.file()
    return File(content, "identity", _tag(content))


def _tag(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]
