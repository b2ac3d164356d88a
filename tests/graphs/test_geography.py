"""Where countries lie: parts of the world by code, and the points on the map."""

import math
from itertools import combinations

from babel import Locale
from babel.core import get_global

from graphs import geography, sources
from graphs.classification import EU27, REST_OF_WORLD
from graphs.geography import REGIONS, middle, region

ISO = [code for code in Locale("en").territories if len(code) == 2 and code.isalpha()]
PARTS_OF_EU = REGIONS[:4]


def test_the_parts_of_the_eu_hold_its_members_and_no_others():
    inside = {code for code in ISO if region(code) in PARTS_OF_EU}
    assert inside == EU27
    assert all(name.endswith("EU") for name in PARTS_OF_EU)
    assert not any(name.endswith("EU") for name in REGIONS[4:])


def test_every_code_is_iso_and_stands_once():
    lists = [*geography._EU.values(), *geography._OUTSIDE.values()]
    codes = [code for text in lists for code in text.split()]
    assert len(codes) == len(set(codes))
    assert set(codes) <= set(ISO)
    assert {*geography._EU, *geography._OUTSIDE, "Rest of the world"} == set(REGIONS)


def test_every_country_is_where_its_clocks_are():
    """Time zones are named by continents; those on the edge of two, and islands that belong elsewhere, are left out."""
    zones = get_global("territory_zones")
    special = {"AX", "CY", "RU", "SJ", "TR", "UM"}
    for code in set(ISO) - special:
        continents = {zone.partition("/")[0] for zone in zones.get(code, ())}
        if continents == {"America"}:
            assert region(code) == "Americas", code
        if continents == {"Asia"}:
            assert region(code) == "Asia", code
        if continents == {"Europe"}:
            assert region(code) in (*PARTS_OF_EU, "Other Europe"), code
        if region(code) == "Americas" and code in zones:
            assert continents & {"America", "Atlantic"}, code


def test_what_is_not_known_is_the_rest_of_the_world():
    for code in (REST_OF_WORLD, "", "XX", "de", "<b>", "AU", "ZA", "DE_C29"):
        assert region(code) == "Rest of the world"
        assert middle(code) is None


def test_every_country_of_the_eu_has_a_place_of_its_own_on_the_map():
    known = {code: found for code in ISO if (found := middle(code))}
    assert set(known) >= EU27
    assert set(known) == set(geography._MIDDLES)
    for north, east in known.values():
        assert 34 < north < 70
        assert -25 < east < 45
    for (one, (a, b)), (other, (c, d)) in combinations(known.items(), 2):
        assert math.hypot(a - c, b - d) > 0.9, (one, other)


def test_neighbours_lie_on_the_right_side():
    """A figure typed into the wrong row would break one of these."""
    for line in ("FI EE LV LT PL SK HU RS MK GR", "NO DK DE CH IT MT", "SE DE AT SI", "IS GB FR ES", "UA MD RO BG TR"):
        north = [middle(code)[0] for code in line.split()]
        assert north == sorted(north, reverse=True), line
    for line in ("PT ES FR CH AT HU RO MD UA", "IE GB NL DE PL BY RU", "BE LU CZ SK", "NO SE FI", "IT AL GR CY"):
        east = [middle(code)[1] for code in line.split()]
        assert east == sorted(east), line


def test_every_country_of_the_estimate_is_known():
    for code in set(sources.estimate_2014().nodes.country) - {"AU", REST_OF_WORLD}:
        assert region(code) != "Rest of the world", code
