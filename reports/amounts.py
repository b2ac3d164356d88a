"""Sums of money as people say them: in millions or billions of euro, with as many digits as count."""

from __future__ import annotations

_BILLION = 1_000.0


def euros(loss_meur: float) -> str:
    r"""A sum in the unit that fits; a no-break space keeps figure and unit together.

    Examples:
        >>> [euros(meur).replace("\xa0", " ") for meur in (0, 0.02, 2.3, 398, 1_240, 729_700)]
        ['0 €', 'less than 0.1 million €', '2.3 million €', '398 million €', '1.2 billion €', '730 billion €']
    """
    if abs(loss_meur) < 1e-9:
        return "0\N{NO-BREAK SPACE}€"
    if loss_meur < 0.05:
        return "less than 0.1\N{NO-BREAK SPACE}million\N{NO-BREAK SPACE}€"
    return _said(loss_meur, *_unit(loss_meur))


def between(low_meur: float, high_meur: float) -> str:
    r"""A range, in the unit of its upper end where that fits both; one sum where the two are said alike.

    Examples:
        >>> [between(*ends).replace("\xa0", " ") for ends in ((54, 76), (0, 76), (5, 5), (430, 1_100), (27, 3_187))]
        ['54–76 million €', '0–76 million €', '5.0 million €', '0.4–1.1 billion €', '27 million € to 3.2 billion €']
    """
    low, high, (scale, _) = euros(low_meur), euros(high_meur), _unit(high_meur)
    if low == high:
        return high
    if low_meur < 1e-9 or low_meur >= 0.095 * scale:
        return f"{'0' if low_meur < 1e-9 else _figure(low_meur / scale)}–{high}"
    return f"{low} to {high}"


def _unit(meur: float) -> tuple[float, str]:
    return (_BILLION, "billion") if meur >= 0.9995 * _BILLION else (1.0, "million")


def _said(meur: float, scale: float, unit: str) -> str:
    return f"{_figure(meur / scale)}\N{NO-BREAK SPACE}{unit}\N{NO-BREAK SPACE}€"


def _figure(value: float) -> str:
    """Two digits that count, and all of those before the point."""
    return f"{value:,.0f}" if value >= 9.95 else f"{value:.1f}"
