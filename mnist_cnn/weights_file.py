"""A network's file from anybody: looked through before a number of it is used.

A ``.keras`` file is a zip of three entries: ``config.json`` (the layers), ``metadata.json`` and
``model.weights.h5`` (HDF5), and of ``card.json`` where this project packed one in. An ``.h5`` file
is HDF5 with the layers in an attribute. What is read is bounded first, entry by entry, and the HDF5
may hold nothing but plain arrays of numbers: no links to other files, no filters that unpack to
gigabytes. Nothing in a file is executed.
"""

from __future__ import annotations

import contextlib
import io
import json
import re
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np

FOLDER = Path(__file__).resolve().parent.parent / "weights"
DEFAULT = FOLDER / "mnist_cnn.keras"

# What zipfile, HDF5, JSON and Keras raise on files that are truncated, altered, or not weights.
UNREADABLE = (
    *(zipfile.BadZipFile, zlib.error, OSError, RuntimeError),
    *(ValueError, KeyError, TypeError, AttributeError),
    *(EOFError, ArithmeticError, IndexError, struct.error),
)

LARGEST = 64 * 2**20  # bytes, of the file and of all that is in it
LARGEST_TEXT = 2**20  # bytes of JSON
MOST_ARRAYS = 1000  # of the layers, groups too
MOST_LAYERS = 100
CONFIG, NUMBERS, CARD = "config.json", "model.weights.h5", "card.json"
HDF5 = b"\x89HDF\r\n\x1a\n"  # its first bytes
# What layers may compute in: all else has numbers that are not read here.
READABLE = (None, "float32", "float64", "float16", "mixed_float16", "mixed_bfloat16")
CHAINS = ("Sequential", "Functional", "Model")  # Keras' names of what is not a class of its maker
PLAIN = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # others unpack without a bound


class WeightsError(Exception):
    """Weights cannot be used. The message names the file and the way out."""

    def __init__(self, sentence: str, reason: str = "", detail: str = "", **values: object):
        super().__init__(sentence)
        self.reason = reason  # damaged, or a name in ``OTHER``; "" otherwise: for another language
        self.detail = detail  # what exactly, without the file's name
        self.values = values  # what the sentence names


# What is wrong with an intact file, as it goes on after the file's name.
OTHER = {
    "notKeras": "is no file of Keras ({what}). Save the network with model.save('mine.keras')",
    "fileTooLarge": "has {found} bytes; up to {most} are read. Save it without its optimizer",
    "tooManyLayers": "has {found} layers; up to {most} can be shown",
    "severalOutputs": "has {found} outputs; it must have one",
    "notFloat32": "has a {kind}, {layer}, that computes in {found}; it must compute in float32",
    "needsFlatten": "has a {kind}, {layer}, that reads {found}; there must be a Flatten before it",
    "needsMaps": "has a {kind}, {layer}, that reads {found}; it must read maps, as 28×28×1",
    "reshaped": "has a Reshape, {layer}, to {found}; only a picture can be laid out as 28×28×1",
    "zerosAlone": "has a ZeroPadding2D, {layer}; a Conv2D must follow it",
    "softmaxInside": "has a softmax in {layer}; only the last layer may have one",
    "tooManyNumbers": "makes {found} numbers of each picture; up to {most} can be shown",
    "weightsAlone": "holds weights alone. Save the whole network: model.save('mine.keras')",
    "ownClass": "is a {kind}, a class of its maker's own. Build it as a Sequential model",
    "nested": "has a network within the network, {layer}. Put the layers of that one in its place",
    "branches": "branches at {layer}. Each layer must read the one before it alone",
    "layerKind": "has a {kind}, {layer}, which cannot be shown here",
    "layerSetting": "has a {kind}, {layer}, with {setting} {found}; it must be {needed}",
    "input": "reads pictures of {found}; it must read 28×28, 28×28×1 or 784",
    "ending": "ends with {found}; it must end with Dense {classes}, with softmax or without",
    "tooLarge": "has {found} parameters; up to {most} can be shown",
    "tooSlow": "multiplies {found} times for each picture; up to {most} can be followed by a pen",
    "architecture": "is {found}; here it must be {needed}",
}


