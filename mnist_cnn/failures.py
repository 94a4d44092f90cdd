"""What can end a training, in sentences: what happened, and what to do about it."""

from __future__ import annotations

import errno
import signal

from mnist_cnn.events import Failed

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)  # of the disk, of one's share of it, of a file
SCARCE = (errno.ENOMEM, errno.EAGAIN)  # memory, processes

NO_MEMORY = (
    "The training ran out of memory. Train again with a smaller batch size, fewer digits, or "
    "with downsampling; or wait until others have finished."
)
NO_SPACE = "The disk of the server is full. Free some space there and train again."


def out_of_memory() -> Failed:
    """Return what is said when memory runs out."""
    return Failed("memory", NO_MEMORY)


def of_system(error: OSError) -> Failed:
    """Return what is said when the system refuses a process, a file or a byte of it."""
    if error.errno in FULL:
        return Failed("disk", NO_SPACE)
    if error.errno in SCARCE:
        return Failed("memory", NO_MEMORY)
    return Failed(
        "system",
        f"The server cannot train: {error.strerror or error}. Whoever runs it has to look into "
        "its folder for temporary files; then train again.",
    )


def of_exit(code: int | None) -> Failed:
    """Return what is said of a process that ended without a word, with this exit code."""
    if code is not None and code < 0:
        name = signal.Signals(-code).name if -code in set(signal.Signals) else f"signal {-code}"
        return Failed(
            "killed",
            f"The training process was ended from outside ({name}), as the system does when "
            "memory runs out. Train again, with a smaller batch size or with downsampling.",
        )
    return Failed(
        "error",
        f"The training process ended with an error (exit code {code}); the terminal of the "
        "server shows it. Train again, or with other choices.",
    )
