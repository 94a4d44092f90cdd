"""Files that are written aside and then renamed: so there is never half a file under a name.

A process that is killed while it writes leaves what it has written under a name that nothing
reads. Who writes there next discards it, and says so.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows, where a file that is open cannot be deleted
    fcntl = None  # type: ignore[assignment]  # asked for before it is used

MARK = ".unfinished-"  # the name begins with a dot and the file's own name, then comes this


class NotWrittenError(OSError):
    """A file could not be written. The message names it and says why."""

    def __str__(self) -> str:
        return self.strerror or super().__str__()


def write_aside(
    path: Path, write: Callable[[Path], object], ready: Callable[[], object] = lambda: None
) -> None:
    """Let ``write`` fill a file beside ``path``, then rename it to ``path``.

    Args:
        path: the file that is wanted.
        write: is called with the path of the file to fill.
        ready: is called when it is filled and on the disk, right before it is renamed.

    Raises:
        NotWrittenError: the disk is full, or the folder cannot be written to; what was at ``path``
            is still there.
    """
    try:
        with _own_file(path) as aside:
            write(aside)
            with aside.open("rb+") as file:
                os.fsync(file.fileno())  # the name must not reach the disk before the content
            aside.chmod(0o644)  # mkstemp makes files only their owner can read
            ready()
            aside.replace(path)
    except OSError as error:
        reason = error.strerror or str(error)
        way_out = "Free some space, or choose another folder."
        raise NotWrittenError(
            error.errno, f"{path} cannot be written ({reason}). {way_out}"
        ) from error


def discard_unfinished(folder: Path) -> list[Path]:
    """Delete what killed processes left half written in ``folder``; return what it was.

    What another process is writing at this moment stays.
    """
    discarded = []
    for file in sorted(folder.glob(f".*{MARK}*")):
        with contextlib.suppress(OSError):  # somebody else's, or gone by now
            handle = os.open(file, os.O_RDONLY)
            try:
                if fcntl:
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            finally:
                os.close(handle)
            file.unlink()
            discarded.append(file)
    return discarded


@contextlib.contextmanager
def _own_file(path: Path) -> Iterator[Path]:
    """Make an empty file beside ``path``, marked as being written; delete it if it is still there.

    The name keeps the suffix, by which Keras and NumPy know what to write.
    """
    handle, name = tempfile.mkstemp(
        dir=path.parent, prefix=f".{path.stem}{MARK}", suffix=path.suffix
    )
    aside = Path(name)
    try:
        if fcntl:
            with contextlib.suppress(OSError):  # a file system without locks
                fcntl.flock(handle, fcntl.LOCK_SH)
        else:
            os.close(handle)  # else it could not be renamed
        yield aside
    finally:
        aside.unlink(missing_ok=True)
        if fcntl:
            os.close(handle)
