"""Ink is found in any picture a person may have, and unusable files get a sentence."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import IcoImagePlugin, Image, ImageCms

from mnist_cnn.digits import strokes
from mnist_cnn.reading import ink
from mnist_cnn.reading.ink import PictureError
from tests.drawings import SEVEN
from tests.hostile_files import PICTURES as PICTURES_THAT_COST
from tests.mutated_files import png_chunk

DRAWING = np.pad(strokes.render(SEVEN, size=200), ((0, 0), (30, 10)))  # not square
SHARE = DRAWING[..., None] / 255.0  # of ink in each pixel


def coloured(pen, paper):
    """The drawing in two colours, as an RGB picture."""
    mixed = np.array(pen) * SHARE + np.array(paper) * (1 - SHARE)
    return Image.fromarray(mixed.round().astype(np.uint8))


BLACK_ON_WHITE = coloured((0, 0, 0), (255, 255, 255))
GREY = BLACK_ON_WHITE.convert("L")


def on_transparency(pen):
    """The drawing as the pad's layer: one colour, the ink in the alpha channel."""
    picture = Image.new("RGBA", BLACK_ON_WHITE.size, pen)
    picture.putalpha(Image.fromarray(DRAWING))
    return picture


def photo(darkest=0.45, noise=6.0):
    """A photo of paper: the light falls off from left to right, the sensor adds noise."""
    random = np.random.default_rng(1)
    values = np.asarray(coloured((40, 45, 90), (235, 230, 220)), float)
    light = np.linspace(1, darkest, DRAWING.shape[1])[None, :, None]
    values = values * light + random.normal(0, noise, values.shape)
    return Image.fromarray(values.clip(0, 255).astype(np.uint8))


def sixteen_bit(pen, paper):
    grey = pen * SHARE[..., 0] + paper * (1 - SHARE[..., 0])
    return Image.fromarray(grey.astype(np.uint16))


def of_an_instrument(dtype, white):
    """The drawing as numbers that end at ``white``: paper is nearly that, ink a tenth of it."""
    return Image.fromarray((white * (0.95 - 0.85 * SHARE[..., 0])).astype(dtype))


def between(dtype, low, high):
    """The drawing as numbers that begin and end anywhere."""
    return Image.fromarray((high - (high - low) * SHARE[..., 0]).astype(dtype))


def with_a_hot_pixel():
    numbers = np.array(of_an_instrument(np.uint16, 4095))
    numbers[3, 5] = 65_535
    return Image.fromarray(numbers)


