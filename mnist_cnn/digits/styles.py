"""Ways in which people write each digit, drawn on the pad: to measure by style, not only by digit.

A style is a row of a table: its strokes, in a box of 100×100, x right and y down. ``|`` begins a
stroke, ``~`` a curve and ``-`` straight lines from the point before it. ``15..30`` is a range: a
hand takes all ranges of a stroke at the same place, so that a cross-bar moves as a whole.

Most are seen among the pen strokes' training writers (``pen_digits``). Nobody in particular wrote
them: they show how a network reads a kind of writing, not how often people write so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from mnist_cnn.digits.pen_drawings import NORMAL, LabelledImages, Setting, put_on_pad
from mnist_cnn.digits.strokes import smooth, vary
from mnist_cnn.network.architecture import CLASSES
from mnist_cnn.reading.preprocess import preprocess_ink

Hand = Callable[[np.random.Generator], float]
"""Where in its ranges a stroke is drawn, 0 to 1."""

STYLES = {
    "slashed_0": "~ 50,0 26,14 18,50 26,86 50,100 74,86 82,50 74,14 50,0 | 76..88,14..2 24..12,88",
    "open_topped_0": "~ 42..34,2..6 22,22 18,50 26,84 50,99 74,84 82,50 77,22 62..67,2..7",
    "flagged_1": "16..40,42..18 50,0 50,100",
    "footed_1": "20..40,40..18 50,0 50,100 | 18..34,100 82..66,100",
    "plain_1": "50,0 50,100",
    "slanted_1": "70..80,0 30..20,100",
    "looped_2": "~ 24,24 48,0 72,22 52,62 22,92 8..12,82 26,74 54,90 90,88..96",
    "angular_2": "18,14..4 74,8..2 16,96 84,96",
    "flat_topped_3": "18..24,3 74,3 44,38 ~ 62,42 74,58 74,76 62,94 42,100 24,96 14,88",
    "round_3": "~ 22,16 32,4 50,0 66,6 70,22 60,38 42..50,46 ~ 66,50 78,70 70,90 50,99 30,96 18,86",
    "open_4": "42..28,0 16,54..66 86,54..66 | 68,34..6 64,100",
    "closed_4": "62,0 12..22,56..70 88,56..70 | 62,0 62,100",
    "sailboat_4": "90..82,58..70 14,58..70 62,0 62,100",
    "detached_5": "28,4 22,42 ~ 54,36 78,64 54,97 16,90 | 36..44,2..-6 84,-2..-10",
    "one_stroke_5": "78..70,2 28,2 22,42 ~ 56,36 78,66 52,98 16,90",
    "short_stemmed_6": "~ 56..66,34..20 33,46 22,72 48,100 76,76 52,54 26,72",
    "curled_6": "~ 74..62,16..4 52,0 28,34 20,72 46,100 76,76 54,56 32,68 42..36,82",
    "plain_7": "16,2..8 78,3 36..54,100",
    "crossed_7": "16,8..2 80,3 46,100 | 28..38,40..62 82..74,44..56",
    "looped_7": "16,4 78,4 50,100 58..60,70 ~ 46,70 36..30,60 46,52 84,48",
    "hooked_7": "14,18..32 18,3 80,3 44,100",
    "crossed_8": "~ 72,14 48,0 28,20 50,46 76,74 50,100 24,76 50,46 72..80,12..0",
    "two_circle_8": "~ 50,0 31,9 31,35 50,44 69,35 69,9 50,0 "
    "| ~ 50,46 28,54 20,73 28,92 50,100 72,92 80,73 72,54 50,46",
    "curled_9": "~ 74,14 46,0 28,8 22,24 30,42 48,46 66,38 75,18 78,56 72,84 54,99 20..30,84..94",
    "open_9": "~ 62..52,45 40,44 26,34 24,20 34,5 52,0 68,6 74,20 72,52 62,100",
    "straight_legged_9": "~ 72,12 60,2 44,0 27,8 22,24 30,42 46,46 62,40 72,22 - 74,6 70..76,100",
}  # a name ends with the digit

# Of all digits, each in any of its styles.
SETTINGS = {
    "thin": Setting(NORMAL.height, brush=(3, 6), anywhere=False),
    "thick": Setting(NORMAL.height, brush=(30, 42), anywhere=False),
    "tiny": Setting(height=(48, 64), brush=NORMAL.brush, anywhere=True),
    "cornered": Setting(height=(48, 64), brush=NORMAL.brush, anywhere=True, cornered=True),
}

PAIRS = {
    "1_2": "~ 26..21,26..22 50,0 53..68,18..21 50..54,56 46..27,97 - 24..19,97 74..82,97",
    "1_7": "30..12,28..4 50..76,0..2 48..42,100",
    "2_7": "~ 16,16..6 46,0..2 78,16..4 62,50 20..42,97..100 - 64..43,95..100",
    "4_9": "~ 70..72,0..10 44..46,28..6 16..20,55..31 44..46,57..50 72..70,55..36 "
    "- 71..75,0..4 70..74,100",
}  # ranges run from the first digit to the second
HALFWAY = (0.4, 0.6)  # of a range


def pictures(style: str, count: int, seed: int) -> LabelledImages:
    """Return ``count`` drawings of a style, preprocessed as the pad's; each by another hand.

    Args:
        style: of ``STYLES``; or of ``SETTINGS``, which takes the digits in turn.
        count: how many.
        seed: the same seed gives the same pictures, and the first of them for fewer.

    Raises:
        KeyError: there is no such style.
    """
    random = np.random.default_rng(seed)
    setting = NORMAL if style in STYLES else SETTINGS[style]
    images, labels = [], []
    for row in range(count):
        drawn = style if style in STYLES else str(random.choice(styles_of(row % CLASSES)))
        images.append(_image(STYLES[drawn], np.random.Generator.random, setting, random))
        labels.append(int(drawn[-1]))
    return LabelledImages(np.array(images), np.array(labels, np.uint8))


def blends(pair: str, count: int, seed: int) -> np.ndarray:
    """Return ``count`` drawings about halfway between two digits, on which people would disagree.

    Args:
        pair: of ``PAIRS``; raises ``KeyError`` if there is no such pair.
        count: how many.
        seed: the same seed gives the same pictures.

    Returns:
        uint8 ``(count, 28, 28)``, preprocessed as the pad's.
    """
    random = np.random.default_rng(seed)

    def halfway(random: np.random.Generator) -> float:
        return random.uniform(*HALFWAY)

    return np.array([_image(PAIRS[pair], halfway, NORMAL, random) for _ in range(count)])


def styles_of(digit: int) -> list[str]:
    """Return the names of the styles of a digit."""
    return [style for style in STYLES if style.endswith(f"_{digit}")]


def strokes_at(text: str, shares: Sequence[float]) -> list[np.ndarray]:
    """Return the strokes of a row of the tables, each ``(points, 2)`` in the box of 100×100.

    Args:
        text: the strokes as the tables write them.
        shares: for each, where in its ranges it is, 0 to 1.
    """
    return [_stroke(part, share) for part, share in zip(text.split("|"), shares, strict=True)]


def _image(text: str, hand: Hand, setting: Setting, random: np.random.Generator) -> np.ndarray:
    """Return a row of the tables as a hand draws it and the network sees it, uint8 28×28."""
    strokes = strokes_at(text, [hand(random) for _ in text.split("|")])
    return preprocess_ink(put_on_pad(vary(strokes, random), setting, random)).image


def _stroke(text: str, share: float) -> np.ndarray:
    """Return a stroke's lines and curves one after the other."""
    parts: list[tuple[bool, list[list[float]]]] = [(False, [])]
    for word in text.split():
        if word in "~-":
            parts.append((word == "~", parts[-1][1][-1:]))  # from the point before it
        else:
            parts[-1][1].append([_number(number, share) for number in word.split(",")])
    return np.concatenate(
        [
            smooth(np.array(points)) if curved else np.array(points)
            for curved, points in parts
            if points
        ]
    )


def _number(text: str, share: float) -> float:
    first, _, last = text.partition("..")
    return float(first) + (float(last or first) - float(first)) * share
