"""Read Keras files that may come from anybody: every part is checked before it is used.

A ``.keras`` file is a zip with ``config.json`` (the layers), ``metadata.json``,
``model.weights.h5`` (HDF5) and, if this project added it, ``card.json``. An ``.h5`` file is HDF5
with the layers in an attribute. The size of each entry is checked first, and the HDF5 may hold
nothing but plain arrays of numbers: no links to other files, no filters that unpack to gigabytes.
Nothing in a file is executed.
"""

from __future__ import annotations

import contextlib
import io
import json
import re
import struct
import tokenize
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from mnist_cnn.system.paths import WEIGHTS

DEFAULT = WEIGHTS / "mnist_cnn.keras"  # the shipped network

# What zipfile, gzip, HDF5, NumPy and JSON raise for files that are truncated or altered.
DAMAGED_FILE_ERRORS = (
    *(zipfile.BadZipFile, zlib.error, OSError, RuntimeError),
    *(ValueError, KeyError, TypeError, AttributeError),
    *(EOFError, ArithmeticError, IndexError, struct.error, tokenize.TokenError),
)

MAX_BYTES = 64 * 2**20  # of the file, packed and unpacked
MAX_JSON_BYTES = 2**20
MAX_ARRAYS = 1000  # groups included
MAX_ENTRIES = 1000  # of the zip
MAX_DETAIL = 200  # characters of what is wrong with a file
MAX_LAYERS = 100
CONFIG, NUMBERS, CARD = "config.json", "model.weights.h5", "card.json"
HDF5_SIGNATURE = b"\x89HDF\r\n\x1a\n"  # its first bytes
ENTRY_SIGNATURE = b"PK\1\2"  # of each entry in the directory of a zip
# Layers that compute in other types have numbers that cannot be read here.
READABLE_DTYPES = (None, "float32", "float64", "float16", "mixed_float16", "mixed_bfloat16")
MODEL_CLASSES = ("Sequential", "Functional", "Model")  # Keras' own
PLAIN_COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # others have no limit


class WeightsError(Exception):
    """Weights cannot be used. The message names the file and says what to do."""

    def __init__(self, sentence: str, reason: str = "", detail: str = "", **values: object):
        super().__init__(sentence)
        self.reason = reason  # for translation: damaged, a key of ``REFUSALS``, or ""
        self.detail = detail  # the reason as a sentence without the file's name
        self.values = values  # to fill into a translation


# Why an intact file is refused: the rest of a sentence that begins with the file's name.
REFUSALS = {
    "notKeras": "is not a Keras file ({what}). Save the network with model.save('mine.keras')",
    "fileTooLarge": "has {found} bytes; up to {most} are read. Save it without its optimizer",
    "tooManyLayers": "has {found} layers; up to {most} can be shown",
    "severalOutputs": "has {found} outputs; it must have one",
    "notFloat32": "has a {kind}, {layer}, that computes in {found}; it must compute in float32",
    "needsFlatten": "has a {kind}, {layer}, that reads {found}; there must be a Flatten before it",
    "needsMaps": "has a {kind}, {layer}, that reads {found}; it must read maps, as 28×28×1",
    "reshaped": "has a Reshape, {layer}, to {found}; only a picture can be laid out as 28×28×1",
    "zerosAlone": "has a ZeroPadding2D, {layer}; a Conv2D must follow it",
    "softmaxInside": "has a softmax in {layer}; only the last layer may have one",
    "tooManyNumbers": "computes {found} numbers for each picture; up to {most} can be shown",
    "weightsAlone": "holds only weights. Save the whole network: model.save('mine.keras')",
    "ownClass": "is a {kind}, a custom class. Build it as a Sequential model",
    "nested": "has a network as a layer, {layer}. Put that network's layers in its place",
    "branches": "branches at {layer}. Each layer must read only the one before it",
    "layerKind": "has a {kind}, {layer}, which cannot be shown here",
    "layerSetting": "has a {kind}, {layer}, with {setting} {found}; it must be {needed}",
    "input": "reads pictures of {found}; it must read 28×28, 28×28×1 or 784",
    "ending": "ends with {found}; it must end with Dense {classes}, with softmax or without",
    "tooLarge": "has {found} parameters; up to {most} can be shown",
    "tooSlow": "needs {found} multiplications for each picture; up to {most} are fast enough",
    "architecture": "is {found}; here it must be {needed}",
}


