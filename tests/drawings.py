"""Digits drawn in code, for tests that need a drawing and no file."""

import numpy as np

from mnist_cnn.digits.strokes import render
from mnist_cnn.reading.preprocess import preprocess

# In pad units, x right and y down.
SEVEN = [np.array([(70.0, 60), (210, 56), (168, 140), (126, 238)])]
ONE = [np.array([(140.0, 40), (140, 240)])]
STROKES = {
    "crossed 7": [[(70, 60), (210, 60), (120, 230)], [(110, 145), (200, 145)]],
    "open 4": [[(90, 50), (80, 150), (200, 150)], [(170, 50), (165, 235)]],
    "1": [[(150, 50), (140, 230)]],
    "0": [[(140, 50), (80, 110), (85, 190), (140, 230), (195, 180), (195, 100), (140, 50)]],
    "small 5": [[(90, 35), (60, 35), (58, 60), (85, 62), (90, 85), (72, 100), (52, 92)]],
}
DRAWINGS = {  # uint8 (280, 280), 255 is ink
    name: render([np.array(stroke) for stroke in digit]) for name, digit in STROKES.items()
}
IMAGES = {name: preprocess(drawing).image for name, drawing in DRAWINGS.items()}  # (28, 28)
