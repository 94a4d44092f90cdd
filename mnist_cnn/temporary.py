"""A temporary folder of this process's own: all it leaves for a while lies there, and goes with it.

Gradio keeps what is uploaded, and TensorFlow code that it generates, in the folder of everybody,
and neither tidies up when the process ends. A folder whose process was killed is swept by whoever
starts next; a lock, which the system opens when a process is gone, tells.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import shutil
import tempfile
import threading
from pathlib import Path

from mnist_cnn import ending

try:
    import fcntl
except ImportError:  # Windows, where nothing tells whether the process of a folder is gone
    fcntl = None  # type: ignore[assignment]  # asked for before it is used

BEING_MADE, MADE = "mnist_cnn_new_", "mnist_cnn_server_"
_making = threading.RLock()  # held for good by who discards


class NoFolderError(Exception):
    """There is no place for temporary files. The message says what to do."""


def own_folder() -> list[Path]:
    """Make the folder, and let ``tempfile`` and all that uses it put everything there from now on.

    Call it before Gradio and TensorFlow are imported; they look for the place once.

    Returns:
        The folders of servers that were killed, which are swept.

    Raises:
        NoFolderError: the system has no place for temporary files.
    """
    atexit.register(discard)
    ending.acts.append(discard)
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


def is_own(path: Path) -> bool:
    """Whether ``path`` lies in the folder of this process."""
    folder = Path(tempfile.gettempdir())
    return folder.name.startswith(MADE) and path.is_relative_to(folder.resolve())


def discard() -> None:
    """Delete the folder and all in it, for the process ends: it makes no other any more."""
    _making.acquire()
    folder = Path(tempfile.gettempdir())
    if folder.name.startswith(MADE):
        shutil.rmtree(folder, ignore_errors=True)


def _make(parent: Path) -> Path:
    folder = Path(tempfile.mkdtemp(prefix=BEING_MADE))
    with contextlib.suppress(OSError):  # a file system without locks, on which nobody sweeps
        _lock(folder)
    # Nobody sweeps it before it has this name, and then it is locked.
    return folder.rename(parent / folder.name.replace(BEING_MADE, MADE))


def sweep(parent: Path) -> list[Path]:
    """Delete the folders in ``parent`` whose process is gone; return them."""
    swept = []
    for folder in sorted(parent.glob(f"{MADE}*")) if fcntl else []:
        with contextlib.suppress(OSError):  # its process lives, or is not ours
            handle = _lock(folder)
            if handle is not None:
                os.close(handle)
            shutil.rmtree(folder, ignore_errors=True)
            swept.append(folder)
    return swept


def _lock(folder: Path) -> int | None:
    """Lock a folder for as long as this process lives; raises ``OSError`` if another has."""
    if fcntl is None:
        return None
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        raise
    return handle
