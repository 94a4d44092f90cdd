"""Import TensorFlow without its page of start-up messages: import this module first.

TensorFlow's C++ libraries write to file descriptor 2 before any log level is read, so the
descriptor itself is set aside for the length of the import. If the import fails, what was
written is shown. Set ``TF_CPP_MIN_LOG_LEVEL`` yourself to see everything.
"""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator


@contextlib.contextmanager
def _standard_error_aside() -> Iterator[None]:
    sys.stderr.flush()
    kept = os.dup(2)
    with tempfile.TemporaryFile() as aside:
        os.dup2(aside.fileno(), 2)
        try:
            yield
        except BaseException:
            aside.seek(0)
            os.write(kept, aside.read())
            raise
        finally:
            os.dup2(kept, 2)
            os.close(kept)


if "TF_CPP_MIN_LOG_LEVEL" not in os.environ:
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    with _standard_error_aside():
        import tensorflow as tf

        if "TF_CONFIG" not in os.environ:  # machines of a cluster join before anything else
            tf.zeros(1)  # looks for devices, which speaks too
    del os.environ["TF_CPP_MIN_LOG_LEVEL"]  # a child process quietens itself as well
