"""How many pages are here: those whose socket is open, or whose request for news is held."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator

GRACE = 2.0  # seconds in which a page opens its next connection: it does not leave meanwhile
# The same of a tab in the background that asks now and then: browsers let it do so once a minute.
HIDDEN_GRACE = 65.0


class Presence:
    """The pages that are here. Belongs to the event loop's thread."""

    def __init__(self, changed: Callable[[], None]):
        """Call ``changed`` when a page comes or leaves."""
        self._changed = changed
        # By name: for each of its connections, the newest last, whether it is the teacher's now.
        self._here: dict[str, list[Callable[[], bool]]] = {}

    @contextlib.contextmanager
    def one(
        self, name: str, is_teacher: Callable[[], bool], grace: float = GRACE
    ) -> Iterator[None]:
        """Count a page while it is connected, and a moment longer.

        Args:
            name: its session.
            is_teacher: asked whenever pages are counted.
            grace: seconds that the moment lasts.
        """
        self._here.setdefault(name, []).append(is_teacher)
        self._changed()
        try:
            yield
        finally:
            asyncio.get_running_loop().call_later(grace, self._leave, name, is_teacher)

    def count(self) -> int:
        """Return how many pages are here besides the teacher's."""
        return sum(not connections[-1]() for connections in self._here.values())

    def _leave(self, name: str, is_teacher: Callable[[], bool]) -> None:
        self._here[name].remove(is_teacher)
        if not self._here[name]:
            del self._here[name]
        self._changed()
