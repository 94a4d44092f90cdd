"""Draw digits on the page with the mouse, and wait for the answer."""

from __future__ import annotations

import math

from playwright.sync_api import Page


def _arc(x, y, rx, ry, start, end, steps=16):
    angles = [math.radians(start + (end - start) * i / steps) for i in range(steps + 1)]
    return [(x + rx * math.cos(a), y + ry * math.sin(a)) for a in angles]


DIGITS = {  # points as shares of the pad's side
    0: [_arc(0.5, 0.5, 0.2, 0.3, -90, 270)],
    1: [[(0.5, 0.18), (0.5, 0.82)]],
    2: [[*_arc(0.5, 0.35, 0.18, 0.16, -170, 40), (0.3, 0.8), (0.72, 0.8)]],
    3: [
        [
            *_arc(0.47, 0.34, 0.17, 0.15, -150, 90),
            *_arc(0.47, 0.66, 0.2, 0.17, -90, 150),
        ]
    ],
    4: [[(0.36, 0.2), (0.3, 0.55), (0.7, 0.55)], [(0.62, 0.2), (0.6, 0.85)]],
    5: [
        [(0.66, 0.2), (0.38, 0.2), (0.36, 0.45), *_arc(0.48, 0.62, 0.19, 0.19, -110, 140)],
    ],
    7: [[(0.25, 0.22), (0.75, 0.2), (0.6, 0.5), (0.45, 0.85)]],
}


def wait_until_there(page: Page) -> None:
    """Wait until the page is complete: pad, digits, and all layers."""
    page.wait_for_function("!document.getElementById('early')")
    page.locator("#river .stage").wait_for(state="attached")
    page.locator("#maps figure[data-layer=softmax]").wait_for(state="attached")
    page.locator("#pad .undo:disabled").wait_for(state="attached")


def place(page: Page, x: float, y: float) -> tuple[float, float]:
    """Return the place in the window of a point of the pad, in shares of its side."""
    box = page.locator("#pad canvas").first.bounding_box()  # the heat lies above
    return box["x"] + x * box["width"], box["y"] + y * box["height"]


def draw_stroke(page: Page, points: list[tuple[float, float]], lift: bool = True) -> None:
    """Draw one stroke with the mouse; keep the button down if ``lift`` is false."""
    page.mouse.move(*place(page, *points[0]))
    page.mouse.down()
    for point in points[1:]:
        page.mouse.move(*place(page, *point), steps=3)
    if lift:
        page.mouse.up()


def draw_digit(page: Page, digit: int) -> None:
    """Draw a digit with the mouse, all its strokes."""
    for stroke in DIGITS[digit]:
        draw_stroke(page, stroke)


def settled(page: Page) -> Page:
    """Wait until the last pen move is answered: no answer for a quarter of a second."""
    page.evaluate(
        """() => new Promise((resolve) => {
            let before = -1;
            const look = () => {
                const now = performance.getEntriesByName("reading").length;
                if (now === before) return resolve();
                before = now;
                setTimeout(look, 250);
            };
            look();
        })"""
    )
    return page


def stop_the_clock(page: Page) -> None:
    """Let no slice of work end before its work does, as on a computer that reads in no time."""
    settled(page)
    page.evaluate("performance.now = ((now) => () => now)(performance.now())")


def painted(page: Page) -> Page:
    """Wait for two frames, until the last change is on the screen."""
    page.evaluate(
        """() => new Promise((resolve) =>
            requestAnimationFrame(() => requestAnimationFrame(resolve)))"""
    )
    return page


def draw_and_settle(page: Page, digit: int) -> Page:
    """Draw a digit, and wait until it and all pen moves are answered."""
    draw_digit(page, digit)
    wait_for_digit(page, digit)
    return settled(page)


def unfold(page: Page, layer: str = "conv1") -> Page:
    """Unfold the channels of all layers, by the button of one of them."""
    page.locator(f"#river .crowd[data-layer={layer}]").click()
    page.locator("#maps .layers").wait_for()
    return painted(page)


def clear(page: Page) -> None:
    """Clear the pad, and wait for the page."""
    page.keyboard.press("Delete")
    wait_for_digit(page, "–")


def shown_digit(page: Page) -> str:
    """Return the digit that the page answers."""
    return page.locator("#answer .digit").inner_text()


def wait_for_digit(page: Page, digit: int | str) -> None:
    """Wait until the page answers ``digit``; fails after the usual 30 seconds."""
    page.wait_for_function(
        "digit => document.querySelector('#answer .digit').textContent === digit", arg=str(digit)
    )


def colors(page: Page, selector: str) -> int:
    """Return the number of different colours on a canvas."""
    return page.locator(selector).evaluate(
        """canvas => {
            const {data} = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
            return new Set(new Uint32Array(data.buffer)).size;
        }"""
    )


def copied_link(page: Page) -> str:
    """Copy the link to the drawing, and return it."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.evaluate("navigator.clipboard.writeText('')")
    page.locator("#actions .link").click()
    page.get_by_text("Copied").wait_for()
    return page.wait_for_function("navigator.clipboard.readText()").json_value()