def png_of_16_bits(colour_type, *bands):
    """A PNG as Pillow writes none: ``bands`` are numbers ``(height, width)`` below 65,536."""
    rows = np.stack(bands, axis=2).astype(">u2")
    lines = b"".join(b"\0" + row.tobytes() for row in rows)
    size = struct.pack(">IIBBBBB", rows.shape[1], rows.shape[0], 16, colour_type, 0, 0, 0)
    chunks = ((b"IHDR", size), (b"IDAT", zlib.compress(lines)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(png_chunk(*each) for each in chunks)


SCANNED = 4095 * (0.95 - 0.85 * SHARE[..., 0])  # 12 bits


def in_lab():
    profiles = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
    pen_on_paper = coloured((150, 0, 0), (0, 77, 0))  # equally bright
    return ImageCms.profileToProfile(pen_on_paper, *profiles, outputMode="LAB")


def transparent_palette():
    """A palette picture whose paper is its transparent colour, as drawing programs save it."""
    picture = Image.fromarray((DRAWING > 127).astype(np.uint8)).convert("P")
    picture.putpalette([255, 255, 255, 200, 0, 0])
    picture.info["transparency"] = 0
    return picture


def file_of(picture, kind="PNG", **options):
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def find(content):
    return ink.find_ink(ink.open_picture(content))


def overlap(found, drawn):
    """Intersection over union of what is more than half ink."""
    found, drawn = found > 127, drawn > 127
    return (found & drawn).sum() / (found | drawn).sum()


PICTURES = {
    "black on a transparent pad": file_of(on_transparency("black")),
    "white on a transparent pad": file_of(on_transparency("white")),
    "grey with transparency": file_of(on_transparency("black").convert("LA")),
    "palette with transparency": file_of(transparent_palette(), transparency=0),
    "dark on light": file_of(GREY),
    "light on dark": file_of(Image.fromarray(DRAWING)),
    "opaque with an alpha channel": file_of(BLACK_ON_WHITE.convert("RGBA")),
    "chalk on a green board": file_of(coloured((230, 230, 220), (40, 90, 60))),
    "red pen on yellow paper": file_of(coloured((200, 30, 30), (250, 240, 140))),
    "blue pen on green paper": file_of(coloured((30, 30, 220), (30, 220, 60))),
    "red and green equally bright": file_of(coloured((150, 0, 0), (0, 77, 0))),
    "faint pencil": file_of(coloured((215, 215, 215), (255, 255, 255))),
    "JPEG at its worst": file_of(coloured((20, 20, 20), (240, 240, 240)), "JPEG", quality=10),
    "photo with a shadow": file_of(photo(), "JPEG", quality=75),
    "palette": file_of(BLACK_ON_WHITE.quantize(16)),
    "1 bit": file_of(GREY.convert("1", dither=Image.Dither.NONE)),
    "16-bit grey, dark on light": file_of(sixteen_bit(2_000, 60_000)),
    "16-bit grey, light on dark": file_of(sixteen_bit(60_000, 2_000)),
    "16-bit grey of a scanner of 12 bits": file_of(of_an_instrument(np.uint16, 4095)),
    "32-bit integers": file_of(of_an_instrument(np.int32, 65_535), "TIFF"),
    "32-bit integers, all that there are": file_of(of_an_instrument(np.int32, 2**31 - 1), "TIFF"),
    "16-bit colours of a scanner of 12 bits": png_of_16_bits(2, SCANNED, SCANNED, SCANNED),
    "16-bit grey and alpha of a scanner of 12 bits": png_of_16_bits(4, SCANNED, SCANNED * 0 + 4095),
    "a pixel of the sensor is always white": file_of(with_a_hot_pixel()),
    "numbers below 0": file_of(between(np.float32, -1000, 0), "TIFF"),
    "numbers far from 0": file_of(between(np.float32, 10_000, 10_500), "TIFF"),
    "two numbers": file_of(between(np.int32, 0, 1), "TIFF"),
    "floats from 0 to 1": file_of(of_an_instrument(np.float32, 1), "TIFF"),
    "floats from 0 to 255": file_of(of_an_instrument(np.float32, 255), "TIFF"),
    "Lab": file_of(in_lab(), "TIFF"),
    "two pictures of a phone in one JPEG": file_of(
        BLACK_ON_WHITE, "MPO", save_all=True, append_images=[BLACK_ON_WHITE]
    ),
    "AVIF": file_of(BLACK_ON_WHITE, "AVIF"),
    "JPEG in TIFF": file_of(BLACK_ON_WHITE, "TIFF", compression="jpeg"),
    "CMYK JPEG": file_of(BLACK_ON_WHITE.convert("CMYK"), "JPEG"),
    "GIF": file_of(GREY, "GIF"),
    "BMP": file_of(BLACK_ON_WHITE, "BMP"),
    "WebP": file_of(BLACK_ON_WHITE, "WEBP"),
    "TIFF": file_of(BLACK_ON_WHITE, "TIFF"),
}


@pytest.mark.parametrize("picture", PICTURES)
def test_the_ink_is_what_was_drawn_and_reads_as_seven(picture, reader):
    found = find(PICTURES[picture])
    assert found.dtype == np.uint8
    assert found.shape == DRAWING.shape
    assert overlap(found, DRAWING) > 0.9
    assert np.abs(found.astype(int) - DRAWING).mean() < 6
    assert reader.read(found).activations.digit == 7


def test_noise_on_a_photo_is_no_ink():
    found = find(PICTURES["photo with a shadow"])
    far_from_ink = np.asarray(Image.fromarray(DRAWING).resize((60, 50))) == 0
    far_from_ink = np.kron(far_from_ink, np.ones((4, 4), bool))
    assert found[far_from_ink].mean() < 1


def test_dirt_on_a_noisy_photo_is_dropped_and_a_second_stroke_kept():
    values = np.asarray(photo(darkest=1.0)).copy()
    values[10:14, 10:14] = 40  # a crumb
    values[170:195, 10:50] = 40  # more than a crumb
    found = ink.find_ink(Image.fromarray(values))
    assert found[10:14, 10:14].max() == 0
    assert found[175:190, 15:45].min() > 200


ROTATIONS = {  # EXIF orientation: what the camera stored of an upright picture
    1: lambda upright: upright,
    2: np.fliplr,
    3: lambda upright: np.rot90(upright, 2),
    4: np.flipud,
    5: lambda upright: upright.swapaxes(0, 1),
    6: lambda upright: np.rot90(upright, 1),
    7: lambda upright: np.rot90(upright, 2).swapaxes(0, 1),
    8: lambda upright: np.rot90(upright, -1),
}


@pytest.mark.parametrize("orientation", ROTATIONS)
def test_a_photo_is_turned_upright(orientation):
    stored = Image.fromarray(
        np.ascontiguousarray(ROTATIONS[orientation](np.asarray(BLACK_ON_WHITE)))
    )
    exif = Image.Exif()
    exif[0x0112] = orientation
    found = find(file_of(stored, "JPEG", exif=exif, quality=95))
    assert found.shape == DRAWING.shape
    assert overlap(found, DRAWING) > 0.9


BROKEN_EXIF = {
    "no TIFF at all": ("PNG", b"Exif\0\0garbage"),
    "ends in its header": ("WEBP", b"Exif\0\0II*\0"),
    "ends in its first entry": ("JPEG", b"Exif\0\0MM\0*\0\0\0\x08" + b"\xff" * 40),
    "cannot be written again": (
        "JPEG",
        b"Exif\0\0MM\0*\0\0\0\x08\0\x03"
        b"\x01\x09\0\x02\0\0\0\x06\0\0\0\x32"
        b"\x01\x12\0\x03\0\0\0\x01\0\x06\0\0"  # orientation 6
        b"\x87\x69\xa7\x04\0\0\0\x01\0\0\0\x38"  # of no type there is
        b"\x81\0\0\0hello\0\0\x01\x90\x03\0\x02\0\0\0\x05\0\0\0J\0\0\0\x002020\0\0",
    ),
}


@pytest.mark.parametrize("broken", BROKEN_EXIF)
def test_broken_exif_does_not_keep_a_photo_from_being_read(broken, recwarn):
    kind, exif = BROKEN_EXIF[broken]
    found = find(file_of(BLACK_ON_WHITE, kind, exif=exif, quality=95))
    assert max(overlap(np.rot90(found, turn), DRAWING) for turn in turns(found)) > 0.9
    assert [str(warning.message) for warning in recwarn] == []  # nothing for a person to wonder at


def turns(found):
    """A broken file may be turned or not: both are right."""
    return (0,) if found.shape == DRAWING.shape else (1, 3)


PAPERS = {"white": "white", "black": "black", "grey": (128, 128, 128), "yellow": (250, 240, 140)}
SIZES = [(1, 1), (2, 1), (1, 40), (40, 1), (3, 3), (100, 70), (1200, 900)]


@pytest.mark.parametrize("colour", PAPERS)
def test_blank_paper_of_any_size_has_no_ink(colour):
    for size in SIZES:
        found = find(file_of(Image.new("RGB", size, PAPERS[colour])))
        assert found.max() == 0, size
        factor = min(1, 512 / max(size))
        assert found.shape == (round(size[1] * factor), round(size[0] * factor)), size


def noisy_paper(noise, light):
    random = np.random.default_rng(2)
    values = np.linspace(220, 220 * light, 300)[None, :, None] * np.ones((200, 1, 3))
    values = values + random.normal(0, noise, values.shape)
    return Image.fromarray(values.clip(0, 255).astype(np.uint8))


@pytest.mark.parametrize(
    "picture",
    [
        file_of(Image.new("RGBA", (50, 40), (0, 0, 0, 0))),
        file_of(Image.new("RGBA", (1, 1), (255, 0, 0, 0))),
        file_of(Image.new("L", (50, 40), 200), "JPEG", quality=10),
        file_of(Image.new("CMYK", (50, 40), (0, 0, 60, 0)), "JPEG"),
        file_of(noisy_paper(noise=2, light=1), "JPEG", quality=60),
        file_of(noisy_paper(noise=0, light=0.6)),
        file_of(noisy_paper(noise=1, light=0.6), "JPEG", quality=60),
        file_of(coloured((247, 247, 247), (255, 255, 255))),
        file_of(Image.fromarray(np.full((40, 50), 3, np.uint16))),
        file_of(Image.fromarray(np.arange(2000, dtype=np.uint16).reshape(40, 50) % 4)),
        file_of(Image.fromarray(np.zeros((40, 50), np.float32)), "TIFF"),
        file_of(
            Image.fromarray(np.random.default_rng(5).normal(0.7, 0.01, (400, 300)).astype("f4")),
            "TIFF",
        ),
        file_of(Image.fromarray(np.full((40, 50), 0.7, np.float32)), "TIFF"),
    ],
    ids=[
        "empty pad",
        "empty pad of one pixel",
        "JPEG",
        "CMYK",
        "noise",
        "shadow",
        "noise and shadow",
        "fainter than MIN_CONTRAST",
        "16 bits, black",
        "16 bits, the noise of a dark frame",
        "floats, black",
        "floats, noise",
        "floats, grey",
    ],
)
def test_paper_without_a_drawing_has_no_ink(picture):
    assert find(picture).max() == 0


def test_a_large_picture_is_reduced_and_keeps_its_shape():
    picture = BLACK_ON_WHITE.resize((2400, 2000))
    found = find(file_of(picture))
    assert found.shape == (427, 512)
    expected = np.asarray(Image.fromarray(DRAWING).resize((512, 427)))
    assert overlap(found, expected) > 0.9


def test_a_path_and_its_bytes_give_the_same_picture(tmp_path):
    file = tmp_path / "数字 seven.png"
    file.write_bytes(PICTURES["dark on light"])
    for name in (file, str(file)):
        np.testing.assert_array_equal(
            ink.find_ink(ink.open_picture(name)), find(PICTURES["dark on light"])
        )


# --- files that cannot be used ------------------------------------------------------------


def png_header(width, height):
    """A PNG that only says its size: whoever decodes it finds it damaged."""
    size = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + png_chunk(b"IHDR", size)
        + png_chunk(b"IDAT", b"")
        + png_chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    "name",
    [
        *("ico of a large png", "ico of a large png behind a text"),
        *("ico of a png with two sizes", "ico of a large bitmap"),
    ],
)
def test_a_large_picture_in_an_icon_is_refused_before_it_is_decoded(name, monkeypatch):
    """Pillow decodes it while it opens the file, and looks at its size afterwards."""
    content = PICTURES_THAT_COST[name]()
    monkeypatch.setattr(IcoImagePlugin.IcoFile, "frame", lambda *_: pytest.fail("was decoded"))
    with pytest.raises(PictureError, match=r"is (9400 × 9400|30000 × 30000) pixels, more than 24"):
        ink.open_picture(content)


def in_ycbcr():
    """A TIFF that Pillow would make stripes of."""
    content = bytearray(file_of(BLACK_ON_WHITE, "TIFF"))
    place = content.index(struct.pack("<HHIH", 262, 3, 1, 2))  # RGB
    content[place + 8] = 6
    return bytes(content)


def scanned(times):
    """A progressive JPEG of so many scans."""
    content = file_of(GREY, "JPEG", progressive=True)
    scan = content[content.rindex(b"\xff\xda") : -2]
    return content[:-2] + (times - content.count(b"\xff\xda")) * scan + content[-2:]


def numbers_that_are_none():
    return file_of(Image.fromarray(np.array([[1, np.nan]], np.float32)), "TIFF")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "{} is not a picture this program can read. Use PNG, JPEG, GIF, BMP, WebP, AVIF"),
        (b"seven", "{} is not a picture this program can read. Use PNG, JPEG, GIF, BMP, WebP"),
        (b"%PDF-1.7", "{} is not a picture this program can read. Use PNG, JPEG, GIF"),
        (b"\0\0\0\x24ftypheic\0\0\0\0mif1heic", "{} is a HEIC photo. Save it as JPEG"),
        (b"\0\0\0\x24ftypmif1\0\0\0\0mif1heic", "{} is a HEIC photo. Save it as JPEG"),
        (b'<?xml version="1.0"?><svg viewBox="0 0 9 9"/>', "{} is an SVG drawing. Open it on"),
        ("<!-- by hand --><svg/>".encode("utf-16"), "{} is an SVG drawing. Open it on"),
        (in_ycbcr(), "{} is a TIFF in the colours YCbCr. Save it as PNG and try again."),
        (scanned(101), "{} has more than 100 scans. Save it anew and try again."),
        (numbers_that_are_none(), "{} is damaged (some of its numbers are not finite)."),
        (
            png_header(9000, 9000),
            "{} is 9000 × 9000 pixels, more than 24 megapixels. Make it smaller and try again.",
        ),
        (png_header(60_000, 60_000), "{} is too large ("),
        (png_header(50, 50), "{} is damaged ("),
    ],
    ids=[
        *(
            "empty",
            "text",
            "PDF",
            "HEIC",
            "HEIC by another name",
            "SVG",
            "SVG in UTF-16",
            "YCbCr",
            "scans",
        ),
        *("not a number", "too large", "bomb", "nothing after the header"),
    ],
)
@pytest.mark.parametrize("way", ["path", "bytes"])
def test_an_unusable_file_gets_a_sentence(way, content, sentence, tmp_path):
    file = tmp_path / "mine.png"
    file.write_bytes(content)
    with pytest.raises(ink.PictureError) as caught:
        ink.open_picture(file if way == "path" else content)
    name = str(file) if way == "path" else "The picture"
    assert str(caught.value).startswith(sentence.format(name))
    assert str(caught.value).endswith(".")


