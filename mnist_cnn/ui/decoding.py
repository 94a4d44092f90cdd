"""Pictures that visitors send, decoded one at a time: a large one takes a second and 100 MB."""

from __future__ import annotations

import numpy as np
from anyio import CapacityLimiter, to_thread

from mnist_cnn import ink

_decoding = CapacityLimiter(1)  # others draw meanwhile


async def ink_in(picture: str | bytes) -> np.ndarray:
    """Return the ink in a picture file, given as its path or its bytes; see ``ink.find_ink``.

    Raises:
        PictureError: see ``ink.open_picture``.
    """
    return await to_thread.run_sync(
        lambda: ink.find_ink(ink.open_picture(picture)), limiter=_decoding
    )
