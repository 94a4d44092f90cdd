"""Networks as files: ``network``, as the page reads them, and ``file``, to take and to bring."""

from __future__ import annotations

import hashlib

from anyio import CapacityLimiter, to_thread
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mnist_cnn.network import exchange_formats
from mnist_cnn.page.build.assets import PREFIX
from mnist_cnn.server.http.fairness import client_of
from mnist_cnn.server.http.requests import BINARY, RequestError, json_of, session_of
from mnist_cnn.server.state import as_json
from mnist_cnn.server.state.state import state_of

FOR_EVER = "private, max-age=31536000, immutable"
ASK_FIRST = "private, no-cache"

_exporting = CapacityLimiter(1)  # one file at a time is written: other requests find threads


async def network(request: Request) -> Response:
    """→ the network of the reference in the path, as ``network_file.encode`` writes it."""
    state = state_of(request)
    found = state.networks.find(request.path_params["reference"])
    content = await run_in_threadpool(found.file)
    tag = f'"{hashlib.sha256(content).hexdigest()[:16]}"'
    headers = {"Cache-Control": FOR_EVER if found.final else ASK_FIRST, "ETag": tag}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    headers["Content-Encoding"] = "identity"  # or Gradio compresses it, each time
    return state.sending.answer(request, content, headers)


async def download(request: Request) -> Response:
    """``?network&format=onnx`` → it as a file with its card; see ``exchange_formats``."""
    found = state_of(request).networks.asked(request)
    suffix = f".{request.query_params.get('format', 'keras')}"
    if not found.final:
        raise RequestError("The network is still in training.", "run untested")
    given = (suffix[:20], found.layers, found.weights, found.about)
    try:
        content = await to_thread.run_sync(exchange_formats.encode, *given, limiter=_exporting)
    except OSError as error:
        raise RequestError(
            f"The server has no space for a file ({error.strerror}). Free some on its disk and "
            "try again.",
            "run disk",
        ) from error
    headers = {"Content-Disposition": f"attachment; filename=mnist_cnn{suffix}"}
    return Response(content, headers=BINARY | headers, media_type="application/octet-stream")


async def upload(request: Request) -> Response:
    """A ``.keras`` or ``.h5`` file, ``?name`` → the network in it, ready to be used."""
    state, client = state_of(request), client_of(request)
    name = request.query_params.get("name", "")
    given = (session_of(request), name, await request.body(), client)
    return json_of(
        as_json.upload(await state.decoding.read(client, state.networks.uploads.add, *given))
    )


ROUTES = [
    Route(f"{PREFIX}/network/{{reference}}", network, methods=["GET"]),
    Route(f"{PREFIX}/file", download, methods=["GET"]),
    Route(f"{PREFIX}/file", upload, methods=["POST"]),
]
