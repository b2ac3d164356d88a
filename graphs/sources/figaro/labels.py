"""What rows and columns of the table are called: areas, industries, primary inputs and final uses."""

from __future__ import annotations

from graphs import classification

FINAL_USES = ("P3_S13", "P3_S14", "P3_S15", "P51G", "P5M")
"""Final consumption of government, households and non-profit institutions; investment; change of stocks."""
STOCKS = "P5M"
VALUE_ADDED = ("D1", "D29X39", "B2A3G")
"""Pay of employees, other taxes less subsidies on production, gross operating surplus and mixed income."""
TAXES = ("D21X31", "OP_RES", "OP_NRES")
"""Taxes less subsidies on products; purchases of residents abroad and of non-residents at home."""
PRIMARY = frozenset((*VALUE_ADDED, *TAXES))
DOMESTIC = frozenset({"W2", "DOM"})
REST = frozenset({"FIGW1", "WRL_REST"})


def parted(label: str) -> tuple[str, str]:
    """Area and code of a label such as DE_C10T12, FIGW1_P3_S13 or WRL_REST_A01."""
    for area in REST:
        if label.startswith(f"{area}_"):
            return area, label[len(area) + 1 :]
    area, _, code = label.partition("_")
    return area, code


def country(area: str) -> str | None:
    """The code of an area as we write it; None if it is not known.

    Examples:
        >>> [country(area) for area in ("EL", "UK", "FIGW1", "XY")]
        ['GR', 'GB', 'ROW', None]
    """
    return classification.REST_OF_WORLD if area in REST else classification.country(area)


def industry(code: str) -> str | None:
    """A code as we write it: a letter for a section of several divisions, else its divisions from first to last.

    Examples:
        >>> [industry(code) for code in ("C10T12", "C31_32", "B", "L", "A01", "X9")]
        ['C10-C12', 'C31-C32', 'B', 'L68', 'A01', None]
    """
    inside = sorted(classification.divisions(code))
    if not inside:
        return None
    if len(code) == 1 and len(inside) > 1:
        return code
    return inside[0] if len(inside) == 1 else f"{inside[0]}-{inside[-1]}"
