"""Environment variables that would mislead Gradio: proxies, certificates, and its own.

Gradio sends a request to its own server at the start, and MCP tools send it all of theirs; where a
school's or company's proxy is set, they would ask the proxy for this machine.
"""

from __future__ import annotations

import contextlib
import os
import urllib.request
from collections.abc import Iterator

ITSELF = ("localhost", "127.0.0.1", "::1")
CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR")  # they may name files that do not exist
# ``command_line`` has read the first already; the others would change what ``launch`` does.
GRADIO = ("GRADIO_SERVER_NAME", "GRADIO_DEBUG", "GRADIO_NUM_WORKERS", "GRADIO_WATCH_DIRS")
# uvicorn believes no proxy: ``gate.forwarded`` does, which has to know who has connected.
INSTEAD = {"no_proxy": "*", "FORWARDED_ALLOW_IPS": ""}


@contextlib.contextmanager
def hidden() -> Iterator[None]:
    """Hide these variables, and bypass all proxies, within a ``with`` block.

    For Gradio's import and launch: they send nothing to another machine, but fail with a traceback
    where httpx does not know the kind of a proxy (SOCKS), or a file of certificates is missing.
    """
    names = (*INSTEAD, *CERTIFICATES, *GRADIO)
    before = {name: os.environ.pop(name) for name in names if name in os.environ}
    os.environ.update(INSTEAD)
    try:
        yield
    finally:
        for name in INSTEAD:
            del os.environ[name]
        os.environ.update(before)


def bypass_proxies(host: str) -> None:
    """Let requests of this process to its own server bypass any proxy from now on.

    MCP tools need it. A SOCKS proxy still requires ``pip install httpx[socks]``, and the exceptions
    in the system's own proxy settings no longer count.

    Args:
        host: the server's, besides the usual names of this machine.
    """
    proxies = urllib.request.getproxies()  # the environment's, or else the system's
    exceptions = proxies.pop("no", "")
    if not proxies or exceptions == "*":
        return
    # Once one of these variables is set, Python ignores the system's own proxies.
    os.environ.update({f"{scheme}_proxy": address for scheme, address in proxies.items()})
    os.environ["no_proxy"] = ",".join([*([exceptions] if exceptions else []), *ITSELF, host])
