"""A person opens, pastes or drops a picture instead of drawing."""

import base64
import io

import numpy as np
import pytest
from PIL import Image, ImageFilter

from mnist_cnn.digits import strokes
from mnist_cnn.reading import ink
from mnist_cnn.reading.preprocess import preprocess
from tests.browser.pointer import draw_digit, shown_digit, wait_for_digit, wait_until_there
from tests.drawings import DRAWINGS, SEVEN
from tests.test_ink import PICTURES, file_of

VECTOR = """<svg xmlns="http://www.w3.org/2000/svg" {size}>
    <path d="M70 60 L210 56 168 140 126 238" fill="none" stroke="#024" stroke-width="20"/>
</svg>"""
MEASURE = """() => {
    const { prototype } = CanvasRenderingContext2D;
    const read = prototype.getImageData;
    prototype.getImageData = function (x, y, ...size) {
        window.found = size;
        return read.call(this, x, y, ...size);
    };
}"""
PASTE = """([bytes, type]) => {
    const data = new DataTransfer();
    data.items.add(new File([new Uint8Array(bytes)], "pasted", {type}));
    document.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data}));
}"""


def photo():
    """A digit on paper under a lamp: shadow, noise, blur, JPEG."""
    ink = np.asarray(Image.fromarray(strokes.render(SEVEN, size=600)).filter(ImageFilter.BLUR))
    x, y = np.meshgrid(np.linspace(0, 1, 600), np.linspace(0, 1, 600))
    paper = 215 - 70 * x - 30 * y
    noise = np.random.default_rng(0).normal(0, 4, paper.shape)
    grey = np.clip(paper * (1 - 0.7 * ink / 255) + noise, 0, 255).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(grey).convert("RGB").save(file, "JPEG", quality=70)
    return file.getvalue()


def screenshot():
    """White on black, as from a notes program at night."""
    file = io.BytesIO()
    Image.fromarray(strokes.render(SEVEN)).save(file, "PNG")
    return file.getvalue()


def open_file(page, name, kind, content):
    page.locator("#pad .file").set_input_files({"name": name, "mimeType": kind, "buffer": content})


FIND = """async ([width, height, data]) => {
    const {findInk} = await import("/reader/ink.js");
    const bytes = Uint8ClampedArray.from(atob(data), (c) => c.charCodeAt(0));
    return [...findInk({width, height, data: bytes}).pixels];
}"""


def noisy(blank=False):
    """Evenly lit grey paper, with the noise of a sensor, a crumb, and a digit on it or not."""
    grey = 190 - (0 if blank else 0.6) * strokes.render(SEVEN, size=300).astype(float)
    grey[20:24, 20:24] = 60 if not blank else 190
    return Image.fromarray((grey + np.random.default_rng(4).normal(0, 5, (300, 300))).astype("u1"))


