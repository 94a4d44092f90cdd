"""Enough files may be open, and what large arrays took is given back to the system."""

import platform
import subprocess
import sys

import pytest

from tests.serving import ROOT

AFTER = """
import sys
import numpy as np
from mnist_cnn.server import resources
if sys.argv[1] == "give back":
    resources.return_large_arrays()
np.ones(2_500_000)  # 20 MB, at once freed: glibc takes what is smaller from its heap from now on
large, small = [], []
for _ in range(50):
    large.append(np.ones(200_000))
    small.append(bytes(2000))
del large
pages = int(open("/proc/self/statm").read().split()[1])
print(pages * 4096 // 2**20)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library")
def test_freed_arrays_are_gone():
    def resident(how):
        command = [sys.executable, "-c", AFTER, how]
        return int(subprocess.check_output(command, cwd=ROOT, text=True))

    assert resident("keep") - resident("give back") > 60  # of 76 MiB


FILES = """
import resource, sys
from mnist_cnn.server import log, resources
log.configure(False)
_, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (256, min(hard, int(sys.argv[1]))))
resources.raise_file_limit()
print(resources.file_limit())
"""


@pytest.mark.skipif(sys.platform == "win32", reason="has no limit of files")
def test_a_server_that_may_open_few_files_says_so():
    command = [sys.executable, "-c", FILES, "700"]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert told.stdout == "700\n"
    assert "700 files may be open; a class needs 8192: ulimit -n" in told.stderr
    assert "With fewer than 4096, a flood can use them all up" in told.stderr
