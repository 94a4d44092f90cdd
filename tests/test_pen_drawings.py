"""Digits that people wrote with a pen, drawn on the pad at any size and place, are read right."""

import numpy as np
import pytest

from mnist_cnn.digits import pen_digits, pen_drawings
from mnist_cnn.digits.pen_drawings import NORMAL, SMALL


@pytest.mark.parametrize(
    ("setting", "least_share"), [(NORMAL, 0.97), (SMALL, 0.95)], ids=["normal", "small"]
)
def test_drawings_by_people_nothing_was_trained_on_are_read(
    setting, least_share, all_pen_digits, reader
):
    unseen = all_pen_digits.by(pen_digits.MEASURING_WRITERS)
    chosen = np.random.default_rng(7).choice(len(unseen), 400, replace=False)
    random = np.random.default_rng(8)
    right = 0
    for row in chosen:
        reading = reader.read(pen_drawings.put_on_pad(unseen.strokes[row], setting, random))
        assert reading is not None
        assert np.isfinite(reading.activations.probabilities).all()
        right += reading.activations.digit == unseen.labels[row]
    assert right >= least_share * len(chosen), f"{right} of {len(chosen)}"