ALIKE = {
    **PICTURES,
    "under a lamp": photo(),
    "noise": file_of(noisy(), "JPEG", quality=80),
    "one pixel": file_of(Image.new("RGB", (1, 1), "navy")),
    "a line": file_of(Image.new("RGB", (1, 40), "navy")),
    "blank": file_of(Image.new("RGB", (60, 40), "navy")),
    "blank noise": file_of(noisy(blank=True)),
    "faint": file_of(Image.fromarray(200 + strokes.render(SEVEN) // 25)),
    **{
        f"{name}, {how}": file_of(Image.fromarray(255 - ink if how == "dark" else ink))
        for name, ink in DRAWINGS.items()
        for how in ("dark", "light")
    },
}


@pytest.mark.parametrize("kind", ALIKE)
def test_the_page_finds_the_ink_that_python_finds(modules, kind):
    picture = ink.open_picture(ALIKE[kind])
    rgba = np.asarray(picture.convert("RGBA"))
    sent = base64.b64encode(rgba.tobytes()).decode()
    height, width = rgba.shape[:2]
    found = np.array(modules.evaluate(FIND, [width, height, sent]), np.uint8)
    found, expected = found.reshape(height, width), ink.find_ink(picture)
    assert np.abs(found.astype(int) - expected).max() <= 12
    assert found.any() == expected.any()
    if found.any():
        own, other = (preprocess(each).image.astype(int) for each in (found, expected))
        assert np.abs(own - other).mean() < 1


@pytest.mark.parametrize(
    ("content", "kind"), [(photo(), "image/jpeg"), (screenshot(), "image/png")]
)
def test_an_opened_picture_is_read(open_page, content, kind):
    page = open_page()
    open_file(page, "picture", kind, content)
    wait_for_digit(page, 7)
    page.keyboard.press("Control+z")
    wait_for_digit(page, "–")


def test_a_pasted_picture_is_read(open_page):
    page = open_page()
    page.evaluate(PASTE, [list(screenshot()), "image/png"])
    wait_for_digit(page, 7)


def test_a_photo_is_turned_upright(open_page):
    seven = Image.fromarray(255 - strokes.render(SEVEN))
    exif = Image.Exif()
    exif[274] = 6  # the camera was held upright: to be turned by 90° to the right
    file = io.BytesIO()
    seven.transpose(Image.Transpose.ROTATE_90).save(file, "JPEG", exif=exif)
    page = open_page()
    open_file(page, "photo.jpg", "image/jpeg", file.getvalue())
    wait_for_digit(page, 7)


@pytest.mark.parametrize(
    "size",
    [
        'width="2mm" height="2mm" viewBox="0 0 280 280"',
        'viewBox="0 0 280 280"',
        'width="100%" height="100%" viewBox="0 0 280 280"',
        "",
    ],
)
def test_a_vector_picture_is_read_with_and_without_a_size(open_page, size):
    page = open_page()
    page.evaluate(MEASURE)
    open_file(page, "seven.svg", "image/svg+xml", VECTOR.format(size=size).encode())
    wait_for_digit(page, 7)
    assert page.evaluate("window.found") == [512, 512]


def test_ink_is_scaled_to_the_pad_and_lies_in_its_middle(modules):
    wide = np.full((14, 28), 200, np.uint8)
    expected = np.zeros((280, 280), np.uint8)
    expected[70:210] = 200
    np.testing.assert_array_equal(levels(modules, wide), expected)
    high = np.zeros((560, 280), np.uint8)
    high[:, 140:] = 100
    expected = np.zeros((280, 280), np.uint8)
    expected[:, 140:210] = 100
    smooth = np.abs(levels(modules, high).astype(int) - expected)
    assert (smooth.max(axis=0) > 0).sum() == 2, "only at the edge"


def test_ink_of_the_pad_s_own_size_stays_as_it_is(modules):
    ink = np.random.default_rng(0).integers(0, 256, (280, 280), np.uint8)
    np.testing.assert_array_equal(levels(modules, ink), ink)


def levels(modules, ink):
    """The levels of the mark that ink becomes on the pad."""
    found = modules.evaluate(
        """async ([width, height, pixels]) => {
            const {markOf} = await import("/components/pad/sources/picture.js");
            return [...markOf({width, height, pixels: Uint8Array.from(pixels)}).levels];
        }""",
        [ink.shape[1], ink.shape[0], ink.ravel().tolist()],
    )
    return np.array(found, np.uint8).reshape(280, 280)


@pytest.mark.parametrize(("kind", "most"), [("tiff", 255), ("png", 4095)])
def test_what_only_the_server_can_decode_is_sent_as_it_is(open_page, kind, most):
    paper = 255 - strokes.render(SEVEN)
    grey = paper if most == 255 else (paper.astype(np.uint32) * most // 255).astype(np.uint16)
    file = io.BytesIO()
    Image.fromarray(grey).save(file, kind)
    page = open_page()
    open_file(page, f"seven.{kind}", f"image/{kind}", file.getvalue())
    wait_for_digit(page, 7)


def sixteen_bits():
    file = io.BytesIO()
    Image.fromarray((255 - strokes.render(SEVEN)).astype(np.uint16) * 257).save(file, "PNG")
    return file.getvalue()


def blank(kind="PNG"):
    file = io.BytesIO()
    Image.new("RGB", (80, 60), "white").save(file, kind)
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "kind", "content", "words", "is_sent"),
    [
        ("x.png", "image/png", blank(), "No ink was found in that picture.", False),
        ("x.png", "image/png", b"rubbish", "This browser cannot read that picture.", True),
        ("x.tif", "image/tiff", blank("TIFF")[:9000], "That picture is damaged.", True),
        ("x.png", "image/png", b"x" * (8 * 2**20 + 1), "This browser cannot read that file", False),
        ("x.heic", "", b"rubbish", "This browser cannot read that picture.", False),
        ("x", "image/heif", b"rubbish", "This browser cannot read that picture.", False),
        ("x.svg", "image/svg+xml", b"<svg", "This browser cannot read that picture.", False),
    ],
)
def test_an_unusable_picture_gets_a_sentence(open_page, name, kind, content, words, is_sent):
    requests = []
    page = open_page()
    page.on("request", lambda request: requests.append(request.url))
    open_file(page, name, kind, content)
    notice = page.locator("#pad .notice")
    notice.get_by_text(words).wait_for()
    assert any(url.endswith("/ink") for url in requests) == is_sent
    assert shown_digit(page) == "–"


def test_what_is_wrong_with_a_picture_is_said_until_the_next_stroke(open_page):
    page = open_page()
    draw_digit(page, 1)
    wait_for_digit(page, 1)
    open_file(page, "x.png", "image/png", blank())
    notice = page.locator("#pad .notice")
    notice.get_by_text("No ink was found").wait_for()
    for tool in ("undo", "redo", "clear"):
        page.locator(f"#pad .{tool}").click()
        assert notice.is_visible()
    draw_digit(page, 7)
    assert notice.is_hidden()


def test_what_was_not_foreseen_is_said_too(browser, address):
    """The page's own error, which the console has as well."""
    page = browser.new_page()
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.add_init_script("""CanvasRenderingContext2D.prototype.getImageData = () => {
        throw new Error("odd");
    }""")
    page.goto(address)
    wait_until_there(page)
    open_file(page, "seven.png", "image/png", screenshot())
    page.locator("#pad .notice").get_by_text("failed to open that picture").wait_for()
    page.close()
    assert errors == ["odd"]


def test_a_server_that_does_not_answer_is_no_fault_of_the_picture(open_page):
    page = open_page()
    page.route("**/ink", lambda route: route.abort())
    open_file(page, "seven.tif", "image/tiff", blank("TIFF"))
    page.locator("#pad .notice").get_by_text("The server does not answer").wait_for()


@pytest.mark.parametrize(
    ("kind", "content", "words"),
    [
        ("png", screenshot(), None),
        ("png", sixteen_bits(), "PNG of 16 bits only where this page has a server."),
        ("tiff", blank("TIFF"), "TIFF and PNG of 16 bits only where this page has a server."),
    ],
    ids=["PNG", "PNG of 16 bits", "TIFF"],
)
def test_without_a_server_a_page_reads_what_its_browser_can_decode(open_page, kind, content, words):
    page = open_page()
    page.evaluate("() => { window.mnistCnnPage.served = false; }")
    open_file(page, f"seven.{kind}", f"image/{kind}", content)
    if words:
        page.locator("#pad .notice").get_by_text(words).wait_for()
    else:
        wait_for_digit(page, 7)
