"""Mutated networks and pictures: files whose internal structure has been altered."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator

import h5py
import numpy as np
from PIL import Image

from mnist_cnn.network import keras_file
from mnist_cnn.reading import ink

# The marks with which formats begin their parts: HDF5's superblock, B-trees, heaps and headers,
# PNG's and RIFF's chunks, JPEG's markers, TIFF's directories, the boxes of AVIF.
PARTS = (
    *(b"\x89HDF", b"TREE", b"HEAP", b"SNOD", b"GCOL", b"OHDR", b"OCHK", b"FRHP", b"FHDB", b"FHIB"),
    *(b"BTHD", b"BTIN", b"BTLF", b"FSHD", b"FSSE", b"EAHD", b"EAIB", b"FAHD", b"FADB"),
    *(b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND", b"iCCP", b"eXIf", b"acTL", b"fcTL", b"fdAT"),
    *(b"RIFF", b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"GIF8", b"\x21\xf9", b"\x2c"),
    *(b"\xff\xc0", b"\xff\xc2", b"\xff\xc4", b"\xff\xda", b"\xff\xdb", b"\xff\xe1", b"\xff\xe2"),
    *(b"II*\0", b"\0\1\3\0", b"\1\1\3\0", b"\2\1\3\0", b"\3\1\3\0", b"\x11\1\4\0", b"\x17\1\4\0"),
    *(b"meta", b"iloc", b"iinf", b"iprp", b"ispe", b"pixi", b"av1C", b"mdat"),
)
ODD = (0, 1, 2, 7, 127, 128, 255, 2**15, 2**16 - 1, 2**31 - 1, 2**32 - 1, 2**40, 2**63, 2**64 - 1)


def networks(random: np.random.Generator) -> Iterator[bytes]:
    """Yield files without end: ``.h5``, and ``.keras``, sound archives around mutated HDF5."""
    with zipfile.ZipFile(keras_file.DEFAULT) as archive:
        config = archive.read(keras_file.CONFIG)
        seeds = [*_hdf5(), archive.read(keras_file.NUMBERS)]
    whole = _whole(config)
    while True:
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr(keras_file.CONFIG, config)
            archive.writestr(keras_file.NUMBERS, mutated(seeds, random))
        yield file.getvalue()
        yield mutated([whole], random)


def _whole(config: bytes) -> bytes:
    """Return the shipped network as an ``.h5`` file."""
    file = io.BytesIO()
    with h5py.File(file, "w") as numbers:
        numbers.attrs["model_config"] = config.decode()
        for layer in keras_file.read(keras_file.DEFAULT).layers:
            group = numbers.create_group(f"model_weights/{layer.name}")
            group.attrs["weight_names"] = [f"{layer.name}/{i}" for i in range(len(layer.arrays))]
            for i, array in enumerate(layer.arrays):
                group[f"{layer.name}/{i}"] = array
    return file.getvalue()


def pictures(random: np.random.Generator) -> Iterator[bytes]:
    """Yield pictures without end, of all formats that are read."""
    seeds = list(_pictures())
    while True:
        yield mutated(seeds, random)


def mutated(seeds: list[bytes], random: np.random.Generator) -> bytes:
    """Return one of ``seeds`` with one to four of its fields altered, or parts moved."""
    seed = seeds[random.integers(len(seeds))]
    content, places = bytearray(seed), _places(seed)
    for _ in range(random.integers(1, 5)):
        place = int(places[random.integers(len(places))]) + int(random.integers(0, 64))
        if random.random() < 0.3:
            place = int(random.integers(0, min(len(content), 2048)))
        place = min(place, len(content) - 1)
        _alter(content, place, len(seed), places, random)
    return bytes(content)


def _alter(content: bytearray, place: int, size: int, places: list[int], random) -> None:
    """Write something odd at a place."""
    kind, length = random.integers(8), 2 ** int(random.integers(0, 4))
    order = "little" if random.random() < 0.7 else "big"
    if kind < 3:
        content[place] = random.integers(256)
    elif kind < 5:
        number = (*ODD, size, size - 1, place)[random.integers(len(ODD) + 3)] % 2 ** (8 * length)
        content[place : place + length] = number.to_bytes(length, order)
    elif kind < 6:  # an address of another part, or of itself: a circle
        number = int(places[random.integers(len(places))]) % 2 ** (8 * length)
        content[place : place + length] = number.to_bytes(length, order)
    elif kind < 7:
        other = int(places[random.integers(len(places))])
        content[place : place + 32] = content[other : other + 32]
    else:
        del content[place + int(random.integers(1, 64)) :]


def _places(content: bytes) -> list[int]:
    found = [0]
    for part in PARTS:
        place = content.find(part)
        while place >= 0 and len(found) < 400:
            found.append(place)
            place = content.find(part, place + 1)
    return found


def _hdf5() -> Iterator[bytes]:
    """Yield small files of what HDF5 has: old and new forms, groups, heaps, filters, links."""
    for version in ("earliest", "latest"):
        for write in (_like_keras, _many_groups, _filtered, _of_texts, _linked):
            file = io.BytesIO()
            with h5py.File(file, "w", libver=version) as numbers:
                write(numbers)
            yield file.getvalue()


def _like_keras(file: h5py.File) -> None:
    for name in ("conv2d", "conv2d_1", "dense"):
        for number in range(2):
            file[f"layers/{name}/vars/{number}"] = np.arange(8, dtype=np.float32)
    file.create_group("layers/flatten/vars").attrs["name"] = "flatten"


def _many_groups(file: h5py.File) -> None:
    for number in range(60):
        file.create_group(f"layers/{number}").attrs[f"of {number}"] = np.arange(number)


def _filtered(file: h5py.File) -> None:
    numbers = np.arange(400, dtype=np.float32).reshape(20, 20)
    for number, options in enumerate(({"compression": "gzip"}, {"shuffle": True}, {})):
        file.create_dataset(f"layers/{number}", data=numbers, chunks=(5, 5), **options)
    file.create_dataset("grows", data=numbers, maxshape=(None, 20), fletcher32=True)


def _of_texts(file: h5py.File) -> None:
    file["texts"] = ["a", "bc", "def" * 50]
    file["pairs"] = np.zeros(3, [("one", "f4"), ("two", "i8", (2, 2))])
    file.attrs["config"] = "{}" * 500


def _linked(file: h5py.File) -> None:
    file["layers/a"] = np.float32(1)
    file["layers/soft"] = h5py.SoftLink("/layers/a")
    file["layers/far"] = h5py.ExternalLink("other.h5", "/a")
    file["layers/again"] = file["layers"]


def _pictures() -> Iterator[bytes]:
    """Yield small pictures of each format in its variants."""
    random = np.random.default_rng(0)
    grey = Image.fromarray(random.integers(0, 256, (40, 30), np.uint8))
    rgb = Image.fromarray(random.integers(0, 256, (40, 30, 3), np.uint8))
    deep = Image.fromarray(random.integers(0, 65536, (40, 30), np.uint16))
    floats = Image.fromarray(random.random((40, 30), np.float32))
    exif = Image.Exif()
    exif[0x0112] = 6
    several = {"save_all": True, "append_images": [rgb, rgb]}
    variants = (
        *((picture, kind, {}) for kind in ink.FORMATS for picture in (grey, rgb)),
        *((picture, "PNG", {}) for picture in (deep, rgb.quantize(8), grey.convert("1"))),
        *((rgb.convert("RGBA"), kind, {}) for kind in ("PNG", "WEBP", "AVIF", "TIFF", "ICO")),
        *((rgb, kind, several) for kind in ("PNG", "GIF", "WEBP", "TIFF", "MPO", "AVIF")),
        *((rgb, "JPEG", {"progressive": True, "exif": exif}), (rgb.convert("CMYK"), "JPEG", {})),
        *((rgb, "WEBP", {"lossless": True}), (rgb, "ICO", {"bitmap_format": "bmp"})),
        *((rgb, "TIFF", {"compression": how}) for how in ("tiff_lzw", "jpeg", "packbits")),
        *((rgb, "TIFF", {"compression": how}) for how in ("tiff_adobe_deflate", "tiff_deflate")),
        *((grey.convert("1"), "TIFF", {"compression": how}) for how in ("group3", "group4")),
        *((picture, "TIFF", {}) for picture in (deep, floats, rgb.convert("LAB"))),
        (rgb, "TIFF", {"tiffinfo": {278: 1}}),  # a strip for each row
    )
    for picture, kind, options in variants:
        file = io.BytesIO()
        picture.save(file, kind, **options)
        yield file.getvalue()
    yield _interlaced()


def png_chunk(kind: bytes, content: bytes) -> bytes:
    """Return a part of a PNG."""
    checksum = struct.pack(">I", zlib.crc32(kind + content))
    return struct.pack(">I", len(content)) + kind + content + checksum


def _interlaced() -> bytes:
    """Return a PNG in Adam7's order, which Pillow reads and does not write."""
    passes = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2))
    pixels = np.arange(256, dtype=np.uint8).reshape(16, 16)
    rows = [
        b"\0" + row.tobytes()
        for left, top, across, down in (*passes, (0, 1, 1, 2))
        for row in pixels[top::down, left::across]
    ]
    head = struct.pack(">IIBBBBB", 16, 16, 8, 0, 0, 0, 1)
    body = png_chunk(b"IDAT", zlib.compress(b"".join(rows)))
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", head) + body + png_chunk(b"IEND", b"")
