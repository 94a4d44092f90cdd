"""The route ``network/REFERENCE``: a network as the page reads it, see ``network_file``."""

from __future__ import annotations

import functools
import gzip
import hashlib
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from mnist_cnn.ui.networks import JUDGE, VARIANT, Network, Networks
from mnist_cnn.ui.requests import guarded
from mnist_cnn.ui.web import PREFIX

FOR_EVER = "private, max-age=31536000, immutable"
ASK_FIRST = "private, no-cache"
OF_EVERYONE = ("shipped", JUDGE)  # asked for by every page: compressed once


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
        return Response(content, headers=headers, media_type="application/octet-stream")


def _compressed(network: Network) -> File:
    content = gzip.compress(network.file(), mtime=0)
    return File(content, "gzip", _tag(content))


def _plain(network: Network) -> File:
    content = network.file()
    return File(content, "identity", _tag(content))


def _tag(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]
