"""How well a score tells what is inside a class from what is outside: AUROC and FPR95.

(Hendrycks and Gimpel, A Baseline for Detecting Misclassified and Out-of-Distribution Examples in
Neural Networks, 2017; Liang, Li and Srikant, ODIN, 2018, for the second.)
"""

from __future__ import annotations

import numpy as np


def auroc(inside: np.ndarray, outside: np.ndarray) -> float:
    """Return how often a score inside is above one outside, 0 to 1; ties count half.

    Args:
        inside: float ``(n,)``, higher is surer to be inside.
        outside: float ``(m,)``.
    """
    ranked = np.sort(outside)
    below = np.searchsorted(ranked, inside, side="left")
    up_to = np.searchsorted(ranked, inside, side="right")
    return float((below + up_to).mean() / 2 / len(outside))


def false_positive_rate(inside: np.ndarray, outside: np.ndarray, accepted: float = 0.95) -> float:
    """Return the share outside that passes when so much inside does, 0 to 1.

    Args:
        inside: float ``(n,)``, higher is surer to be inside.
        outside: float ``(m,)``.
        accepted: at least this share of ``inside`` passes.
    """
    threshold = np.sort(inside)[int(np.floor((1 - accepted) * len(inside) + 1e-9))]
    return float((outside >= threshold).mean())
