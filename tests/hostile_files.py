"""Pictures and networks made to cost whoever reads them: time, memory, or its life.

``PICTURES`` and ``NETWORKS`` have functions by what they make; each returns a file as bytes.
"""

from __future__ import annotations

import io
import json
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import asdict

import h5py
import numpy as np
from PIL import Image

from mnist_cnn.network import keras_file
from mnist_cnn.network.weights import find_card
from tests.mutated_files import png_chunk

MEBIBYTE = 2**20
LARGEST_PICTURE, LARGEST_NETWORK = 8 * MEBIBYTE, 16 * MEBIBYTE  # bytes that the server takes
SIDE = 4800  # pixels: 23 megapixels, just less than is refused by its head

Maker = Callable[[], bytes]
PICTURES: dict[str, Maker] = {}
NETWORKS: dict[str, Maker] = {}


def _picture(make: Maker) -> Maker:
    PICTURES[make.__name__.replace("_", " ")] = make
    return make


def _network(make: Maker) -> Maker:
    NETWORKS[make.__name__.replace("_", " ")] = make
    return make


# --- pictures -----------------------------------------------------------------------------


def _saved(picture: Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def _noise(side: int, mode: str = "RGB") -> Image.Image:
    channels = len(Image.new(mode, (1, 1)).getbands())
    numbers = np.random.default_rng(0).integers(0, 256, (side, side, channels), np.uint8)
    return Image.fromarray(numbers.squeeze(), mode)


def _png(width: int, height: int, *chunks: bytes, kind: int = 2, bits: int = 8) -> bytes:
    """Return a PNG with ``chunks`` between its head and its grey pixels."""
    channels = {0: 1, 2: 3, 6: 4}[kind] * bits // 8
    packer = zlib.compressobj(9)
    rows = [packer.compress(bytes(1 + width * channels)) for _ in range(height)]
    head = struct.pack(">IIBBBBB", width, height, bits, kind, 0, 0, 0)
    body = png_chunk(b"IDAT", b"".join((*rows, packer.flush())))
    parts = (png_chunk(b"IHDR", head), *chunks, body, png_chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


@_picture
def png_of_gigabytes_by_its_head() -> bytes:
    """Say 40,000 × 40,000 pixels in a file of 1 kB."""
    head = struct.pack(">IIBBBBB", 40_000, 40_000, 8, 6, 0, 0, 0)
    body = png_chunk(b"IDAT", zlib.compress(bytes(1000)))
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", head) + body


@_picture
def png_of_23_megapixels() -> bytes:
    """Hold one colour, packed 1 : 1000."""
    return _png(SIDE, SIDE, kind=6)


@_picture
def png_of_23_deep_megapixels() -> bytes:
    """Need 16 bits for each of four channels."""
    return _png(SIDE, SIDE, kind=6, bits=16)


@_picture
def png_of_tiny_chunks() -> bytes:
    """Hold half a million parts without content."""
    return _png(8, 8, png_chunk(b"prVt", b"") * (LARGEST_PICTURE // 12 - 100))


@_picture
def png_of_tiny_texts() -> bytes:
    """Hold half a million texts of one letter."""
    return _png(8, 8, png_chunk(b"tEXt", b"a\0b") * (LARGEST_PICTURE // 15 - 100))


@_picture
def png_of_packed_texts() -> bytes:
    """Hold texts that unpack 1 : 1000."""
    text = png_chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(MEBIBYTE), 9))
    return _png(8, 8, text * (LARGEST_PICTURE // len(text) - 1))


@_picture
def png_of_a_packed_profile() -> bytes:
    """Hold a colour profile that unpacks to 100 MB."""
    packer = zlib.compressobj(9)
    parts = [packer.compress(bytes(MEBIBYTE)) for _ in range(100)]
    profile = b"a\0\0" + b"".join((*parts, packer.flush()))
    return _png(8, 8, png_chunk(b"iCCP", profile))


@_picture
def png_of_tiny_pixels_chunks() -> bytes:
    """Spread its pixels over half a million parts of a byte."""
    packed = zlib.compress(np.random.default_rng(0).bytes(8 * 10**5), 0)[
        : LARGEST_PICTURE // 13 - 9
    ]
    head = struct.pack(">IIBBBBB", 799, 1000, 8, 0, 0, 0, 0)
    body = b"".join(png_chunk(b"IDAT", packed[at : at + 1]) for at in range(len(packed)))
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", head) + body + png_chunk(b"IEND", b"")


@_picture
def png_of_many_frames() -> bytes:
    """Say a hundred thousand frames, of 12 × 12 pixels."""
    frame = struct.pack(">IIIIIHHBB", 0, 8, 8, 0, 0, 1, 1, 0, 0)
    chunk = png_chunk(b"fcTL", frame) + png_chunk(b"fdAT", struct.pack(">I", 1) + b"x")
    frames = chunk * (LARGEST_PICTURE // len(chunk) - 2)
    return _png(8, 8, png_chunk(b"acTL", struct.pack(">II", 10**5, 0)), frames)


def _gif(*blocks: bytes, side: int = 8, last: bytes = b"") -> bytes:
    head = b"GIF89a" + struct.pack("<HHBBB", side, side, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    return head + b"".join(blocks) + (last or _gif_frame(side)) + b";"


def _gif_frame(side: int) -> bytes:
    whole = _saved(Image.new("1", (side, side)), "GIF")
    return whole[whole.index(b",\0\0\0\0") : -1]


@_picture
def gif_of_comments() -> bytes:
    """Hold comments of one letter, which Pillow joins one by one."""
    comment = b"!\xfe\x01a\0"
    return _gif(comment * (LARGEST_PICTURE // len(comment) - 50))


@_picture
def gif_of_a_long_comment() -> bytes:
    """Hold one comment in parts of one letter."""
    return _gif(b"!\xfe" + b"\x01a" * (LARGEST_PICTURE // 2 - 100) + b"\0")


@_picture
def gif_of_large_comments() -> bytes:
    """Hold comments of 255 letters."""
    comment = b"!\xfe\xff" + b"a" * 255 + b"\0"
    return _gif(comment * (LARGEST_PICTURE // len(comment) - 10))


@_picture
def gif_of_extensions() -> bytes:
    """Hold a million parts that say nothing."""
    return _gif(b"!\xf9\x04\0\0\0\0\0" * (LARGEST_PICTURE // 8 - 50))


@_picture
def gif_of_unknown_bytes() -> bytes:
    """Hold millions of bytes that no part begins with."""
    return _gif(bytes(LARGEST_PICTURE - 200))


@_picture
def gif_of_many_frames() -> bytes:
    """Hold three hundred thousand frames of a pixel."""
    frame = b",\0\0\0\0\1\0\1\0\0\2\2D\1\0"
    return _gif(frame * (LARGEST_PICTURE // len(frame) - 50))


@_picture
def gif_of_a_large_frame_in_a_small_picture() -> bytes:
    """Hold a frame of 65,535 × 65,535 pixels in a picture of 8 × 8."""
    frame = b"," + struct.pack("<HHHHB", 0, 0, 65_535, 65_535, 0) + b"\2\2D\1\0"
    return _gif(last=frame)


@_picture
def gif_of_23_megapixels() -> bytes:
    """Hold one colour."""
    return _saved(Image.new("P", (SIDE, SIDE)), "GIF")


def _ico(*pictures: tuple[int, bytes]) -> bytes:
    """Return an icon of pictures, each said to be of so many pixels a side."""
    head, place = struct.pack("<HHH", 0, 1, len(pictures)), 6 + 16 * len(pictures)
    entries, contents = [], []
    for side, content in pictures:
        sizes = struct.pack("<BBBBHHII", side % 256, side % 256, 0, 0, 1, 32, len(content), place)
        entries.append(sizes)
        contents.append(content)
        place += len(content)
    return b"".join((head, *entries, *contents))


@_picture
def ico_of_a_large_png() -> bytes:
    """Say 256 × 256 and hold 9,400 × 9,400 pixels: 0.7 MB that take 800 MB."""
    return _ico((256, _png(9400, 9400, kind=6)))


@_picture
def ico_of_a_large_png_behind_a_text() -> bytes:
    """Say its size where a text of 8 × 8 pixels stands first."""
    whole, text = _png(9400, 9400, kind=6), png_chunk(b"tEXt", struct.pack(">II", 8, 8) + b"\0a")
    return _ico((256, whole[:8] + text + whole[8:]))


@_picture
def ico_of_a_png_with_two_sizes() -> bytes:
    """Say 8 × 8 pixels, and 9,400 × 9,400 before its pixels come."""
    whole = _png(9400, 9400, kind=6)
    small = png_chunk(b"IHDR", struct.pack(">IIBBBBB", 8, 8, 8, 6, 0, 0, 0))
    return _ico((256, whole[:8] + small + whole[8:]))


@_picture
def ico_of_23_megapixels() -> bytes:
    """Hold a PNG as large as is read."""
    return _ico((256, _png(SIDE, SIDE, kind=6)))


@_picture
def ico_of_a_large_bitmap() -> bytes:
    """Hold a bitmap whose head says 30,000 × 30,000 pixels."""
    return _ico((256, struct.pack("<IiiHHIIiiII", 40, 30_000, 60_000, 1, 32, 0, 0, 0, 0, 0, 0)))


@_picture
def ico_of_many_sizes() -> bytes:
    """Say 65,535 pictures, all in the same place."""
    entry = struct.pack("<BBBBHHII", 255, 255, 0, 0, 1, 32, 100, 6 + 16 * 65_535)
    return struct.pack("<HHH", 0, 1, 65_535) + entry * 65_535 + _png(8, 8)


def _jpeg(*segments: bytes, side: int = 16, **options: object) -> bytes:
    plain = _saved(Image.new("L", (side, side), 200), "JPEG", **options)
    return plain[:2] + b"".join(segments) + plain[2:]


@_picture
def jpeg_of_many_markers() -> bytes:
    """Hold two million segments without content."""
    return _jpeg(b"\xff\xfe\0\2" * (LARGEST_PICTURE // 4 - 200))


@_picture
def jpeg_of_many_app_segments() -> bytes:
    """Hold a million segments of programs' data."""
    return _jpeg(b"\xff\xe2\0\3a" * (LARGEST_PICTURE // 5 - 200))


@_picture
def jpeg_of_many_tables() -> bytes:
    """Define a table again and again."""
    table = b"\xff\xdb\0\x43\0" + bytes([1] * 64)
    return _jpeg(table * (LARGEST_PICTURE // len(table) - 20))


@_picture
def jpeg_of_fill_bytes() -> bytes:
    """Fill eight megabytes before a marker."""
    return _jpeg(b"\xff" * (LARGEST_PICTURE - 2000))


@_picture
def jpeg_of_64_megapixels() -> bytes:
    """Hold one colour, in few scans."""
    return _saved(Image.new("L", (7990, 7990), 200), "JPEG")


@_picture
def jpeg_of_64_megapixels_in_100_scans() -> bytes:
    """Pass a hundred times over 64 megapixels."""
    whole = _saved(Image.new("L", (7990, 7990), 200), "JPEG", progressive=True)
    scan = whole[whole.rindex(b"\xff\xda") : -2]
    return whole[:-2] + scan * 89 + whole[-2:]


@_picture
def jpeg_that_says_its_height_late() -> bytes:
    """Say 16 rows at first and 65,535 after its pixels (DNL)."""
    whole = _jpeg()
    return whole[:-2] + b"\xff\xdc\0\4\xff\xff" + whole[-2:]


def _exif(count: int, kind: int = 4, entries: int = 1) -> bytes:
    entry = struct.pack("<HHII", 274, kind, count, 8)
    return b"Exif\0\0II*\0\x08\0\0\0" + struct.pack("<H", entries) + entry * entries + bytes(4)


@_picture
def jpeg_of_an_endless_exif() -> bytes:
    """Say four thousand million turns, and a directory that is its own next one."""
    return b"".join(
        (
            *(b"\xff\xd8\xff\xe1", struct.pack(">H", len(_exif(2**32 - 1)) + 2)),
            *(_exif(2**32 - 1), _jpeg()[2:]),
        )
    )


@_picture
def jpeg_of_many_exif_entries() -> bytes:
    """Hold segments of thousands of entries each."""
    exif = _exif(4, kind=1, entries=5000)
    segment = b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif
    return _jpeg(segment * (LARGEST_PICTURE // len(segment) - 1))


@_picture
def mpo_of_many_pictures() -> bytes:
    """Hold a thousand pictures, of which the first is read."""
    picture = Image.new("RGB", (16, 16))
    return _saved(picture, "MPO", save_all=True, append_images=[picture] * 300)


def _tiff(*directories: list[tuple[int, int, int, int]], following: int = 0) -> bytes:
    """Return a TIFF of directories of entries; the last names ``following`` as the next."""
    parts, place = [b"II*\0\x08\0\0\0"], 8
    for number, entries in enumerate(directories, 1):
        place += 6 + 12 * len(entries)
        after = following if number == len(directories) else place
        packed = b"".join(struct.pack("<HHII", *entry) for entry in entries)
        parts += [struct.pack("<H", len(entries)), packed, struct.pack("<I", after)]
    return b"".join(parts)


def _of_tiff(width: int, height: int, strips: int = 1) -> list[tuple[int, int, int, int]]:
    places = (273, 4, strips, 0), (277, 3, 1, 1), (278, 4, 1, height), (279, 4, strips, 64)
    sizes = (256, 4, 1, width), (257, 4, 1, height), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1)
    return [*sizes, *places]


@_picture
def tiff_in_a_circle() -> bytes:
    """Name its directory as the next one."""
    return _tiff(_of_tiff(8, 8), following=8) + bytes(64)


@_picture
def tiff_of_many_directories() -> bytes:
    """Hold sixty thousand pictures in a chain."""
    return _tiff(*[_of_tiff(8, 8)] * (LARGEST_PICTURE // 114 - 1))


@_picture
def tiff_of_many_entries() -> bytes:
    """Hold sixty thousand entries, each of megabytes of the same bytes."""
    entries = [*_of_tiff(8, 8), *((number, 1, 7 * MEBIBYTE, 8) for number in range(700, 65_000))]
    return _tiff(entries).ljust(LARGEST_PICTURE - 8, b"\1")


@_picture
def tiff_of_many_strips() -> bytes:
    """Say a million strips, all in the same place."""
    head = [
        (tag, kind, count, 8 if tag in (273, 279) else value)
        for tag, kind, count, value in _of_tiff(8, 10**6, 10**6)
    ]
    return _tiff(head).ljust(LARGEST_PICTURE - 8, b"\1")


@_picture
def tiff_of_packed_pixels() -> bytes:
    """Hold 23 megapixels, packed 1 : 1000."""
    return _saved(Image.new("RGBA", (SIDE, SIDE)), "TIFF", compression="tiff_adobe_deflate")


@_picture
def tiff_of_floats() -> bytes:
    """Hold 23 megapixels of floats."""
    return _saved(Image.new("F", (SIDE, SIDE)), "TIFF", compression="tiff_adobe_deflate")


@_picture
def bmp_of_runs() -> bytes:
    """Hold 23 megapixels in runs of 255."""
    row = (b"\xff\1" * (SIDE // 255) + bytes([SIDE % 255, 1]) if SIDE % 255 else b"") + b"\0\0"
    pixels = row * SIDE
    place = 14 + 40 + 8
    head = struct.pack("<IiiHHIIiiII", 40, SIDE, SIDE, 1, 8, 1, len(pixels), 0, 0, 2, 2)
    whole = struct.pack("<2sIHHI", b"BM", place + len(pixels), 0, 0, place)
    return whole + head + b"\0\0\0\0\xff\xff\xff\0" + pixels


@_picture
def bmp_of_empty_runs() -> bytes:
    """Move on the spot, four million times."""
    pixels = b"\0\2\0\0" * ((LARGEST_PICTURE - 100) // 4)
    place = 14 + 40 + 8
    head = struct.pack("<IiiHHIIiiII", 40, SIDE, SIDE, 1, 8, 1, len(pixels), 0, 0, 2, 2)
    whole = struct.pack("<2sIHHI", b"BM", place + len(pixels), 0, 0, place)
    return whole + head + b"\0\0\0\0\xff\xff\xff\0" + pixels


@_picture
def ppm_of_a_long_comment() -> bytes:
    """Say its size after eight megabytes of comment."""
    return b"P6 #" + b"a" * (LARGEST_PICTURE - 100) + b"\n2 2 255 " + bytes(12)


@_picture
def ppm_of_comments() -> bytes:
    """Say its size after two million comments."""
    return b"P6 " + b"#\n" * (LARGEST_PICTURE // 2 - 100) + b"2 2 255 " + bytes(12)


@_picture
def ppm_in_words() -> bytes:
    """Hold four million pixels as text."""
    return b"P2 2000 2000 9\n" + b"1 " * (LARGEST_PICTURE // 2 - 100)


@_picture
def ppm_in_words_with_comments() -> bytes:
    """Hold pixels as text, a comment between any two."""
    return b"P2 1000 1000 9\n" + b"1 #\n" * (LARGEST_PICTURE // 4 - 100)


@_picture
def ppm_of_spaces() -> bytes:
    """Hold eight megabytes of spaces before its size."""
    return b"P6" + b" " * (LARGEST_PICTURE - 100) + b"2 2 255 " + bytes(12)


@_picture
def webp_of_many_frames() -> bytes:
    """Hold thousands of frames."""
    picture = Image.new("RGB", (4, 4))
    frames = [Image.new("RGB", (4, 4), (number % 256, number // 256, 0)) for number in range(3000)]
    return _saved(picture, "WEBP", save_all=True, append_images=frames, lossless=True)


@_picture
def webp_of_23_megapixels() -> bytes:
    """Hold one colour."""
    return _saved(Image.new("RGBA", (SIDE, SIDE)), "WEBP", lossless=True, method=0)


@_picture
def webp_of_tiny_chunks() -> bytes:
    """Hold a million parts without content."""
    whole = _saved(Image.new("RGB", (4, 4)), "WEBP", exif=b"Exif\0\0II*\0")
    content = whole[8:] + b"prVt\0\0\0\0" * (LARGEST_PICTURE // 8 - 200)
    return b"RIFF" + struct.pack("<I", len(content)) + content


@_picture
def avif_of_23_megapixels() -> bytes:
    """Hold one colour."""
    return _saved(Image.new("RGB", (SIDE, SIDE)), "AVIF", speed=10)


@_picture
def noise_of_png() -> bytes:
    """Hold what finding ink takes longest for."""
    return _saved(_noise(1600), "PNG", compress_level=1)


@_picture
def jpeg_that_is_a_zip() -> bytes:
    """Be a picture and an archive at once."""
    file = io.BytesIO(_jpeg())
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb", bytes(64 * MEBIBYTE))
    return file.getvalue()


# --- networks -----------------------------------------------------------------------------


def _entry_of_shipped(name: str) -> bytes:
    with zipfile.ZipFile(keras_file.DEFAULT) as archive:
        return archive.read(name)


def _keras(config: str | bytes | None = None, numbers: bytes | None = None, **more: bytes) -> bytes:
    """Return the shipped network with another config, other numbers, or more entries."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(keras_file.CONFIG, config or _entry_of_shipped(keras_file.CONFIG))
        archive.writestr(keras_file.NUMBERS, numbers or _entry_of_shipped(keras_file.NUMBERS))
        for name, content in more.items():
            archive.writestr(name.replace("_", "."), content)
    return file.getvalue()


def _hdf5(write: Callable[[h5py.File], None]) -> bytes:
    file = io.BytesIO()
    with h5py.File(file, "w", libver="latest") as numbers:
        write(numbers)
    return file.getvalue()


@_network
def archive_of_many_entries() -> bytes:
    """Hold hundreds of thousands of entries without content."""
    end = b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, 65_535, 65_535, 2**32 - 1, 2**32 - 1, 0)
    head = b"PK\1\2" + struct.pack(
        "<HHHHHHIIIHHHHHII", *(20, 20, 0, 0, 0, 33, 0, 0, 0, 4, 0, 0), *(0, 0, 0, 0)
    )
    count = 329_000
    entries = b"".join(head + struct.pack(">I", number | 0x01010101) for number in range(count))
    big = b"PK\6\6" + struct.pack("<QHHIIQQQQ", 44, 45, 45, 0, 0, count, count, len(entries), 0)
    locator = b"PK\6\7" + struct.pack("<IQI", 0, len(entries), 1)
    return entries + big + locator + end


@_network
def archive_that_lies_of_its_length() -> bytes:
    """Say that a gigabyte is a thousand bytes."""
    packed = bytearray(_keras(config=bytes(60 * MEBIBYTE)))
    place = packed.index(b"PK\1\2")
    packed[place + 24 : place + 28] = struct.pack("<I", 1000)
    return bytes(packed)


@_network
def archive_of_overlapping_entries() -> bytes:
    """Name the same bytes a thousand times (Fifield, A better zip bomb, 2019)."""
    packed = bytearray(_keras(bomb=bytes(60 * MEBIBYTE)))
    start = packed.rindex(b"PK\5\6")
    first = packed.index(b"PK\1\2")
    directory = packed[first:start]
    count = 300
    end = b"PK\5\6" + struct.pack(
        *("<HHHHIIH", 0, 0, 3 * count, 3 * count, len(directory) * count, first, 0)
    )
    return bytes(packed[:first] + directory * count + end)


@_network
def archive_of_paths_upwards() -> bytes:
    """Name entries that would lie outside a folder."""
    return _keras(config="{}", **{"../../etc/passwd": b"x", "/etc/passwd": b"x", "C:\\x": b"x"})


@_network
def archive_that_unpacks_to_much() -> bytes:
    """Unpack to 100 MB."""
    return _keras(config=bytes(100 * MEBIBYTE))


@_network
def archive_before_its_comment() -> bytes:
    """End in a comment that looks like ends of archives."""
    return _keras()[:-2] + b"\xff\xff" + (b"PK\5\6" * 17_000)[:65_535]


@_network
def config_of_depth() -> bytes:
    """Nest a hundred thousand lists."""
    return _keras(config="[" * 10**5)


@_network
def config_of_many_objects() -> bytes:
    """Hold as many values as a megabyte takes."""
    return _keras(config='{"class_name": "Sequential", "config": [' + "{}," * 349_000 + "{}]}")


def _changed(name: str, value: str) -> bytes:
    config = _entry_of_shipped(keras_file.CONFIG).decode()
    assert name in config
    return _keras(config=config.replace(name, value))


@_network
def config_of_huge_numbers() -> bytes:
    """Have a number of filters of 4,000 digits."""
    return _changed('"filters": 32', '"filters": ' + "9" * 4000)


@_network
def config_of_longest_numbers() -> bytes:
    """Have a number of filters of a million digits."""
    return _changed('"filters": 32', '"filters": ' + "9" * 900_000)


@_network
def config_of_infinity() -> bytes:
    """Have as many filters as nothing has."""
    return _changed('"filters": 32', '"filters": 1e999')


@_network
def config_of_nan() -> bytes:
    """Have NaN filters."""
    return _changed('"filters": 32', '"filters": NaN')


@_network
def config_of_negative_numbers() -> bytes:
    """Have fewer filters than none."""
    return _changed('"filters": 32', '"filters": -32')


@_network
def config_of_names_that_are_long() -> bytes:
    """Name a layer in half a million letters."""
    return _changed('"class_name": "Flatten"', f'"class_name": "{"F" * 500_000}"')


@_network
def config_of_many_reads() -> bytes:
    """Nest a layer's inputs in one another."""
    return _changed(
        '"class_name": "Flatten"',
        '"inbound_nodes": ' + "[" * 900 + "]" * 900 + ', "class_name": "Flatten"',
    )


@_network
def numbers_of_many_groups() -> bytes:
    """Hold two thousand groups."""

    def write(file: h5py.File) -> None:
        layers = file.create_group("layers")
        for number in range(2000):
            layers.create_group(str(number))

    return _keras(numbers=_hdf5(write))


@_network
def numbers_of_deep_groups() -> bytes:
    """Hold groups in groups, five hundred deep."""
    return _keras(numbers=_hdf5(lambda file: file.create_group("layers/" + "a/" * 500)))


@_network
def numbers_in_a_circle() -> bytes:
    """Hold a group in itself."""

    def write(file: h5py.File) -> None:
        file.create_group("layers/a")
        file["layers/a/again"] = file["layers"]

    return _keras(numbers=_hdf5(write))


@_network
def numbers_elsewhere() -> bytes:
    """Link to another file."""

    def write(file: h5py.File) -> None:
        file.create_group("layers")
        file["layers/conv2d"] = h5py.ExternalLink("/etc/passwd", "/")

    return _keras(numbers=_hdf5(write))


@_network
def numbers_that_are_packed() -> bytes:
    """Say a terabyte in parts that are not there."""

    def write(file: h5py.File) -> None:
        options = {"chunks": (2**10, 2**10), "compression": "gzip"}
        file.create_dataset("layers/conv2d/vars/0", (2**20, 2**18), "f4", **options)

    return _keras(numbers=_hdf5(write))


@_network
def numbers_of_large_attributes() -> bytes:
    """Hold an attribute of 60 megabytes."""

    def write(file: h5py.File) -> None:
        group = file.create_group("layers/conv2d/vars")
        group.attrs["name"] = np.zeros(60 * MEBIBYTE, np.uint8)

    return _keras(numbers=_hdf5(write))


@_network
def numbers_of_many_attributes() -> bytes:
    """Hold thousands of attributes."""

    def write(file: h5py.File) -> None:
        group = file.create_group("layers")
        for number in range(4000):
            group.attrs[str(number)] = number

    return _keras(numbers=_hdf5(write))


@_network
def whole_of_a_large_config() -> bytes:
    """Have 12 MB of layers in an attribute of an ``.h5`` file."""

    def write(file: h5py.File) -> None:
        text = '{"class_name": "Sequential", "config": [' + "{}," * (4 * MEBIBYTE) + "{}]}"
        file.attrs["model_config"] = text
        file.create_group("model_weights")

    return _hdf5(write)


@_network
def whole_of_many_names() -> bytes:
    """Name a million arrays of a layer, in an ``.h5`` file."""

    def write(file: h5py.File) -> None:
        layers = [{"class_name": "Dense", "config": {"name": "a", "units": 10}}]
        file.attrs["model_config"] = json.dumps({"class_name": "Sequential", "config": layers})
        group = file.create_group("model_weights/a")
        group["k"] = np.zeros(1, "f4")
        group.attrs["weight_names"] = np.full(10**6, b"k")

    return _hdf5(write)


@_network
def card_of_nan() -> bytes:
    """Say of itself that it reads NaN of all digits."""
    return _keras(card_json=_card(test_accuracy=float("nan")))


@_network
def card_of_infinity() -> bytes:
    """Say that its training took for ever."""
    return _keras(card_json=_card(training_seconds=float("inf")))


@_network
def card_of_options_without_number() -> bytes:
    """Hold NaN within an option."""
    return _keras(card_json=_card(options={"epochs": [float("nan")]}))


@_network
def card_of_depth() -> bytes:
    """Nest its options."""
    return _keras(
        card_json=_card(options=0).replace(
            b'"options": 0', b'"options": ' + b'{"a":' * 900 + b"1" + b"}" * 900
        )
    )


@_network
def card_of_other_types() -> bytes:
    """Say a list where a number belongs."""
    return _keras(card_json=_card(test_accuracy=["a"], epochs={"a": 1}, recipe=7))


@_network
def card_of_half_a_character() -> bytes:
    """Hold half of a character, which no text may."""
    return _keras(card_json=_card(recipe="\ud800"))


@_network
def card_of_a_megabyte() -> bytes:
    """Have a recipe of a million letters."""
    return _keras(card_json=_card(recipe="r" * 1_000_000))


def _card(**fields: object) -> bytes:
    told = asdict(find_card(keras_file.DEFAULT)) | fields
    return json.dumps(told).encode()
