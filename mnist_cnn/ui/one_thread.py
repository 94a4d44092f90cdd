"""Import TensorFlow with one thread for each computation: import this module first, in the server.

A drawing's pass is over in a millisecond. Shared among threads, it waits for the slowest of them
to get a core, and the browser on the same machine and other requests have those; alone it takes
two thirds of the time. Trainings are processes of their own and keep all threads. Set
``TF_NUM_INTRAOP_THREADS`` yourself to choose.
"""

from __future__ import annotations

import os

THREADS = "TF_NUM_INTRAOP_THREADS"
chosen = THREADS in os.environ

os.environ.setdefault(THREADS, "1")
os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")  # or else trainings find a GPU full
from mnist_cnn import quiet  # noqa: E402, F401  reads the variable

if not chosen:
    del os.environ[THREADS]  # processes that train do not inherit it
