"""Who is the teacher: the token of the link that is printed, and the cookies of who has used it.

A browser keeps the address of every link in its history and its session's files, also of one that
leaves the address bar at once. So a token is good until a browser of the teacher's leaves: then
what stays behind on that computer is worth nothing. Nobody else can end it.
"""

from __future__ import annotations

import hmac
import secrets
from collections import deque
from collections.abc import Callable

MAX_BROWSERS = 32  # of teachers; the one that came first is the first to be forgotten
TOKEN_BYTES = 18


class Teachers:
    """The teachers of one start of the server. Not thread-safe: call it from the event loop."""

    def __init__(self) -> None:
        self.token = secrets.token_urlsafe(TOKEN_BYTES)  # of the link
        # Two servers of one machine share their cookies, whatever their ports: each names its own.
        self.cookie = f"mnist_cnn_teacher_{secrets.token_hex(4)}"
        self.announce: Callable[[], None] = lambda: None  # prints the link; may block
        self._browsers: deque[str] = deque(maxlen=MAX_BROWSERS)

    def exchange(self, token: str) -> str | None:
        """Return the value of a new teacher's cookie, or None if ``token`` is not the link's."""
        if not _same(token, self.token):
            return None
        value = secrets.token_urlsafe(TOKEN_BYTES)
        self._browsers.append(value)
        return value

    def knows(self, value: str) -> bool:
        """Whether ``value`` is that of a teacher's cookie."""
        return any(_same(value, known) for known in tuple(self._browsers))

    def forget(self, value: str) -> bool:
        """Make the browser with this cookie nobody's, and the link it may have kept worthless.

        The teacher's other browsers stay so. Return whether it was a teacher's.
        """
        if not self.knows(value):
            return False
        self._browsers.remove(value)
        self.token = secrets.token_urlsafe(TOKEN_BYTES)
        return True


def _same(one: str, other: str) -> bool:
    """Whether two texts are equal, found out in constant time."""
    return hmac.compare_digest(*(text.encode(errors="surrogatepass") for text in (one, other)))
