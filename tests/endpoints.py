"""Lists every endpoint of the app, Gradio's and ours, from its router."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from tests.serving import serving

FILLED = {
    "api_name": "predict",
    "path": "a/b.js",
    "path_or_url": "/etc/passwd",
    "name": "question",
}


def every_endpoint() -> list[tuple[str, str]]:
    """Return (method, path) pairs, with parameters filled in; a socket's method is WEBSOCKET."""
    with serving() as (_, served):
        routes = list(_walk(served.demo.app.routes))
    return sorted({(method, _filled(path)) for method, path in routes})


def _walk(routes: Iterable) -> Iterator[tuple[str, str]]:
    for route in routes:
        path = getattr(route, "path", "")
        inner = getattr(route, "original_router", None)  # of FastAPI's include_router
        if inner is not None:
            yield from _walk(inner.routes)
        elif getattr(route, "methods", None):
            yield from ((method, path) for method in route.methods)
        elif type(route).__name__ == "Mount":
            yield from (("GET", f"{path}/file.js"), ("HEAD", f"{path}/file.js"))
        elif "WebSocket" in type(route).__name__:
            yield "WEBSOCKET", path
        else:  # a mounted app
            yield from (("GET", path), ("POST", path))


def _filled(path: str) -> str:
    return re.sub(r"\{(\w+)(:\w+)?\}", lambda found: FILLED.get(found[1], "x1"), path)
