"""How many bytes of uploads may lie on the disk, for each client and in all.

The gate counts a body before Gradio writes it. Gradio deletes uploads by their age, but pictures
in tool calls never.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
from collections import Counter, deque
from pathlib import Path

from starlette.concurrency import run_in_threadpool

from mnist_cnn.server.http.fairness import OverloadError
from mnist_cnn.system import temporary_folder

MAX_STORED = 2**30  # bytes
MAX_STORED_PER_CLIENT = 2**28  # a class may share an address
UPLOADS_KEPT = (300, 600)  # seconds: how often Gradio looks for old ones, and how old they get
SECONDS = sum(UPLOADS_KEPT)  # until an upload is deleted for sure
SWEEP_SECONDS = 60  # between two sweeps
FULL = "Too many files have been uploaded. Try again in a few minutes."


class UploadQuota:
    """Counts what came in the last ``SECONDS``."""

    def __init__(self) -> None:
        # When, by whom, bytes; the oldest first.
        self._taken: deque[tuple[float, str, int]] = deque()
        self._of_clients: Counter[str] = Counter()  # bytes
        self._swept = time.monotonic()

    async def take(self, client: str, size: int) -> None:
        """Count ``size`` bytes; raises ``OverloadError`` when there is no room for them."""
        if time.monotonic() - self._swept > SWEEP_SECONDS:
            self._swept = time.monotonic()
            await run_in_threadpool(delete_old)
        self._forget_old()
        in_all, of_client = self._of_clients.total() + size, self._of_clients[client] + size
        if in_all > MAX_STORED or of_client > MAX_STORED_PER_CLIENT:
            raise OverloadError(FULL)
        self._of_clients[client] = of_client
        self._taken.append((time.monotonic(), client, size))

    def _forget_old(self) -> None:
        while self._taken and time.monotonic() - self._taken[0][0] > SECONDS:
            _, client, size = self._taken.popleft()
            self._of_clients[client] -= size
            if not self._of_clients[client]:
                del self._of_clients[client]


def delete_old() -> None:
    """Delete what is older than an upload gets, if it lies in a folder of this server's own."""
    folder = Path(os.environ.get("GRADIO_TEMP_DIR") or Path(tempfile.gettempdir()) / "gradio")
    if not temporary_folder.contains(folder.resolve()):
        return
    for file in folder.rglob("*"):
        with contextlib.suppress(OSError):  # Gradio has deleted it meanwhile
            if file.is_file() and time.time() - file.stat().st_mtime > SECONDS:
                file.unlink()
