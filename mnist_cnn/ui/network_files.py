"""The route ``network/REFERENCE``: a network as the page reads it, see ``network_file``."""

from __future__ import annotations

import hashlib

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from mnist_cnn.ui.networks import Networks
from mnist_cnn.ui.requests import guarded
from mnist_cnn.ui.sending import Sending
from mnist_cnn.ui.web import PREFIX

FOR_EVER = "private, max-age=31536000, immutable"
ASK_FIRST = "private, no-cache"


class NetworkFiles:
    """The files of all networks but those in ``contents``."""

    def __init__(self, networks: Networks, sending: Sending):
        """Send none yet; what is sent counts in ``sending``."""
        self._networks, self._sending = networks, sending

    def routes(self) -> list[BaseRoute]:
        """Return the route."""
        return [Route(f"{PREFIX}/network/{{reference}}", guarded(self._answer), methods=["GET"])]

    async def _answer(self, request: Request) -> Response:
        network = self._networks.find(request.path_params["reference"])
        content = await run_in_threadpool(network.file)
        tag = f'"{hashlib.sha256(content).hexdigest()[:16]}"'
        headers = {"Cache-Control": FOR_EVER if network.final else ASK_FIRST, "ETag": tag}
        if tag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        headers["Content-Encoding"] = "identity"  # else Gradio compresses it, each time
        return self._sending.answer(request, content, headers)