class UnsupportedNetworkError(Exception):
    """The file is intact, but the page cannot show its network. The message follows its name."""

    def __init__(self, key: str, **values: object):
        self.key = key  # of ``REFUSALS``
        self.values = {name: _printable(value) for name, value in values.items()}
        super().__init__(REFUSALS[key].format(**self.values))


@dataclass(frozen=True)
class SavedLayer:
    """A layer as saved by Keras."""

    kind: str  # its class
    name: str
    config: dict
    reads: list[str] | None  # names of its input layers; None: the one before
    arrays: list[np.ndarray]  # float32, in the order of Keras' ``get_weights``


@dataclass(frozen=True)
class SavedNetwork:
    """The layers of a file."""

    layers: list[SavedLayer]  # in the order of the file, inputs included
    shape: list[int | None] | None  # input shape with the batch axis, if no layer has it


@contextlib.contextmanager
def explain_errors(path: Path, command: str = "train") -> Iterator[None]:
    """Turn every error while reading the file at ``path`` into a ``WeightsError``.

    Args:
        path: of the file; a missing file is an error too.
        command: of ``python -m mnist_cnn``, that makes the file anew.
    """
    advice = restore_advice(path, command)
    if not path.is_file():
        raise WeightsError(f"There are no weights at {path}. {advice}")
    try:
        yield
    except UnsupportedNetworkError as error:
        sentence = f"{path} {error}. {advice}"
        raise WeightsError(sentence, error.key, str(error), **error.values) from error
    except DAMAGED_FILE_ERRORS as error:
        reason = one_line(error)
        raise WeightsError(f"{path} is damaged ({reason}). {advice}", "damaged", reason) from error


def one_line(error: Exception) -> str:
    """Return the message of one of ``DAMAGED_FILE_ERRORS`` as one printable line, not long."""
    words = str(error)[:MAX_DETAIL].splitlines()
    return _printable(words[0] if words else type(error).__name__)


def _printable(words: object) -> str:
    """Return ``words`` without control characters, which may come from a hostile file."""
    return "".join(sign if sign.isprintable() else "?" for sign in str(words))


def restore_advice(path: Path, command: str = "train") -> str:
    """Return a sentence on how to restore the file at ``path``.

    Only shipped files can be made anew: a person's own file must not be overwritten.
    """
    if WEIGHTS not in path.parents:
        chosen = "Choose another file: this one is left as it is."
        return chosen if path.exists() else "Check its name and its folder."
    shipped = Path("weights", path.relative_to(WEIGHTS))
    output = shipped.parent if command == "variants" else shipped.with_suffix(".keras")
    return (
        f"Restore it with: git checkout -- {shipped.as_posix()}    or train anew with: "
        f"python -m mnist_cnn {command} --output {output.as_posix()}"
    )


def read(file: Path | bytes) -> SavedNetwork:
    """Return the layers and weights in a file, after checking everything in it.

    Args:
        file: a ``.keras`` or ``.h5`` file, of Keras 2 or 3.

    Raises:
        UnsupportedNetworkError: the file is of another format, or too large.
        ValueError: something in the file is too large, or does not belong there.
        DAMAGED_FILE_ERRORS: it is damaged.
    """
    content = _content(file)
    if content.startswith(HDF5_SIGNATURE):
        with h5py.File(io.BytesIO(content)) as numbers:
            return _in_hdf5(numbers)
    if unlike := _other_format(content):
        raise UnsupportedNetworkError("notKeras", what=unlike)
    with _opened(content) as archive:
        config = _text(archive, CONFIG)
        with h5py.File(io.BytesIO(archive.read(NUMBERS))) as numbers:
            return _in_keras(config, numbers)


def _content(file: Path | bytes) -> bytes:
    size = len(file) if isinstance(file, bytes) else file.stat().st_size
    if size > MAX_BYTES:
        raise UnsupportedNetworkError("fileTooLarge", found=f"{size:,}", most=f"{MAX_BYTES:,}")
    return file if isinstance(file, bytes) else file.read_bytes()