class OtherNetworkError(Exception):
    """The file is intact, and holds no network that fits. The message goes on after its name."""

    def __init__(self, key: str, **values: object):
        self.key = key  # a name in ``OTHER``
        self.values = {name: _printable(value) for name, value in values.items()}
        super().__init__(OTHER[key].format(**self.values))


@dataclass(frozen=True)
class SavedLayer:
    """A layer as Keras saved it."""

    kind: str  # the name of its class
    name: str
    config: dict
    reads: list[str] | None  # the layers it reads; None: the one before
    arrays: list[np.ndarray]  # as the layer's ``get_weights`` has them


@dataclass(frozen=True)
class SavedNetwork:
    """What a file says of its layers."""

    layers: list[SavedLayer]  # in the order of the file; an input is one
    shape: list[int | None] | None  # of its input with the batch axis, where that is no layer


@contextlib.contextmanager
def explained(path: Path, command: str = "train") -> Iterator[None]:
    """Raise ``WeightsError`` where there is no file at ``path``, or whatever is wrong with it.

    Args:
        path: of the file.
        command: of ``python -m mnist_cnn``, makes the file anew.
    """
    out = way_out(path, command)
    if not path.is_file():
        raise WeightsError(f"There are no weights at {path}. {out}")
    try:
        yield
    except OtherNetworkError as error:
        sentence = f"{path} {error}. {out}"
        raise WeightsError(sentence, error.key, str(error), **error.values) from error
    except UNREADABLE as error:
        reason = reason_of(error)
        raise WeightsError(f"{path} is damaged ({reason}). {out}", "damaged", reason) from error


def reason_of(error: Exception) -> str:
    """Return in a line what one of ``UNREADABLE`` says."""
    return _printable(str(error).splitlines()[0] if str(error) else type(error).__name__)


def _printable(words: object) -> str:
    """Return words that may be anything as such that a terminal and a page can show."""
    return "".join(sign if sign.isprintable() else "?" for sign in str(words))


def way_out(path: Path, command: str = "train") -> str:
    """Return the sentence that says how to get the file at ``path`` back.

    Only the shipped ones are made anew here: another is its owner's, and not to be written over.
    """
    if FOLDER not in path.parents:
        there = "Choose another file: this one is left as it is."
        return there if path.exists() else "Look at its name and its folder."
    shipped = Path("weights", path.relative_to(FOLDER))
    output = shipped.parent if command == "variants" else shipped.with_suffix(".keras")
    return (
        f"Restore it with: git checkout -- {shipped.as_posix()}    or train anew with: "
        f"python -m mnist_cnn {command} --output {output.as_posix()}"
    )


def saved_in(file: Path | bytes) -> SavedNetwork:
    """Return the layers and the weights in a file, having looked through it all.

    Args:
        file: a ``.keras`` or ``.h5`` file, of Keras 2 or 3.

    Raises:
        OtherNetworkError: it is something else.
        ValueError: something in the file is too large, or not what such a file holds.
        UNREADABLE: it is damaged.
    """
    content = _content(file)
    if content.startswith(HDF5):
        with h5py.File(io.BytesIO(content)) as numbers:
            return _in_hdf5(numbers)
    if unlike := _other_format(content):
        raise OtherNetworkError("notKeras", what=unlike)
    with _opened(content) as archive:
        config = _text(archive, CONFIG)
        with h5py.File(io.BytesIO(archive.read(NUMBERS))) as numbers:
            return _in_keras(config, numbers)


def _content(file: Path | bytes) -> bytes:
    size = len(file) if isinstance(file, bytes) else file.stat().st_size
    if size > LARGEST:
        raise OtherNetworkError("fileTooLarge", found=f"{size:,}", most=f"{LARGEST:,}")
    return file if isinstance(file, bytes) else file.read_bytes()


def _other_format(content: bytes) -> str | None:
    """Return which file this is, of those that people take for one of Keras; or None."""
    if content[4:8] == b"TFL3":
        return "LiteRT"
    if not zipfile.is_zipfile(io.BytesIO(content)):
        if not content or content.startswith(b"PK"):
            return None  # cut off
        # An .onnx file has no mark but the name of its maker near its beginning.
        return "ONNX" if b"onnx" in content[:200].lower() else "?"
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
    if any(name.endswith("data.pkl") for name in names):
        return "PyTorch"
    return "SavedModel" if any(name.endswith("saved_model.pb") for name in names) else None


