"""The public link, through Gradio's tunnel."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from urllib.parse import urlsplit, urlunsplit

import gradio as gr

from mnist_cnn.server.http import gradio_internals
from mnist_cnn.server.http.addresses import Addresses

TIMEOUT = 10  # seconds; behind a filtering firewall a tunnel never opens and never fails
START_SECONDS = 1  # for the process of a tunnel to appear


def open_tunnel(
    demo: gr.Blocks,
    known: Addresses,
    server: str | None,
    opened: Callable[[str], None],
    say: Callable[[str], None],
) -> None:
    """Start opening Gradio's tunnel, and return at once.

    ``opened`` gets the link whenever it comes; ``say`` gets a sentence if it fails, or has not come
    within ``TIMEOUT`` seconds.

    Args:
        demo: launched.
        known: gets the link.
        server: ``host:port`` of a share server of one's own, instead of Gradio's.
        opened, say: are called from another thread.
    """
    late = threading.Timer(TIMEOUT, lambda: say(_no_link(f"no answer in {TIMEOUT} seconds")))

    def connect() -> None:
        try:
            link = gradio_internals.connect_tunnel(demo, server)
        except Exception as error:  # noqa: BLE001  whatever it is, the page is served locally
            if late.is_alive():
                say(_no_link(str(error) or type(error).__name__))
        else:
            # As Gradio does: its own server speaks https, one of one's own http.
            known.public = urlunsplit(urlsplit(link)._replace(scheme="http" if server else "https"))
            opened(known.public)
        late.cancel()

    for thread in (late, threading.Thread(target=connect)):
        thread.daemon = True
        thread.start()


def close_tunnels() -> None:
    """End the processes that tunnels run in, and those that are just being started."""
    end = time.monotonic() + START_SECONDS
    for tunnel in gradio_internals.tunnels():
        while tunnel.proc is None and time.monotonic() < end:
            time.sleep(0.01)
        if tunnel.proc:
            tunnel.proc.kill()


def _no_link(why: str) -> str:
    reason = " ".join(why.split()).rstrip(".")
    return f"No public link ({reason}); the page is served without one."
