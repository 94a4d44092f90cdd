"""Every endpoint an app has, Gradio's and ours, as its own router knows them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from gradio.routes import App

from mnist_cnn.architecture import layers_in
from mnist_cnn.classroom import Classroom
from mnist_cnn.reading import Reader
from mnist_cnn.runs import Runs
from mnist_cnn.ui import gate, languages, live, page, sharing, training
from mnist_cnn.ui.networks import Networks
from mnist_cnn.ui.waking import Waking, health
from mnist_cnn.ui.web import PREFIX
from mnist_cnn.weights_file import DEFAULT

FILLED = {"api_name": "predict", "path": "a/b.js", "path_or_url": "/etc/passwd"}


def every_endpoint(reader: Reader) -> list[tuple[str, str]]:
    """Return method and path, its parameters filled in; the method of a socket is WEBSOCKET."""
    runs, waking = Runs(), Waking(lambda: None)
    routes = [
        health(waking),
        *sharing.routes(sharing.Addresses("127.0.0.1", 7860)),
        *languages.routes(PREFIX),
        training.about({}, PREFIX),
        *live.routes(Networks(reader, runs), Classroom()),
    ]
    demo = page.build(layers_in(DEFAULT), waking.wait)
    app = App.create_app(demo, app_kwargs={"routes": routes, "middleware": gate.middleware()})
    runs.close()
    return sorted({(method, _filled(path)) for method, path in _walk(app.routes)})


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
        else:
            yield "WEBSOCKET", path


def _filled(path: str) -> str:
    return re.sub(r"\{(\w+)(:\w+)?\}", lambda found: FILLED.get(found[1], "x1"), path)