def _in_keras(config: bytes, numbers: h5py.File) -> SavedNetwork:
    """Keras names the groups by the class of a layer, counted: ``conv2d``, ``conv2d_1``."""
    layers, shape = _entries(json.loads(config))
    # The first of Keras 2 that wrote such files had another name.
    root = _checked(numbers, "layers" if "layers" in numbers else "_layer_checkpoint_dependencies")
    seen: Counter[str] = Counter()
    found = []
    for layer in layers:
        name = _snake_case(layer["class_name"])
        count = seen[name]
        seen[name] += 1
        group = root.get(f"{name}_{count}/vars" if count else f"{name}/vars", {})
        found.append(_saved(layer, [group[str(number)] for number in range(len(group))]))
    return SavedNetwork(found, shape)


def _in_hdf5(numbers: h5py.File) -> SavedNetwork:
    if "model_config" not in numbers.attrs:
        raise OtherNetworkError("weightsAlone")
    config = numbers.attrs["model_config"]
    layers, shape = _entries(json.loads(config))
    root = _checked(numbers, "model_weights")
    found = []
    for layer in layers:
        group = root.get(layer["config"]["name"])
        names = group.attrs["weight_names"] if group else []
        found.append(_saved(layer, [group[_decoded(name)] for name in names]))
    return SavedNetwork(found, shape)


def _decoded(name: str | bytes) -> str:
    return name.decode() if isinstance(name, bytes) else name


def saved(config: str, weights: Mapping[str, list[np.ndarray]]) -> SavedNetwork:
    """Return what a file of a network would hold.

    Args:
        config: what ``keras.Model.to_json`` returns.
        weights: of each layer that has any, by its name.
    """
    layers, shape = _entries(json.loads(config))
    found = [_saved(layer, weights.get(layer["config"]["name"], [])) for layer in layers]
    return SavedNetwork(found, shape)


def _entries(model: dict) -> tuple[list[dict], list[int | None] | None]:
    """Return the layers of a model in Keras' JSON, and the shape it was built for."""
    if model["class_name"] not in CHAINS:
        raise OtherNetworkError("ownClass", kind=_shown(model["class_name"]))
    config = model["config"]
    layers = config if isinstance(config, list) else config["layers"]
    if len(layers) > MOST_LAYERS:
        raise OtherNetworkError("tooManyLayers", found=len(layers), most=MOST_LAYERS)
    outputs = 1 if isinstance(config, list) else len(_names(config.get("output_layers", [""])))
    if outputs != 1:
        raise OtherNetworkError("severalOutputs", found=outputs)
    for layer in layers:
        told = {"kind": _shown(layer["class_name"]), "layer": _shown(layer["config"].get("name"))}
        if layer["class_name"] in CHAINS:
            raise OtherNetworkError("nested", **told)
        if (precision := precision_of(layer["config"])) not in READABLE:
            raise OtherNetworkError("notFloat32", **told, found=_shown(precision))
    if isinstance(config, list) or layers[0]["class_name"] == "InputLayer":
        return layers, None
    return layers, config.get("build_input_shape")


def precision_of(config: dict) -> object:
    """Return what a layer computes in, as Keras calls it; None where nothing is said of it.

    Keras writes a name, or an object with a name, or with a mode where the layer is quantised.
    """
    policy = config.get("dtype")
    if not isinstance(policy, dict):
        return policy
    return policy["config"].get("mode") or policy["config"].get("name")


def _names(tensors: Any) -> list[str]:
    """Return the layers that give the outputs of a functional model, however Keras lists them."""
    if isinstance(tensors, str):
        return [tensors]
    inner = tensors.values() if isinstance(tensors, dict) else tensors
    return [name for one in inner if not isinstance(one, int) for name in _names(one)]


def _saved(layer: dict, arrays: Sequence[h5py.Dataset | np.ndarray]) -> SavedLayer:
    config = layer["config"]
    reads = _read_by(layer["inbound_nodes"]) if "inbound_nodes" in layer else None
    numbers = [np.asarray(array, np.float32) for array in arrays]
    return SavedLayer(layer["class_name"], config["name"], config, reads, numbers)


