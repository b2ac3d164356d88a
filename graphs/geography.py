"""Where countries lie: the part of the world by which they are grouped, and a point on the map for each."""

from __future__ import annotations

NORTH, WEST, SOUTH, EAST = "Northern EU", "Western EU", "Southern EU", "Eastern EU"
REGIONS = (WEST, SOUTH, NORTH, EAST, "Other Europe", "Asia", "Americas", "Rest of the world")
"""Parts of the EU by the United Nations' grouping of Europe (M49), Cyprus with the south; then the world outside."""

_EU = {
    NORTH: "DK EE FI IE LT LV SE",
    WEST: "AT BE DE FR LU NL",
    SOUTH: "CY ES GR HR IT MT PT SI",
    EAST: "BG CZ HU PL RO SK",
}
_OUTSIDE = {
    "Other Europe": "AD AL BA BY CH FO GB GG GI IM IS JE LI MC MD ME MK NO RS RU SM UA VA XK",
    "Asia": "AE AF AM AZ BD BH BN BT CN GE HK ID IL IN IQ IR JO JP KG KH KP KR KW KZ LA LB LK MM MN MO MV MY NP OM PH "
    "PK PS QA SA SG SY TH TJ TL TM TR TW UZ VN YE",
    "Americas": "AG AI AR AW BB BL BM BO BQ BR BS BZ CA CL CO CR CU CW DM DO EC FK GD GF GL GP GT GY HN HT JM KN KY "
    "LC MF MQ MS MX NI PA PE PM PR PY SR SV SX TC TT US UY VC VE VG VI",
}
_REGION = {code: region for table in (_EU, _OUTSIDE) for region, codes in table.items() for code in codes.split()}

# Degrees north and east of the middle of each country that fits on a map of Europe, as the CIA World Factbook rounds
# them; Russia's stands where its European part does.
_MIDDLES = {
    "AL": (41.0, 20.0), "AT": (47.3, 13.3), "BA": (44.0, 18.0), "BE": (50.8, 4.0), "BG": (43.0, 25.0),
    "BY": (53.0, 28.0), "CH": (47.0, 8.0), "CY": (35.0, 33.0), "CZ": (49.8, 15.5), "DE": (51.0, 9.0),
    "DK": (56.0, 10.0), "EE": (59.0, 26.0), "ES": (40.0, -4.0), "FI": (64.0, 26.0), "FR": (46.0, 2.0),
    "GB": (54.0, -2.0), "GR": (39.0, 22.0), "HR": (45.2, 15.5), "HU": (47.0, 20.0), "IE": (53.0, -8.0),
    "IS": (65.0, -18.0), "IT": (42.8, 12.8), "LT": (56.0, 24.0), "LU": (49.8, 6.2), "LV": (57.0, 25.0),
    "MD": (47.0, 29.0), "ME": (42.5, 19.3), "MK": (41.8, 22.0), "MT": (35.8, 14.6), "NL": (52.5, 5.8),
    "NO": (62.0, 10.0), "PL": (52.0, 20.0), "PT": (39.5, -8.0), "RO": (46.0, 25.0), "RS": (44.0, 21.0),
    "RU": (56.0, 38.0), "SE": (62.0, 15.0), "SI": (46.1, 14.8), "SK": (48.7, 19.5), "TR": (39.0, 35.0),
    "UA": (49.0, 32.0), "XK": (42.6, 20.9),
}  # fmt: skip


def region(country: str) -> str:
    """The part of the world in which a country is counted; what is not known is "Rest of the world".

    Examples:
        >>> region("DE"), region("CY"), region("TW"), region("ROW")
        ('Western EU', 'Southern EU', 'Asia', 'Rest of the world')
    """
    return _REGION.get(country, REGIONS[-1])


def middle(country: str) -> tuple[float, float] | None:
    """Latitude and longitude in degrees of about the middle of a European country; None for all others.

    Examples:
        >>> middle("FR"), middle("TW")
        ((46.0, 2.0), None)
    """
    return _MIDDLES.get(country)
