"""Sentences for what can end a training: what happened, and what to do about it."""

from __future__ import annotations

import errno
import signal

from mnist_cnn.optimization.events import Failed

DISK_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)  # the disk, a quota, or a file
OUT_OF_MEMORY = (errno.ENOMEM, errno.EAGAIN)  # or of processes

NO_MEMORY = (
    "The training ran out of memory. Train again with a smaller batch size, fewer digits, or "
    "with downsampling; or wait until others have finished."
)
NO_SPACE = "The disk of the server is full. Free some space there and train again."


def out_of_memory() -> Failed:
    """Return the failure when memory runs out."""
    return Failed("memory", NO_MEMORY)


def of_system(error: OSError) -> Failed:
    """Return the failure when the system refuses a process, a file or space in it."""
    if error.errno in DISK_FULL:
        return Failed("disk", NO_SPACE)
    if error.errno in OUT_OF_MEMORY:
        return Failed("memory", NO_MEMORY)
    return Failed(
        "system",
        f"The server cannot train: {error.strerror or error}. Whoever runs it has to look into "
        "its folder for temporary files; then train again.",
    )


def of_hanging() -> Failed:
    """Return the failure of a process that was ended because nothing came from it any more."""
    return Failed(
        "hung",
        "The training made no progress for minutes and was ended. What it had learned by then is "
        "kept, untested. Train again.",
    )


def of_exit(code: int | None) -> Failed:
    """Return the failure of a process that ended with this exit code, without a last event."""
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
