"""The drawing route: ink in, every layer out, while the pen moves.

It is binary and lives on Gradio's own app, beside Gradio's routes and under the same prefix and
login, because JSON, base64 and the queue cost more than the network itself.
"""

from __future__ import annotations

import asyncio
import struct
import zlib
from collections.abc import Collection

import numpy as np
import uvicorn
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket

from mnist_cnn import payload
from mnist_cnn.classroom import Classroom
from mnist_cnn.ui import correcting, exploring, lessons, trained, training
from mnist_cnn.ui.classroom import routes as class_routes
from mnist_cnn.ui.decoding import ink_in
from mnist_cnn.ui.drawing_line import DrawingLine
from mnist_cnn.ui.endpoints import LARGEST_MESSAGE
from mnist_cnn.ui.fairness import OverloadError, place
from mnist_cnn.ui.frames import patient
from mnist_cnn.ui.networks import Networks
from mnist_cnn.ui.newest import Newest
from mnist_cnn.ui.requests import (
    BINARY,
    LARGEST_SIDE,
    RequestError,
    drawing_of,
    guarded,
    known,
    reading_of,
    signed_in,
)
from mnist_cnn.ui.web import PREFIX

LIVE_HEADER = struct.Struct("<HHH")  # width, height, length of the layers' names
ALL_LAYERS = 0xFFFF  # instead of that length


def routes(networks: Networks, classroom: Classroom | None = None) -> list[BaseRoute]:
    """Return the routes to put on Gradio's app.

    Args:
        networks: that read drawings; without ``runs`` nobody can train.
        classroom: what a teacher decides; without it, or without runs, there is no class.
    """
    runs, line = networks.runs, DrawingLine()

    async def read(request: Request) -> Response:
        """A drawing, ``?layers=conv1,pool1``, all of them without it → ``payload.encode``.

        With ``&network``, by another than the shipped one; see ``networks``.
        """
        network = networks.asked(request)
        wanted = _layers(request.query_params.get("layers"), network.names)
        reading = await line.read(network, place(request), await drawing_of(request))
        return Response(payload.encode(reading, wanted), headers=BINARY)

    async def live(socket: WebSocket) -> None:
        """The same for one drawing after another: half the time, without a request for each.

        Message in, little-endian: uint16 width, height and length of the layers' names, 0xFFFF
        for all layers; the names in ASCII with commas, ``*`` for all, and ``@NETWORK`` after them
        for another than the shipped network; uint8 ``(height, width)``. Message out:
        ``payload.encode``, or ``payload.encode_error``, or when too many draw ``encode_busy``;
        with ``?coding=deflate`` in zlib's format, a third as long. Of messages that come before
        an answer has been sent only the newest is answered.
        """
        deflate = socket.query_params.get("coding") == "deflate"
        if not await signed_in(socket):
            return await socket.close()
        await socket.accept()
        newest, who = Newest(), place(socket)
        answering = asyncio.create_task(answer(socket, newest, who, deflate))
        try:
            while (message := await socket.receive())["type"] == "websocket.receive":
                newest.put(message.get("bytes") or b"")
        finally:
            answering.cancel()

    async def answer(socket: WebSocket, newest: Newest, who: str, deflate: bool) -> None:
        """Answer the newest message, for as long as the socket is open."""
        while True:
            message = await newest.get()
            try:
                drawing, text = _parse(message)
                layers, _, reference = text.partition("@")
                network = networks.find(reference)
                wanted = _layers(None if layers == "*" else layers, network.names)
                content = payload.encode(await line.read(network, who, drawing), wanted)
            except RequestError as error:
                content = payload.encode_error(str(error), error.key)
            except OverloadError:
                content = payload.encode_busy()
            await socket.send_bytes(zlib.compress(content, 1) if deflate else content)

    async def find_ink(request: Request) -> Response:
        """A picture file → uint16 width, uint16 height, then its ink, uint8."""
        found = await ink_in(await request.body())
        height, width = found.shape
        return Response(struct.pack("<HH", width, height) + found.tobytes(), headers=BINARY)

    async def activations(request: Request) -> Response:
        """A drawing → a file with the exact numbers of every layer, ``payload.encode_npz``."""
        reading = await reading_of(request, networks.asked(request))
        name = f"digit-{reading.activations.digit}-activations.npz"
        headers = BINARY | {"Content-Disposition": f"attachment; filename={name}"}
        content = await run_in_threadpool(payload.encode_npz, reading)
        return Response(content, headers=headers, media_type="application/zip")

    return [
        Route(f"{PREFIX}/read", guarded(read), methods=["POST"]),
        WebSocketRoute(f"{PREFIX}/live", live),
        Route(f"{PREFIX}/ink", guarded(find_ink), methods=["POST"]),
        Route(f"{PREFIX}/activations", guarded(activations), methods=["POST"]),
        *exploring.routes(networks, PREFIX),
        *(training.routes(runs, networks, PREFIX) if runs else ()),
        *(trained.routes(runs, networks, PREFIX) if runs else ()),
        *lessons.routes(networks.reader, PREFIX),
        *(correcting.routes(runs, networks, PREFIX) if runs else ()),
        *(class_routes(classroom, networks, runs, PREFIX) if runs and classroom else ()),
    ]


def configure(server: uvicorn.Server) -> None:
    """Set what Gradio leaves to uvicorn, for the messages of the live route; after the launch."""
    # At its level 6, 1.4 ms an answer, longer than the network takes; pages that are far away ask
    # for a faster coding themselves.
    server.config.ws_per_message_deflate = False
    server.config.ws_max_size = LARGEST_MESSAGE
    server.config.ws_protocol_class = patient(server.config.ws_protocol_class)


def _layers(text: str | None, names: list[str]) -> Collection[str]:
    if text is None:
        return names
    return known(text.split(",") if text else [], names)


def _parse(message: bytes) -> tuple[np.ndarray, str]:
    """Return the drawing in a message of the live route, and the text that says what is wanted."""
    if len(message) < LIVE_HEADER.size:
        raise RequestError(f"A drawing has at least {LIVE_HEADER.size} bytes, got {len(message)}")
    width, height, length = LIVE_HEADER.unpack_from(message)
    if not (1 <= width <= LARGEST_SIDE and 1 <= height <= LARGEST_SIDE):
        raise RequestError(f"Both sides must be 1 to {LARGEST_SIDE} pixels, got {width}×{height}")
    at = LIVE_HEADER.size + (0 if length == ALL_LAYERS else length)
    if len(message) != at + width * height:
        raise RequestError(f"Expected {at + width * height} bytes, got {len(message)}")
    text = message[LIVE_HEADER.size : at].decode("ascii", "replace")
    drawing = np.frombuffer(message, np.uint8, offset=at).reshape(height, width)
    return drawing, "*" if length == ALL_LAYERS else text
