"""The best published figure we know of for a public set, and who published it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Published:
    """A figure from the literature; how it came about is told in ``languages/*/sets.json``."""

    accuracy: float  # 0 to 1
    source: str
    address: str


BEST = {  # of those that we could look up; a set that is missing here has none that we know
    "mnist": Published(0.9991, "An et al. 2020", "https://arxiv.org/abs/2008.10400"),
    "qmnist": Published(0.9892, "Yadav, Bottou 2019", "https://github.com/facebookresearch/qmnist"),
    "emnist_digits": Published(0.9984, "j05t", "https://github.com/j05t/emnist"),
    "usps": Published(
        *(0.9763, "Chaaban, Scheessele 2007"),
        "https://paperexplained.cn/articles/paper/detail/57068e381ba0432486e08e6ac3e9e5b083d66201",
    ),
    "optdigits": Published(
        *(0.98, "Alpaydin, Kaynak 1998"),
        "https://archive.ics.uci.edu/dataset/80/optical+recognition+of+handwritten+digits",
    ),
    "ardis": Published(
        0.588, "Kusetogullari et al. 2019", "https://doi.org/10.1007/s00521-019-04163-3"
    ),
}
