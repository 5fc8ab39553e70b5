"""One look for every chart: palette, fonts, sizes and rendering; draws no chart of its own."""

from __future__ import annotations

from typing import Any

PALETTE = ("#12436D", "#28A197", "#801650", "#D4541C")
"""At most four series: dark blue, turquoise, dark pink, orange; apart for colour-blind readers, 3:1 on white."""
INK, QUIET, GRID = "#0B0C0C", "#505A5F", "#DEE0E2"
FONT = "Arial, Helvetica, sans-serif"
WIDE, NARROW = (660, 300), (300, 270)
"""Plot width and height, pixels: for pages and files, and for phones."""
PNG_SCALE = 2
TITLE_CHARS, CAPTION_CHARS = 78, 108


def config(size: int = 13) -> dict[str, Any]:
    """Return the theme as a Vega-Lite configuration with a base font size in pixels."""
    return {
        "background": "#FFFFFF",
        "font": FONT,
        "view": {"stroke": None},
        "axis": {
            "labelFontSize": size,
            "titleFontSize": size,
            "labelColor": INK,
            "titleColor": QUIET,
            "titleFontWeight": "normal",
            "gridColor": GRID,
            "domainColor": QUIET,
            "tickColor": QUIET,
            "labelLimit": 400,
        },
        "title": {
            "fontSize": size + 3,
            "subtitleFontSize": size - 1,
            "subtitleColor": QUIET,
            "color": INK,
            "anchor": "start",
            "offset": 14,
        },
        "text": {"fontSize": size, "color": INK},
    }


def spec_of(chart: Any, size: int, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a chart as a Vega-Lite specification with the theme.

    Parameters
    ----------
    chart : altair chart
        Its layers name their data `rows`, `first` or `last`, so that nothing is copied layer by layer.
    size : int
        Base font size, pixels.
    rows : list of dict
        The data.
    """
    spec = dict(chart.configure(**config(size)).to_dict(validate=False))
    return {**spec, "datasets": {"rows": rows, "first": rows[:1], "last": rows[-1:]}}


def svg_of(spec: dict[str, Any]) -> str:
    """Return a Vega-Lite specification as SVG text."""
    import vl_convert

    return str(vl_convert.vegalite_to_svg(spec))


def png_of(svg: str) -> bytes:
    """Return SVG as PNG at twice its size."""
    import vl_convert

    return bytes(vl_convert.svg_to_png(svg, scale=PNG_SCALE))


def heading(title: str, caption: str) -> dict[str, list[str]]:
    """Return title and caption in lines that fit above a wide plot."""
    import textwrap

    return {
        "text": textwrap.wrap(title, TITLE_CHARS) or [""],
        "subtitle": textwrap.wrap(caption, CAPTION_CHARS) or [""],
    }