def test_a_photo_of_a_phone_has_the_limit_of_a_jpeg_also_with_a_second_in_it():
    picture = Image.new("L", (6000, 4500), "white")
    content = file_of(picture, "MPO", save_all=True, append_images=[Image.new("L", (9, 9))])
    assert find(content).shape == (384, 512)


def test_a_hundred_scans_are_read_and_what_is_behind_the_picture_has_none():
    film = b"\0\2" + 200 * b"\xff\xda\0\2"
    assert overlap(find(scanned(100) + film), DRAWING) > 0.9  # as phones write it


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "BMP", "WEBP", "TIFF", "AVIF"])
def test_a_truncated_file_of_any_kind_is_damaged_or_no_picture(kind):
    whole = file_of(photo(), kind)
    for share in (0.99, 0.5, 0.1):
        with pytest.raises(ink.PictureError, match=r"The picture is (damaged|not a picture)"):
            ink.open_picture(whole[: int(share * len(whole))])


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "BMP", "WEBP", "AVIF"])
def test_altered_bytes_give_a_picture_or_a_sentence_and_nothing_else(kind):
    random = np.random.default_rng(3)
    whole = file_of(GREY.resize((40, 40)).convert("RGB"), kind)
    for _ in range(100):
        content = bytearray(whole)
        for place in random.integers(0, min(200, len(whole)), 2):
            content[place] = random.integers(0, 256)
        try:
            found = find(bytes(content))
        except ink.PictureError as error:
            assert str(error).startswith("The picture is ")  # noqa: PT017  it may also be read
        else:
            assert found.dtype == np.uint8