def _other_format(content: bytes) -> str | None:
    """Return the format of a file that is often mistaken for one of Keras, "?", or None."""
    if content[4:8] == b"TFL3":
        return "LiteRT"
    if content.count(ENTRY_SIGNATURE) > MAX_ENTRIES:  # before all of them are read
        raise ValueError(f"more than {MAX_ENTRIES} entries")
    if not zipfile.is_zipfile(io.BytesIO(content)):
        if not content or content.startswith(b"PK"):
            return None  # truncated
        # An .onnx file has no signature, but names the program that wrote it near its beginning.
        return "ONNX" if b"onnx" in content[:200].lower() else "?"
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
    if any(name.endswith("data.pkl") for name in names):
        return "PyTorch"
    return "SavedModel" if any(name.endswith("saved_model.pb") for name in names) else None


def _in_keras(config: bytes, numbers: h5py.File) -> SavedNetwork:
    """Keras names the groups by class and number: ``conv2d``, ``conv2d_1``."""
    layers, shape = _entries(json.loads(config))
    # The first versions that wrote such files, of Keras 2, had another name.
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
        raise UnsupportedNetworkError("weightsAlone")
    config = numbers.attrs["model_config"]
    if len(config) > MAX_JSON_BYTES:
        raise ValueError(f"its layers have more than {MAX_JSON_BYTES:,} bytes")
    layers, shape = _entries(json.loads(config))
    root = _checked(numbers, "model_weights")
    found = []
    for layer in layers:
        group = root.get(layer["config"]["name"])
        names = group.attrs["weight_names"] if group else []
        if len(names) > MAX_ARRAYS:
            raise ValueError(f"more than {MAX_ARRAYS} arrays of a layer")
        found.append(_saved(layer, [group[_decoded(name)] for name in names]))
    return SavedNetwork(found, shape)


def _decoded(name: str | bytes) -> str:
    return name.decode() if isinstance(name, bytes) else name


def from_config(config: str, weights: Mapping[str, list[np.ndarray]]) -> SavedNetwork:
    """Return a network in memory as if it had been read from a file.

    Args:
        config: the result of ``keras.Model.to_json``.
        weights: layer name: its arrays; layers without weights may be missing.
    """
    layers, shape = _entries(json.loads(config))
    found = [_saved(layer, weights.get(layer["config"]["name"], [])) for layer in layers]
    return SavedNetwork(found, shape)


def _entries(model: dict) -> tuple[list[dict], list[int | None] | None]:
    """Return the layers in Keras' JSON of a model, and the input shape, if no layer has it."""
    if model["class_name"] not in MODEL_CLASSES:
        raise UnsupportedNetworkError("ownClass", kind=_shown(model["class_name"]))
    config = model["config"]
    layers = config if isinstance(config, list) else config["layers"]
    if len(layers) > MAX_LAYERS:
        raise UnsupportedNetworkError("tooManyLayers", found=len(layers), most=MAX_LAYERS)
    outputs = 1 if isinstance(config, list) else len(_names(config.get("output_layers", [""])))
    if outputs != 1:
        raise UnsupportedNetworkError("severalOutputs", found=outputs)
    for layer in layers:
        names = {"kind": _shown(layer["class_name"]), "layer": _shown(layer["config"].get("name"))}
        if layer["class_name"] in MODEL_CLASSES:
            raise UnsupportedNetworkError("nested", **names)
        if (precision := dtype_of(layer["config"])) not in READABLE_DTYPES:
            raise UnsupportedNetworkError("notFloat32", **names, found=_shown(precision))
    if isinstance(config, list) or layers[0]["class_name"] == "InputLayer":
        return layers, None
    return layers, config.get("build_input_shape")


def dtype_of(config: dict) -> object:
    """Return the type that a layer computes in, in Keras' words, or None if it is not given.

    Keras writes a name, or an object with a name, or with a mode if the layer is quantised.
    """
    policy = config.get("dtype")
    if not isinstance(policy, dict):
        return policy
    return policy["config"].get("mode") or policy["config"].get("name")


def _names(tensors: Any) -> list[str]:
    """Return the output layers of a functional model, in any form that Keras writes."""
    if isinstance(tensors, str):
        return [tensors]
    inner = tensors.values() if isinstance(tensors, dict) else tensors
    return [name for one in inner if not isinstance(one, int) for name in _names(one)]


