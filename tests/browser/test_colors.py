"""The colours of numbers: steady, and apart for people who see colours otherwise."""

import numpy as np
import pytest

COLORS = """async () => {
    const { pageScale, signedColor } = await import("/painting/colormap.js");
    const { strokeColor } = await import("/components/strokes/colors.js");
    const of = () => Array.from({ length: 256 }, (_, level) => pageScale().color(level / 255));
    document.body.classList.remove("dark");
    const light = of();
    document.body.classList.add("dark");
    const dark = of();
    document.body.classList.remove("dark");
    const signs = [1, -1].map((sign) => signedColor(sign).split(" ").map(Number));
    const hex = (i) => [1, 3, 5].map((at) => parseInt(strokeColor(i).slice(at, at + 2), 16));
    return { light, dark, signs, strokes: [0, 1, 2, 3].map(hex) };
}"""

# Machado, Oliveira and Fernandes, A Physiologically-based Model for Simulation of Color Vision
# Deficiency, 2009: on linear light, at full severity.
SIGHT = {
    "usual": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
WHITE = TO_XYZ @ np.ones(3)


def lab(colors, sight="usual"):
    """CIE L*a*b* of sRGB colours (n, 3) from 0 to 255, as such eyes see them."""
    share = np.asarray(colors, float) / 255
    light = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    xyz = np.clip(light @ SIGHT[sight].T, 0, 1) @ TO_XYZ.T / WHITE
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.stack(
        [116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])], axis=1
    )


@pytest.fixture(scope="module")
def colors(modules):
    return modules.evaluate(COLORS)


@pytest.mark.parametrize("sight", SIGHT)
@pytest.mark.parametrize(("light", "sign"), [("light", -1), ("dark", 1)])
def test_what_is_more_is_further_from_paper(colors, light, sign, sight):
    lightness = sign * lab(colors[light], sight)[:, 0]
    assert (np.diff(lightness[::8]) > 0).all()
    assert lightness[-1] - lightness[0] > 70


@pytest.mark.parametrize("sight", SIGHT)
def test_the_two_signs_are_apart_for_all_eyes(colors, sight):
    adds, takes = lab(colors["signs"], sight)
    assert np.linalg.norm(adds - takes) > 40


@pytest.mark.parametrize("sight", SIGHT)
def test_the_first_strokes_are_apart_for_all_eyes(colors, sight):
    strokes = lab(colors["strokes"], sight)
    for i in range(3):
        assert np.linalg.norm(strokes[i] - strokes[i + 1]) > 12, i
