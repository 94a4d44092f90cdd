"""What large arrays took is given back to the system, though small things lie between them."""

import platform
import subprocess
import sys

import pytest

from tests.serving import ROOT

AFTER = """
import sys
import numpy as np
from mnist_cnn.ui import memory
if sys.argv[1] == "give back":
    memory.give_back_large()
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