def _saved(layer: dict, arrays: Sequence[h5py.Dataset | np.ndarray]) -> SavedLayer:
    config = layer["config"]
    reads = _input_layers(layer["inbound_nodes"]) if "inbound_nodes" in layer else None
    numbers = [np.asarray(array, np.float32) for array in arrays]
    return SavedLayer(layer["class_name"], config["name"], config, reads, numbers)


def _input_layers(nodes: list) -> list[str]:
    """Return the names of a layer's input layers in a functional model, for all of its calls.

    A call with ``training=True`` adds the name "training": it cannot be shown.
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
            if len(node) > 2 and isinstance(node[0], str):  # Keras 2: name, node, tensor
                found.append(node[0])
                left += node[3:]
            else:
                left += node
    return found


def _shown(value: object) -> str:
    return str(value)[:40]


def _snake_case(kind: str) -> str:
    """Same as ``keras.src.utils.naming.to_snake_case``: MaxPooling2D is max_pooling2d."""
    return re.sub("([a-z])([A-Z])", r"\1_\2", re.sub("(.)([A-Z][a-z0-9]+)", r"\1_\2", kind)).lower()


def read_card(file: Path | bytes) -> str | None:
    """Return the card inside the file, or None; raises as ``read``."""
    content = _content(file)
    if content.startswith(HDF5_SIGNATURE):
        return None
    with _opened(content) as archive:
        return _text(archive, CARD).decode() if CARD in archive.namelist() else None


def add_card(path: Path, card: str) -> None:
    """Add the text of a card to the ``.keras`` file at ``path``; Keras ignores it."""
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(CARD, card)


@contextlib.contextmanager
def _opened(content: bytes) -> Iterator[zipfile.ZipFile]:
    """Open the archive, and check the size of what will be read."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        _check_entries(archive)
        yield archive


def _check_entries(archive: zipfile.ZipFile) -> None:
    entries = archive.infolist()
    names = [entry.filename for entry in entries]
    if len(names) != len(set(names)):
        raise ValueError("two entries have the same name")
    if sum(entry.file_size for entry in entries) > MAX_BYTES:
        raise ValueError(f"unpacked it has more than {MAX_BYTES:,} bytes")
    for entry in entries:
        if (
            entry.filename in (CONFIG, NUMBERS, CARD)
            and entry.compress_type not in PLAIN_COMPRESSIONS
        ):
            raise ValueError(f"{entry.filename} is compressed in an unusual way")


def _text(archive: zipfile.ZipFile, name: str) -> bytes:
    if archive.getinfo(name).file_size > MAX_JSON_BYTES:
        raise ValueError(f"{name} has more than {MAX_JSON_BYTES:,} bytes")
    return archive.read(name)


def _checked(file: h5py.File, name: str) -> h5py.Group:
    """Return the group of the layers if it holds only plain arrays of finite numbers.

    A link or an external dataset would read another file; a chunked dataset can declare any size.
    What lies beside the group, such as the optimizer's numbers, is not read.

    Raises:
        ValueError: it holds something else, or too much.
    """
    if not isinstance(file.get(name, getlink=True), h5py.HardLink):
        raise ValueError(f"no group {name}")
    root = file[name]
    left, open_groups, seen = MAX_BYTES, [root], 0
    while open_groups:
        group = open_groups.pop()
        for name in group:
            seen += 1
            if seen > MAX_ARRAYS:
                raise ValueError(f"more than {MAX_ARRAYS} groups and arrays")
            if not isinstance(group.get(name, getlink=True), h5py.HardLink):
                raise ValueError("a link to somewhere else")
            item = group[name]
            if isinstance(item, h5py.Group):
                open_groups.append(item)
            elif isinstance(item, h5py.Dataset):
                left -= _bytes_of(item)
                if left < 0:
                    raise ValueError(f"its arrays have more than {MAX_BYTES:,} bytes")
                if not np.isfinite(item[()]).all():
                    raise ValueError("some of its numbers are not finite")
    return root


def _bytes_of(array: h5py.Dataset) -> int:
    """Return the bytes of a plain array in memory, all of which must be in the file."""
    if array.external or array.is_virtual or array.chunks or array.dtype.kind not in "fiu":
        raise ValueError("an array that is not plain numbers")
    size = array.size * array.dtype.itemsize
    if array.id.get_storage_size() < size:
        raise ValueError("an array without its numbers")
    return size
