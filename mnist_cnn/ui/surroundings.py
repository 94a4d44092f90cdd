"""A proxy is for the world outside: what this machine asks itself does not go through it.

Gradio asks its own server whether it has begun, and MCP tools ask it for everything; where a
school's or company's proxy is set, they would ask the proxy for this machine.
"""

from __future__ import annotations

import contextlib
import os
import urllib.request
from collections.abc import Iterator

ITSELF = ("localhost", "127.0.0.1", "::1")


@contextlib.contextmanager
def unused() -> Iterator[None]:
    """Meanwhile ask nobody through a proxy, not even of a kind httpx does not know, as SOCKS."""
    before = os.environ.get("no_proxy")
    os.environ["no_proxy"] = "*"
    try:
        yield
    finally:
        del os.environ["no_proxy"]
        if before is not None:
            os.environ["no_proxy"] = before


def go_round_for_itself(host: str) -> None:
    """From now on let requests of this process to its own server go there, all others as before.

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
