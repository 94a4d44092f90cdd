"""The content security policy: what a page of this server may load, run and connect to."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Iterator

NAMED = re.compile(r"[A-Za-z0-9.\-_]+(:\d+)?")  # a policy cannot name an address of IPv6
# Gradio's scripts add styles and evaluate text; small ones stand in the import map as ``data:``.
# Nothing of another host is loaded. There is no frame-ancestors: lessons embed the page.
POLICY = "; ".join(
    (
        "default-src 'self'",
        "connect-src 'self'{sockets}",
        "script-src 'self'{scripts} 'unsafe-eval' data:",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "media-src 'self' data: blob:",
        "font-src 'self' data:",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
    )
)


def policy(host: str, hashes: Iterable[str] = ()) -> str:
    """Return the policy for an answer.

    Args:
        host: what the visitor calls this server, checked. In Safari before 15.4, ``'self'`` has no
            WebSockets, so they are named.
        hashes: of the scripts that stand in the page itself; no others there run.
    """
    sockets = f" ws://{host} wss://{host}" if NAMED.fullmatch(host) else ""
    return POLICY.format(sockets=sockets, scripts="".join(f" '{one}'" for one in hashes))


def inline_hashes(html: bytes) -> list[str]:
    """Return the hashes of all scripts that stand in a page, each once, as a policy has them."""
    texts = dict.fromkeys(text for tag, text in _scripts(html) if b"src=" not in tag)
    return [f"sha256-{base64.b64encode(hashlib.sha256(one).digest()).decode()}" for one in texts]


def _scripts(html: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the tag of each script, and its text; a regular expression is slower."""
    for piece in html.split(b"<script")[1:]:
        tag, _, rest = piece.partition(b">")
        yield tag, rest.partition(b"</script")[0]
