"""Colours and fonts of the page, for Gradio's theme and for the static page.

The fonts are the system's, so no other host is asked for any. The colours have the contrast
of WCAG 2.2 AA: 4.5 to 1 for words on the page and white words on the accent.
"""

from __future__ import annotations

SYSTEM_FONTS = ("system-ui", "-apple-system", "Segoe UI", "PingFang SC", "Microsoft YaHei")
MORE_FONTS = ("Noto Sans CJK SC", "Noto Sans SC", "sans-serif")
SYSTEM_MONO = ("ui-monospace", "Menlo", "Consolas", "monospace")

ACCENT = "#2563eb"
COLORS = {  # in the light, in the dark; by Gradio's names
    "background_fill_primary": ("white", "#0a0f1e"),
    "background_fill_secondary": ("#f8fafc", "#0f172a"),
    "body_background_fill": ("white", "#0a0f1e"),
    "body_text_color": ("#1e293b", "#f1f5f9"),
    "body_text_color_subdued": ("#475569", "#94a3b8"),
    "border_color_primary": ("#e2e8f0", "#334155"),
    "link_text_color": (ACCENT, "#3b82f6"),
}


def variables() -> str:
    """Return colours and fonts as CSS properties, by Gradio's names."""
    fonts = {"font": (*SYSTEM_FONTS, *MORE_FONTS), "font-mono": SYSTEM_MONO}
    always = {name: ", ".join(names) for name, names in fonts.items()} | {"color-accent": ACCENT}
    light, dark = ({name: both[i] for name, both in COLORS.items()} for i in range(2))
    return f":root {{ {_written(always | light)} }}\n.dark {{ {_written(dark)} }}"


def _written(values: dict[str, str]) -> str:
    return " ".join(f"--{name.replace('_', '-')}: {value};" for name, value in values.items())
