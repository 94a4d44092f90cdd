"""Import TensorFlow without its start-up messages: import this module first.

TensorFlow's C++ libraries write to file descriptor 2 before they read any log level, so the
descriptor itself is redirected during the import. If the import fails, the messages are shown.
Set ``TF_CPP_MIN_LOG_LEVEL`` yourself to see everything.
"""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator


@contextlib.contextmanager
def _standard_error_captured() -> Iterator[None]:
    sys.stderr.flush()
    original = os.dup(2)
    with tempfile.TemporaryFile() as captured:
        os.dup2(captured.fileno(), 2)
        try:
            yield
        except BaseException:
            captured.seek(0)
            os.write(original, captured.read())
            raise
        finally:
            os.dup2(original, 2)
            os.close(original)


if os.path.expanduser("~") == "~":  # a user without a name and a home, as in a container
    # TensorFlow would make a folder "~" where the program was started.
    os.environ.setdefault("KERAS_HOME", os.path.join(tempfile.gettempdir(), ".keras"))

if "TF_CPP_MIN_LOG_LEVEL" not in os.environ:
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    with _standard_error_captured():
        import tensorflow as tf

        if "TF_CONFIG" not in os.environ:  # a cluster must be joined before any operation
            tf.zeros(1)  # searches for devices, which prints messages too
    del os.environ["TF_CPP_MIN_LOG_LEVEL"]  # child processes set it themselves