@pytest.mark.parametrize("name", ["missing.png", ""], ids=["missing", "a folder"])
def test_a_path_without_a_file_gets_a_sentence(name, tmp_path):
    file = tmp_path / name
    with pytest.raises(ink.PictureError) as caught:
        ink.open_picture(file)
    assert str(caught.value) == f"{file}: there is no such file."


# --- connected pieces ---------------------------------------------------------------------


def pieces_by_spreading(mask):
    """Another way to label pieces: every pixel takes the largest number near it until all rest."""
    labels = np.where(mask, np.arange(1, mask.size + 1).reshape(mask.shape), 0)
    while True:
        padded = np.pad(labels, 1)
        near = np.lib.stride_tricks.sliding_window_view(padded, (3, 3)).max(axis=(2, 3))
        spread = np.where(mask, near, 0)
        if np.array_equal(spread, labels):
            return labels
        labels = spread


@pytest.mark.parametrize("share", [0.0, 0.1, 0.3, 0.5, 1.0])
def test_pieces_are_those_that_touch_sideways_or_at_a_corner(share):
    mask = np.random.default_rng(4).random((23, 31)) < share
    labels, count = ink.pieces(mask)
    expected = pieces_by_spreading(mask)
    assert count == len(np.unique(expected[mask]))
    assert set(np.unique(labels[mask])) == set(range(1, count + 1))
    assert (labels[~mask] == 0).all()
    pairs = set(zip(labels[mask].tolist(), expected[mask].tolist(), strict=True))
    assert len(pairs) == count  # one name there for every name here
