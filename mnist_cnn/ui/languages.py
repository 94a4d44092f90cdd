"""The languages of the page: every folder of ``mnist_cnn/languages`` is one."""

from __future__ import annotations

import json

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route

from mnist_cnn.lesson.text import LANGUAGES

PAGE = "page.json"  # every word of the page
NAME = "languageName"  # in it: how the language calls itself


def languages() -> dict[str, str]:
    """Return the tag of every language and how it calls itself, English first."""
    files = sorted(LANGUAGES.glob(f"*/{PAGE}"))
    return {
        file.parent.name: json.loads(file.read_text(encoding="utf-8"))[NAME]
        for file in sorted(files, key=lambda file: (file.parent.name != "en", file.parent.name))
    }


def routes(prefix: str) -> list[BaseRoute]:
    """Return the route ``prefix/languages/zh-CN``: the words of the page in one language."""

    async def words(request: Request) -> Response:
        tag = request.path_params["tag"]
        if tag not in languages():
            known = ", ".join(languages())
            sentence = f"There is no language {tag[:40]!r}, only {known}"
            return JSONResponse({"error": sentence}, 404)
        headers = {"Cache-Control": "no-cache"}  # a new version is seen at once
        return FileResponse(LANGUAGES / tag / PAGE, headers=headers)

    return [Route(f"{prefix}/languages/{{tag}}", words)]
