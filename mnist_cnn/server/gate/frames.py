"""Closes the WebSockets of clients that keep the server busy.

One read may bring 40,000 frames without content, which take a second to parse; pings and fragments
never reach the app, and so are counted here.
"""

from __future__ import annotations

import asyncio
import time

from starlette.requests import HTTPConnection

from mnist_cnn.server.http import gradio_internals
from mnist_cnn.server.http.fairness import OverloadError, Rate, Rates, client_of

PIECE = 2048  # bytes parsed at a time: 340 frames, 8 ms
# Seconds of a core for one client's sockets, which may be a class: a page's message takes 0.00005.
BUDGET = Rate(0.1, 0.01)


def with_budget(protocol: type[asyncio.Protocol]) -> type[asyncio.Protocol]:
    """Return uvicorn's WebSocket protocol, which closes a socket when its client's budget is spent.

    Opening one is not counted here: ``endpoints`` limits how often that is asked for, and uvicorn
    drops the frames that come with it.
    """
    budget = Rates(BUDGET)

    class Budgeted(protocol):  # type: ignore[valid-type, misc]  # whichever uvicorn has
        def data_received(self, data: bytes) -> None:
            for at in range(0, len(data), PIECE):
                if self.transport.is_closing():
                    return
                scope, began = gradio_internals.scope_of(self), time.thread_time()
                super().data_received(data[at : at + PIECE])
                if scope is None:
                    continue
                try:
                    budget.spend(client_of(HTTPConnection(scope)), time.thread_time() - began)
                except OverloadError:
                    self.transport.abort()

    return Budgeted
