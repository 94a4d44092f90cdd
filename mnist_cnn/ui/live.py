"""The drawing route: ink in, every layer out, while the pen moves.

It is binary and lives on Gradio's own app, beside Gradio's routes and under the same prefix and
login, because JSON, base64 and the queue cost more than the network itself.
"""

from __future__ import annotations

import struct
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from mnist_cnn import ink, payload
from mnist_cnn.reading import Reader
from mnist_cnn.ui import exploring
from mnist_cnn.ui.requests import BINARY, RequestError, body_of, drawing_of, guarded

PREFIX = "/mnist_cnn"
WEB_FOLDERS = (
    "actions",
    "answer",
    "filmstrip",
    "header",
    "inspector",
    "locales",
    "maps",
    "pad",
    "timeline",
    "transport",
)
LARGEST_PICTURE = 8 * 2**20  # bytes of an uploaded file; the pad sends at most 512×512 as PNG


def routes(reader: Reader) -> list[BaseRoute]:
    """Return the routes to put on Gradio's app, the page's own files among them."""
    names = reader.tracer.names

    async def read(request: Request) -> Response:
        """A drawing, ``?layers=conv1,pool1``, all of them without it → ``payload.encode``."""
        wanted = _layers(request, names)
        reading = reader.read(await drawing_of(request))
        return Response(payload.encode(reading, wanted), headers=BINARY)

    async def find_ink(request: Request) -> Response:
        """A picture file → uint16 width, uint16 height, then its ink, uint8."""
        found = ink.find_ink(ink.open_picture(await body_of(request, LARGEST_PICTURE)))
        height, width = found.shape
        return Response(struct.pack("<HH", width, height) + found.tobytes(), headers=BINARY)

    async def activations(request: Request) -> Response:
        """A drawing → a file with the exact numbers of every layer, ``payload.encode_npz``."""
        reading = reader.read(await drawing_of(request))
        if reading is None:
            raise RequestError("There is no ink in the drawing")
        name = f"digit-{reading.activations.digit}-activations.npz"
        headers = BINARY | {"Content-Disposition": f"attachment; filename={name}"}
        content = await run_in_threadpool(payload.encode_npz, reading)
        return Response(content, headers=headers, media_type="application/zip")

    here = Path(__file__).parent
    return [
        Route(f"{PREFIX}/read", guarded(read), methods=["POST"]),
        Route(f"{PREFIX}/ink", guarded(find_ink), methods=["POST"]),
        Route(f"{PREFIX}/activations", guarded(activations), methods=["POST"]),
        *exploring.routes(reader, PREFIX),
        *(
            Mount(f"{PREFIX}/{folder}", _RevalidatedFiles(directory=here / folder))
            for folder in WEB_FOLDERS
            if (here / folder).is_dir()
        ),
    ]


class _RevalidatedFiles(StaticFiles):
    """Files the browser may keep but has to ask about, so that a new version is seen at once."""

    def file_response(self, *args, **kwargs) -> Response:
        response = super().file_response(*args, **kwargs)
        response.headers["Cache-Control"] = "no-cache"
        return response


def _layers(request: Request, names: list[str]) -> list[str]:
    text = request.query_params.get("layers")
    if text is None:
        return names
    wanted = text.split(",") if text else []
    unknown = sorted(set(wanted) - set(names))
    if unknown:
        raise RequestError(f"The network has no layer {unknown[0][:40]!r}, only {', '.join(names)}")
    return wanted
