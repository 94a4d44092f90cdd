"""The page's own files: the folders of its components, as the browser asks for them."""

from __future__ import annotations

from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.staticfiles import StaticFiles

PREFIX = "/mnist_cnn"  # of the page's own routes
HERE = Path(__file__).parent
FOLDERS = sorted({path.parent.name for path in HERE.glob("*/*.js")})


def routes() -> list[BaseRoute]:
    """Return the routes of these files."""
    return [_files(folder) for folder in FOLDERS]


def _files(folder: str) -> Route:
    """A route and not a mount: mounts find nothing where a proxy has cut off ``root_path``."""
    files = _RevalidatedFiles(directory=HERE / folder)

    async def answer(request: Request) -> Response:
        return await files.get_response(request.path_params["name"], request.scope)

    return Route(f"{PREFIX}/{folder}/{{name:path}}", answer, methods=["GET"])


class _RevalidatedFiles(StaticFiles):
    """Files the browser may keep but has to ask about, so that a new version is seen at once."""

    def file_response(self, *args, **kwargs) -> Response:
        response = super().file_response(*args, **kwargs)
        response.headers["Cache-Control"] = "no-cache"
        return response
