"""Networks that people upload as files of Keras: checked, and kept in memory for a while."""

from __future__ import annotations

import secrets
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mnist_cnn.network import card as cards
from mnist_cnn.network.architecture import Layer
from mnist_cnn.network.card import Card
from mnist_cnn.network.keras_file import DAMAGED_FILE_ERRORS, WeightsError
from mnist_cnn.reading.sandbox import FoundNetwork, Sandbox
from mnist_cnn.runs.limits import first_to_go, newest

MAX_NAME = 60  # characters
MAX_OF_SESSION, MAX_IN_ALL = 3, 20  # uploads, up to 8 MB each
MAX_AGE = 6 * 3600  # seconds


class UploadError(Exception):
    """The file cannot be used. The message names it and says why."""

    def __init__(self, sentence: str, reason: str, **values: object):
        super().__init__(sentence)
        self.reason = reason  # damaged, or one of ``WeightsError``; for translations
        self.values = values  # what the sentence names


@dataclass(frozen=True)
class Upload:
    """A network from a file."""

    id: str  # cannot be guessed
    session: str
    client: str  # the network address it came from
    name: str  # of the file, without its folder
    layers: list[Layer]
    weights: list[np.ndarray]  # float32, array after array of these layers
    card: Card | None  # what its maker says of it; nobody has checked
    at: float  # ``time.monotonic()`` when it came


class Uploads:
    """All uploads of a server; from any thread."""

    def __init__(self, sandbox: Sandbox):
        """Files are read in ``sandbox``."""
        self._sandbox = sandbox
        self._lock = threading.Lock()
        self._all: dict[str, Upload] = {}  # the oldest first

    def add(self, session: str, name: str, content: bytes, client: str = "") -> Upload:
        """Check a file and keep its network; older ones make room.

        Args:
            session: whose it is.
            name: of the file, for people to read.
            content: of the file, nothing in it is executed.
            client: the network address it comes from.

        Raises:
            UploadError: it is no file of Keras, or holds no network that can be shown here.
        """
        name = Path(name.replace("\\", "/")).name[:MAX_NAME] or "network.keras"
        found, card = _read(self._sandbox, content, name)
        upload = Upload(
            id=secrets.token_urlsafe(9),
            session=session,
            client=client,
            name=name,
            layers=found.layers,
            weights=found.weights,
            card=card,
            at=time.monotonic(),
        )
        with self._lock:
            self._all[upload.id] = upload
            self._tidy()
        return upload

    def of(self, session: str) -> list[Upload]:
        """Return those of a session, the oldest first."""
        with self._lock:
            self._tidy()
            return [upload for upload in self._all.values() if upload.session == session]

    def find(self, upload_id: str) -> Upload | None:
        """Return the one with this id, of whatever session, or None."""
        with self._lock:
            return self._all.get(upload_id)

    def _tidy(self) -> None:
        now = time.monotonic()
        young = [upload for upload in self._all.values() if now - upload.at <= MAX_AGE]
        kept = newest(MAX_OF_SESSION, young)
        while len(kept) > MAX_IN_ALL:
            kept.remove(first_to_go(kept))
        self._all = {upload.id: upload for upload in kept}


def _read(sandbox: Sandbox, content: bytes, name: str) -> tuple[FoundNetwork, Card | None]:
    """Return the network in the file and its card, if it has one."""
    try:
        found = sandbox.network(content)
    except WeightsError as error:
        damaged = error.reason == "damaged"
        told = f"is damaged or no file of Keras ({error.detail})" if damaged else error.detail
        values = {"detail": error.detail} | error.values | {"name": name}
        raise UploadError(f"{name} {told}.", error.reason, **values) from error
    try:
        return found, cards.from_json(found.card) if found.card else None
    except DAMAGED_FILE_ERRORS:
        return found, None  # its numbers are good, and what it says of itself is not shown
