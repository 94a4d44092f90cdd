"""Pictures that visitors send, decoded one at a time: a large one takes a second and 400 MB."""

from __future__ import annotations

import numpy as np
from anyio import CapacityLimiter, to_thread

from mnist_cnn.sandbox import Sandbox

_decoding = CapacityLimiter(1)  # the others wait without a thread


async def ink_in(content: bytes, sandbox: Sandbox) -> np.ndarray:
    """Return the ink in a picture file; see ``Sandbox.ink``."""
    return await to_thread.run_sync(sandbox.ink, content, limiter=_decoding)
