"""A drawing as a picture of points, for mail programs, which do not show SVG."""

from __future__ import annotations

import vl_convert

_SCALE = 2.0
"""Points of the picture for each unit of the drawing: sharp also on a fine screen."""


def to_png(svg: str) -> bytes:
    """An SVG drawing as PNG, twice as many points across as it has units.

    Examples:
        >>> picture = to_png('<svg xmlns="http://www.w3.org/2000/svg" width="4" height="2"></svg>')
        >>> picture[:4], int.from_bytes(picture[16:20], "big")
        (b'\\x89PNG', 8)
    """
    return vl_convert.svg_to_png(svg, scale=_SCALE)
