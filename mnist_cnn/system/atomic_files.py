"""Write files atomically: to a temporary name in the same folder, then rename.

A process that is killed while writing leaves only a file under a temporary name, which nothing
reads. ``discard_unfinished`` deletes such files.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from mnist_cnn.system import signals

try:
    import fcntl
except ImportError:  # Windows, where a file that is open cannot be deleted
    fcntl = None  # type: ignore[assignment]  # its uses are guarded

UNFINISHED_MARK = ".unfinished-"  # temporary names are .NAME.unfinished-RANDOM.SUFFIX


class NotWrittenError(OSError):
    """A file could not be written. The message names the file and the reason."""

    def __str__(self) -> str:
        return self.strerror or super().__str__()


def write_atomically(
    path: Path, write: Callable[[Path], object], ready: Callable[[], object] = lambda: None
) -> None:
    """Let ``write`` fill a temporary file beside ``path``, then rename that to ``path``.

    An interrupted command ends after that, see ``signals.postponed``.

    Args:
        path: the file to write or replace.
        write: called with the path of the temporary file.
        ready: called once the content is on the disk, right before the file is renamed.

    Raises:
        NotWrittenError: the disk is full, or the folder cannot be written to. A file that was at
            ``path`` before is still there.
    """
    try:
        with signals.postponed(), _temporary_file(path) as temporary:
            write(temporary)
            with temporary.open("rb+") as file:
                os.fsync(file.fileno())  # before the new name reaches the disk
            temporary.chmod(0o644)  # mkstemp lets only the owner read
            ready()
            temporary.replace(path)
    except OSError as error:
        reason = error.strerror or str(error)
        advice = "Free some space, or choose another folder."
        raise NotWrittenError(
            error.errno, f"{path} cannot be written ({reason}). {advice}"
        ) from error


def write_text(path: Path, text: str) -> None:
    """Write ``text`` in UTF-8 as ``write_atomically`` does; raises ``NotWrittenError``."""
    write_atomically(path, lambda temporary: temporary.write_text(text, encoding="utf-8"))


def discard_unfinished(folder: Path) -> list[Path]:
    """Delete the unfinished files of killed processes in ``folder``, and return their paths.

    A file that another process is writing at this moment is locked, and stays.
    """
    discarded = []
    for file in sorted(folder.glob(f".*{UNFINISHED_MARK}*")):
        with contextlib.suppress(OSError):  # locked, not ours, or gone by now
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
def _temporary_file(path: Path) -> Iterator[Path]:
    """Make and lock an empty file beside ``path``; in the end, delete it unless it was renamed.

    It has the suffix of ``path``, by which Keras and NumPy choose what to write.
    """
    handle, name = tempfile.mkstemp(
        dir=path.parent, prefix=f".{path.stem}{UNFINISHED_MARK}", suffix=path.suffix
    )
    temporary = Path(name)
    try:
        if fcntl:
            with contextlib.suppress(OSError):  # the file system has no locks
                fcntl.flock(handle, fcntl.LOCK_SH)
        else:
            os.close(handle)  # an open file cannot be renamed
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)
        if fcntl:
            os.close(handle)
