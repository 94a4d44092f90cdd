"""How others get to the page: the public link, and the addresses the page shows for it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

import gradio as gr
from gradio import networking, tunneling
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from mnist_cnn.ui import addresses
from mnist_cnn.ui.requests import RequestError, guarded, json_of
from mnist_cnn.ui.web import PREFIX

TIMEOUT = 10  # seconds; behind a filtering firewall the tunnel would hang for ever
BEGINNING = 1  # second, for the process of a tunnel to be there
LONGEST_ADDRESS = 300  # characters; longer ones make a code that no phone reads from a screen


@dataclass
class Addresses:
    """Where the page is served, and can be opened from elsewhere as far as that is known."""

    host: str
    port: int
    public: str | None = None  # for anybody

    @property
    def network(self) -> list[addresses.Way]:
        """The ways for machines of this network: looked up anew, since a laptop moves."""
        return addresses.on_this_network(self.host, self.port)


def routes(known: Addresses) -> list[BaseRoute]:
    """Return the route ``share``."""

    async def share(request: Request) -> Response:
        """``?here``, the page's own address → those of ``Addresses``, and the QR code of each.

        As ``{"network": [{"address", "kind", "name"}, …], "public": …, "codes": {address: SVG}}``.
        """
        here = request.query_params.get("here", "")
        if not here.startswith(("http://", "https://")) or len(here) > LONGEST_ADDRESS:
            raise RequestError(f"here must be an address of at most {LONGEST_ADDRESS} characters")
        return json_of(await run_in_threadpool(tell, here))

    def tell(here: str) -> dict:
        network, public = known.network, known.public
        texts = (here, public, *(way.address for way in network))
        codes = {text: addresses.as_svg(text) for text in texts if text}
        return {"network": network, "public": public, "codes": codes}

    return [Route(f"{PREFIX}/share", guarded(share), methods=["GET"])]


def open_tunnel(
    demo: gr.Blocks,
    known: Addresses,
    server: str | None,
    opened: Callable[[str], None],
    say: Callable[[str], None],
) -> None:
    """Open Gradio's tunnel, meanwhile return; tell the link, or in ten seconds why there is none.

    A link that comes later than that is told and shown when it comes.

    Args:
        demo: launched.
        known: gets the link.
        server: ``host:port`` of a share server of one's own, instead of Gradio's.
        opened: is called with the link, from another thread.
        say: is called with a sentence where there is none, from another thread.
    """
    late = threading.Timer(TIMEOUT, lambda: say(_no_link(f"no answer in {TIMEOUT} seconds")))

    def connect() -> None:
        try:
            link = networking.setup_tunnel(
                demo.server_name, demo.server_port, demo.share_token, server, None
            )
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
    end = time.monotonic() + BEGINNING
    for tunnel in tunneling.CURRENT_TUNNELS:
        while tunnel.proc is None and time.monotonic() < end:
            time.sleep(0.01)
        if tunnel.proc:
            tunnel.proc.kill()


def _no_link(why: str) -> str:
    reason = " ".join(why.split()).rstrip(".")
    return f"No public link ({reason}); the page is served without one."
