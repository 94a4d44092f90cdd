"""``share``: the addresses under which others reach the page, each with its QR code."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mnist_cnn.page.build.assets import PREFIX
from mnist_cnn.server.http import addresses
from mnist_cnn.server.http.requests import RequestError, json_of
from mnist_cnn.server.state.state import state_of

MAX_ADDRESS = 300  # characters; no phone reads the code of a longer one from a screen


async def share(request: Request) -> Response:
    """``?here``, the page's own address → all addresses, and the QR code of each.

    As ``{"network": [{"address", "kind", "name"}, …], "public": …, "codes": {address: SVG}}``.
    """
    here = request.query_params.get("here", "")
    if not here.startswith(("http://", "https://")) or len(here) > MAX_ADDRESS:
        raise RequestError(f"here must be an address of at most {MAX_ADDRESS} characters")
    known = state_of(request).addresses

    def look_up() -> dict:
        network, public = known.network, known.public
        texts = (here, public, *(way.address for way in network))
        codes = {text: addresses.as_svg(text) for text in texts if text}
        return {"network": network, "public": public, "codes": codes}

    return json_of(await run_in_threadpool(look_up))


ROUTES = [Route(f"{PREFIX}/share", share, methods=["GET"])]
