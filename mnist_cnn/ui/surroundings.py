"""What the environment says, and Gradio is not to hear: proxies, certificates, its own variables.

Gradio asks its own server whether it has begun, and MCP tools ask it for everything; where a
school's or company's proxy is set, they would ask the proxy for this machine.
"""

from __future__ import annotations

import contextlib
import os
import urllib.request
from collections.abc import Iterator

ITSELF = ("localhost", "127.0.0.1", "::1")
CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR")  # of which no file need be there
# The options have been read from the first; the others would change what the launch does.
GRADIO = ("GRADIO_SERVER_NAME", "GRADIO_DEBUG", "GRADIO_NUM_WORKERS", "GRADIO_WATCH_DIRS")


@contextlib.contextmanager
def hidden() -> Iterator[None]:
    """Meanwhile none of these variables is set, and nobody is asked through a proxy.

    For Gradio's import and launch: they ask no other machine, and fail with a traceback where a
    proxy is of a kind that httpx does not know, as SOCKS, or a file of certificates is missing.
    """
    names = ("no_proxy", *CERTIFICATES, *GRADIO)
    before = {name: os.environ.pop(name) for name in names if name in os.environ}
    os.environ["no_proxy"] = "*"
    try:
        yield
    finally:
        del os.environ["no_proxy"]
        os.environ.update(before)


def go_round_proxies(host: str) -> None:
    """From now on let requests of this process to its own server go there, and not to a proxy.

    For MCP tools. Where a proxy speaks SOCKS they need ``pip install httpx[socks]`` all the same,
    and exceptions that the system has besides its proxy count no longer.

    Args:
        host: the server's, besides the usual names of this machine.
    """
    proxies = urllib.request.getproxies()  # the environment's, or else the system's
    past = proxies.pop("no", "")
    if not proxies or past == "*":
        return
    # Once one of these variables is set, the system's own proxies count no longer.
    os.environ.update({f"{scheme}_proxy": address for scheme, address in proxies.items()})
    os.environ["no_proxy"] = ",".join([*([past] if past else []), *ITSELF, host])
