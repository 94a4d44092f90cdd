"""A temporary folder for this process alone, deleted when the process ends.

Gradio keeps uploads, and TensorFlow the code it generates, in the system's temporary folder, and
neither deletes them. If the process is killed, the next server to start deletes its folder: each
process holds a lock on its own, which the system releases when the process ends.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import shutil
import tempfile
import threading
from pathlib import Path

from mnist_cnn.system import signals

try:
    import fcntl
except ImportError:  # Windows, where no lock shows whether the process still runs
    fcntl = None  # type: ignore[assignment]  # its uses are guarded

NEW_PREFIX, PREFIX = "mnist_cnn_new_", "mnist_cnn_server_"  # before it is locked, and after
_making = threading.RLock()  # ``discard`` never releases it: no folder is made after that


class NoFolderError(Exception):
    """No temporary folder could be made. The message says what to do."""


def create() -> list[Path]:
    """Make the folder, and have ``tempfile`` put everything there from now on.

    Call it before importing Gradio and TensorFlow, which ask ``tempfile`` only once.

    Returns:
        The folders of killed servers, now deleted.

    Raises:
        NoFolderError: the system has no place for temporary files.
    """
    atexit.register(discard)
    signals.on_exit.append(discard)
    try:
        parent = Path(tempfile.gettempdir())
        swept = sweep(parent)
        with _making:
            tempfile.tempdir = str(_make(parent))
    except OSError as error:
        raise NoFolderError(
            f"There is no place for temporary files ({error}). "
            "Free some space, or name another folder with TMPDIR."
        ) from error
    return swept


def contains(path: Path) -> bool:
    """Whether ``path`` lies in the folder of this process."""
    folder = Path(tempfile.gettempdir())
    return folder.name.startswith(PREFIX) and path.is_relative_to(folder.resolve())


def discard() -> None:
    """Delete the folder, because the process ends; ``create`` no longer makes one."""
    _making.acquire()
    folder = Path(tempfile.gettempdir())
    if folder.name.startswith(PREFIX):
        shutil.rmtree(folder, ignore_errors=True)


def _make(parent: Path) -> Path:
    folder = Path(tempfile.mkdtemp(prefix=NEW_PREFIX))
    with contextlib.suppress(OSError):  # no locks on this file system, so nobody sweeps it
        _lock(folder)
    # Only folders with this prefix are swept, and by now it is locked.
    return folder.rename(parent / folder.name.replace(NEW_PREFIX, PREFIX))


def sweep(parent: Path) -> list[Path]:
    """Delete the folders in ``parent`` whose process has ended, and return them."""
    swept = []
    for folder in sorted(parent.glob(f"{PREFIX}*")) if fcntl else []:
        with contextlib.suppress(OSError):  # its process still runs, or it is not ours
            handle = _lock(folder)
            if handle is not None:
                os.close(handle)
            shutil.rmtree(folder, ignore_errors=True)
            swept.append(folder)
    return swept


def _lock(folder: Path) -> int | None:
    """Lock a folder while this process runs; raises ``OSError`` if another holds the lock."""
    if fcntl is None:
        return None
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        raise
    return handle