def _read_by(nodes: list) -> list[str]:
    """Return the names of the layers that a layer of a functional model reads, of all its calls.

    A call as in training counts as another one: what it does cannot be shown.
    """
    found, left = [], list(nodes)
    while left:
        node = left.pop()
        if isinstance(node, dict):
            if node.get("training"):
                found.append("training")
            history = node.get("config", {}).get("keras_history") if "config" in node else None
            if history:
                found.append(history[0])
            else:
                left += node.values()
        elif isinstance(node, list):
            if len(node) > 2 and isinstance(node[0], str):  # of Keras 2: name, node, tensor
                found.append(node[0])
                left += node[3:]
            else:
                left += node
    return found


def _shown(value: object) -> str:
    return str(value)[:40]


def _snake_case(kind: str) -> str:
    """As ``keras.src.utils.naming.to_snake_case``: MaxPooling2D is max_pooling2d."""
    return re.sub("([a-z])([A-Z])", r"\1_\2", re.sub("(.)([A-Z][a-z0-9]+)", r"\1_\2", kind)).lower()


def card_in(file: Path | bytes) -> str | None:
    """Return the card packed into the file, or None; raises as ``saved_in``."""
    content = _content(file)
    if content.startswith(HDF5):
        return None
    with _opened(content) as archive:
        return _text(archive, CARD).decode() if CARD in archive.namelist() else None


def pack(path: Path, card: str) -> None:
    """Put the text of a card into the ``.keras`` file at ``path``; Keras takes no notice of it."""
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(CARD, card)


@contextlib.contextmanager
def _opened(content: bytes) -> Iterator[zipfile.ZipFile]:
    """Open the archive, and see that what is read of it is bounded."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        _check_entries(archive)
        yield archive


def _check_entries(archive: zipfile.ZipFile) -> None:
    entries = archive.infolist()
    names = [entry.filename for entry in entries]
    if len(names) != len(set(names)):
        raise ValueError("two entries of one name")
    if sum(entry.file_size for entry in entries) > LARGEST:
        raise ValueError(f"unpacked it has more than {LARGEST:,} bytes")
    for entry in entries:
        if entry.filename in (CONFIG, NUMBERS, CARD) and entry.compress_type not in PLAIN:
            raise ValueError(f"{entry.filename} is packed in an unusual way")


def _text(archive: zipfile.ZipFile, name: str) -> bytes:
    if archive.getinfo(name).file_size > LARGEST_TEXT:
        raise ValueError(f"{name} has more than {LARGEST_TEXT:,} bytes")
    return archive.read(name)


def _checked(file: h5py.File, name: str) -> h5py.Group:
    """Return the group of the layers, which holds nothing but small plain arrays of finite numbers.

    Datasets of other files, by link or as storage, would read what is nobody's business; a chunked
    one can declare any size. What lies beside it, as the optimizer's numbers, is not looked at.

    Raises:
        ValueError: it holds something else.
    """
    if not isinstance(file.get(name, getlink=True), h5py.HardLink):
        raise ValueError(f"no group {name}")
    root = file[name]
    left, open_groups, seen = LARGEST, [root], 0
    while open_groups:
        group = open_groups.pop()
        for name in group:
            seen += 1
            if seen > MOST_ARRAYS:
                raise ValueError(f"more than {MOST_ARRAYS} groups and arrays")
            if not isinstance(group.get(name, getlink=True), h5py.HardLink):
                raise ValueError("a link to somewhere else")
            item = group[name]
            if isinstance(item, h5py.Group):
                open_groups.append(item)
            elif isinstance(item, h5py.Dataset):
                left -= _bytes_of(item)
                if left < 0:
                    raise ValueError(f"its arrays have more than {LARGEST:,} bytes")
                if not np.isfinite(item[()]).all():
                    raise ValueError("values that are no numbers")
    return root


def _bytes_of(array: h5py.Dataset) -> int:
    """Return what a plain array takes in memory, all of which has to be in the file."""
    if array.external or array.is_virtual or array.chunks or array.dtype.kind not in "fiu":
        raise ValueError("an array that is not plain numbers")
    size = array.size * array.dtype.itemsize
    if array.id.get_storage_size() < size:
        raise ValueError("an array without its numbers")
    return size
